/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/dwarf/dwarf.h - the DWARF of one file, for the files of this room only.
 *
 * Loops over many CUs (which CU holds an address, which CU mentions a source file or a name) read the mapped
 * bytes with the small reader of dwarf_scan.h; what is inside one CU is read through libdwarf, given a slice
 * of `.debug_info` (dwarf_unit.h).
 *
 * A file's DWARF may be spread over several objects: the file itself, a dwz file that many share
 * (dwarf_alt.c), `.dwo` files or a `.dwp` package (dwarf_split.c). Every section of DIEs in any of them is a
 * *region* with a stretch of one space of 64-bit offsets, so that all of symbols/ names a DIE by one number.
 * The file's own `.debug_info` begins at 0 there: its offsets are what readelf prints. A unit knows its
 * object, and sections are reached through the unit (unit_cursor(), unit_section()), never by name alone.
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
    DWARF_TYPES,
    DWARF_SECTION_COUNT
};

struct dwarf_section {
    const uint8_t *bytes;
    size_t size;
    bool read;
};

#define NO_OFFSET UINT64_MAX

struct dwarf_package;

/* One ELF file with DWARF sections. */
struct dwarf_object {
    struct elf_image *elf;
    bool owned; /* the elf image is closed with it */
    bool split; /* its sections are called .debug_info.dwo and so on */
    struct dwarf_section sections[DWARF_SECTION_COUNT];
    uint64_t info_base;            /* of its .debug_info, for DW_FORM_ref_addr */
    struct dwarf_package *package; /* of a .dwp; NULL: none */
};

/* A section of DIEs and its place among the offsets. */
struct dwarf_region {
    struct dwarf_object *object;
    enum dwarf_section_id id; /* DWARF_INFO or DWARF_TYPES */
    const uint8_t *bytes;
    uint64_t base, end;
    size_t first, count; /* its units */
};

/* In a .dwp a unit's sections are parts of the package's. */
struct dwarf_part {
    uint64_t offset, size; /* size 0: the whole section */
};

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
    uint32_t walk; /* the last that visited it, see unit_imports() */
    uint16_t tag, language;
    const char *name, *directory, *producer;
    uint64_t low, high;
    uint64_t lines;       /* DW_AT_stmt_list or NO_OFFSET */
    uint64_t ranges;      /* section offset or NO_OFFSET */
    bool ranges_is_index; /* `ranges` is an index (DW_FORM_rnglistx) */
    uint64_t str_offsets_base, addr_base, rnglists_base, loclists_base;

    uint32_t index; /* in dwarf.units */
    struct dwarf_object *object;
    const uint8_t *section;         /* where offset `section_base` is */
    uint64_t section_base;          /* of the region */
    bool in_types;                  /* in .debug_types */
    const struct dwarf_part *parts; /* by section id; NULL: no package */
    /* Split DWARF. Of a skeleton: where the rest is. Of a split CU: its skeleton, which has the addresses. */
    bool is_skeleton, split_tried;
    const char *split_name; /* DW_AT_dwo_name */
    uint64_t split_id;
    long split;          /* of a skeleton: the index of the split unit, -1 when it cannot be had */
    uint64_t range_base; /* DW_AT_GNU_ranges_base */
    struct unit_head *skeleton;
};

/* An address with all bits set: in lists of ranges and locations it marks an entry that is a base. */
static inline uint64_t dwarf_last_address(unsigned address_size)
{
    return address_size >= 8 ? UINT64_MAX : (1ull << (address_size * 8)) - 1;
}

struct unit_range {
    uint64_t low, high;
    uint32_t unit;
};

struct dwarf_unit;
struct dwarf_index;

struct dwarf {
    struct symbol_file *file;
    struct elf_image *image;
    struct dwarf_object main;
    struct dwarf_object **others; /* dwz, .dwo and .dwp files */
    size_t other_count, other_capacity;
    struct dwarf_region *regions; /* by base */
    size_t region_count, region_capacity;
    uint64_t next_base;
    struct unit_head **units; /* of the regions, one after the other */
    size_t unit_count, unit_capacity;
    uint32_t *signatures; /* hash table of type units by signature: index + 1 */
    size_t signature_slots, signature_count;
    struct dwarf_object *alt; /* the dwz file, or NULL */
    bool package_tried, split_complained;
    struct dwarf_object *package;
    struct unit_range *ranges; /* sorted by low */
    size_t range_count;
    bool ranges_read;
    struct dwarf_unit **open; /* most recently used first */
    size_t open_count, open_capacity;
    uint32_t walks;
    size_t root_work; /* abbreviations read to find root DIEs, which a crafted file could make quadratic */
    bool complained;
    const char **file_names; /* dwarf_file_names() */
    size_t file_name_count;
    bool file_names_read;
    struct dwarf_index *index;                /* dwarf_index.h; NULL until asked for */
    void (*index_free)(struct dwarf_index *); /* comes with it */
};

