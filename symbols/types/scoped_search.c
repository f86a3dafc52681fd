/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A name, taken apart, in one scope and in what belongs to it: what it declares itself, anonymous and inline
 * namespaces in it, then what `using` brings there, then base classes.
 */
#include <string.h>

#include "symbols/index/index_image.h"
#include "symbols/index/index_template.h"
#include "symbols/limits.h"
#include "symbols/types/scoped_internal.h"

struct lookup {
    struct dwarf *dwarf;
    const struct name_query *query;
    bool types;
    struct scopes_used *used;
    struct {
        uint64_t scope;
        size_t part;
    } entered[SCOPES_ENTERED_LIMIT]; /* namespaces may use each other */
    size_t entered_count;
};

/* What one scope has for a part of the name. */
struct pass {
    struct lookup *lookup;
    size_t part;
    unsigned depth;
    uint64_t found, declared, begun;   /* its DIE; a declaration alone; one with further template arguments */
    uint64_t inner[SCOPE_INNER_LIMIT]; /* scopes in which the next part is looked for */
    size_t inner_count;
    uint64_t used[SCOPE_USED_LIMIT]; /* scopes in which the same part is looked for afterwards */
    size_t used_count;
};

static uint64_t search(struct lookup *l, uint64_t scope, size_t part, unsigned depth);

static bool is_last(const struct pass *p)
{
    return p->part + 1 == p->lookup->query->count;
}

static bool is_wanted(const struct pass *p, uint16_t tag)
{
    switch (tag) {
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
    case DW_TAG_typedef:
    case DW_TAG_base_type:
    case DW_TAG_unspecified_type:
        return p->lookup->types;
    case DW_TAG_variable:
    case DW_TAG_member:
    case DW_TAG_enumerator:
    case DW_TAG_subprogram:
        return !p->lookup->types;
    default:
        return false;
    }
}

static bool is_scope(uint16_t tag)
{
    return tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
           tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type || tag == DW_TAG_typedef;
}

static void note(uint64_t *list, size_t *count, size_t most, uint64_t die)
{
    if (*count < most)
        list[(*count)++] = die;
}

static bool flag(const struct die_attrs *a, unsigned name)
{
    const struct attr *found = die_attr(a, name);
    return found && found->u;
}

static const char *name_of(struct dwarf_unit *u, const struct die_attrs *a)
{
    const struct attr *name = die_attr(a, DW_AT_name);
    return name ? attr_string(u->dwarf, u->head, name) : NULL;
}

/* A DIE whose name is that of the part: what is looked for, or a scope on the way to it. */
static void take_named(struct pass *p, uint64_t die, uint16_t tag, bool declaration)
{
    if (!is_last(p)) {
        if (is_scope(tag))
            note(p->inner, &p->inner_count, SCOPE_INNER_LIMIT, die);
        return;
    }
    if (!is_wanted(p, tag) || p->found != NO_OFFSET)
        return;
    if (!declaration)
        p->found = die;
    else if (p->declared == NO_OFFSET)
        p->declared = die;
}

static void take(struct pass *p, const char *name, uint64_t die, uint16_t tag, bool declaration)
{
    const struct name_query *q = p->lookup->query;
    const char *part = q->parts[p->part].text;
    size_t n = q->parts[p->part].length;
    bool function = tag == DW_TAG_subprogram;
    if (name_same(part, n, name, strlen(name)) || (function && name_same_base(part, n, name)))
        take_named(p, die, tag, declaration);
    else if (is_last(p) && is_wanted(p, tag) && !declaration && p->begun == NO_OFFSET &&
             template_begins(part, n, name))
        p->begun = die;
}

/* `using ns::x`, `namespace n = ns`: another's DIE, by a name of its own or by that one's. */
static void take_import(struct pass *p, struct dwarf_unit *u, const struct die_attrs *a)
{
    const struct attr *import = die_attr(a, DW_AT_import);
    struct dwarf_unit *where;
    Dwarf_Die die;
    struct die_attrs there;
    Dwarf_Half tag = 0;
    Dwarf_Error err = NULL;
    if (!import || import->kind != ATTR_REFERENCE)
        return;
    /* Of a variable gcc names the definition, which has no name of its own. */
    uint64_t target = scope_declaration(u, import->u);
    if (!die_anywhere(u->dwarf, target, &where, &die))
        return;
    die_attributes(where, die, &there);
    if (dwarf_tag(die, &tag, &err) != DW_DLV_OK)
        die_error(where, err);
    dwarf_dealloc_die(die);
    const char *name = name_of(u, a);
    name = name ? name : name_of(where, &there);
    if (name)
        take(p, name, target, tag, false);
}

/* Behind typedefs and declarations: where the names of a class are. */
static uint64_t named_scope(struct dwarf *d, uint64_t die)
{
    struct type *t = type_strip(type_of_die(d->file, die));
    bool class =
        t->kind == TYPE_STRUCT || t->kind == TYPE_CLASS || t->kind == TYPE_UNION || t->kind == TYPE_ENUM;
    return class && t->file == d->file && t->die ? t->die : die;
}

/* Scopes whose names are as if they stood around them: anonymous and inline namespaces, plain enumerations.
 */
static bool is_transparent(uint16_t tag, const struct die_attrs *a, const char *name)
{
    if (tag == DW_TAG_namespace)
        return !name || flag(a, DW_AT_export_symbols);
    return tag == DW_TAG_enumeration_type && !flag(a, DW_AT_enum_class);
}

