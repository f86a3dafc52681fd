/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/printers/description.h - inside of the room: one description, the table of them, and how
 * the parts of an object that it names are found.
 *
 * Errors inside of the room: ERR_NO_MEMBER, ERR_TYPE_MISMATCH and their like say that the description does
 * not fit the type, which is silent; CONTENTS_BROKEN that the object is damaged, which is told.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_PRINTERS_DESCRIPTION_H
#define ALLSTOP_ENGINE_INSPECT_PRINTERS_DESCRIPTION_H

#include "engine/inspect/printers/printers.h"

enum printer_kind {
    PRINTER_STRING,
    PRINTER_ARRAY,
    PRINTER_BITS,
    PRINTER_BLOCKS,
    PRINTER_RING,
    PRINTER_LIST,
    PRINTER_TREE,
    PRINTER_SLOTS,
    PRINTER_TUPLE,
    PRINTER_MEMBERS,
    PRINTER_POINTER,
    PRINTER_VALUE,
    PRINTER_OPTIONAL,
    PRINTER_VARIANT,
    PRINTER_KINDS
};

enum printer_part {
    PART_IF,
    PART_DATA,
    PART_SIZE,
    PART_CAPACITY,
    PART_TYPE,
    PART_ELEMENT,
    PART_KEY,
    PART_VALUE,
    PART_NODE,
    PART_FIRST,
    PART_NEXT,
    PART_STOP,
    PART_LEFT,
    PART_RIGHT,
    PART_PARENT,
    PART_LAST,
    PART_REST,
    PART_START,
    PART_PER,
    PART_CONTROL,
    PART_MASK,
    PART_IN,
    PART_LEAF,
    PART_NAMES,
    PART_TO,
    PART_USES,
    PART_SOME,
    PART_INDEX,
    PART_HERE,
    PRINTER_PARTS
};

struct printer {
    char *type; /* without template arguments; one that ends in * is the beginning of a name */
    enum printer_kind kind;
    char *parts[PRINTER_PARTS]; /* NULL: not said */
    const char *from;           /* of printers.files, or "" */
};

struct printers {
    struct printer *list;
    size_t count, capacity;
    char **files;
    size_t file_count, file_capacity;
};

/* -- reading them (table.c, line.c) ---------------------------------------------------------------------- */

/* One line without its end; false in *any: it is empty or a remark. ERR_USAGE says what is expected. */
struct error *printer_parse(const char *line, size_t length, struct printer *ret, bool *any) BASE_MUST_CHECK;
void printer_free(struct printer *d);
const char *printer_kind_name(enum printer_kind kind);
/* The text of those that are built in. */
extern const char printers_built_in[];

/* -- which one it is (match.c) ----------------------------------------------------------------------------
 */

/* The name of a type without template arguments, inline namespaces and C's keywords; malloc'd or NULL. */
char *printer_type_name(struct type *t);
bool printer_matches(const struct printer *d, const char *name);
/* The n-th template argument (from 1) as the type's name has it; malloc'd, or NULL. */
char *template_text(struct type *t, unsigned n);
/* The number that is the n-th template argument (from 1) as the type's name has it. */
bool template_number(struct type *t, unsigned n, int64_t *ret);

/* -- paths (path.c) ------------------------------------------------------------------------------------- */

/* NULL, or what is wrong with a path. */
const char *path_fault(const char *text);
/* The part of an object that a path leads to. */
struct error *path_value(struct pool *p, struct value *v, const char *path,
                         struct value **ret) BASE_MUST_CHECK;
/* The number that paths and numbers make together. */
struct error *path_number(struct pool *p, struct value *v, const char *path, int64_t *ret) BASE_MUST_CHECK;

/* -- what the kinds have in common (contents.c) -----------------------------------------------------------
 */

/* One object that is being read. */
struct reading {
    struct pool *p;
    struct value *v;
    const struct printer *d;
    struct contents *c;
};

struct error *part_value(struct reading *r, enum printer_part part, struct value **ret) BASE_MUST_CHECK;
struct error *part_number(struct reading *r, enum printer_part part, int64_t *ret) BASE_MUST_CHECK;
/* What a part that may be left out says, else `otherwise`. */
struct error *part_or(struct reading *r, enum printer_part part, int64_t otherwise,
                      int64_t *ret) BASE_MUST_CHECK;
/* The object is damaged; the contents end here. */
void contents_break(struct contents *c, const char *format, ...) BASE_PRINTF(2, 3);
/* Adds an element, or where the description has them its key and value. ERR_TYPE_MISMATCH: no such parts. */
struct error *contents_add(struct reading *r, struct value *element) BASE_MUST_CHECK;
/* So many of `size` elements are followed; what is cut off is noted. */
size_t contents_limit(struct reading *r, uint64_t size);
/* A whole number of elements that could be, or the object is told as damaged. */
bool contents_size_fits(struct contents *c, int64_t size, uint64_t element);
/* The type of elements: that of PART_TYPE, else what `data` points to or consists of. */
struct error *element_type(struct reading *r, struct value *data, struct type **ret) BASE_MUST_CHECK;
/* Where the elements are: a pointer's target, an array's own place. */
struct error *elements_at(struct reading *r, struct value *data, uint64_t *ret) BASE_MUST_CHECK;
/* Wants a node, with its neighbours where memory is a process's. */
void want_node(struct pool *p, uint64_t address, size_t size, struct contents_wants *w);
void want_range(struct pool *p, uint64_t address, uint64_t size, struct contents_wants *w);

/* -- kinds (linear.c, blocks.c, list.c, tree.c, slots.c, single.c) --------------------------------------- */

struct error *read_string_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_array_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_bits_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_blocks_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_ring_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_list_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_tree_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_slots_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_tuple_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_members_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_pointer_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_optional_contents(struct reading *r) BASE_MUST_CHECK;
struct error *read_variant_contents(struct reading *r) BASE_MUST_CHECK;

/* -- v[3] and *v (index.c)
 * ----------------------------------------------------------------------------------------
 */

/* The element of an object that a description has by its number; *ret stays NULL where it has none so. */
struct error *printer_index(struct pool *p, struct value *v, int64_t index,
                            struct value **ret) BASE_MUST_CHECK;
/* The value that a map has for a key (find.c); *ret stays NULL for what is no map. */
struct error *printer_find(struct pool *p, struct value *v, struct value *key,
                           struct value **ret) BASE_MUST_CHECK;
/* What a smart pointer leads to, or an optional value holds; *ret stays NULL for anything else. */
struct error *printer_target(struct pool *p, struct value *v, struct value **ret) BASE_MUST_CHECK;
/* The element of blocks by its number (blocks.c). */
struct error *block_element(struct reading *r, int64_t index, struct value **ret) BASE_MUST_CHECK;
/* The description that fits, as far as its `if` says; NULL: none. `from`: the one that was tried last, or
 * NULL. */
const struct printer *printer_next(struct pool *p, struct value *v, const char *name,
                                   const struct printer *from);

#endif
