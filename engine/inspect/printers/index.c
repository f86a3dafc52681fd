/* SPDX-License-Identifier: GPL-3.0-or-later */
/* v[3] of what has its elements by number: strings, arrays, blocks, rings, and what is a value of these; *v
 * of what leads to something. */
#include <inttypes.h>

#include "base/alloc.h"
#include "engine/inspect/printers/description.h"
#include "engine/target/target.h"

static struct error *outside(int64_t index, int64_t size)
{
    return error_hint(
        error_new(ERR_NO_MEMORY, "index %" PRId64 " is outside of its %" PRId64 " elements", index, size),
        "print it as a whole to see what is in it");
}

static struct error *in_array(struct reading *r, int64_t index, struct value **ret)
{
    struct value *data = NULL;
    struct type *type = NULL;
    int64_t size = 0;
    TRY(part_value(r, PART_DATA, &data));
    TRY(element_type(r, data, &type));
    TRY(part_number(r, PART_SIZE, &size));
    if (index < 0 || index >= size)
        return outside(index, size);
    if (value_kind(data) == TYPE_ARRAY)
        return value_index(r->p, data, index, ret);
    uint64_t address = 0;
    TRY(elements_at(r, data, &address));
    *ret = value_at(r->p, type, address + (uint64_t)index * type_size(type_strip(type)));
    return NULL;
}

/* One of the elements that are read as they are shown. */
static struct error *of_shown(struct reading *r, int64_t index, struct value **ret)
{
    struct contents c = {.shape = CONTENTS_NONE};
    struct error *e = NULL;
    r->p->followed = 0;
    TRY(contents_read(r->p, r->v, &c));
    if (c.shape == CONTENTS_LIST && index >= 0 && (uint64_t)index < c.count)
        *ret = c.items[index].value;
    else if (c.broken)
        e = error_new(ERR_NO_MEMORY, "%s", c.broken->message);
    else if (c.more && index >= 0 && (uint64_t)index < c.size)
        e = error_new(ERR_UNSUPPORTED, "only the first %zu of its elements have a number here", c.count);
    else if (c.shape == CONTENTS_LIST)
        e = outside(index, c.more ? (int64_t)c.size : (int64_t)c.count);
    contents_free(&c);
    return e;
}

static struct error *by_kind(struct reading *r, int64_t index, struct value **ret)
{
    struct value *inner = NULL;
    switch (r->d->kind) {
    case PRINTER_STRING:
    case PRINTER_ARRAY:
        return r->d->parts[PART_KEY] || r->d->parts[PART_ELEMENT] ? NULL : in_array(r, index, ret);
    case PRINTER_BLOCKS:
        return block_element(r, index, ret);
    case PRINTER_BITS:
    case PRINTER_RING:
    case PRINTER_TUPLE:
        return of_shown(r, index, ret);
    case PRINTER_VALUE:
        TRY(part_value(r, PART_VALUE, &inner));
        return kind_is_struct(value_kind(inner)) ? printer_index(r->p, inner, index, ret) : NULL;
    case PRINTER_POINTER: /* of an array */
        TRY(part_value(r, PART_TO, &inner));
        return value_kind(inner) == TYPE_POINTER ? value_index(r->p, inner, index, ret) : NULL;
    default:
        return NULL;
    }
}

static struct error *target_by_kind(struct reading *r, struct value **ret)
{
    struct value *pointer = NULL, *some = NULL;
    bool there = true;
    if (r->d->kind == PRINTER_OPTIONAL) {
        TRY(part_value(r, PART_SOME, &some));
        TRY(value_truth(r->p, some, &there));
        return there ? part_value(r, PART_VALUE, ret) : error_new(ERR_NO_MEMORY, "it is empty");
    }
    if (r->d->kind != PRINTER_POINTER)
        return NULL;
    if (r->d->parts[PART_TO][0] == '&')
        return path_value(r->p, r->v, r->d->parts[PART_TO] + 1, ret);
    TRY(part_value(r, PART_TO, &pointer));
    return value_kind(pointer) == TYPE_POINTER ? value_dereference(r->p, pointer, ret) : NULL;
}

/* What the first description has that fits. */
static struct error *first_that_fits(struct pool *p, struct value *v, const int64_t *index,
                                     struct value **ret)
{
    BASE_FREE char *name = p->target->printers ? printer_type_name(v->type) : NULL;
    const struct printer *d = NULL;
    *ret = NULL;
    while (name && !*ret && (d = printer_next(p, v, name, d)) != NULL) {
        struct contents c = {.shape = CONTENTS_NONE};
        struct reading r = {.p = p, .v = v, .d = d, .c = &c};
        struct error *e = index ? by_kind(&r, *index, ret) : target_by_kind(&r, ret);
        contents_free(&c);
        if (!e || error_is(e, ERR_NO_MEMORY) || error_is(e, ERR_UNSUPPORTED) || error_ends_asking(e))
            return e;
        error_free(e); /* another layout */
        *ret = NULL;
    }
    return NULL;
}

struct error *printer_index(struct pool *p, struct value *v, int64_t index, struct value **ret)
{
    return first_that_fits(p, v, &index, ret);
}

struct error *printer_target(struct pool *p, struct value *v, struct value **ret)
{
    return first_that_fits(p, v, NULL, ret);
}
