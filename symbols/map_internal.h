/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/map_internal.h - inside a symbol_map, and the questions its files ask each other. For this room
 * only.
 */
#ifndef ALLSTOP_SYMBOLS_MAP_INTERNAL_H
#define ALLSTOP_SYMBOLS_MAP_INTERNAL_H

#include "symbols/dwarf/dwarf_unit.h"
#include "symbols/map.h"
#include "symbols/text/path.h"

struct map_entry {
    struct symbol_file *file;
    uint64_t offset;
    bool library, listed; /* the target's list named it; it did in the reading under way */
    bool told;            /* the user said where it is */
    bool hidden;          /* it is of another processor than the one that is asked about */
};

enum { BUILTIN_TYPES = 21 };
struct type;

struct symbol_map {
    struct map_entry *entries;
    size_t count, capacity;
    struct map_entry
        *retired; /* libraries that were unloaded: kept open, as answers about them may be held */
    size_t retired_count, retired_capacity;
    struct intern arena; /* built-in types, remade when files come or go */
    struct type *builtins[BUILTIN_TYPES];
    bool (*progress)(void *context, size_t done, size_t total); /* names.h */
    void *progress_context;
    uint64_t closings;
};

/* -- lookup.c: link-time addresses ----------------------------------------------------------------- */

/* The unit with code at `address`, with its line table and functions to be had; NULL: none. Other units may
 * be closed by this call. */
struct dwarf_unit *lookup_unit(struct symbol_file *f, uint64_t address);
/* The row in force at an address: of several that begin there the last, or one that begins a statement. */
const struct line_row *lookup_row(const struct line_table *t, uint64_t address,
                                  const struct line_sequence **sequence);
/* Index of the innermost function at `address`, inlined or not, or -1. */
long lookup_function(const struct function_table *t, uint64_t address);
bool function_contains(const struct function_table *t, const struct unit_function *f, uint64_t address);
/* A function's name as it is shown: C++ with scopes and parameters, Rust with its path. */
const char *function_shown(struct dwarf_unit *u, const struct unit_function *function);
const char *line_file(const struct line_table *t, uint32_t index);

/* -- matches being collected (find.c) -------------------------------------------------------------- */

struct match_list {
    struct symbol_match *list;
    size_t count, capacity;
};
/* Adds unless there is one at the same address. */
void match_add(struct match_list *l, const struct symbol_match *match);
/* gcc says that it optimised nothing. */
bool unit_is_unoptimised(const struct dwarf_unit *u);
/* Where a breakpoint on function `index` belongs: behind its prologue (link-time). */
uint64_t function_body(struct dwarf_unit *u, long index);
/* A match for function `index` of a unit, copies included; run-time addresses. */
void match_function(struct map_entry *e, struct dwarf_unit *u, long index, struct match_list *l);
/* Splits `file.c:name` and `'file.c'::name`; *file is malloc'd or NULL, the result points into `text`. */
const char *name_split(const char *text, char **file);
/* The same, and behind what only calls from elsewhere pass through (elf_symbol.local_entry). */
uint64_t function_break(struct symbol_file *f, struct dwarf_unit *u, long index);
bool symbol_is_thumb(struct symbol_file *f, uint64_t address);

/* find_dwarf.c */
struct name_query;
struct dwarf_index;
/* Is this the function that a name, taken apart in `q`, means? */
bool function_is_named(struct dwarf_unit *u, const struct unit_function *function, const char *name,
                       const struct name_query *q);
/* Functions and their inlined copies in all units that the index says mention them. */
void find_functions(struct map_entry *e, const struct dwarf_index *x, const char *name,
                    const struct name_query *q, const char *file, struct match_list *l);
/* Symbols whose demangled names match: of files without DWARF. */
void find_demangled(struct map_entry *e, const struct name_query *q, struct match_list *l);
/* find.c: a symbol that DWARF does not know. */
void match_symbol(struct map_entry *e, const struct elf_symbol *s, bool data, struct match_list *l);
/* The language of the unit at an address. */
enum symbols_language language_at(struct symbol_map *m, uint64_t address);
/* What else a name means in Fortran and Ada, whose names have no case; `find` adds what a name as it is
 * means. */
typedef void name_finder(struct symbol_map *m, const char *name, struct match_list *l);
void find_otherwise(struct symbol_map *m, const char *text, name_finder *find, struct match_list *l);
/* Does the function belong to the file somebody named? `file` NULL: yes. */
bool function_declared_in(struct dwarf_unit *u, const struct unit_function *f, const char *file);

/* -- complete.c ------------------------------------------------------------------------------------ */

/* The one of `count` names most like `name`, or NULL when none is near; offered by symbols_near() too. */
struct near {
    const char *name;
    char *best;
    size_t distance;
};
void near_offer(struct near *n, const char *candidate);

#endif
