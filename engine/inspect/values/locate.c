/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a variable lives: what its DWARF location says, turned into a value that can be read and written.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/values/in_register.h"
#include "engine/inspect/values/scope.h"

/* -- pieces ------------------------------------------------------------------------------------------ */

static void make_piece(struct evaluation *e, const struct dwarf_piece *from, uint64_t bits,
                       struct value_piece *ret)
{
    *ret = (struct value_piece){.bits = bits, .source_bit = from->bit_offset};
    switch (from->kind) {
    case PIECE_MEMORY:
        ret->kind = PART_MEMORY;
        ret->address = from->address;
        break;
    case PIECE_VALUE:
        number_piece(e, from->value, ret);
        break;
    case PIECE_BYTES:
        ret->kind = PART_CONSTANT;
        ret->constant = from->bytes;
        ret->size = from->size;
        break;
    case PIECE_REGISTER:
    case PIECE_OPTIMISED_OUT:
    case PIECE_IMPLICIT_POINTER:
        ret->kind = PART_GONE;
        break;
    }
}

static struct error *add_piece(struct evaluation *e, const struct dwarf_piece *from, uint64_t bits,
                               struct value_pieces *ret)
{
    struct error *failed = NULL;
    if (from->kind == PIECE_REGISTER) {
        failed = register_pieces(e, from->reg, from->bit_offset, bits, ret);
        if (!failed || !error_is(failed, ERR_OPTIMISED_OUT))
            return failed;
        error_free(failed);
    }
    if (ret->count == VALUE_PIECES)
        return error_new(ERR_UNSUPPORTED, "a value is in too many pieces");
    make_piece(e, from, bits, &ret->items[ret->count++]);
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
        TRY(add_piece(e, &l->pieces[i], bits, pieces));
        at += bits;
    }
    for (size_t i = 0; i < pieces->count; i++)
        known = known || pieces->items[i].kind != PART_GONE;
    v->place = PLACE_PIECES;
    v->pieces = pieces;
    v->optimised_out = !known;
    return NULL;
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
        return scope_in_register(e, piece->reg, v);
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

/* Where it is, of the type that it was declared with. */
static struct error *find_variable(struct evaluation *e, const struct variable *from, struct value **ret)
{
    struct value *v = *ret = value_new(&e->pool, from->type);
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

struct error *scope_variable(struct evaluation *e, const struct variable *from, struct value **ret)
{
    TRY(find_variable(e, from, ret));
    return value_settle(&e->pool, ret);
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
