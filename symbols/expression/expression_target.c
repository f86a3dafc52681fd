/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What DWARF expressions ask of the target and the file: registers, memory, frames, addresses.
 */
#include <string.h>

#include "symbols/dwarf/dwarf.h"
#include "symbols/expression/expression_machine.h"

static void take_error(struct machine *m, struct error *e)
{
    if (m->err)
        error_free(e);
    else
        m->err = e;
}

static uint64_t read_register(struct machine *m, uint64_t reg)
{
    uint64_t v = 0;
    if (!m->cb->read_register)
        machine_fail(m, ERR_UNSUPPORTED, "it needs registers");
    else if (reg > UINT32_MAX)
        machine_fail(m, ERR_INTERNAL, "it names a register that cannot be");
    else if (!m->err)
        take_error(m, m->cb->read_register(m->cb->context, (unsigned)reg, &v));
    return v;
}

static uint64_t read_memory(struct machine *m, uint64_t address, unsigned size)
{
    uint8_t bytes[8] = {0};
    if (!m->cb->read_memory)
        machine_fail(m, ERR_UNSUPPORTED, "it needs memory");
    else if (!size || size > sizeof bytes)
        machine_fail(m, ERR_UNSUPPORTED, "it reads more than 8 bytes at once");
    else if (!m->err)
        take_error(m, m->cb->read_memory(m->cb->context, address, bytes, size));
    struct cursor c = cursor_of(bytes, sizeof bytes, m->e->big);
    return m->err ? 0 : cursor_unsigned(&c, size);
}

/* The bits of a register as a value of a base type. */
static uint64_t typed_bits(struct machine *m, unsigned reg, const struct value *type, uint64_t bits)
{
    enum dwarf_float_place place =
        m->cb->float_place ? m->cb->float_place(m->cb->context, reg) : DWARF_FLOAT_LOW;
    if (type->kind == VALUE_FLOAT && place == DWARF_FLOAT_AS_X87)
        machine_fail(m, ERR_OPTIMISED_OUT, "it needs more of a register than 64 bits");
    if (type->kind != VALUE_FLOAT || type->size != 4 || place == DWARF_FLOAT_LOW)
        return bits;
    if (place == DWARF_FLOAT_HIGH)
        return bits >> 32;
    double wide;
    uint32_t narrow_bits;
    memcpy(&wide, &bits, sizeof wide);
    float narrow = (float)wide;
    memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
    return narrow_bits;
}

typedef struct error *number_callback(void *context, uint64_t *ret);

static void push_from(struct machine *m, number_callback *ask, uint64_t add, const char *what)
{
    uint64_t v = 0;
    if (!ask)
        machine_fail(m, ERR_UNSUPPORTED, what);
    else if (!m->err)
        take_error(m, ask(m->cb->context, &v));
    machine_push_number(m, v + add);
}

static bool step_register(struct machine *m, uint8_t op)
{
    struct cursor *c = &m->c;
    uint64_t reg;
    struct value v;
    if (op >= DW_OP_breg0 && op <= DW_OP_breg31) {
        uint64_t base = read_register(m, (uint64_t)op - DW_OP_breg0);
        machine_push_number(m, base + (uint64_t)cursor_sleb(c));
        return true;
    }
    switch (op) {
    case DW_OP_bregx:
        reg = cursor_uleb(c);
        machine_push_number(m, read_register(m, reg) + (uint64_t)cursor_sleb(c));
        return true;
    case DW_OP_regval_type:
    case DW_OP_GNU_regval_type:
        reg = cursor_uleb(c);
        if (machine_base_type(m, cursor_uleb(c), &v)) {
            v.bits = typed_bits(m, (unsigned)reg, &v, read_register(m, reg));
            machine_push(m, v);
        }
        return true;
    case DW_OP_fbreg:
        push_from(m, m->cb->frame_base, (uint64_t)cursor_sleb(c), "it needs the frame base");
        return true;
    case DW_OP_call_frame_cfa:
        push_from(m, m->cb->cfa, 0, "it needs the CFA");
        return true;
    default:
        return false;
    }
}

