/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/in_register.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/frames/dwarf_register.h"
#include "engine/target/limits.h"
#include "engine/target/registers.h"
#include "engine/target/target.h"

/* Bits counted from the lowest one, as counted from the lowest-addressed one. */
static uint64_t low_bits_at(const struct target *target, uint64_t size, uint64_t bit_offset, uint64_t bits)
{
    uint64_t all = size * 8;
    return target->big_endian && bits + bit_offset <= all ? all - bits - bit_offset : bit_offset;
}

void number_piece(struct evaluation *e, uint64_t number, struct value_piece *ret)
{
    ret->kind = PART_BYTES;
    ret->source_bit = low_bits_at(e->pool.target, 8, ret->source_bit, ret->bits);
    arch_store(ret->bytes, 8, e->pool.target->big_endian, number);
}

/* `bits` bits of a part from its bit `from`, the lowest being 0. */
static struct value_piece piece_of(struct evaluation *e, const struct register_part *part, uint64_t from,
                                   uint64_t bits)
{
    struct value_piece piece = {.bits = bits, .source_bit = part->low_bit + from};
    if (part->found == REGISTER_KNOWN) {
        number_piece(e, part->number, &piece);
        return piece;
    }
    piece.kind = part->found == REGISTER_LIVE ? PART_REGISTER : PART_MEMORY;
    piece.reg = part->reg;
    piece.address = part->address;
    piece.source_bit = low_bits_at(e->pool.target, part->size, piece.source_bit, bits);
    return piece;
}

static struct error *unknown(struct evaluation *e, unsigned number)
{
    struct arch_place place;
    bool named = arch_dwarf_place(e->pool.target->arch, number, &place);
    return error_new(ERR_OPTIMISED_OUT, "the value of register %s is not known in this frame",
                     named ? place.name : "(unnamed)");
}

/* Pieces were added from the lowest bits on; in memory of a big-endian target they lie the other way round.
 */
static void turn_round(struct value_pieces *pieces, size_t from)
{
    for (size_t i = from, k = pieces->count; i + 1 < k--; i++) {
        struct value_piece piece = pieces->items[i];
        pieces->items[i] = pieces->items[k];
        pieces->items[k] = piece;
    }
}

struct error *register_pieces(struct evaluation *e, unsigned number, uint64_t bit_offset, uint64_t bits,
                              struct value_pieces *ret)
{
    struct target *target = e->pool.target;
    const struct frame *f = scope_selected(e);
    struct register_part parts[REGISTER_PARTS];
    size_t first = ret->count;
    uint64_t at = 0, end = bit_offset + bits;
    size_t count =
        dwarf_register_parts(target, f ? f->registers : NULL, number, (size_t)((end + 7) / 8), parts);
    if (count == 0)
        return unknown(e, number);
    if (ret->count + count + 1 > VALUE_PIECES)
        return error_new(ERR_UNSUPPORTED, "a value is in too many pieces");
    /* A float that is at the left of its register: what is counted is counted from there. */
    if (arch_float_place(target->arch, number) == DWARF_FLOAT_HIGH && count == 1 && end < parts[0].bits)
        bit_offset = parts[0].bits - end;
    end = bit_offset + bits;
    for (size_t i = 0; i < count && at < end; at += parts[i++].bits) {
        uint64_t low = bit_offset > at ? bit_offset - at : 0;
        uint64_t high = end - at < parts[i].bits ? end - at : parts[i].bits;
        if (low < high)
            ret->items[ret->count++] = piece_of(e, &parts[i], low, high - low);
    }
    if (at < end) {
        uint64_t from = at > bit_offset ? at : bit_offset;
        ret->items[ret->count++] = (struct value_piece){.kind = PART_GONE, .bits = end - from};
    }
    if (target->big_endian)
        turn_round(ret, first);
    return NULL;
}

/* A float that is in its register in another format, which fills the register. */
static struct error *converted_float(struct evaluation *e, const struct register_part *part, struct value *v)
{
    unsigned char bytes[REGISTER_VALUE_MOST];
    const struct frame *f = scope_selected(e);
    if (part->found == REGISTER_LIVE)
        TRY(register_read(e->pool.target, f->registers->thread, part->reg, bytes));
    else if (part->found == REGISTER_SAVED)
        TRY(memory_read(e->pool.target, part->address, bytes, part->size));
    else
        arch_store(bytes, part->size, e->pool.target->big_endian, part->number);
    v->bytes = xcalloc(v->size, 1);
    float_store(e->pool.target, v->type, v->bytes, v->size,
                float_load(e->pool.target, NULL, bytes, part->size));
    return NULL;
}

static bool is_converted(enum dwarf_float_place place, const struct register_part *part,
                         const struct value *v)
{
    size_t size = place == DWARF_FLOAT_AS_X87 ? 10 : 8;
    return (place == DWARF_FLOAT_AS_DOUBLE || place == DWARF_FLOAT_AS_X87) && part->size == size &&
           v->size < size && value_kind(v) == TYPE_FLOAT;
}

struct error *scope_in_register(struct evaluation *e, unsigned number, struct value *v)
{
    struct target *target = e->pool.target;
    const struct frame *f = scope_selected(e);
    struct register_part parts[REGISTER_PARTS];
    size_t count = dwarf_register_parts(target, f ? f->registers : NULL, number, v->size, parts);
    if (count == 0)
        return unknown(e, number);
    enum dwarf_float_place place = arch_float_place(target->arch, number);
    if (is_converted(place, &parts[0], v))
        return converted_float(e, &parts[0], v);
    bool is_left = place == DWARF_FLOAT_HIGH && v->size < parts[0].size;
    bool has_members =
        value_kind(v) == TYPE_ARRAY || kind_is_struct(value_kind(v)); /* which may be changed */
    bool is_whole =
        parts[0].bits == parts[0].size * 8 && (parts[0].size >= v->size || place == DWARF_FLOAT_AS_X87);
    if (count == 1 && parts[0].found == REGISTER_LIVE && is_whole && !is_left && !has_members) {
        v->place = PLACE_REGISTER;
        v->reg = parts[0].reg;
        return NULL;
    }
    v->owned_pieces = xcalloc(1, sizeof *v->owned_pieces);
    v->place = PLACE_PIECES;
    v->pieces = v->owned_pieces;
    return register_pieces(e, number, 0, (uint64_t)v->size * 8, v->owned_pieces);
}
