/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A name of C++ at an address: each scope around it is asked, from the innermost out (symbols/scoped.h). */
#include "symbols/scoped.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/limits.h"
#include "symbols/types/scoped_internal.h"

/* The unit and the scopes that a question is asked in; false: of no unit, or not of C++. */
static bool begin(struct symbol_map *m, uint64_t pc, struct dwarf_unit **u, uint64_t *load_offset,
                  struct scope_chain *chain)
{
    struct symbol_file *f = pc == UINT64_MAX ? NULL : symbol_map_file_at(m, pc, load_offset);
    *u = f ? lookup_unit(f, pc - *load_offset) : NULL;
    if (*u) {
        if (dwarf_is_cplus((*u)->head))
            scope_chain_at(*u, pc - *load_offset, chain);
        return dwarf_is_cplus((*u)->head);
    }
    for (size_t i = 0; i < m->count && !*u; i++) {
        const struct elf_symbol *list;
        *load_offset = m->entries[i].offset;
        if (elf_symbols_named(m->entries[i].file, "main", &list))
            *u = lookup_unit(m->entries[i].file, list[0].value);
    }
    if (!*u || !dwarf_is_cplus((*u)->head))
        return false;
    *chain = (struct scope_chain){.list = {(*u)->head->root}, .count = 1};
    return true;
}

static enum scoped_kind kind_of(uint16_t tag, bool types)
{
    if (types)
        return SCOPED_TYPE;
    return tag == DW_TAG_enumerator   ? SCOPED_ENUMERATOR
           : tag == DW_TAG_subprogram ? SCOPED_FUNCTION
                                      : SCOPED_VARIABLE;
}

/* An enumerator's value, by the enumeration around it. */
static bool take_enumerator(struct dwarf_unit *u, const struct scope_chain *around, uint64_t die,
                            struct scoped_name *ret)
{
    Dwarf_Die handle;
    struct die_attrs a;
    if (!die_at(u, die, &handle))
        return false;
    die_attributes(u, handle, &a);
    dwarf_dealloc_die(handle);
    const struct attr *value = die_attr(&a, DW_AT_const_value);
    ret->type = type_of_die(u->dwarf->file, around->list[around->count - 1]);
    ret->number = value ? (int64_t)value->u : 0;
    return value && value->kind == ATTR_CONSTANT && ret->type->kind == TYPE_ENUM;
}

/* The static member that a DIE in a class declares. */
static bool take_static(struct symbol_map *m, struct dwarf_unit *u, uint64_t class, uint64_t die, uint64_t pc,
                        struct variable *ret)
{
    const struct type_static *list;
    struct type *t = type_of_die(u->dwarf->file, class);
    if (t->kind != TYPE_STRUCT && t->kind != TYPE_CLASS && t->kind != TYPE_UNION)
        return false;
    size_t count = type_statics(t, &list);
    for (size_t i = 0; i < count; i++) {
        if (list[i].die != die && strcmp(list[i].name, ret->name) != 0)
            continue;
        symbols_static_member(m, t, &list[i], pc, ret);
        return true;
    }
    return false;
}

static bool take(struct symbol_map *m, struct dwarf *d, uint64_t die, uint64_t pc, struct scoped_name *ret)
{
    struct dwarf_unit *u;
    Dwarf_Die handle;
    Dwarf_Half tag = 0;
    Dwarf_Error err = NULL;
    struct scope_chain around;
    if (!die_anywhere(d, die, &u, &handle))
        return false;
    if (dwarf_tag(handle, &tag, &err) != DW_DLV_OK)
        die_error(u, err);
    bool named = variable_read(u, handle, 0, symbols_load_offset(m, d->file), &ret->variable);
    dwarf_dealloc_die(handle);
    ret->kind = kind_of(tag, ret->kind == SCOPED_TYPE);
    if (ret->kind == SCOPED_TYPE) {
        ret->type = type_of_die(d->file, die);
        return true;
    }
    scope_chain_of(u, die, &around);
    if (ret->kind == SCOPED_ENUMERATOR)
        return take_enumerator(u, &around, die, ret);
    ret->qualified = named ? scope_chain_name(u, &around, ret->variable.name) : NULL;
    bool shared = ret->kind == SCOPED_VARIABLE && ret->variable.where == VARIABLE_OPTIMISED_OUT &&
                  take_static(m, u, around.list[around.count - 1], die, pc, &ret->variable);
    /* A member of objects is no variable. */
    return named && (tag != DW_TAG_member || shared || ret->variable.where != VARIABLE_OPTIMISED_OUT);
}

