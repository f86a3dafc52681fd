/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/index_abbrev.h - abbreviations made ready for passing over DIEs quickly.
 *
 * Most DIEs consist of attributes of fixed size: their total is added up once, and where a name or a sibling
 * stands among them is an offset. For the others a short list of steps follows. Abbreviations are found by
 * their number, which producers count from 1. See DWARF 5, sections 7.5.3 and 7.5.6.
 * Owner and thread: one. Nothing is read outside of the bytes given, whatever they say.
 */
#ifndef ALLSTOP_SYMBOLS_INDEX_ABBREV_H
#define ALLSTOP_SYMBOLS_INDEX_ABBREV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A unit as the threads see it: plain bytes, nothing that is read on demand. */
struct scan_unit {
    const uint8_t *bytes, *end; /* its DIEs; `end` is where a reader stops */
    uint64_t die;               /* the offset of the first */
    uint64_t offset;            /* the offset that references within the unit count from */
    uint64_t info_base;         /* the same for DW_FORM_ref_addr, and for the supplementary file, if any */
    uint64_t other_base;
    const uint8_t *abbrev, *abbrev_end;
    const uint8_t *string_offsets; /* .debug_str_offsets, whole */
    size_t string_offsets_size;
    uint64_t string_offsets_base; /* where DW_AT_str_offsets_base does not say otherwise */
    const char *strings, *line_strings,
        *other_strings; /* .debug_str, .debug_line_str, a supplementary file's */
    size_t strings_size, line_strings_size, other_strings_size; /* each ends in a NUL, or is empty */
    uint32_t unit;
    uint16_t version;
    uint8_t address_size, offset_size;
    bool big;
};

/* The attributes that are taken from a DIE. */
enum taken {
    TAKE_NAME,
    TAKE_LINKAGE,
    TAKE_SIBLING,
    TAKE_ORIGIN, /* DW_AT_specification, DW_AT_abstract_origin, DW_AT_import */
    TAKE_INLINE,
    TAKE_DECLARATION,
    TAKE_SCOPED, /* DW_AT_enum_class */
    TAKE_LANGUAGE,
    TAKE_STRING_BASE,
    TAKE_EXPORT, /* DW_AT_export_symbols */
    TAKE_COUNT
};

enum { NOT_THERE = -1, BY_STEP = -2 };

struct fast_abbrev {
    uint16_t tag;
    bool there, children, has_code;
    int8_t tag_code;    /* image_tag_code() */
    int16_t name_at;    /* of a definition that is kept once: of a DW_FORM_strp of 4 bytes, or NOT_THERE */
    int16_t sibling_at; /* of a DW_FORM_ref4, or NOT_THERE */
    uint16_t size;      /* of the leading attributes of fixed size */
    uint32_t step, step_count; /* for what follows them */
    int16_t at[TAKE_COUNT];    /* offset in the leading part, or NOT_THERE, or BY_STEP */
    uint16_t form[TAKE_COUNT];
    int16_t value[TAKE_COUNT]; /* DW_FORM_implicit_const and DW_FORM_flag_present: what they say */
};

struct fast_step {
    uint8_t kind, taken;
    uint32_t size;
};

enum { COMMON_FORMS = 0x30 };

struct fast_abbrevs {
    struct fast_abbrev *list; /* by number */
    size_t count, capacity;
    struct fast_step *steps;
    size_t step_count, step_capacity;
    const uint8_t *from; /* which table this is */
    uint8_t address_size, offset_size;
    uint16_t version;
    uint8_t form_step[COMMON_FORMS], form_size[COMMON_FORMS]; /* what size_of() says of the standard ones */
    size_t work;                                              /* attributes read so far, over all tables */
};

/* The table of `u`, unless it is there already; false when it is damaged (what was read before remains). */
bool fast_abbrevs_read(struct fast_abbrevs *t, const struct scan_unit *u);
void fast_abbrevs_free(struct fast_abbrevs *t);

static inline const struct fast_abbrev *fast_abbrev_find(const struct fast_abbrevs *t, uint64_t code)
{
    return code < t->count && t->list[code].there ? &t->list[code] : NULL;
}

/* Where the attributes of one DIE stand; NULL: not there, or its value is in the abbreviation. */
struct die_taken {
    const uint8_t *at[TAKE_COUNT];
};

/* Passes over the attributes that begin at `p`; with `ret`, notes where the taken ones are. NULL: damaged. */
const uint8_t *fast_die_steps(const struct fast_abbrevs *t, const struct fast_abbrev *a,
                              const struct scan_unit *u, const uint8_t *p, struct die_taken *ret);
static inline const uint8_t *fast_die(const struct fast_abbrevs *t, const struct fast_abbrev *a,
                                      const struct scan_unit *u, const uint8_t *p, struct die_taken *ret)
{
    if ((size_t)(u->end - p) < a->size)
        return NULL;
    return a->step_count || ret ? fast_die_steps(t, a, u, p, ret) : p + a->size;
}

/* An unsigned number of `n` bytes; 0 where the unit ends before it. */
static inline uint64_t scan_number(const struct scan_unit *u, const uint8_t *p, unsigned n)
{
    uint64_t v = 0;
    if ((size_t)(u->end - p) < n)
        return 0;
    for (unsigned i = 0; i < n; i++)
        v = v << 8 | p[u->big ? i : n - 1 - i];
    return v;
}

static inline uint32_t scan_u32(const struct scan_unit *u, const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return u->big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ? v : __builtin_bswap32(v);
}

/* index_value.c: the value of a taken attribute as a number, a reference (UINT64_MAX: none), or a flag; 0
 * when not there. */
uint64_t taken_number(const struct scan_unit *u, const struct fast_abbrev *a, const struct die_taken *d,
                      enum taken which);
uint64_t taken_reference(const struct scan_unit *u, const struct fast_abbrev *a, const struct die_taken *d,
                         enum taken which);
/* The string of a taken attribute, or NULL; *offset is where it stands in u->strings, or UINT64_MAX. */
const char *taken_string(const struct scan_unit *u, const struct fast_abbrev *a, const struct die_taken *d,
                         enum taken which, uint64_t *offset);

static inline uint64_t scan_leb(const uint8_t **p, const uint8_t *end)
{
    uint64_t v = 0;
    if (*p < end && **p < 0x80)
        return *(*p)++;
    for (unsigned shift = 0; *p < end; shift += 7) {
        uint8_t b = *(*p)++;
        if (shift < 64)
            v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80))
            return v;
    }
    *p = end;
    return v;
}

#endif
