/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies side by side: strings, arrays, bits. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/printers/description.h"
#include "engine/target/target.h"

/* Where it begins and how many there are, as far as that makes sense. */
struct extent {
    struct value *data;
    struct type *type;
    uint64_t address, element;
    int64_t size;
};

static struct error *find_extent(struct reading *r, struct extent *ret)
{
    int64_t capacity;
    TRY(part_value(r, PART_DATA, &ret->data));
    TRY(part_number(r, PART_SIZE, &ret->size));
    /* Where there is room for nothing, there may be no array either: libstdc++'s array<T, 0>. */
    if (ret->size == 0 && r->d->kind == PRINTER_ARRAY && kind_is_struct(value_kind(ret->data)))
        return NULL;
    TRY(element_type(r, ret->data, &ret->type));
    ret->element = type_size(type_strip(ret->type));
    TRY(part_or(r, PART_CAPACITY, ret->size, &capacity));
    if (!contents_size_fits(r->c, ret->size, ret->element))
        return NULL;
    if (capacity < ret->size)
        contents_break(r->c, "a size of %" PRId64 " is more than its capacity of %" PRId64, ret->size,
                       capacity);
    if (value_kind(ret->data) == TYPE_POINTER)
        return elements_at(r, ret->data, &ret->address);
    ret->address = value_has_address(ret->data) ? ret->data->address : 0;
    return value_kind(ret->data) == TYPE_ARRAY ? NULL : error_new(ERR_TYPE_MISMATCH, "no elements");
}

/* Bytes of what lies in the object itself. */
static struct error *own_bytes(struct reading *r, const struct extent *x, size_t n, unsigned char *bytes)
{
    TRY(value_load(r->p, x->data));
    if (n > x->data->size) {
        contents_break(r->c, "a size of %" PRId64 " is more than there is room for", x->size);
        return NULL;
    }
    memcpy(bytes, x->data->bytes, n);
    return NULL;
}

/* As many bytes as can be read. */
static struct error *load_bytes(struct reading *r, const struct extent *x, size_t n, unsigned char *bytes,
                                size_t *got)
{
    *got = n;
    if (!n)
        return NULL;
    if (value_kind(x->data) == TYPE_ARRAY)
        return own_bytes(r, x, n, bytes);
    if (memory_from_file(r->p->target, x->address, bytes, n))
        return NULL;
    TRY(memory_read_some(r->p->target, x->address, bytes, n, got));
    if (*got < n)
        contents_break(r->c, "Cannot access memory at address 0x%" PRIx64, x->address + *got);
    return NULL;
}

struct error *read_string_contents(struct reading *r)
{
    struct extent x = {0};
    struct contents *c = r->c;
    c->shape = CONTENTS_STRING;
    TRY(find_extent(r, &x));
    c->character = x.type;
    if (c->broken || x.element > sizeof(uint32_t))
        return c->broken ? NULL : error_new(ERR_TYPE_MISMATCH, "no characters");
    size_t n = (uint64_t)x.size < RENDER_ELEMENTS ? (size_t)x.size : RENDER_ELEMENTS;
    c->more = (uint64_t)x.size > n;
    c->size = (uint64_t)x.size;
    c->bytes = xcalloc(n * x.element + 1, 1);
    TRY(load_bytes(r, &x, n * x.element, c->bytes, &c->length));
    c->length -= c->length % x.element;
    return NULL;
}

/* One element, with its bytes where they were read already. */
static struct value *one(struct pool *p, const struct extent *x, const unsigned char *bytes, size_t i)
{
    struct value *v = x->address ? value_at(p, x->type, x->address + i * x->element) : value_new(p, x->type);
    if (bytes && v->size)
        v->bytes = xmemdup(bytes + i * x->element, v->size);
    return v;
}

static struct error *add_element(struct reading *r, struct value *v)
{
    if (r->d->parts[PART_ELEMENT])
        TRY(path_value(r->p, v, r->d->parts[PART_ELEMENT], &v));
    return contents_add(r, v);
}

struct error *read_array_contents(struct reading *r)
{
    struct extent x = {0};
    r->c->shape = r->d->parts[PART_KEY] ? CONTENTS_MAP : CONTENTS_LIST;
    TRY(find_extent(r, &x));
    if (r->c->broken)
        return NULL;
    size_t n = contents_limit(r, (uint64_t)x.size), got = 0;
    bool own = value_kind(x.data) == TYPE_ARRAY;
    /* Big elements are read one by one, as far as they are shown. */
    bool together = n * x.element <= VALUE_BYTES_MAX && (own || r->p->target->state == TARGET_STOPPED);
    BASE_FREE unsigned char *bytes = together ? xmalloc(n * x.element + 1) : NULL;
    if (together) {
        TRY(load_bytes(r, &x, n * x.element, bytes, &got));
        n = r->c->broken ? got / x.element : n;
    }
    for (size_t i = 0; i < n; i++)
        TRY(add_element(r, one(r->p, &x, bytes, i)));
    return NULL;
}

/* -- bits --------------------------------------------------------------------------------------------------
 */

static struct error *bits_size(struct reading *r, const struct extent *x, int64_t *ret)
{
    int64_t rest = 0;
    struct value *last = NULL;
    uint64_t end = 0;
    if (r->d->parts[PART_SIZE])
        return part_number(r, PART_SIZE, ret);
    if (!r->d->parts[PART_LAST] || !r->d->parts[PART_REST])
        return error_new(ERR_TYPE_MISMATCH, "no size");
    TRY(part_value(r, PART_LAST, &last));
    TRY(value_as_integer(r->p, last, &end));
    TRY(part_number(r, PART_REST, &rest));
    if (rest < 0 || rest >= (int64_t)x->element * 8)
        contents_break(r->c, "it ends at bit %" PRId64 " of a word", rest);
    int64_t bytes = (int64_t)(end - x->address);
    *ret = bytes < 0 ? -1 : bytes > CONTAINER_BYTES_MOST ? INT64_MAX : bytes * 8 + rest;
    return NULL;
}

struct error *read_bits_contents(struct reading *r)
{
    struct extent x = {0};
    r->c->shape = CONTENTS_LIST;
    TRY(part_value(r, PART_DATA, &x.data));
    if (value_kind(x.data) != TYPE_POINTER)
        return error_new(ERR_TYPE_MISMATCH, "no words");
    TRY(element_type(r, x.data, &x.type));
    TRY(elements_at(r, x.data, &x.address));
    x.element = type_size(type_strip(x.type));
    TRY(bits_size(r, &x, &x.size));
    if (r->c->broken || !contents_size_fits(r->c, x.size, 0))
        return NULL;
    if (x.element > 8)
        return error_new(ERR_TYPE_MISMATCH, "no words");
    size_t n = contents_limit(r, (uint64_t)x.size), width = (size_t)x.element * 8, got = 0;
    unsigned char bytes[(RENDER_ELEMENTS / 8 + 1) * 8] = {0};
    TRY(load_bytes(r, &x, (n + width - 1) / width * (size_t)x.element, bytes, &got));
    struct type *truth = basic_type(r->p, "bool");
    for (size_t i = 0; i < n && i / 8 < got; i++) {
        uint64_t word = arch_load(bytes + i / width * x.element, (size_t)x.element, r->p->target->big_endian);
        TRY(contents_add(r, value_integer(r->p, truth, word >> (i % width) & 1)));
    }
    return NULL;
}
