/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a class of C++ has besides its members: static members, methods, the class of a pointer to members.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/types/type_internal.h"

void type_add_static(struct type *t, struct class_parts *parts, struct dwarf_unit *u,
                     const struct die_attrs *a, uint64_t die)
{
    struct type_inside *in = t->inside;
    const struct attr *name = die_attr(a, DW_AT_name);
    const char *text = name ? attr_string(u->dwarf, u->head, name) : NULL;
    if (!text)
        return;
    ARRAY_RESERVE(parts->statics, in->static_count, parts->static_capacity);
    parts->statics[in->static_count++] =
        (struct type_static){.name = text,
                             .type = type_of_attr(t->file, die_attr(a, DW_AT_type)),
                             .die = die,
                             .before = in->member_count};
}

/* DW_AT_vtable_elem_location is written as an expression that is one number. */
static int64_t slot_of(struct dwarf_unit *u, const struct die_attrs *a)
{
    const struct attr *virtuality = die_attr(a, DW_AT_virtuality);
    const struct attr *at = die_attr(a, DW_AT_vtable_elem_location);
    if (!virtuality || !virtuality->u || !at)
        return -1;
    if (at->kind == ATTR_CONSTANT)
        return at->u <= INT32_MAX ? (int64_t)at->u : -1;
    if (at->kind != ATTR_BLOCK)
        return -1;
    struct cursor c = cursor_of(at->block, at->size, u->dwarf->image->big);
    uint8_t op = cursor_u8(&c);
    uint64_t slot = op == DW_OP_constu                      ? cursor_uleb(&c)
                    : op >= DW_OP_lit0 && op <= DW_OP_lit31 ? (uint64_t)(op - DW_OP_lit0)
                                                            : UINT64_MAX;
    return !c.bad && slot <= INT32_MAX ? (int64_t)slot : -1;
}

void type_add_method(struct type *t, struct class_parts *parts, struct dwarf_unit *u,
                     const struct die_attrs *a, uint64_t die)
{
    struct type_inside *in = t->inside;
    const struct attr *name = die_attr(a, DW_AT_name), *artificial = die_attr(a, DW_AT_artificial);
    const char *text = name ? attr_string(u->dwarf, u->head, name) : NULL;
    if (!text)
        return;
    ARRAY_RESERVE(parts->methods, in->method_count, parts->method_capacity);
    parts->methods[in->method_count++] = (struct type_method){.name = text,
                                                              .type = type_of_die(t->file, die),
                                                              .die = die,
                                                              .slot = slot_of(u, a),
                                                              .artificial = artificial && artificial->u};
}

static void *keep(struct intern *arena, void *list, size_t size)
{
    void *kept = size ? memcpy(intern_alloc(arena, size), list, size) : NULL;
    free(list);
    return kept;
}

void type_keep_parts(struct type *t, struct class_parts *parts)
{
    struct type_inside *in = t->inside;
    in->statics = keep(in->arena, parts->statics, in->static_count * sizeof *parts->statics);
    in->methods = keep(in->arena, parts->methods, in->method_count * sizeof *parts->methods);
}

size_t type_statics(struct type *t, const struct type_static **ret)
{
    t = type_strip(t);
    type_read_children(t);
    *ret = t->inside->statics;
    return t->inside->static_count;
}

size_t type_methods(struct type *t, const struct type_method **ret)
{
    t = type_strip(t);
    type_read_children(t);
    *ret = t->inside->methods;
    return t->inside->method_count;
}

struct type *type_containing(struct type *t)
{
    struct type_inside *in = type_strip(t)->inside;
    if (!in->class && in->class_die != NO_OFFSET)
        in->class = type_of_die(type_strip(t)->file, in->class_die);
    return in->class;
}

bool type_same_class(struct type *a, struct type *b)
{
    a = type_strip(a);
    b = type_strip(b);
    if (a == b)
        return true;
    bool is_union = a->kind == TYPE_UNION;
    if (!a->name || !b->name || is_union != (b->kind == TYPE_UNION) || strcmp(a->name, b->name) != 0)
        return false;
    return strcmp(type_scope(a), type_scope(b)) == 0;
}

struct type *type_member_pointer_to(struct type *class, struct type *t)
{
    struct type *p = type_make(t->inside->arena, t->file, TYPE_MEMBER_POINTER);
    p->inside->map = t->inside->map;
    p->inside->target = t;
    p->inside->class = class;
    p->inside->size = type_size(type_pointer_to(t)) * (type_strip(t)->kind == TYPE_FUNCTION ? 2u : 1u);
    return p;
}