/* The file's DWARF, its CU headers read; NULL when it has none. */
struct dwarf *dwarf_of(struct symbol_file *f);
/* A section of the file itself, for what belongs to no unit (.debug_aranges). */
const struct dwarf_section *dwarf_section(struct dwarf *d, enum dwarf_section_id id);
struct cursor dwarf_cursor(struct dwarf *d, enum dwarf_section_id id, uint64_t offset);
/* The section a unit means: of its object, its part of a package, or its skeleton's. */
struct dwarf_section unit_section(const struct unit_head *u, enum dwarf_section_id id);
struct cursor unit_section_cursor(const struct unit_head *u, enum dwarf_section_id id, uint64_t offset);
/* A cursor at a DIE offset of unit `u`, which ends where the unit ends; and the DIE offset where such a
 * cursor stands. DIE bytes are reached through these alone. */
struct cursor unit_cursor(struct dwarf *d, const struct unit_head *u, uint64_t offset);
uint64_t unit_offset(const struct unit_head *u, const struct cursor *c);
/* Reads what the root DIE of unit `i` says, once; NULL when it is damaged. */
struct unit_head *dwarf_head(struct dwarf *d, size_t i);
/* The unit that holds a DIE offset, or -1. */
long dwarf_unit_holding(struct dwarf *d, uint64_t offset);
/* The DIE of the type a type unit of this signature describes, or NO_OFFSET. */
uint64_t dwarf_type_of_signature(struct dwarf *d, uint64_t signature);
enum symbols_language dwarf_language(const struct unit_head *u);
bool dwarf_is_c(const struct unit_head *u); /* its language is C (or assembler): no code inside types */
bool dwarf_is_cplus(const struct unit_head *u);
/* aranges.c: the unit that holds code at a link-time address, or -1. */
long dwarf_unit_at(struct dwarf *d, uint64_t address);
void dwarf_complain(struct dwarf *d, const char *format, ...) BASE_PRINTF(2, 3);

/* dwarf_object.c */
const struct dwarf_section *object_section(struct dwarf_object *o, enum dwarf_section_id id);
/* Makes regions of the sections of DIEs of this name and reads their unit headers; false when there are none.
 */
bool dwarf_add_regions(struct dwarf *d, struct dwarf_object *o, enum dwarf_section_id id);
/* Takes over `elf`; the object stays as long as `d`. */
struct dwarf_object *dwarf_add_object(struct dwarf *d, struct elf_image *elf, bool split);
void dwarf_objects_free(struct dwarf *d);
/* dwarf_header.c: the unit header `at` bytes into a region; false when what follows cannot be found. */
bool unit_header_read(const struct dwarf_region *r, uint64_t at, struct unit_head *u);

/* dwarf_split.c: the index of the unit to ask for DIEs instead of unit `i`: the split unit of a skeleton, its
 * .dwo opened, or `i` itself. */
size_t dwarf_split_unit(struct dwarf *d, size_t i);
/* Opens every .dwo and reads the sections all of them need, so that afterwards nothing is opened or inflated:
 * before threads share `d`, and before a loop over all units. Offsets and numbers of split units depend on
 * the order they were opened in. */
void dwarf_open_all(struct dwarf *d);
bool dwarf_is_split(struct dwarf *d); /* any unit has its DIEs in a .dwo */

/* dwarf_package.c: the unit table of a .dwp. */
struct dwarf_package *dwarf_package_read(struct dwarf *d, struct dwarf_object *o);
void dwarf_package_free(struct dwarf_package *p);
/* The parts of the unit that begins at `offset` of .debug_info.dwo or .debug_types.dwo; NULL: none. */
const struct dwarf_part *dwarf_package_parts(const struct dwarf_package *p, enum dwarf_section_id id,
                                             uint64_t offset);
/* Where the CU of this id begins in .debug_info.dwo, or NO_OFFSET. */
uint64_t dwarf_package_find(const struct dwarf_package *p, uint64_t id);

/* dwarf_alt.c: finds and opens the dwz file that .gnu_debugaltlink or .debug_sup names. */
void dwarf_alt_open(struct dwarf *d);

/* dwarf_ranges.c: calls `add` for every non-empty range of code in a range list; stops where it is damaged.
 * Returns how many entries were read, for callers that bound their work. */
typedef void range_visitor(void *context, uint64_t low, uint64_t high);
size_t dwarf_ranges_walk(struct dwarf *d, const struct unit_head *u, uint64_t list, bool is_index,
                         range_visitor *add, void *context);
/* Entry `index` of the unit's .debug_addr table. */
bool dwarf_indexed_address(struct dwarf *d, const struct unit_head *u, uint64_t index, uint64_t *ret);

#endif
