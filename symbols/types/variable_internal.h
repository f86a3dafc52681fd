/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/types/variable_internal.h - between variables.c, variable_find.c and location_list.c.
 */
#ifndef ALLSTOP_SYMBOLS_VARIABLE_INTERNAL_H
#define ALLSTOP_SYMBOLS_VARIABLE_INTERNAL_H

#include "symbols/types/type_internal.h"
#include "symbols/variable.h"

/* The expression that a location attribute means at `pc` (link-time), as a block; false: none there. */
bool location_at(struct dwarf *d, const struct unit_head *u, const struct attr *a, uint64_t pc,
                 struct attr *ret);
/* Fills *ret from a variable's or parameter's DIE; false when it has no name. */
bool variable_read(struct dwarf_unit *u, Dwarf_Die die, uint64_t pc, uint64_t load_offset,
                   struct variable *ret);
/* What is added to addresses of a file's; 0 when it is not in the map (bound.c). */
uint64_t symbols_load_offset(const struct symbol_map *m, const struct symbol_file *f);
/* What DWARF 5 says of calls under the first name, gcc said before under the second; NULL: neither
 * (call_site.c). */
const struct attr *attr_either(const struct die_attrs *a, unsigned name, unsigned gnu_name);
/* Is there code of a block, or function, at `pc` (link-time)? */
bool block_contains(struct dwarf_unit *u, Dwarf_Die die, uint64_t pc);
void expression_of(struct dwarf_unit *u, const struct attr *block, uint64_t load_offset,
                   struct dwarf_expression *ret);

#endif
