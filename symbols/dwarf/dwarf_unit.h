/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/dwarf/dwarf_unit.h - one CU opened through libdwarf, with its line rows and functions.
 *
 * libdwarf is given `.debug_info` narrowed to the CU; its die offsets are relative to that slice, ours to the
 * whole section. A small number of CUs is kept open (least recently used go first); dwarf_units_trim() is
 * called only where no answer still points into one. For the files of this room only; one thread.
 */
#ifndef ALLSTOP_SYMBOLS_DWARF_UNIT_H
#define ALLSTOP_SYMBOLS_DWARF_UNIT_H

#include "symbols/dwarf/dwarf.h"
#include "symbols/dwarf/dwarf_scan.h"
#include "symbols/limits.h"

enum { UNITS_KEPT = 48 };

struct line_row {
    uint64_t address;
    uint32_t line;
    uint32_t file; /* index into the unit's files */
    uint16_t column;
    bool statement, prologue_end, end; /* end: behind the last instruction of a sequence */
};

struct line_sequence {
    uint64_t low, high;
    size_t first, count; /* rows, the last being the end row */
};

struct line_table {
    struct line_row *rows; /* within a sequence by address */
    size_t row_count;
    struct line_sequence *sequences; /* by low */
    size_t sequence_count;
    const char **files; /* absolute where the directory is known; NULL for a number that means nothing */
    size_t file_count;
};

struct unit_function {
    uint64_t die;     /* offset of the DIE in .debug_info */
    const char *name; /* NULL: none */
    const char *linkage_name;
    const char *shown;  /* with its scopes, in languages that no linkage name has them of; NULL: `name` */
    uint64_t low, high; /* lowest entry and end of the range that begins there; 0, 0: no code */
    uint64_t entry;
    size_t first_range, range_count;
    long parent; /* the function around an inlined one (index), or -1 */
    bool inlined;
    uint32_t call_file, call_line;
    uint32_t file, line; /* declaration; indexes of line_table files */
};

struct function_table {
    struct unit_function *functions; /* in DIE order: a parent stands before its children */
    size_t count, capacity;
    struct address_range *ranges;
    size_t range_count, range_capacity;
};

struct unit_object; /* libdwarf's view of the slice */

/* A unit as libdwarf sees it. */
struct unit_slice {
    struct unit_object *object;
    Dwarf_Debug debug; /* NULL: libdwarf refused it */
    Dwarf_Die root;
};

struct dwarf_unit {
    struct dwarf *dwarf;
    struct unit_head *head;
    size_t index;
    struct unit_slice slice;
    Dwarf_Debug debug; /* the slice's */
    Dwarf_Die root;
    uint64_t budget; /* DIEs that may still be visited in the walk under way */
    bool lines_read, functions_read;
    struct line_table lines;
    struct function_table functions;
};

/* The unit `i`, opened if need be: of a skeleton the split unit, where that can be had. NULL when it is
 * damaged. */
struct dwarf_unit *dwarf_unit_get(struct dwarf *d, size_t i);
/* The unit that holds a DIE offset, opened; NULL when there is none. */
struct dwarf_unit *dwarf_unit_of_die(struct dwarf *d, uint64_t offset);
/* Closes all but the `keep` most recently used. */
void dwarf_units_trim(struct dwarf *d, size_t keep);

/* The unit whose line table a unit uses: of a split CU its skeleton. */
static inline const struct unit_head *unit_line_head(const struct unit_head *u)
{
    return u->skeleton ? u->skeleton : u;
}
/* lines.c, functions.c: read on first use; empty when damaged. */
const struct line_table *unit_lines(struct dwarf_unit *u);
const struct function_table *unit_functions(struct dwarf_unit *u);
void line_table_free(struct line_table *t);
/* line_program.c: appends the rows of a unit's line program, calls `done` behind every end row. False:
 * damaged from some row on, or too long. */
typedef void line_sequence_done(void *context);
bool line_program_run(const struct unit_head *u, struct line_table *t, size_t *capacity,
                      line_sequence_done *done, void *context);
/* line_header.c: the file names of the unit's line table alone; *ret malloc'd, names live with the file. */
size_t unit_files(struct dwarf *d, const struct unit_head *u, const char ***ret);
/* Does the unit's line table name a file that ends in the components of `wanted`? */
bool unit_has_file(struct dwarf *d, const struct unit_head *u, const char *wanted);
/* The base names of all source files, without repeats, collected once; owned by `d`. */
size_t dwarf_file_names(struct dwarf *d, const char *const **ret);

/* -- DIEs (dwarf_die.c) ---------------------------------------------------------------------------- */

struct die_attrs {
    struct attr list[DIE_ATTR_LIMIT];
    size_t count;
};

typedef void die_visitor(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag);
/* Calls `visit` for each child of `die`. A walk visits at most as many DIEs as the unit has bytes: start one
 * with die_walk_begin(). */
void die_walk_begin(struct dwarf_unit *u);
void die_children(struct dwarf_unit *u, Dwarf_Die die, die_visitor *visit, void *context);
/* The same for what stands at file scope in the units that `u` imports (DW_TAG_imported_unit), and those that
 * they import: dwz moves what CUs have in common into partial units. Each is visited once. */
void unit_imports(struct dwarf_unit *u, die_visitor *visit, void *context);
uint64_t die_offset(struct dwarf_unit *u, Dwarf_Die die);
void die_attributes(struct dwarf_unit *u, Dwarf_Die die, struct die_attrs *ret);
/* The attribute of this name, or NULL. */
const struct attr *die_attr(const struct die_attrs *a, unsigned name);
/* The DIE at an offset of .debug_info; give it back with dwarf_dealloc_die(). */
bool die_at(struct dwarf_unit *u, uint64_t offset, Dwarf_Die *ret);
/* The same, wherever it is: *unit is the unit that holds it. */
bool die_anywhere(struct dwarf *d, uint64_t offset, struct dwarf_unit **unit, Dwarf_Die *ret);
void die_error(struct dwarf_unit *u, Dwarf_Error err);
void slice_error(struct dwarf *d, const struct unit_head *h, Dwarf_Debug debug, Dwarf_Error err);

#endif
