/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies in an array of blocks (a deque), and in an array that is gone round in. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "engine/inspect/printers/description.h"
#include "engine/target/target.h"

/* libc++'s rule, where a description does not say how many elements a block has (its header <deque>). */
enum { BLOCK_BYTES = 4096, BLOCK_SMALL = 256, BLOCK_LEAST = 16 };

struct blocks {
    struct type *type;
    uint64_t map, element;
    int64_t per, start, size;
    size_t word; /* bytes of a pointer */
};

/* How many elements there are: as it says, or by where the last block begins and how far it is filled. */
static struct error *blocks_size(struct reading *r, struct blocks *b)
{
    struct value *last = NULL;
    uint64_t end = 0;
    int64_t rest = 0;
    if (r->d->parts[PART_SIZE])
        return part_number(r, PART_SIZE, &b->size);
    if (!r->d->parts[PART_LAST] || !r->d->parts[PART_REST])
        return error_new(ERR_TYPE_MISMATCH, "no size");
    TRY(part_value(r, PART_LAST, &last));
    TRY(value_as_integer(r->p, last, &end));
    TRY(part_number(r, PART_REST, &rest));
    int64_t between = (int64_t)(end - b->map);
    if (between < 0 || between > CONTAINER_BYTES_MOST || rest < 0 || rest > b->per)
        b->size = between < 0 ? -1 : INT64_MAX;
    else
        b->size = between / (int64_t)b->word * b->per + rest - b->start;
    return NULL;
}

static struct error *find_blocks(struct reading *r, struct blocks *b)
{
    struct value *map = NULL;
    TRY(part_value(r, PART_DATA, &map));
    struct type *t = type_strip(map->type);
    struct type *block = t->kind == TYPE_POINTER ? type_strip(type_target(t)) : NULL;
    if (!block || block->kind != TYPE_POINTER)
        return error_new(ERR_TYPE_MISMATCH, "no blocks");
    b->type = type_target(block);
    b->element = type_size(type_strip(b->type));
    b->word = (size_t)type_size(block);
    if (!b->element || !b->word)
        return error_new(ERR_TYPE_MISMATCH, "no blocks");
    TRY(value_as_integer(r->p, map, &b->map));
    int64_t usual = b->element < BLOCK_SMALL ? (int64_t)(BLOCK_BYTES / b->element) : BLOCK_LEAST;
    TRY(part_or(r, PART_PER, usual, &b->per));
    TRY(part_number(r, PART_START, &b->start));
    if (b->per <= 0 || b->per > CONTAINER_BYTES_MOST || b->start < 0 || b->start > CONTAINER_BYTES_MOST) {
        contents_break(r->c, "blocks of %" PRId64 " elements from %" PRId64 " on make no sense", b->per,
                       b->start);
        return NULL;
    }
    return blocks_size(r, b);
}

/* The addresses of the blocks that hold the first n elements: at most n and one more. */
static struct error *load_map(struct reading *r, const struct blocks *b, size_t n, uint64_t **ret,
                              size_t *count)
{
    uint64_t per = b->per > 0 ? (uint64_t)b->per : 1, first = (uint64_t)b->start / per;
    uint64_t last = ((uint64_t)b->start + n - 1) / per;
    *count = (size_t)(last - first + 1);
    *ret = xcalloc(*count, sizeof **ret);
    BASE_FREE unsigned char *bytes = xmalloc(*count * b->word);
    TRY(memory_read(r->p->target, b->map + first * b->word, bytes, *count * b->word));
    for (size_t i = 0; i < *count; i++)
        (*ret)[i] = arch_load(bytes + i * b->word, b->word, r->p->target->big_endian);
    return NULL;
}

static struct error *add_all(struct reading *r, const struct blocks *b, size_t n, const uint64_t *map)
{
    struct contents_wants wants = {.count = 0};
    uint64_t per = b->per > 0 ? (uint64_t)b->per : 1, at = (uint64_t)b->start % per;
    for (uint64_t i = 0; i < n; i += per - (at + i) % per) {
        uint64_t left = per - (at + i) % per, some = left < n - i ? left : n - i;
        want_range(r->p, map[(at + i) / per] + (at + i) % per * b->element, some * b->element, &wants);
    }
    TRY(contents_fetch(r->p, &wants));
    for (uint64_t i = 0; i < n; i++) {
        struct value *v = value_at(r->p, b->type, map[(at + i) / per] + (at + i) % per * b->element);
        if (v->size <= VALUE_BYTES_MAX)
            TRY(value_load(r->p, v));
        TRY(contents_add(r, v));
    }
    return NULL;
}

