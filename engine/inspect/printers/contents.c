/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which description fits an object, and what the kinds have in common. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "engine/inspect/printers/description.h"
#include "engine/target/target.h"

static struct error *(*const readers[PRINTER_KINDS])(struct reading *) = {
    [PRINTER_STRING] = read_string_contents,     [PRINTER_ARRAY] = read_array_contents,
    [PRINTER_BITS] = read_bits_contents,         [PRINTER_BLOCKS] = read_blocks_contents,
    [PRINTER_RING] = read_ring_contents,         [PRINTER_LIST] = read_list_contents,
    [PRINTER_TREE] = read_tree_contents,         [PRINTER_SLOTS] = read_slots_contents,
    [PRINTER_TUPLE] = read_tuple_contents,       [PRINTER_MEMBERS] = read_members_contents,
    [PRINTER_POINTER] = read_pointer_contents,   [PRINTER_VALUE] = read_optional_contents,
    [PRINTER_OPTIONAL] = read_optional_contents, [PRINTER_VARIANT] = read_variant_contents,
};

/* -- parts ------------------------------------------------------------------------------------------------
 */

struct error *part_value(struct reading *r, enum printer_part part, struct value **ret)
{
    return path_value(r->p, r->v, r->d->parts[part], ret);
}

struct error *part_number(struct reading *r, enum printer_part part, int64_t *ret)
{
    return path_number(r->p, r->v, r->d->parts[part], ret);
}

struct error *part_or(struct reading *r, enum printer_part part, int64_t otherwise, int64_t *ret)
{
    *ret = otherwise;
    return r->d->parts[part] ? part_number(r, part, ret) : NULL;
}

void contents_break(struct contents *c, const char *format, ...)
{
    BASE_BUF struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    if (!c->broken)
        c->broken = error_new(ERR_NO_MEMORY, "%s", buf_text(&text));
}

static void add_item(struct contents *c, struct contents_item item)
{
    c->items = xreallocarray(c->items, c->count + 1, sizeof *c->items);
    c->items[c->count++] = item;
}

struct error *contents_add(struct reading *r, struct value *element)
{
    struct contents_item item = {.value = element};
    const char *key = r->d->parts[PART_KEY], *value = r->d->parts[PART_VALUE];
    bool list = r->d->kind != PRINTER_VALUE && r->d->kind != PRINTER_OPTIONAL;
    if (list && key)
        TRY(path_value(r->p, element, key, &item.key));
    if (list && key && value)
        TRY(path_value(r->p, element, value, &item.value));
    r->p->followed++;
    add_item(r->c, item);
    return NULL;
}

size_t contents_limit(struct reading *r, uint64_t size)
{
    size_t left = r->p->followed < CONTAINER_FOLLOWED_MOST ? CONTAINER_FOLLOWED_MOST - r->p->followed : 0;
    size_t most = left < RENDER_ELEMENTS ? left : RENDER_ELEMENTS;
    r->c->size = size;
    r->c->more = size > most;
    return r->c->more ? most : (size_t)size;
}

bool contents_size_fits(struct contents *c, int64_t size, uint64_t element)
{
    if (size < 0)
        contents_break(c, "it ends before it begins");
    else if (size > CONTAINER_BYTES_MOST / (int64_t)(element && element < CONTAINER_BYTES_MOST ? element : 1))
        contents_break(c, "a size of %" PRId64 " is beyond sense", size);
    return !c->broken;
}

struct error *element_type(struct reading *r, struct value *data, struct type **ret)
{
    struct value *said = NULL;
    struct type *t = type_strip(data->type);
    if (r->d->parts[PART_TYPE]) {
        TRY(part_value(r, PART_TYPE, &said));
        *ret = said->type;
    } else if (t->kind == TYPE_POINTER || t->kind == TYPE_ARRAY) {
        *ret = type_target(t);
    } else {
        return error_new(ERR_TYPE_MISMATCH, "no elements");
    }
    return type_size(type_strip(*ret)) ? NULL : error_new(ERR_TYPE_MISMATCH, "elements without a size");
}

struct error *elements_at(struct reading *r, struct value *data, uint64_t *ret)
{
    enum type_kind kind = value_kind(data);
    if (kind == TYPE_POINTER)
        return value_as_integer(r->p, data, ret);
    if (kind != TYPE_ARRAY || !value_has_address(data))
        return error_new(ERR_TYPE_MISMATCH, "no place of elements");
    *ret = data->address;
    return NULL;
}

/* -- one object ------------------------------------------------------------------------------------------ */

static bool holds(struct pool *p, struct value *v, const struct printer *d)
{
    int64_t truth = 1;
    if (!d->parts[PART_IF])
        return true;
    struct error *e = path_number(p, v, d->parts[PART_IF], &truth);
    bool fits = !e && truth;
    error_free(e);
    return fits;
}

const struct printer *printer_next(struct pool *p, struct value *v, const char *name,
                                   const struct printer *from)
{
    const struct printers *t = p->target->printers;
    for (size_t i = from ? (size_t)(from - t->list) + 1 : 0; t && i < t->count; i++)
        if (printer_matches(&t->list[i], name) && holds(p, v, &t->list[i]))
            return &t->list[i];
    return NULL;
}

/* What cannot be read is damage; anything else says that the description is of another layout. */
static struct error *settle(struct contents *c, struct error *e, bool *fits)
{
    *fits = !e || error_is(e, ERR_NO_MEMORY);
    if (e && error_ends_asking(e)) {
        contents_free(c);
        return e;
    }
    if (!*fits)
        contents_free(c);
    else if (e)
        contents_break(c, "%s", e->message);
    error_free(e);
    return NULL;
}

/* What the elements will need when they are shown, of all of them at once. */
static struct error *fetch_behind(struct pool *p, const struct contents *c)
{
    struct contents_wants wants = {.count = 0};
    for (size_t i = 0; i < c->count; i++) {
        if (c->items[i].key)
            contents_want(p, c->items[i].key, 0, &wants);
        contents_want(p, c->items[i].value, 0, &wants);
    }
    return contents_fetch(p, &wants);
}

struct error *contents_read(struct pool *p, struct value *v, struct contents *ret)
{
    *ret = (struct contents){.shape = CONTENTS_NONE};
    BASE_FREE char *name = p->raw || !p->target->printers ? NULL : printer_type_name(v->type);
    const struct printer *d = NULL;
    bool fits = false;
    if (!name || v->optimised_out || v->bit_size)
        return NULL;
    while (!fits) {
        d = printer_next(p, v, name, d);
        if (!d)
            break;
        struct reading r = {.p = p, .v = v, .d = d, .c = ret};
        if (!v->bytes && v->size && v->size <= VALUE_BYTES_MAX)
            TRY(value_load(p, v));
        TRY(settle(ret, readers[d->kind](&r), &fits));
    }
    if (!fits)
        return NULL;
    struct error *e = fetch_behind(p, ret);
    if (e)
        contents_free(ret);
    return e;
}

void contents_free(struct contents *c)
{
    free(c->items);
    free(c->bytes);
    error_free(c->broken);
    *c = (struct contents){.shape = CONTENTS_NONE};
}
