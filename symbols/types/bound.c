/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a type is computed while the program runs: the length of arrays, and where virtual bases are.
 */
#include "symbols/types/variable_internal.h"

uint64_t symbols_load_offset(const struct symbol_map *m, const struct symbol_file *f)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->entries[i].file == f)
            return m->entries[i].offset;
    return 0;
}

bool symbols_type_expression(struct symbol_map *m, struct type *t, const struct type_number *n,
                             struct dwarf_expression *ret)
{
    struct dwarf *d = t->file ? dwarf_of(t->file) : NULL;
    struct dwarf_unit *u =
        d && n->kind == NUMBER_EXPRESSION ? dwarf_unit_of_die(d, t->inside->bound_unit) : NULL;
    if (!u)
        return false;
    struct attr block = {.kind = ATTR_BLOCK, .block = n->bytes, .size = n->size};
    expression_of(u, &block, symbols_load_offset(m, t->file), ret);
    return true;
}

bool symbols_member_location(struct symbol_map *m, struct type *t, const struct type_member *member,
                             struct dwarf_expression *ret)
{
    t = type_strip(t);
    struct dwarf *d = t->file ? dwarf_of(t->file) : NULL;
    struct dwarf_unit *u = d && member->location ? dwarf_unit_of_die(d, t->die) : NULL;
    if (!u)
        return false;
    struct attr block = {.kind = ATTR_BLOCK, .block = member->location, .size = member->location_size};
    expression_of(u, &block, symbols_load_offset(m, t->file), ret);
    return true;
}
