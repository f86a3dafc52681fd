/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/types/scoped_internal.h - between scoped.c (the question), scoped_chain.c (the scopes around an
 * address) and scoped_search.c (looking into them).
 */
#ifndef ALLSTOP_SYMBOLS_SCOPED_INTERNAL_H
#define ALLSTOP_SYMBOLS_SCOPED_INTERNAL_H

#include "symbols/index/index_name.h"
#include "symbols/scoped.h"
#include "symbols/types/variable_internal.h"

/* DIEs of scopes, from the unit's root inwards. */
struct scope_chain {
    uint64_t list[SCOPE_CHAIN_LIMIT];
    size_t count;
};

/* The scopes around an address, link-time, in a unit: those of the function there and of its declaration. */
void scope_chain_at(struct dwarf_unit *u, uint64_t pc, struct scope_chain *ret);
/* The scopes around a DIE, without itself. */
void scope_chain_of(struct dwarf_unit *u, uint64_t die, struct scope_chain *ret);
/* The DIE that says what a function or variable is: its declaration in a class or namespace. */
uint64_t scope_declaration(struct dwarf_unit *u, uint64_t die);
/* The name of a scope, of a class as its type has it: clang names what is in a type unit there alone, and may
 * leave template arguments out. NULL: it has none. */
const char *scope_name_of(struct dwarf_unit *u, Dwarf_Die die, const struct die_attrs *a);
/* The name of what is in these scopes, "::ns::Class::name"; malloc'd. */
char *scope_chain_name(struct dwarf_unit *u, const struct scope_chain *chain, const char *name);

/* Namespaces and classes that were named, used or are base classes, and from which part of the name on they
 * were asked. */
struct scopes_used {
    uint64_t list[SCOPE_USED_LIMIT];
    size_t parts[SCOPE_USED_LIMIT];
    size_t count;
};
/* The DIE that a name means in the scope `scope`; NO_OFFSET: none. Adds to *used. */
uint64_t scoped_search(struct dwarf_unit *u, uint64_t scope, const struct name_query *q, bool types,
                       struct scopes_used *used);

#endif