static void take_used(struct pass *p, struct dwarf_unit *u, const struct die_attrs *a, unsigned attribute)
{
    const struct attr *scope = die_attr(a, attribute);
    struct type *class = scope && scope->kind == ATTR_SIGNATURE ? type_of_attr(u->dwarf->file, scope) : NULL;
    if (scope && scope->kind == ATTR_REFERENCE)
        note(p->used, &p->used_count, SCOPE_USED_LIMIT, scope->u);
    else if (class && class->die)
        note(p->used, &p->used_count, SCOPE_USED_LIMIT, class->die);
}

/* Is the whole name of a scope to be had from its type alone? Without a name of its own, or with one that may
 * lack the template arguments that are looked for. */
static bool wants_type_name(const struct pass *p, const char *name)
{
    const char *part = p->lookup->query->parts[p->part].text;
    size_t n = p->lookup->query->parts[p->part].length, base = name_base_length(part, n);
    return !name || (base < n && strlen(name) == base && strncmp(part, name, base) == 0);
}

static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct pass *p = context;
    struct die_attrs a;
    bool scope = is_scope(tag), using = tag == DW_TAG_imported_module || tag == DW_TAG_imported_declaration;
    if (!scope && !using && tag != DW_TAG_inheritance && !(is_last(p) && is_wanted(p, tag)))
        return;
    die_attributes(u, die, &a);
    const char *name = name_of(u, &a);
    if (scope && wants_type_name(p, name))
        name = scope_name_of(u, die, &a);
    /* The definition of what a scope declares stands outside of it. */
    if (die_attr(&a, DW_AT_specification) || die_attr(&a, DW_AT_abstract_origin))
        return;
    if (tag == DW_TAG_imported_declaration)
        take_import(p, u, &a);
    else if (tag == DW_TAG_imported_module)
        take_used(p, u, &a, DW_AT_import);
    else if (tag == DW_TAG_inheritance)
        take_used(p, u, &a, DW_AT_type);
    else if (name)
        take(p, name, die_offset(u, die), tag, flag(&a, DW_AT_declaration));
    else if (tag == DW_TAG_namespace)
        take(p, "(anonymous namespace)", die_offset(u, die), tag, false);
    if (scope && is_transparent(tag, &a, name)) {
        uint64_t inside = die_offset(u, die);
        if (die_attr(&a, DW_AT_signature)) /* enumerators are in the type unit alone */
            inside = named_scope(u->dwarf, inside);
        uint64_t found = search(p->lookup, inside, p->part, p->depth + 1);
        if (p->found == NO_OFFSET)
            p->found = found;
    }
}

static void look_into(struct pass *p, struct dwarf_unit *u, uint64_t scope)
{
    Dwarf_Die die;
    if (!die_at(u, scope, &die))
        return;
    die_walk_begin(u);
    die_children(u, die, visit, p);
    dwarf_dealloc_die(die);
    if (scope == u->head->root && p->found == NO_OFFSET)
        unit_imports(u, visit, p);
}

/* Notes that a scope is looked into; false: it was, or these are too many. */
static bool enter(struct lookup *l, uint64_t scope, size_t part)
{
    for (size_t i = 0; i < l->entered_count; i++)
        if (l->entered[i].scope == scope && l->entered[i].part == part)
            return false;
    if (l->entered_count == SCOPES_ENTERED_LIMIT)
        return false;
    l->entered[l->entered_count].scope = scope;
    l->entered[l->entered_count++].part = part;
    return true;
}

static void note_used(struct scopes_used *used, uint64_t scope, size_t part)
{
    if (used->count == SCOPE_USED_LIMIT)
        return;
    used->list[used->count] = scope;
    used->parts[used->count++] = part;
}

/* In a scope that is named or used: where it is defined, and where it stands, as clang nests there what
 * belongs to a class that has a type unit. */
static uint64_t search_named(struct lookup *l, uint64_t scope, size_t part, unsigned depth)
{
    uint64_t defined = named_scope(l->dwarf, scope);
    note_used(l->used, defined, part);
    uint64_t found = search(l, defined, part, depth);
    return found == NO_OFFSET && defined != scope ? search(l, scope, part, depth) : found;
}

static uint64_t search(struct lookup *l, uint64_t scope, size_t part, unsigned depth)
{
    struct pass p = {.lookup = l, .part = part, .depth = depth};
    p.found = p.declared = p.begun = NO_OFFSET;
    struct dwarf_unit *u = dwarf_unit_of_die(l->dwarf, scope);
    if (!u || depth > SCOPE_DEPTH_LIMIT || !enter(l, scope, part))
        return NO_OFFSET;
    uint64_t budget = u->budget; /* a walk of this unit may be under way */
    look_into(&p, u, scope);
    u->budget = budget;
    for (size_t i = 0; i < p.inner_count && p.found == NO_OFFSET; i++)
        p.found = search_named(l, p.inner[i], part + 1, depth + 1);
    uint64_t ret = p.found != NO_OFFSET ? p.found : p.declared;
    for (size_t i = 0; i < p.used_count && ret == NO_OFFSET; i++)
        ret = search_named(l, p.used[i], part, depth + 1);
    return ret != NO_OFFSET ? ret : p.begun;
}

uint64_t scoped_search(struct dwarf_unit *u, uint64_t scope, const struct name_query *q, bool types,
                       struct scopes_used *used)
{
    struct lookup l = {.dwarf = u->dwarf, .query = q, .types = types, .used = used};
    uint64_t defined = named_scope(u->dwarf, scope), die = search(&l, defined, 0, 0);
    return die == NO_OFFSET && defined != scope ? search(&l, scope, 0, 0) : die;
}
