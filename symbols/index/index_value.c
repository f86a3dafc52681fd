/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values of the attributes that a walk takes from a DIE: numbers, references, strings.
 */
#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/index/index_abbrev.h"

/* The form of a value and where it begins, an indirect one resolved. */
static uint16_t form_at(const struct fast_abbrev *a, const struct scan_unit *u, enum taken which,
                        const uint8_t **p)
{
    if (a->form[which] != DW_FORM_indirect)
        return a->form[which];
    uint64_t form = scan_leb(p, u->end);
    return form > UINT16_MAX || form == DW_FORM_indirect ? 0 : (uint16_t)form;
}

uint64_t taken_number(const struct scan_unit *u, const struct fast_abbrev *a, const struct die_taken *d,
                      enum taken which)
{
    const uint8_t *p = d->at[which];
    if (!p)
        return 0;
    switch (form_at(a, u, which, &p)) {
    case DW_FORM_flag_present:
    case DW_FORM_implicit_const:
        return (uint64_t)a->value[which];
    case DW_FORM_flag:
    case DW_FORM_data1:
    case DW_FORM_strx1:
    case DW_FORM_ref1:
        return scan_number(u, p, 1);
    case DW_FORM_data2:
    case DW_FORM_strx2:
    case DW_FORM_ref2:
        return scan_number(u, p, 2);
    case DW_FORM_strx3:
        return scan_number(u, p, 3);
    case DW_FORM_data4:
    case DW_FORM_strx4:
    case DW_FORM_ref4:
    case DW_FORM_ref_sup4:
        return scan_number(u, p, 4);
    case DW_FORM_data8:
    case DW_FORM_ref8:
    case DW_FORM_ref_sup8:
        return scan_number(u, p, 8);
    case DW_FORM_udata:
    case DW_FORM_sdata: /* only small ones are wanted */
    case DW_FORM_strx:
    case DW_FORM_GNU_str_index:
    case DW_FORM_ref_udata:
        return scan_leb(&p, u->end);
    case DW_FORM_strp:
    case DW_FORM_line_strp:
    case DW_FORM_sec_offset:
    case DW_FORM_strp_sup:
    case DW_FORM_GNU_strp_alt:
    case DW_FORM_GNU_ref_alt:
        return scan_number(u, p, u->offset_size);
    case DW_FORM_ref_addr:
        return scan_number(u, p, u->version <= 2 ? u->address_size : u->offset_size);
    default:
        return 0;
    }
}

uint64_t taken_reference(const struct scan_unit *u, const struct fast_abbrev *a, const struct die_taken *d,
                         enum taken which)
{
    const uint8_t *p = d->at[which];
    if (!p)
        return UINT64_MAX;
    switch (form_at(a, u, which, &p)) {
    case DW_FORM_ref1:
    case DW_FORM_ref2:
    case DW_FORM_ref4:
    case DW_FORM_ref8:
    case DW_FORM_ref_udata:
        return u->offset + taken_number(u, a, d, which);
    case DW_FORM_ref_addr:
        return u->info_base + taken_number(u, a, d, which);
    case DW_FORM_ref_sup4:
    case DW_FORM_ref_sup8:
    case DW_FORM_GNU_ref_alt:
        return u->other_base == UINT64_MAX ? UINT64_MAX : u->other_base + taken_number(u, a, d, which);
    default: /* a type's signature, another file */
        return UINT64_MAX;
    }
}

static const char *string_in(const char *strings, size_t size, uint64_t offset)
{
    return offset < size ? strings + offset : NULL;
}

static const char *indexed_string(const struct scan_unit *u, uint64_t index, uint64_t *offset)
{
    uint64_t at = u->string_offsets_base + index * u->offset_size;
    if (index > UINT32_MAX || u->string_offsets_base > u->string_offsets_size ||
        at > u->string_offsets_size || u->string_offsets_size - at < u->offset_size)
        return NULL;
    *offset = 0;
    for (unsigned i = 0; i < u->offset_size; i++)
        *offset = *offset << 8 | u->string_offsets[at + (u->big ? i : u->offset_size - 1u - i)];
    return string_in(u->strings, u->strings_size, *offset);
}

const char *taken_string(const struct scan_unit *u, const struct fast_abbrev *a, const struct die_taken *d,
                         enum taken which, uint64_t *offset)
{
    const uint8_t *p = d->at[which];
    *offset = UINT64_MAX;
    if (!p)
        return NULL;
    uint64_t n = taken_number(u, a, d, which);
    switch (form_at(a, u, which, &p)) {
    case DW_FORM_string:
        return memchr(p, 0, (size_t)(u->end - p)) ? (const char *)p : NULL;
    case DW_FORM_strp:
        *offset = n;
        return string_in(u->strings, u->strings_size, n);
    case DW_FORM_line_strp:
        return string_in(u->line_strings, u->line_strings_size, n);
    case DW_FORM_strp_sup:
    case DW_FORM_GNU_strp_alt:
        return string_in(u->other_strings, u->other_strings_size, n);
    case DW_FORM_strx:
    case DW_FORM_strx1:
    case DW_FORM_strx2:
    case DW_FORM_strx3:
    case DW_FORM_strx4:
    case DW_FORM_GNU_str_index:
        return indexed_string(u, n, offset);
    default:
        return NULL;
    }
}
