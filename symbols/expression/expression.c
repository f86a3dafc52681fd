/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stack machine's control: stack operations, jumps, and the places that an expression names. */
#include "symbols/expression.h"

#include <string.h>

#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/expression/expression_machine.h"
#include "symbols/limits.h"

void machine_fail(struct machine *m, enum error_code code, const char *what)
{
    if (!m->err)
        m->err = error_new(code, "cannot evaluate a DWARF expression: %s", what);
}

void machine_push(struct machine *m, struct value v)
{
    if (m->err)
        return;
    if (m->depth == DWARF_STACK) {
        machine_fail(m, ERR_INTERNAL, "its stack grows too high");
        return;
    }
    v.bits = machine_narrow(m, &v);
    m->stack[m->depth++] = v;
}

void machine_push_number(struct machine *m, uint64_t bits)
{
    machine_push(m, (struct value){.bits = bits});
}

struct value machine_pop(struct machine *m)
{
    if (!m->depth) {
        machine_fail(m, ERR_INTERNAL, "it takes more from its stack than is there");
        return (struct value){0};
    }
    return m->stack[--m->depth];
}

/* Copies the entry `below` the top to the top. */
static void pick(struct machine *m, unsigned below)
{
    if (below >= m->depth)
        machine_fail(m, ERR_INTERNAL, "it picks from below its stack");
    else
        machine_push(m, m->stack[m->depth - 1 - below]);
}

static bool step_stack(struct machine *m, uint8_t op)
{
    struct value a, b, c;
    switch (op) {
    case DW_OP_nop:
        return true;
    case DW_OP_dup:
        pick(m, 0);
        return true;
    case DW_OP_drop:
        machine_pop(m);
        return true;
    case DW_OP_over:
        pick(m, 1);
        return true;
    case DW_OP_pick:
        pick(m, cursor_u8(&m->c));
        return true;
    case DW_OP_swap:
        a = machine_pop(m);
        b = machine_pop(m);
        machine_push(m, a);
        machine_push(m, b);
        return true;
    case DW_OP_rot:
        a = machine_pop(m);
        b = machine_pop(m);
        c = machine_pop(m);
        machine_push(m, a);
        machine_push(m, c);
        machine_push(m, b);
        return true;
    default:
        return false;
    }
}

static void jump(struct machine *m, int16_t distance)
{
    ptrdiff_t at = m->c.at - m->e->bytes + distance;
    if (at < 0 || (size_t)at > m->e->size)
        machine_fail(m, ERR_INTERNAL, "it jumps out of itself");
    else
        m->c.at = m->e->bytes + at;
}

static bool step_control(struct machine *m, uint8_t op)
{
    int16_t distance;
    switch (op) {
    case DW_OP_skip:
        jump(m, (int16_t)cursor_u16(&m->c));
        return true;
    case DW_OP_bra: {
        distance = (int16_t)cursor_u16(&m->c);
        struct value v = machine_pop(m);
        if (machine_narrow(m, &v))
            jump(m, distance);
        return true;
    }
    default:
        return false;
    }
}

static void set_pending(struct machine *m, struct dwarf_piece piece)
{
    if (m->has_pending)
        machine_fail(m, ERR_INTERNAL, "it names two places for one piece");
    m->pending = piece;
    m->has_pending = true;
}

/* Ends a piece of `bits` (0: the whole object) with what was named, or the address on the stack. */
static void end_piece(struct machine *m, uint64_t bits, uint64_t bit_offset)
{
    struct dwarf_piece piece = {.kind = PIECE_OPTIMISED_OUT};
    if (m->has_pending)
        piece = m->pending;
    else if (m->depth)
        piece = (struct dwarf_piece){.kind = PIECE_MEMORY, .address = machine_pop(m).bits};
    piece.bit_size = bits;
    piece.bit_offset = bit_offset;
    m->has_pending = false;
    if (m->out->count == DWARF_PIECES)
        machine_fail(m, ERR_UNSUPPORTED, "it has more than 16 pieces");
    else
        m->out->pieces[m->out->count++] = piece;
}

static void step_implicit_pointer(struct machine *m)
{
    struct dwarf_piece piece = {.kind = PIECE_IMPLICIT_POINTER};
    piece.die = cursor_unsigned(&m->c, m->e->offset_size);
    piece.offset = cursor_sleb(&m->c);
    set_pending(m, piece);
}

