/*
 * Variables at file scope by name, and what call sites say about arguments.
 */
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/types/variable_internal.h"

struct search {
    const char *name, *file;
    uint64_t load_offset;
    struct variable *ret;
    bool found;
};

static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct search *s = context;
    struct variable v;
    if (s->found && s->ret->where != VARIABLE_OPTIMISED_OUT)
        return;
    if (tag != DW_TAG_variable || !variable_read(u, die, 0, s->load_offset, &v) ||
        strcmp(v.name, s->name) != 0)
        return;
    /* A declaration is passed over; a definition that was optimised away is better than nothing. */
    struct die_attrs a;
    die_attributes(u, die, &a);
    if (die_attr(&a, DW_AT_declaration) && v.where == VARIABLE_OPTIMISED_OUT)
        return;
    *s->ret = v;
    s->found = true;
}

static bool find_in_unit(struct dwarf_unit *u, struct search *s)
{
    s->found = false;
    die_walk_begin(u);
    die_children(u, u->root, visit, s);
    return s->found;
}

static bool in_file(struct dwarf_unit *u, const struct variable *v, const char *file)
{
    return !file || file_matches(v->file, file) || file_matches(u->head->name, file);
}

static bool find_in_index(struct map_entry *e, struct search *s)
{
    struct dwarf *d = dwarf_of(e->file);
    const struct dwarf_index *x = d ? dwarf_index_of(d) : NULL;
    bool found = false;
    s->load_offset = e->offset;
    for (const struct index_entry *i = x ? dwarf_index_find(x, s->name, NULL) : NULL; i;
         i = dwarf_index_find(x, s->name, i)) {
        struct dwarf_unit *u;
        Dwarf_Die die;
        struct variable v;
        if (i->tag != DW_TAG_variable || !die_anywhere(d, i->die, &u, &die))
            continue;
        bool named = variable_read(u, die, 0, s->load_offset, &v);
        dwarf_dealloc_die(die);
        if (!named || !in_file(u, &v, s->file))
            continue;
        /* A global before some file's static, anything with a place before what has none. */
        bool better =
            !found || (v.where != VARIABLE_OPTIMISED_OUT &&
                       (s->ret->where == VARIABLE_OPTIMISED_OUT || (v.external && !s->ret->external)));
        if (better)
            *s->ret = v;
        found = true;
    }
    return found;
}

bool symbols_find_variable(struct symbol_map *m, const char *name, uint64_t pc, struct variable *ret)
{
    BASE_FREE char *file = NULL;
    struct search s = {.ret = ret};
    s.name = name_split(name, &file);
    s.file = file;
    struct symbol_file *f = pc == UINT64_MAX ? NULL : symbol_map_file_at(m, pc, &s.load_offset);
    struct dwarf_unit *u = f && !file ? lookup_unit(f, pc - s.load_offset) : NULL;
    if (u && find_in_unit(u, &s))
        return true;
    for (size_t i = 0; i < m->count; i++) {
        struct dwarf *d = dwarf_of(m->entries[i].file);
        if (d)
            dwarf_units_trim(d, UNITS_KEPT);
        if (d && find_in_index(&m->entries[i], &s))
            return true;
    }
    return false;
}

bool symbols_variable_at_die(struct symbol_map *m, struct symbol_file *f, uint64_t die, uint64_t pc,
                             struct variable *ret)
{
    struct dwarf *d = dwarf_of(f);
    struct dwarf_unit *u;
    Dwarf_Die handle;
    uint64_t load_offset = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->entries[i].file == f)
            load_offset = m->entries[i].offset;
    if (!d || !die_anywhere(d, die, &u, &handle))
        return false;
    variable_read(u, handle, pc - load_offset, load_offset, ret);
    dwarf_dealloc_die(handle);
    return true;
}

struct call_site {
    uint64_t return_address;
    unsigned reg, depth;
    struct attr value;
    bool found;
};

/* `DW_OP_regN` or `DW_OP_regx N`. */
static bool is_register(const struct attr *location, unsigned reg)
{
    if (location->kind != ATTR_BLOCK || !location->size)
        return false;
    uint8_t op = location->block[0];
    if (op >= DW_OP_reg0 && op <= DW_OP_reg31)
        return location->size == 1 && op - DW_OP_reg0 == (int)reg;
    struct cursor c = cursor_of(location->block + 1, location->size - 1, false);
    return op == DW_OP_regx && cursor_uleb(&c) == reg && !c.bad;
}

static void visit_parameter(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct call_site *s = context;
    struct die_attrs a;
    if (s->found || (tag != DW_TAG_call_site_parameter && tag != DW_TAG_GNU_call_site_parameter))
        return;
    die_attributes(u, die, &a);
    const struct attr *location = die_attr(&a, DW_AT_location), *value = die_attr(&a, DW_AT_call_value);
    if (!value)
        value = die_attr(&a, DW_AT_GNU_call_site_value);
    if (!location || !value || value->kind != ATTR_BLOCK || !is_register(location, s->reg))
        return;
    s->value = *value;
    s->found = true;
}

static void visit_site(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct call_site *s = context;
    if (s->found || s->depth > DIE_DEPTH_LIMIT)
        return;
    if (tag == DW_TAG_call_site || tag == DW_TAG_GNU_call_site) {
        struct die_attrs a;
        uint64_t address;
        die_attributes(u, die, &a);
        /* gcc before DWARF 5 calls the return address low_pc. */
        const struct attr *at = die_attr(&a, DW_AT_call_return_pc);
        if (!at)
            at = die_attr(&a, DW_AT_low_pc);
        if (at && attr_address(u->dwarf, u->head, at, &address) && address == s->return_address)
            die_children(u, die, visit_parameter, s);
    } else if (tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) {
        s->depth++;
        die_children(u, die, visit_site, s);
        s->depth--;
    }
}

bool symbols_call_site_value(struct symbol_map *m, uint64_t return_address, unsigned dwarf_register,
                             struct dwarf_expression *ret)
{
    uint64_t load_offset;
    struct symbol_file *f = symbol_map_file_at(m, return_address - 1, &load_offset);
    struct dwarf_unit *u = f ? lookup_unit(f, return_address - 1 - load_offset) : NULL;
    const struct function_table *t = u ? unit_functions(u) : NULL;
    long i = t ? lookup_function(t, return_address - 1 - load_offset) : -1;
    while (i >= 0 && t->functions[i].inlined)
        i = t->functions[i].parent;
    Dwarf_Die die;
    if (i < 0 || !die_at(u, t->functions[i].die, &die))
        return false;
    struct call_site s = {.return_address = return_address - load_offset, .reg = dwarf_register};
    die_walk_begin(u);
    die_children(u, die, visit_site, &s);
    dwarf_dealloc_die(die);
    if (s.found)
        expression_of(u, &s.value, load_offset, ret);
    return s.found;
}
