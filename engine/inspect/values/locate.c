/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a variable lives: what its DWARF location says, turned into a value that can be read and written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/frames/unwind.h"
#include "engine/target/registers.h"
#include "engine/inspect/values/pieces.h"
#include "engine/inspect/values/scope.h"

/* -- pieces ------------------------------------------------------------------------------------------ */

/* The lowest bits of a number or register are at its end where the target is big endian. */
static uint64_t low_bits_at(const struct target *target, size_t size, uint64_t bit_offset, uint64_t bits)
{
    uint64_t all = (uint64_t)size * 8;
    return target->big_endian && bits + bit_offset <= all ? all - bits - bit_offset : bit_offset;
}

static void number_piece(struct evaluation *e, uint64_t number, struct value_piece *ret)
{
    ret->kind = PART_BYTES;
    ret->source_bit = low_bits_at(e->pool.target, 8, ret->source_bit, ret->bits);
    arch_store(ret->bytes, 8, e->pool.target->big_endian, number);
}

/* Beyond what is unwound: these are known in the innermost function. */
static const struct rsp_register *register_beyond(struct evaluation *e, unsigned number)
{
    char name[16];
    const struct frame *f = scope_selected(e);
    const struct arch *arch = e->pool.target->arch;
    if (number < arch->beyond_first || number - arch->beyond_first >= arch->beyond_count || !f ||
        f->registers != e->frame.list.items[0].registers)
        return NULL;
    snprintf(name, sizeof name, "%s%u", arch->beyond_prefix, number - arch->beyond_first);
    return register_find(e->pool.target, name);
}

/* A floating-point register that has a float otherwise than in its lowest bits. */
static bool has_float(const struct target *target, unsigned number, enum dwarf_float_place place)
{
    const struct arch *arch = target->arch;
    return arch->float_place == place && number >= arch->float_first && number <= arch->float_last;
}

/* A register as the selected frame had it: still in the processor, saved on the stack, or only known. */
static struct error *register_piece(struct evaluation *e, unsigned number, struct value_piece *ret)
{
    struct target *target = e->pool.target;
    const struct frame *f = scope_selected(e);
    const char *name = number < target->arch->dwarf_count ? target->arch->dwarf_names[number] : NULL;
    const struct rsp_register *r = name ? register_find(target, name) : NULL;
    uint64_t value, address;
    bool leftmost = has_float(target, number, DWARF_FLOAT_HIGH);
    const struct rsp_register *beyond = register_beyond(e, number);
    r = beyond ? beyond : r;
    if (f && r && r->size <= 64 && (beyond || unwind_is_live(f->registers, number))) {
        ret->kind = PART_REGISTER;
        ret->reg = r;
        if (!leftmost)
            ret->source_bit = low_bits_at(target, r->size, ret->source_bit, ret->bits);
        return NULL;
    }
    if (f && unwind_saved_at(f->registers, number, &address)) {
        ret->kind = PART_MEMORY;
        ret->address = address;
        if (!leftmost)
            ret->source_bit = low_bits_at(target, target->arch->address_size, ret->source_bit, ret->bits);
        return NULL;
    }
    if (!f || !unwind_register(target, f->registers, number, &value))
        return error_new(ERR_OPTIMISED_OUT, "the value of register %s is not known in this frame",
                         name ? name : "(unnamed)");
    number_piece(e, value, ret);
    return NULL;
}

static struct error *make_piece(struct evaluation *e, const struct dwarf_piece *from, uint64_t bits,
                                struct value_piece *ret)
{
    *ret = (struct value_piece){.bits = bits, .source_bit = from->bit_offset};
    struct error *failed = NULL;
    switch (from->kind) {
    case PIECE_MEMORY:
        ret->kind = PART_MEMORY;
        ret->address = from->address;
        break;
    case PIECE_REGISTER:
        failed = register_piece(e, from->reg, ret);
        break;
    case PIECE_VALUE:
        number_piece(e, from->value, ret);
        break;
    case PIECE_BYTES:
        ret->kind = PART_CONSTANT;
        ret->constant = from->bytes;
        ret->size = from->size;
        break;
    case PIECE_OPTIMISED_OUT:
    case PIECE_IMPLICIT_POINTER:
        break;
    }
    if (!error_is(failed, ERR_OPTIMISED_OUT))
        return failed;
    error_free(failed);
    ret->kind = PART_GONE;
    return NULL;
}

