/*
 * symbols/dwarf/dwarf.h - the DWARF of one file, for the files of this room only.
 *
 * Loops over many CUs (which CU holds an address, which CU mentions a source file or a name) read the mapped
 * bytes with the small reader of dwarf_scan.h; what is inside one CU is read through libdwarf, given a slice
 * of `.debug_info` (dwarf_unit.h). Offsets of DIEs are offsets in the whole `.debug_info`.
 * All sizes and counts are bounded by the sections they came from. Owner: the symbol_file; one thread.
 */
#ifndef ALLSTOP_SYMBOLS_DWARF_H
#define ALLSTOP_SYMBOLS_DWARF_H

#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/file_internal.h"
#include "symbols/map.h"

enum dwarf_section_id {
    DWARF_INFO,
    DWARF_ABBREV,
    DWARF_LINE,
    DWARF_STR,
    DWARF_LINE_STR,
    DWARF_STR_OFFSETS,
    DWARF_ADDR,
    DWARF_RANGES,
    DWARF_RNGLISTS,
    DWARF_LOC,
    DWARF_LOCLISTS,
    DWARF_ARANGES,
    DWARF_SECTION_COUNT
};

struct dwarf_section {
    const uint8_t *bytes;
    size_t size;
    bool read;
};

#define NO_OFFSET UINT64_MAX

/* A CU (or type unit, partial unit): its header, and with `root_read` what its root DIE says. */
struct unit_head {
    uint64_t offset, end; /* header to behind the last DIE */
    uint64_t root;        /* the root DIE */
    uint64_t abbrev;
    uint64_t signature, type_offset; /* type units */
    uint16_t version;
    uint8_t address_size, offset_size, unit_type;
    bool root_read, damaged;
    bool has_low, has_high, high_is_size;
    bool in_aranges;
    uint16_t tag, language;
    const char *name, *directory, *producer;
    uint64_t low, high;
    uint64_t lines;       /* DW_AT_stmt_list or NO_OFFSET */
    uint64_t ranges;      /* section offset or NO_OFFSET */
    bool ranges_is_index; /* `ranges` is an index (DW_FORM_rnglistx) */
    uint64_t str_offsets_base, addr_base, rnglists_base, loclists_base;
};

struct unit_range {
    uint64_t low, high;
    uint32_t unit;
};

struct dwarf_unit;
struct dwarf_index;

struct dwarf {
    struct symbol_file *file;
    struct elf_image *image;
    struct dwarf_section sections[DWARF_SECTION_COUNT];
    struct unit_head *units; /* in the order of .debug_info */
    size_t unit_count;
    bool units_read;
    struct unit_range *ranges; /* sorted by low */
    size_t range_count;
    bool ranges_read;
    struct dwarf_unit **open; /* most recently used first */
    size_t open_count, open_capacity;
    size_t root_work; /* abbreviations read to find root DIEs, which a crafted file could make quadratic */
    bool complained;
    const char **file_names; /* dwarf_file_names() */
    size_t file_name_count;
    bool file_names_read;
    struct dwarf_index *index; /* dwarf_index.h; NULL until asked for */
};

/* The file's DWARF, its CU headers read; NULL when it has none. */
struct dwarf *dwarf_of(struct symbol_file *f);
const struct dwarf_section *dwarf_section(struct dwarf *d, enum dwarf_section_id id);
struct cursor dwarf_cursor(struct dwarf *d, enum dwarf_section_id id, uint64_t offset);
/* A cursor at a DIE offset of unit `u`, which ends where the unit ends; and the DIE offset where such a
 * cursor stands. DIE bytes are reached through these alone. */
struct cursor unit_cursor(struct dwarf *d, const struct unit_head *u, uint64_t offset);
uint64_t unit_offset(const struct unit_head *u, const struct cursor *c);
/* Reads what the root DIE of unit `i` says, once; NULL when it is damaged. */
struct unit_head *dwarf_head(struct dwarf *d, size_t i);
/* The unit that holds a `.debug_info` offset, or -1. */
long dwarf_unit_holding(struct dwarf *d, uint64_t offset);
bool dwarf_is_c(const struct unit_head *u); /* its language is C (or assembler): no code inside types */
/* aranges.c: the unit that holds code at a link-time address, or -1. */
long dwarf_unit_at(struct dwarf *d, uint64_t address);
void dwarf_complain(struct dwarf *d, const char *format, ...) BASE_PRINTF(2, 3);

/* dwarf_ranges.c: calls `add` for every non-empty range of code in a range list; stops where it is damaged.
 * Returns how many entries were read, for callers that bound their work. */
typedef void range_visitor(void *context, uint64_t low, uint64_t high);
size_t dwarf_ranges_walk(struct dwarf *d, const struct unit_head *u, uint64_t list, bool is_index,
                         range_visitor *add, void *context);
/* Entry `index` of the unit's .debug_addr table. */
bool dwarf_indexed_address(struct dwarf *d, const struct unit_head *u, uint64_t index, uint64_t *ret);

#endif