struct error *read_blocks_contents(struct reading *r)
{
    struct blocks b = {0};
    uint64_t *map = NULL;
    size_t count = 0;
    r->c->shape = CONTENTS_LIST;
    TRY(find_blocks(r, &b));
    if (r->c->broken || !contents_size_fits(r->c, b.size, b.element))
        return NULL;
    size_t n = contents_limit(r, (uint64_t)b.size);
    if (!n)
        return NULL;
    struct error *e = load_map(r, &b, n, &map, &count);
    if (!e)
        e = add_all(r, &b, n, map);
    free(map);
    return e;
}

struct error *block_element(struct reading *r, int64_t index, struct value **ret)
{
    struct blocks b = {0};
    uint64_t block = 0;
    TRY(find_blocks(r, &b));
    if (r->c->broken)
        return error_new(ERR_NO_MEMORY, "%s", r->c->broken->message);
    if (index < 0 || index >= b.size)
        return error_new(ERR_NO_MEMORY, "index %" PRId64 " is outside of its %" PRId64 " elements", index,
                         b.size);
    uint64_t at = (uint64_t)b.start + (uint64_t)index, per = (uint64_t)b.per;
    TRY(memory_read_number(r->p->target, b.map + at / per * b.word, b.word, &block));
    *ret = value_at(r->p, b.type, block + at % per * b.element);
    return NULL;
}

/* -- rings
 * --------------------------------------------------------------------------------------------------- */

static struct error *ring_size(struct reading *r, int64_t start, int64_t capacity, int64_t *ret)
{
    int64_t last = 0;
    if (r->d->parts[PART_SIZE])
        return part_number(r, PART_SIZE, ret);
    if (!r->d->parts[PART_LAST])
        return error_new(ERR_TYPE_MISMATCH, "no size");
    TRY(part_number(r, PART_LAST, &last));
    *ret = last >= start ? last - start : last - start + capacity;
    return NULL;
}

struct ring {
    struct type *type;
    uint64_t address, element;
    int64_t capacity, start, size;
};

static struct error *find_ring(struct reading *r, struct ring *ret)
{
    struct value *data = NULL;
    TRY(part_value(r, PART_DATA, &data));
    TRY(element_type(r, data, &ret->type));
    TRY(elements_at(r, data, &ret->address));
    TRY(part_number(r, PART_CAPACITY, &ret->capacity));
    TRY(part_number(r, PART_START, &ret->start));
    ret->element = type_size(type_strip(ret->type));
    if (!contents_size_fits(r->c, ret->capacity, ret->element))
        return NULL;
    TRY(ring_size(r, ret->start, ret->capacity, &ret->size));
    if (ret->size < 0 || ret->size > ret->capacity || ret->start < 0 || ret->start > ret->capacity)
        contents_break(r->c, "%" PRId64 " elements from %" PRId64 " on do not fit into %" PRId64, ret->size,
                       ret->start, ret->capacity);
    return NULL;
}

struct error *read_ring_contents(struct reading *r)
{
    struct ring ring = {0};
    struct contents_wants wants = {.count = 0};
    r->c->shape = CONTENTS_LIST;
    TRY(find_ring(r, &ring));
    if (r->c->broken)
        return NULL;
    size_t n = contents_limit(r, (uint64_t)ring.size), straight = (size_t)(ring.capacity - ring.start);
    straight = straight < n ? straight : n;
    want_range(r->p, ring.address + (uint64_t)ring.start * ring.element, straight * ring.element, &wants);
    want_range(r->p, ring.address, (n - straight) * ring.element, &wants);
    TRY(contents_fetch(r->p, &wants));
    for (size_t i = 0; i < n; i++) {
        uint64_t at = i < straight ? (uint64_t)ring.start + i : i - straight;
        struct value *v = value_at(r->p, ring.type, ring.address + at * ring.element);
        if (v->size <= VALUE_BYTES_MAX)
            TRY(value_load(r->p, v));
        TRY(contents_add(r, v));
    }
    return NULL;
}