static bool is_class(uint16_t tag)
{
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type ||
           tag == DW_TAG_enumeration_type || tag == DW_TAG_typedef;
}

/* What a namespace or class has elsewhere, in another CU or a type unit, by its whole name. */
static uint64_t in_index(struct dwarf *d, const struct name_query *q, bool types,
                         const struct scopes_used *used)
{
    const struct dwarf_index *x = used->count ? dwarf_index_of(d) : NULL;
    for (size_t i = 0; x && i < used->count; i++) {
        struct dwarf_unit *u = dwarf_unit_of_die(d, used->list[i]);
        struct scope_chain chain;
        struct index_entry e;
        if (!u)
            continue;
        scope_chain_of(u, used->list[i], &chain);
        if (chain.count == SCOPE_CHAIN_LIMIT)
            continue;
        chain.list[chain.count++] = used->list[i];
        BASE_FREE char *name = scope_chain_name(u, &chain, q->parts[used->parts[i]].text);
        struct index_search s = index_search_begin(x, name);
        while (index_search_next(&s, &e) && e.exact)
            if (!e.declaration && (types ? is_class(e.tag) : e.tag == DW_TAG_variable))
                return e.die;
    }
    return NO_OFFSET;
}

bool symbols_scoped_in(struct symbol_map *m, struct type *class, const char *name, bool types,
                       struct scoped_name *ret)
{
    struct name_query q;
    struct scopes_used used = {.count = 0};
    class = type_strip(class);
    struct dwarf *d = class->file && class->die ? dwarf_of(class->file) : NULL;
    struct dwarf_unit *u = d ? dwarf_unit_of_die(d, class->die) : NULL;
    *ret = (struct scoped_name){.kind = types ? SCOPED_TYPE : SCOPED_NONE};
    name_query_parse(name, &q);
    uint64_t die = u && q.count && !q.parameters ? scoped_search(u, class->die, &q, types, &used) : NO_OFFSET;
    if (die != NO_OFFSET && take(m, d, die, UINT64_MAX, ret))
        return true;
    scoped_name_free(ret);
    *ret = (struct scoped_name){.kind = SCOPED_NONE};
    return false;
}

bool symbols_scoped(struct symbol_map *m, const char *name, uint64_t pc, bool types, struct scoped_name *ret)
{
    struct dwarf_unit *u;
    struct scope_chain chain = {.count = 0};
    struct name_query q;
    struct scopes_used used = {.count = 0};
    uint64_t load_offset = 0, die = NO_OFFSET;
    *ret = (struct scoped_name){.kind = types ? SCOPED_TYPE : SCOPED_NONE};
    name_query_parse(name, &q);
    if (!q.count || q.parameters || !begin(m, pc, &u, &load_offset, &chain))
        return false;
    size_t outermost = q.rooted && chain.count ? 1 : chain.count;
    for (size_t i = outermost; i-- > 0 && die == NO_OFFSET;)
        die = scoped_search(u, chain.list[i], &q, types, &used);
    if (die == NO_OFFSET)
        die = in_index(u->dwarf, &q, types, &used);
    if (die != NO_OFFSET && take(m, u->dwarf, die, pc, ret))
        return true;
    scoped_name_free(ret);
    *ret = (struct scoped_name){.kind = SCOPED_NONE};
    return false;
}

void scoped_name_free(struct scoped_name *n)
{
    free(n->qualified);
    n->qualified = NULL;
}
