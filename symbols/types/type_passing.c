/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How C++ passes objects: what may not be copied byte by byte is passed and returned by its address (Itanium
 * C++ ABI, 3.1.2.3 and 3.1.3).
 */
#include <string.h>

#include "symbols/types/type_internal.h"

struct found {
    struct type *type;
    bool is_special;
};

struct constructor {
    struct type *type;
    unsigned parameters; /* without `this` */
    bool takes_own;      /* the last one is a reference to the class itself */
};

static void visit_parameter(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct constructor *k = context;
    struct die_attrs a;
    if (tag != DW_TAG_formal_parameter)
        return;
    die_attributes(u, die, &a);
    if (die_attr(&a, DW_AT_artificial))
        return;
    struct type *t = type_strip(type_of_attr(k->type->file, die_attr(&a, DW_AT_type)));
    bool reference = t->kind == TYPE_REFERENCE || t->kind == TYPE_RVALUE_REFERENCE;
    k->parameters++;
    k->takes_own = reference && type_strip(type_target(t))->die == k->type->die;
}

/* From one of its own kind: "vec" of the class "vec<int>". */
static bool copies(struct type *t, struct dwarf_unit *u, Dwarf_Die die, const char *name)
{
    size_t n = t->name ? strcspn(t->name, "<") : 0;
    struct constructor k = {.type = t};
    if (!n || strlen(name) != n || strncmp(name, t->name, n) != 0)
        return false;
    die_children(u, die, visit_parameter, &k);
    return k.parameters == 1 && k.takes_own;
}

/* A destructor, or a constructor from one of its kind, that the program wrote or deleted, or anything
 * virtual. */
static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct found *found = context;
    struct die_attrs a;
    if (tag != DW_TAG_subprogram || found->is_special)
        return;
    die_attributes(u, die, &a);
    const struct attr *name = die_attr(&a, DW_AT_name), *defaulted = die_attr(&a, DW_AT_defaulted);
    const struct attr *is_virtual = die_attr(&a, DW_AT_virtuality);
    const char *text = name ? attr_string(u->dwarf, u->head, name) : NULL;
    bool is_written =
        !die_attr(&a, DW_AT_artificial) && !(defaulted && defaulted->u == DW_DEFAULTED_in_class);
    found->is_special = (is_virtual && is_virtual->u != DW_VIRTUALITY_none) ||
                        (text && is_written && (*text == '~' || copies(found->type, u, die, text)));
}

/* DW_AT_calling_convention of DWARF 5 says it; of older compilers' classes what they have does. */
static bool says_reference(struct type *t)
{
    struct dwarf *d = t->file ? dwarf_of(t->file) : NULL;
    struct dwarf_unit *u;
    Dwarf_Die die;
    struct die_attrs a;
    if (!t->die || !d || !die_anywhere(d, t->die, &u, &die))
        return false;
    die_attributes(u, die, &a);
    const struct attr *convention = die_attr(&a, DW_AT_calling_convention);
    struct found found = {.type = t};
    if (convention) {
        found.is_special = convention->kind == ATTR_CONSTANT && convention->u == DW_CC_pass_by_reference;
    } else {
        die_walk_begin(u);
        die_children(u, die, visit, &found);
    }
    dwarf_dealloc_die(die);
    return found.is_special;
}

static bool is_by_reference(struct type *declared, unsigned depth, unsigned *looked_at)
{
    struct type *t = type_strip(declared);
    const struct type_member *members;
    if (depth == TYPE_DEPTH_LIMIT || ++*looked_at > TYPE_PASSING_LIMIT)
        return false;
    if (t->kind == TYPE_ARRAY)
        return is_by_reference(type_target(t), depth + 1, looked_at);
    if (t->kind != TYPE_STRUCT && t->kind != TYPE_CLASS && t->kind != TYPE_UNION)
        return false;
    if (says_reference(t))
        return true;
    size_t count = type_members(t, &members);
    for (size_t i = 0; i < count; i++)
        if (!members[i].known_offset || is_by_reference(members[i].type, depth + 1, looked_at))
            return true;
    return false;
}

bool type_is_by_reference(struct type *t)
{
    unsigned looked_at = 0;
    return type_has_scopes(type_strip(t)) && is_by_reference(t, 0, &looked_at);
}