static bool step_place(struct machine *m, uint8_t op)
{
    struct cursor *c = &m->c;
    uint64_t size;
    if (op >= DW_OP_reg0 && op <= DW_OP_reg31) {
        set_pending(m, (struct dwarf_piece){.kind = PIECE_REGISTER, .reg = (unsigned)(op - DW_OP_reg0)});
        return true;
    }
    switch (op) {
    case DW_OP_regx:
        set_pending(m, (struct dwarf_piece){.kind = PIECE_REGISTER, .reg = (unsigned)cursor_uleb(c)});
        return true;
    case DW_OP_implicit_value: {
        size = cursor_uleb(c);
        const uint8_t *bytes = cursor_take(c, size);
        set_pending(
            m, (struct dwarf_piece){.kind = PIECE_BYTES, .bytes = bytes, .size = bytes ? (size_t)size : 0});
        return true;
    }
    case DW_OP_stack_value: {
        struct value v = machine_pop(m);
        set_pending(m, (struct dwarf_piece){.kind = PIECE_VALUE, .value = machine_narrow(m, &v)});
        return true;
    }
    case DW_OP_implicit_pointer:
    case DW_OP_GNU_implicit_pointer:
        step_implicit_pointer(m);
        return true;
    case DW_OP_piece:
        size = cursor_uleb(c);
        end_piece(m, size < UINT32_MAX ? size * 8 : 0, 0);
        return true;
    case DW_OP_bit_piece:
        size = cursor_uleb(c);
        end_piece(m, size, cursor_uleb(c));
        return true;
    case DW_OP_GNU_uninit:
        return true;
    default:
        return false;
    }
}

static void step(struct machine *m)
{
    uint8_t op = cursor_u8(&m->c);
    if (machine_step_constant(m, op) || machine_step_arithmetic(m, op) || machine_step_target(m, op) ||
        step_stack(m, op) || step_control(m, op) || step_place(m, op) || machine_step_typed(m, op))
        return;
    if (!m->err)
        m->err =
            error_new(ERR_UNSUPPORTED, "cannot evaluate a DWARF expression: operation 0x%02x is unknown", op);
}

static struct error *run(struct machine *m)
{
    for (unsigned steps = 0; cursor_left(&m->c) && !m->err; steps++) {
        if (steps == DWARF_STEPS)
            machine_fail(m, ERR_INTERNAL, "it does not come to an end");
        else
            step(m);
        if (m->c.bad)
            machine_fail(m, ERR_INTERNAL, "it is cut short");
    }
    if (!m->err && (m->has_pending || !m->out->count))
        end_piece(m, 0, 0);
    return m->err;
}

bool dwarf_names_register(const struct dwarf_expression *e, unsigned *number)
{
    struct cursor c = cursor_of(e->bytes, e->size, e->big);
    uint8_t op = e->size ? cursor_u8(&c) : 0;
    bool typed = op == DW_OP_regval_type || op == DW_OP_GNU_regval_type;
    uint64_t reg = op - (uint64_t)DW_OP_reg0;
    if (op == DW_OP_regx || typed)
        reg = cursor_uleb(&c);
    else if (op < DW_OP_reg0 || op > DW_OP_reg31)
        return false;
    if (typed)
        cursor_uleb(&c);
    *number = (unsigned)reg;
    return !c.bad && !cursor_left(&c) && reg <= UINT32_MAX;
}

struct error *dwarf_evaluate(const struct dwarf_expression *e, const struct dwarf_callbacks *callbacks,
                             struct dwarf_location *ret)
{
    struct machine m = {.e = e, .cb = callbacks, .out = ret};
    memset(ret, 0, sizeof *ret);
    if (!e->address_size || e->address_size > 8)
        return error_new(ERR_INTERNAL, "cannot evaluate a DWARF expression: addresses of %u bytes",
                         e->address_size);
    m.c = cursor_of(e->bytes, e->size, e->big);
    if (callbacks->initial)
        machine_push_number(&m, *callbacks->initial);
    return run(&m);
}

struct error *dwarf_evaluate_number(const struct dwarf_expression *e, const struct dwarf_callbacks *callbacks,
                                    uint64_t *ret)
{
    struct dwarf_location l;
    TRY(dwarf_evaluate(e, callbacks, &l));
    const struct dwarf_piece *p = &l.pieces[0];
    if (l.count == 1 && p->kind == PIECE_MEMORY) {
        *ret = p->address;
        return NULL;
    }
    if (l.count == 1 && p->kind == PIECE_VALUE) {
        *ret = p->value;
        return NULL;
    }
    if (l.count == 1 && p->kind == PIECE_REGISTER && callbacks->read_register)
        return callbacks->read_register(callbacks->context, p->reg, ret);
    return error_new(ERR_OPTIMISED_OUT, "a DWARF expression that should be a number is none");
}