/* What the pieces leave uncovered is gone. */
static struct error *in_pieces(struct evaluation *e, const struct dwarf_location *l, struct value *v)
{
    uint64_t at = 0, whole = (uint64_t)v->size * 8;
    struct value_pieces *pieces = v->owned_pieces = xcalloc(1, sizeof *pieces);
    bool known = false;
    for (size_t i = 0; i < l->count && at < whole; i++) {
        uint64_t bits = l->pieces[i].bit_size;
        bits = bits == 0 || bits > whole - at ? whole - at : bits;
        struct value_piece *piece = &pieces->items[pieces->count++];
        TRY(make_piece(e, &l->pieces[i], bits, piece));
        known = known || piece->kind != PART_GONE;
        at += bits;
    }
    v->place = PLACE_PIECES;
    v->pieces = pieces;
    v->optimised_out = !known;
    return NULL;
}

/* A float that is in its register as a double. */
static struct error *widened_float(struct evaluation *e, unsigned number, struct value *v)
{
    struct frame_context c;
    struct dwarf_callbacks callbacks;
    unsigned char bytes[8];
    uint64_t bits = 0;
    scope_context(e, &c);
    frame_callbacks(&c, &callbacks);
    TRY(callbacks.read_register(callbacks.context, number, &bits));
    arch_store(bytes, sizeof bytes, e->pool.target->big_endian, bits);
    v->bytes = xcalloc(v->size, 1);
    float_store(e->pool.target, v->type, v->bytes, v->size,
                float_load(e->pool.target, NULL, bytes, sizeof bytes));
    return NULL;
}

static struct error *in_register(struct evaluation *e, unsigned number, struct value *v)
{
    struct value_piece piece = {.bits = (uint64_t)v->size * 8};
    if (has_float(e->pool.target, number, DWARF_FLOAT_AS_DOUBLE) && v->size == 4 &&
        value_kind(v) == TYPE_FLOAT)
        return widened_float(e, number, v);
    TRY(register_piece(e, number, &piece));
    if (piece.kind == PART_REGISTER) {
        v->place = PLACE_REGISTER;
        v->reg = piece.reg;
        return NULL;
    }
    v->owned_pieces = xcalloc(1, sizeof *v->owned_pieces);
    v->owned_pieces->items[v->owned_pieces->count++] = piece;
    v->place = PLACE_PIECES;
    v->pieces = v->owned_pieces;
    return NULL;
}

struct error *scope_in_register(struct evaluation *e, unsigned number, struct value *v)
{
    return in_register(e, number, v);
}

static struct error *place_value(struct evaluation *e, const struct dwarf_expression *x,
                                 const struct dwarf_location *l, struct value *v)
{
    const struct dwarf_piece *piece = &l->pieces[0];
    if (l->count > 1 || piece->bit_size || piece->kind == PIECE_VALUE || piece->kind == PIECE_BYTES)
        return in_pieces(e, l, v);
    switch (piece->kind) {
    case PIECE_MEMORY:
        v->place = PLACE_MEMORY;
        v->address = piece->address;
        return NULL;
    case PIECE_REGISTER:
        return in_register(e, piece->reg, v);
    case PIECE_IMPLICIT_POINTER:
        v->implicit_file = x->file;
        v->implicit_die = piece->die;
        v->implicit_offset = piece->offset;
        return NULL;
    default:
        v->optimised_out = true;
        return NULL;
    }
}

/* -- types that are known only now ----------------------------------------------------------------------- */

