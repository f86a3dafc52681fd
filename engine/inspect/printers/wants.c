/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is read at once: texts and arrays behind many objects, nodes of one level of a tree.
 *
 * What was made one after the other lies side by side: of a process, whose memory is read at no risk, ranges
 * with small gaps between them become one, and where few are asked for, a list's next node or those at the
 * top of a tree, the pages around them come with them. Elsewhere exactly what is needed is read.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "engine/inspect/printers/description.h"
#include "engine/target/target.h"

enum {
    PAGE = 4096,
    PAGES_AHEAD = 8,
    NEAR = 1 << 18,
    FEW = 4,
    GAP = 256,
    PROBE = 64,
    MEMBERS_DEPTH = 2,
    FETCH_AT_ONCE = 64
};

static void add(struct contents_wants *w, uint64_t address, size_t length)
{
    for (size_t i = 0; i < w->count; i++)
        if (address - w->list[i].address < w->list[i].length &&
            length <= w->list[i].length - (address - w->list[i].address))
            return;
    if (w->count < CONTENTS_WANTS)
        w->list[w->count++] = (struct memory_want){address, length};
}

static bool can_ask(const struct pool *p)
{
    return p->target->state == TARGET_STOPPED;
}

void want_range(struct pool *p, uint64_t address, uint64_t size, struct contents_wants *w)
{
    unsigned char probe[1];
    if (!address || !size || !can_ask(p) || memory_from_file(p->target, address, probe, sizeof probe))
        return;
    for (; size > PAGE; size -= PAGE, address += PAGE)
        add(w, address, PAGE);
    add(w, address, (size_t)size);
}

void want_node(struct pool *p, uint64_t address, size_t size, struct contents_wants *w)
{
    if (address && size && size <= PAGE && can_ask(p) &&
        !memory_cached(p->target, address, size < PROBE ? size : PROBE))
        add(w, address, size);
}

/* Of a process, what lies around a few places: more of what is looked for, as a rule, at the cost of a page;
 * and of several pages where the place before was near, as what was allocated one after the other is. */
static void widen(struct pool *p, struct contents_wants *w)
{
    struct contents_wants few = *w;
    w->count = 0;
    for (size_t i = 0; i < few.count; i++) {
        uint64_t at = few.list[i].address, page = at & ~(uint64_t)(PAGE - 1);
        uint64_t apart = at > p->fetched_at ? at - p->fetched_at : p->fetched_at - at;
        bool inside = at + few.list[i].length - page <= PAGE;
        if (inside && apart < NEAR)
            page &= ~(uint64_t)(PAGES_AHEAD * PAGE - 1);
        for (unsigned k = 0; inside && k < (apart < NEAR ? PAGES_AHEAD : 1); k++)
            add(w, page + (uint64_t)k * PAGE, PAGE);
        if (!inside)
            add(w, at, few.list[i].length);
        p->fetched_at = at;
    }
}

/* Neighbours become one: what lies between them costs less than asking once more. */
static void join(struct contents_wants *w)
{
    size_t kept = 0;
    qsort(w->list, w->count, sizeof *w->list, memory_want_order);
    for (size_t i = 1; i < w->count; i++) {
        struct memory_want *last = &w->list[kept], next = w->list[i];
        uint64_t end = next.address + next.length, last_end = last->address + last->length;
        if (next.address <= last_end + GAP && end - last->address <= PAGE)
            last->length = (size_t)((end > last_end ? end : last_end) - last->address);
        else
            w->list[++kept] = next;
    }
    w->count = w->count ? kept + 1 : 0;
}

struct error *contents_fetch(struct pool *p, struct contents_wants *w)
{
    if (p->target->is_process) {
        if (w->count <= FEW)
            widen(p, w);
        join(w);
    }
    for (size_t i = 0; i < w->count && can_ask(p); i += FETCH_AT_ONCE) {
        size_t n = w->count - i < FETCH_AT_ONCE ? w->count - i : FETCH_AT_ONCE;
        struct error *e = memory_prefetch(p->target, w->list + i, n);
        if (error_ends_asking(e))
            return e;
        error_free(e); /* what cannot be read is said where it is shown */
    }
    return NULL;
}

/* -- what an object will need ------------------------------------------------------------------------- */

static struct error *want_elements(struct reading *r, struct contents_wants *w)
{
    struct value *data = NULL;
    struct type *type = NULL;
    int64_t size = 0;
    uint64_t address = 0;
    TRY(part_value(r, PART_DATA, &data));
    TRY(part_number(r, PART_SIZE, &size));
    TRY(element_type(r, data, &type));
    if (value_kind(data) != TYPE_POINTER)
        return NULL;
    TRY(elements_at(r, data, &address));
    uint64_t element = type_size(type_strip(type));
    if (size > 0 && element <= PAGE)
        want_range(r->p, address,
                   ((uint64_t)size < RENDER_ELEMENTS ? (uint64_t)size : RENDER_ELEMENTS) * element, w);
    return NULL;
}

static struct error *want_target(struct reading *r, enum printer_part part, struct contents_wants *w)
{
    struct value *pointer = NULL;
    uint64_t address = 0;
    TRY(part_value(r, part, &pointer));
    if (value_kind(pointer) != TYPE_POINTER)
        return NULL;
    TRY(value_as_integer(r->p, pointer, &address));
    uint64_t size = type_size(type_strip(type_target(type_strip(pointer->type))));
    want_node(r->p, address, size && size < 64 ? 64 : (size_t)size, w);
    return NULL;
}

static void want_described(struct reading *r, struct contents_wants *w)
{
    struct error *e = NULL;
    if (r->d->kind == PRINTER_STRING || r->d->kind == PRINTER_ARRAY)
        e = want_elements(r, w);
    else if (r->d->kind == PRINTER_LIST || r->d->kind == PRINTER_TREE)
        e = want_target(r, PART_FIRST, w);
    else if (r->d->kind == PRINTER_POINTER && r->d->parts[PART_TO][0] != '&')
        e = want_target(r, PART_TO, w);
    error_free(e);
}

static void want_members(struct pool *p, struct value *v, unsigned depth, struct contents_wants *ret)
{
    const struct type_member *members;
    size_t n = kind_is_struct(value_kind(v)) ? type_members(type_strip(v->type), &members) : 0;
    for (size_t i = 0; i < n && ret->count < CONTENTS_WANTS; i++) {
        struct value *member = NULL;
        if (!members[i].known_offset || !kind_is_struct(type_strip(members[i].type)->kind))
            continue;
        struct error *e = value_of_member(p, v, &members[i], &member);
        if (!e)
            contents_want(p, member, depth + 1, ret);
        error_free(e);
    }
}

void contents_want(struct pool *p, struct value *v, unsigned depth, struct contents_wants *ret)
{
    /* Only what is here already says where the rest is. */
    if (p->raw || !p->target->printers || !v->bytes || v->optimised_out || depth > MEMBERS_DEPTH ||
        ret->count == CONTENTS_WANTS)
        return;
    BASE_FREE char *name = printer_type_name(v->type);
    if (!name)
        return;
    const struct printer *d = printer_next(p, v, name, NULL);
    for (size_t before = ret->count; d && ret->count == before; d = printer_next(p, v, name, d)) {
        struct reading r = {.p = p, .v = v, .d = d};
        want_described(&r, ret);
    }
    if (!printer_next(p, v, name, NULL))
        want_members(p, v, depth, ret);
}