static bool step_memory(struct machine *m, uint8_t op)
{
    uint64_t address;
    unsigned size = m->e->address_size;
    struct value v;
    switch (op) {
    case DW_OP_deref:
    case DW_OP_deref_size:
        size = op == DW_OP_deref ? size : cursor_u8(&m->c);
        address = machine_pop(m).bits;
        machine_push_number(m, read_memory(m, address, size));
        return true;
    case DW_OP_deref_type:
    case DW_OP_GNU_deref_type:
        size = cursor_u8(&m->c);
        if (!machine_base_type(m, cursor_uleb(&m->c), &v))
            return true;
        v.bits = read_memory(m, machine_pop(m).bits, size);
        machine_push(m, v);
        return true;
    default:
        return false;
    }
}

static void push_indexed(struct machine *m, bool relocate)
{
    uint64_t index = cursor_uleb(&m->c), v = 0;
    struct dwarf *d = m->e->file ? dwarf_of(m->e->file) : NULL;
    long unit = d && m->e->unit != UINT64_MAX ? dwarf_unit_holding(d, m->e->unit) : -1;
    const struct unit_head *u = unit >= 0 ? dwarf_head(d, (size_t)unit) : NULL;
    if (!u || !dwarf_indexed_address(d, u, index, &v))
        machine_fail(m, ERR_INTERNAL, "an indexed address cannot be looked up");
    machine_push_number(m, relocate ? v + m->e->load_offset : v);
}

static void step_tls(struct machine *m)
{
    uint64_t offset = machine_pop(m).bits, v = 0;
    if (!m->cb->tls)
        machine_fail(m, ERR_UNSUPPORTED, "it needs thread-local storage");
    else if (!m->err)
        take_error(m, m->cb->tls(m->cb->context, offset, &v));
    machine_push_number(m, v);
}

static void step_entry_value(struct machine *m)
{
    uint64_t size = cursor_uleb(&m->c), v = 0;
    struct dwarf_expression in = *m->e;
    in.bytes = cursor_take(&m->c, size);
    in.size = in.bytes ? (size_t)size : 0;
    if (!m->cb->entry_value)
        machine_fail(m, ERR_OPTIMISED_OUT, "a value at the function's entry is no longer known");
    else if (!m->err && in.bytes)
        take_error(m, m->cb->entry_value(m->cb->context, &in, &v));
    struct value typed = {.kind = VALUE_GENERIC};
    struct cursor c = cursor_of(in.bytes, in.size, in.big);
    uint8_t op = in.size ? cursor_u8(&c) : 0;
    if (op == DW_OP_regval_type || op == DW_OP_GNU_regval_type) {
        cursor_uleb(&c); /* the register; then what it was a number of, as its caller computed it */
        if (!machine_base_type(m, cursor_uleb(&c), &typed))
            return;
    }
    typed.bits = v;
    machine_push(m, typed);
}

/* gcc: a parameter that was optimised away, by the offset of its DIE in the unit
 * (gcc's dwarf2out.cc; binutils' include/dwarf2.def). */
static void step_parameter(struct machine *m)
{
    uint64_t die = cursor_unsigned(&m->c, 4), v = 0;
    if (!m->cb->parameter || m->e->unit == UINT64_MAX)
        machine_fail(m, ERR_OPTIMISED_OUT, "what was passed to the function is no longer known");
    else if (!m->err && !m->c.bad)
        take_error(m, m->cb->parameter(m->cb->context, m->e->unit + die, &v));
    machine_push_number(m, v);
}

static bool step_address(struct machine *m, uint8_t op)
{
    switch (op) {
    case DW_OP_addr:
        machine_push_number(m, cursor_unsigned(&m->c, m->e->address_size) + m->e->load_offset);
        return true;
    case DW_OP_addrx:
    case DW_OP_GNU_addr_index:
        push_indexed(m, true);
        return true;
    case DW_OP_constx:
    case DW_OP_GNU_const_index:
        push_indexed(m, false);
        return true;
    case DW_OP_form_tls_address:
    case DW_OP_GNU_push_tls_address:
        step_tls(m);
        return true;
    case DW_OP_push_object_address:
        if (!m->cb->object)
            machine_fail(m, ERR_UNSUPPORTED, "it needs the object it belongs to");
        else
            machine_push_number(m, *m->cb->object);
        return true;
    case DW_OP_entry_value:
    case DW_OP_GNU_entry_value:
        step_entry_value(m);
        return true;
    case DW_OP_GNU_parameter_ref:
        step_parameter(m);
        return true;
    default:
        return false;
    }
}

bool machine_step_target(struct machine *m, uint8_t op)
{
    return step_register(m, op) || step_memory(m, op) || step_address(m, op);
}