/* What DWARF calls its upper bound or count: a variable made by the compiler, or an expression. */
static struct error *bound_of(struct evaluation *e, struct type *array, uint64_t *ret)
{
    struct symbol_map *map = e->pool.target->map;
    struct variable holder;
    struct value *v = NULL;
    struct dwarf_expression x;
    struct frame_context c;
    struct dwarf_callbacks callbacks;
    if (!e->frame.found)
        return error_new(ERR_OPTIMISED_OUT, "the length of an array is known in a frame only");
    if (array->bound_die &&
        symbols_variable_at_die(map, array->file, array->bound_die, e->pool.pc, &holder)) {
        TRY(scope_variable(e, &holder, &v));
        return value_as_integer(&e->pool, v, ret);
    }
    if (!symbols_array_bound(map, array, &x))
        return error_new(ERR_OPTIMISED_OUT, "the length of an array is not known here");
    scope_context(e, &c);
    frame_callbacks(&c, &callbacks);
    return dwarf_evaluate_number(&x, &callbacks, ret);
}

/* An array whose length is computed, as an array of the length it has here. */
static struct type *resolve_array(struct evaluation *e, struct type *t, unsigned depth)
{
    struct type *bare = type_strip(t);
    if (bare->kind != TYPE_ARRAY || depth == ARRAY_RESOLVE_MOST)
        return t;
    struct type *element = resolve_array(e, type_target(bare), depth + 1);
    if (bare->count_known)
        return element == type_target(bare) ? t : type_array_of(element, bare->count);
    uint64_t number = 0;
    struct error *failed = bound_of(e, bare, &number);
    if (failed) {
        error_free(failed);
        return t;
    }
    return type_array_of(element, bare->bound_is_count ? number : number + 1);
}

static struct error *constant_value(struct evaluation *e, const struct variable *from, struct value *v)
{
    size_t size = v->size ? v->size : 1;
    v->bytes = xcalloc(size, 1);
    if (from->expression.bytes)
        memcpy(v->bytes, from->expression.bytes, size < from->expression.size ? size : from->expression.size);
    else
        arch_store(v->bytes + (size > 8 && e->pool.target->big_endian ? size - 8 : 0), size < 8 ? size : 8,
                   e->pool.target->big_endian, from->constant);
    return NULL;
}

struct error *scope_variable(struct evaluation *e, const struct variable *from, struct value **ret)
{
    struct value *v = *ret = value_new(&e->pool, resolve_array(e, from->type, 0));
    if (from->where == VARIABLE_OPTIMISED_OUT) {
        v->optimised_out = true;
        return NULL;
    }
    if (from->where == VARIABLE_CONSTANT)
        return constant_value(e, from, v);
    struct frame_context c;
    struct dwarf_callbacks callbacks;
    struct dwarf_location location;
    scope_context(e, &c);
    c.module = from->owner;
    frame_callbacks(&c, &callbacks);
    struct error *failed = dwarf_evaluate(&from->expression, &callbacks, &location);
    if (!failed)
        failed = place_value(e, &from->expression, &location, v);
    if (error_is(failed, ERR_OPTIMISED_OUT)) {
        error_free(failed);
        v->optimised_out = true;
        return NULL;
    }
    return failed;
}

struct error *scope_implicit(struct pool *p, struct value *pointer, struct value **ret)
{
    struct evaluation *e = (struct evaluation *)p; /* the pool is its first member */
    struct variable target;
    struct type *t = type_target(type_strip(pointer->type));
    if (!symbols_variable_at_die(p->target->map, pointer->implicit_file, pointer->implicit_die, p->pc,
                                 &target))
        return error_new(ERR_OPTIMISED_OUT, "what the pointer leads to was optimised away");
    struct value *whole = NULL;
    TRY(scope_variable(e, &target, &whole));
    *ret = value_new(p, t);
    if (whole->optimised_out) {
        (*ret)->optimised_out = true;
        return NULL;
    }
    TRY(value_load(p, whole));
    size_t size = (*ret)->size;
    if (pointer->implicit_offset < 0 || (uint64_t)pointer->implicit_offset > whole->size ||
        size > whole->size - (uint64_t)pointer->implicit_offset)
        return error_new(ERR_OPTIMISED_OUT, "the pointer leads out of what was optimised away");
    (*ret)->bytes = xmemdup(whole->bytes + pointer->implicit_offset, size ? size : 1);
    return NULL;
}
