/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/dwarf/dwarf_scan.h - attributes and abbreviations read straight from the mapped sections.
 *
 * Used where libdwarf would have to be opened on every CU of a large file, and to decode attribute values of
 * DIEs that libdwarf found. No allocation but the abbreviation table. See DWARF 5, section 7.5.
 */
#ifndef ALLSTOP_SYMBOLS_DWARF_SCAN_H
#define ALLSTOP_SYMBOLS_DWARF_SCAN_H

#include "symbols/dwarf/dwarf.h"

enum attr_kind {
    ATTR_NONE,
    ATTR_ADDRESS,
    ATTR_ADDRESS_INDEX,
    ATTR_CONSTANT, /* `u`; as signed too */
    ATTR_BLOCK,
    ATTR_FLAG,
    ATTR_OFFSET, /* into another section */
    ATTR_LIST_INDEX,
    ATTR_STRING,
    ATTR_STRING_INDEX,
    ATTR_REFERENCE, /* `u` is a DIE offset as dwarf.h counts them */
    ATTR_SIGNATURE,
    ATTR_OTHER, /* in a dwz file that was not found */
};

struct attr {
    uint16_t name, form;
    enum attr_kind kind;
    bool is_signed;
    uint64_t u;
    const uint8_t *block;
    size_t size;
    const char *string; /* NULL when it cannot be had */
};

/* Decodes one attribute value at the cursor, which then stands behind it; false when damaged. */
bool attr_decode(struct dwarf *d, const struct unit_head *u, struct cursor *c, uint64_t name, uint64_t form,
                 int64_t implicit, struct attr *ret);
/* The string of an attribute, looking up an index; NULL when it is none. */
const char *attr_string(struct dwarf *d, const struct unit_head *u, const struct attr *a);
bool attr_address(struct dwarf *d, const struct unit_head *u, const struct attr *a, uint64_t *ret);
/* An offset into another section: DW_FORM_sec_offset, or data4/data8 before DWARF 4. */
bool attr_offset(const struct unit_head *u, const struct attr *a, uint64_t *ret);

struct abbrev_attr {
    uint16_t name, form;
    int64_t implicit;
};

struct abbrev {
    uint64_t code;
    uint16_t tag;
    bool children;
    uint32_t first, count; /* in the table's attrs */
};

struct abbrev_table {
    struct abbrev *abbrevs;
    size_t count, capacity;
    struct abbrev_attr *attrs;
    size_t attr_count, attr_capacity;
};

/* Reads the abbreviations of a unit, up to and including `only` when that is not 0. */
void abbrev_table_read(const struct unit_head *u, uint64_t only, struct abbrev_table *ret);
/* Have both units the same table? */
bool abbrev_same(const struct unit_head *a, const struct unit_head *b);
void abbrev_table_free(struct abbrev_table *t);
const struct abbrev *abbrev_find(const struct abbrev_table *t, uint64_t code);

#endif
