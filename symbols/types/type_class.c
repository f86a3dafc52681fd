/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a class of C++ has besides its members: static members, methods; pointers to members, and references.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/types/type_internal.h"

enum type_access type_access_of(const struct type *t, const struct die_attrs *a)
{
    const struct attr *said = die_attr(a, DW_AT_accessibility);
    uint64_t access = said ? said->u : t->kind == TYPE_CLASS ? DW_ACCESS_private : DW_ACCESS_public;
    return access == DW_ACCESS_private     ? ACCESS_PRIVATE
           : access == DW_ACCESS_protected ? ACCESS_PROTECTED
                                           : ACCESS_PUBLIC;
}

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
                             .access = type_access_of(t, a),
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

static void visit_parameter(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    bool *first = context;
    struct die_attrs a;
    if (tag != DW_TAG_formal_parameter || !*first)
        return;
    *first = false;
    die_attributes(u, die, &a);
    const struct attr *artificial = die_attr(&a, DW_AT_artificial);
    first[1] = artificial && artificial->u;
}

/* DW_AT_object_pointer says so, or the first parameter is made by the compiler. */
static bool has_this(struct dwarf_unit *u, const struct die_attrs *a, uint64_t die)
{
    bool first[2] = {true, die_attr(a, DW_AT_object_pointer) != NULL};
    Dwarf_Die method;
    if (first[1] || !die_at(u, die, &method))
        return first[1];
    die_children(u, method, visit_parameter, first);
    dwarf_dealloc_die(method);
    return first[1];
}

void type_add_method(struct type *t, struct class_parts *parts, struct dwarf_unit *u,
                     const struct die_attrs *a, uint64_t die)
{
    struct type_inside *in = t->inside;
    const struct attr *name = die_attr(a, DW_AT_name), *artificial = die_attr(a, DW_AT_artificial);
    const struct attr *virtuality = die_attr(a, DW_AT_virtuality);
    const char *text = name ? attr_string(u->dwarf, u->head, name) : NULL;
    if (!text)
        return;
    ARRAY_RESERVE(parts->methods, in->method_count, parts->method_capacity);
    parts->methods[in->method_count++] = (struct type_method){.name = text,
                                                              .type = type_of_die(t->file, die),
                                                              .die = die,
                                                              .slot = slot_of(u, a),
                                                              .access = type_access_of(t, a),
                                                              .is_virtual = virtuality && virtuality->u,
                                                              .artificial = artificial && artificial->u,
                                                              .has_this = has_this(u, a, die)};
}

void type_add_alias(struct type *t, struct class_parts *parts, struct dwarf_unit *u,
                    const struct die_attrs *a, uint64_t die)
{
    struct type_inside *in = t->inside;
    const struct attr *name = die_attr(a, DW_AT_name);
    const char *text = name ? attr_string(u->dwarf, u->head, name) : NULL;
    if (!text)
        return;
    ARRAY_RESERVE(parts->aliases, in->alias_count, parts->alias_capacity);
    parts->aliases[in->alias_count++] =
        (struct type_alias){.name = text, .type = type_of_die(t->file, die), .access = type_access_of(t, a)};
}

void type_add_argument(struct type *t, struct class_parts *parts, struct dwarf_unit *u,
                       const struct die_attrs *a)
{
    struct type_inside *in = t->inside;
    const struct attr *name = die_attr(a, DW_AT_name);
    const char *text = name ? attr_string(u->dwarf, u->head, name) : NULL;
    if (!text)
        return;
    ARRAY_RESERVE(parts->arguments, in->argument_count, parts->argument_capacity);
    parts->arguments[in->argument_count++] =
        (struct type_alias){.name = text, .type = type_of_attr(t->file, die_attr(a, DW_AT_type))};
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
    in->definitions =
        in->static_count ? intern_alloc(in->arena, in->static_count * sizeof *in->definitions) : NULL;
    in->methods = keep(in->arena, parts->methods, in->method_count * sizeof *parts->methods);
    in->aliases = keep(in->arena, parts->aliases, in->alias_count * sizeof *parts->aliases);
    in->arguments = keep(in->arena, parts->arguments, in->argument_count * sizeof *parts->arguments);
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

size_t type_aliases(struct type *t, const struct type_alias **ret)
{
    t = type_strip(t);
    type_read_children(t);
    *ret = t->inside->aliases;
    return t->inside->alias_count;
}

size_t type_arguments(struct type *t, const struct type_alias **ret)
{
    t = type_strip(t);
    type_read_children(t);
    *ret = t->inside->arguments;
    return t->inside->argument_count;
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

struct type *type_reference_to(struct type *t, bool rvalue)
{
    struct type *r = type_make(t->inside->arena, t->file, rvalue ? TYPE_RVALUE_REFERENCE : TYPE_REFERENCE);
    r->inside->map = t->inside->map;
    r->inside->target = t;
    r->inside->size = type_size(type_pointer_to(t));
    return r;
}

struct type *type_constant(struct type *t)
{
    if (t->kind == TYPE_CONST)
        return t;
    struct type *c = type_make(t->inside->arena, t->file, TYPE_CONST);
    c->inside->map = t->inside->map;
    c->inside->target = t;
    return c;
}
