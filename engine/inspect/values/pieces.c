/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/target/registers.h"

bool bit_get(const unsigned char *bytes, bool big, uint64_t i)
{
    return bytes[i / 8] >> (big ? 7 - i % 8 : i % 8) & 1;
}

void bit_put(unsigned char *bytes, bool big, uint64_t i, bool bit)
{
    unsigned shift = (unsigned)(big ? 7 - i % 8 : i % 8);
    bytes[i / 8] = (unsigned char)((bytes[i / 8] & ~(1u << shift)) | (unsigned)bit << shift);
}

static void copy_bits(unsigned char *to, uint64_t to_bit, const unsigned char *from, uint64_t from_bit,
                      uint64_t bits, bool big)
{
    if (to_bit % 8 == 0 && from_bit % 8 == 0 && bits % 8 == 0) {
        memcpy(to + to_bit / 8, from + from_bit / 8, (size_t)(bits / 8));
        return;
    }
    for (uint64_t i = 0; i < bits; i++)
        bit_put(to, big, to_bit + i, bit_get(from, big, from_bit + i));
}

/* The whole bytes a piece comes from; NULL in *ret: it is gone. The caller frees. */
static struct error *source_of(struct pool *p, const struct value_piece *piece, unsigned char **ret,
                               size_t *size)
{
    struct thread *t;
    size_t needed = (size_t)((piece->source_bit + piece->bits + 7) / 8);
    *ret = NULL;
    *size = needed;
    if (piece->kind == PART_GONE)
        return NULL;
    if (piece->source_bit + piece->bits > (uint64_t)PIECE_SOURCE_MOST * 8)
        return error_new(ERR_UNSUPPORTED, "a piece of a value is too big");
    size_t whole = piece->kind == PART_REGISTER ? piece->reg->size : sizeof piece->bytes;
    size_t room = needed < whole ? whole : needed;
    unsigned char *bytes = *ret = xcalloc(room, 1);
    switch (piece->kind) {
    case PART_MEMORY:
        return memory_read(p->target, piece->address, bytes, needed);
    case PART_REGISTER:
        TRY(threads_current(p->target, &t));
        *size = piece->reg->size;
        return register_read(p->target, t, piece->reg, bytes);
    case PART_BYTES:
        memcpy(bytes, piece->bytes, sizeof piece->bytes);
        break;
    case PART_CONSTANT:
        memcpy(bytes, piece->constant, needed < piece->size ? needed : piece->size);
        break;
    case PART_GONE:
        break;
    }
    return NULL;
}

static void mark_gone(struct pool *p, struct value *v, uint64_t from, uint64_t bits)
{
    if (!v->known) {
        v->known = xcalloc(v->size ? v->size : 1, 1);
        memset(v->known, 0xff, v->size);
    }
    for (uint64_t i = from; i < from + bits && i < (uint64_t)v->size * 8; i++)
        bit_put(v->known, p->target->big_endian, i, false);
}

/* The part of a piece [begin, begin + bits) that lies in the value's own bits. */
struct overlap {
    uint64_t in_value, in_piece, bits;
};

static bool overlaps(const struct value *v, const struct value_piece *piece, uint64_t begin,
                     struct overlap *ret)
{
    uint64_t low = (uint64_t)v->piece_byte * 8, high = low + (uint64_t)v->size * 8;
    uint64_t from = begin > low ? begin : low;
    uint64_t to = begin + piece->bits < high ? begin + piece->bits : high;
    *ret = (struct overlap){from - low, from - begin, to > from ? to - from : 0};
    return to > from;
}

struct error *pieces_load(struct pool *p, struct value *v)
{
    uint64_t begin = 0;
    for (size_t i = 0; i < v->pieces->count; begin += v->pieces->items[i++].bits) {
        const struct value_piece *piece = &v->pieces->items[i];
        struct overlap o;
        if (!overlaps(v, piece, begin, &o))
            continue;
        BASE_FREE unsigned char *source = NULL;
        size_t size;
        struct error *e = source_of(p, piece, &source, &size);
        if (e && !error_is(e, ERR_OPTIMISED_OUT))
            return e;
        if (e || !source)
            mark_gone(p, v, o.in_value, o.bits);
        else
            copy_bits(v->bytes, o.in_value, source, piece->source_bit + o.in_piece, o.bits,
                      p->target->big_endian);
        error_free(e);
    }
    uint64_t end = (uint64_t)v->piece_byte * 8 + (uint64_t)v->size * 8;
    if (begin < end)
        mark_gone(p, v, begin > end - (uint64_t)v->size * 8 ? begin - (end - (uint64_t)v->size * 8) : 0,
                  end - begin);
    return NULL;
}

static struct error *store_piece(struct pool *p, const struct value_piece *piece, const struct overlap *o,
                                 const unsigned char *bytes)
{
    struct target *target = p->target;
    BASE_FREE unsigned char *source = NULL;
    struct thread *t;
    size_t size;
    if (piece->kind != PART_MEMORY && piece->kind != PART_REGISTER)
        return error_new(ERR_OPTIMISED_OUT, "a part of the value has no place that could be written");
    TRY(source_of(p, piece, &source, &size));
    if (!source)
        return NULL;
    copy_bits(source, piece->source_bit + o->in_piece, bytes, o->in_value, o->bits, target->big_endian);
    if (piece->kind == PART_MEMORY)
        return memory_write(target, piece->address, source, size);
    TRY(threads_current(target, &t));
    return register_write(target, t, piece->reg, source);
}

struct error *pieces_store(struct pool *p, struct value *v, const unsigned char *bytes)
{
    uint64_t begin = 0;
    for (size_t i = 0; i < v->pieces->count; begin += v->pieces->items[i++].bits) {
        struct overlap o;
        if (overlaps(v, &v->pieces->items[i], begin, &o))
            TRY(store_piece(p, &v->pieces->items[i], &o, bytes));
    }
    return NULL;
}
