/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/dwarf/dwarf_scan.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "symbols/limits.h"

static const char *string_at(const struct unit_head *u, enum dwarf_section_id id, uint64_t offset)
{
    struct cursor c = unit_section_cursor(u, id, offset);
    return cursor_string(&c);
}

static bool decode_block(struct cursor *c, uint64_t size, struct attr *a)
{
    a->kind = ATTR_BLOCK;
    a->block = cursor_take(c, size);
    a->size = a->block ? (size_t)size : 0;
    return !c->bad;
}

static bool decode_number(struct cursor *c, enum attr_kind kind, unsigned size, struct attr *a)
{
    a->kind = kind;
    a->u = size ? cursor_unsigned(c, size) : cursor_uleb(c);
    return !c->bad;
}

static bool decode_reference(const struct unit_head *u, struct cursor *c, unsigned size, struct attr *a)
{
    bool ok = decode_number(c, ATTR_REFERENCE, size, a);
    a->u += u->offset;
    return ok;
}

static bool decode_text(const struct unit_head *u, struct cursor *c, struct attr *a)
{
    a->kind = ATTR_STRING;
    if (a->form == DW_FORM_string) {
        a->string = cursor_string(c);
        return !c->bad;
    }
    uint64_t offset = cursor_unsigned(c, u->offset_size);
    a->string = string_at(u, a->form == DW_FORM_strp ? DWARF_STR : DWARF_LINE_STR, offset);
    return !c->bad;
}

/* Into the dwz file: its DIEs are a region like any, its strings stay where they are. */
static bool decode_alt(struct dwarf *d, const struct unit_head *u, struct cursor *c, struct attr *a)
{
    bool text = a->form == DW_FORM_GNU_strp_alt || a->form == DW_FORM_strp_sup;
    unsigned size = a->form == DW_FORM_ref_sup4 ? 4 : a->form == DW_FORM_ref_sup8 ? 8 : u->offset_size;
    decode_number(c, ATTR_OTHER, size, a);
    if (!d->alt || c->bad)
        return !c->bad;
    if (!text) {
        a->kind = ATTR_REFERENCE;
        a->u += d->alt->info_base;
        return true;
    }
    const struct dwarf_section *s = object_section(d->alt, DWARF_STR);
    struct cursor at = cursor_from(s->bytes, s->size, a->u, false);
    a->kind = ATTR_STRING;
    a->string = cursor_string(&at);
    return true;
}

static bool decode_constant(struct cursor *c, int64_t implicit, struct attr *a)
{
    a->kind = ATTR_CONSTANT;
    switch (a->form) {
    case DW_FORM_sdata:
        a->is_signed = true;
        a->u = (uint64_t)cursor_sleb(c);
        return !c->bad;
    case DW_FORM_implicit_const:
        a->is_signed = true;
        a->u = (uint64_t)implicit;
        return true;
    case DW_FORM_data1:
        return decode_number(c, ATTR_CONSTANT, 1, a);
    case DW_FORM_data2:
        return decode_number(c, ATTR_CONSTANT, 2, a);
    case DW_FORM_data4:
        return decode_number(c, ATTR_CONSTANT, 4, a);
    case DW_FORM_data8:
        return decode_number(c, ATTR_CONSTANT, 8, a);
    default:
        return decode_number(c, ATTR_CONSTANT, 0, a);
    }
}

static bool decode_indexed(struct cursor *c, enum attr_kind kind, uint64_t form, uint64_t first,
                           struct attr *a)
{
    return decode_number(c, kind, (unsigned)(form - first) + 1, a);
}

/* Addresses, strings and their indexed forms; false in *known: another class. */
static bool decode_simple(const struct unit_head *u, struct cursor *c, struct attr *a, bool *known)
{
    *known = true;
    switch (a->form) {
    case DW_FORM_addr:
        return decode_number(c, ATTR_ADDRESS, u->address_size, a);
    case DW_FORM_addrx:
    case DW_FORM_GNU_addr_index:
        return decode_number(c, ATTR_ADDRESS_INDEX, 0, a);
    case DW_FORM_addrx1:
    case DW_FORM_addrx2:
    case DW_FORM_addrx3:
    case DW_FORM_addrx4:
        return decode_indexed(c, ATTR_ADDRESS_INDEX, a->form, DW_FORM_addrx1, a);
    case DW_FORM_string:
    case DW_FORM_strp:
    case DW_FORM_line_strp:
        return decode_text(u, c, a);
    case DW_FORM_strx:
    case DW_FORM_GNU_str_index:
        return decode_number(c, ATTR_STRING_INDEX, 0, a);
    case DW_FORM_strx1:
    case DW_FORM_strx2:
    case DW_FORM_strx3:
    case DW_FORM_strx4:
        return decode_indexed(c, ATTR_STRING_INDEX, a->form, DW_FORM_strx1, a);
    case DW_FORM_flag:
        return decode_number(c, ATTR_FLAG, 1, a);
    case DW_FORM_flag_present:
        a->kind = ATTR_FLAG;
        a->u = 1;
        return true;
    default:
        *known = false;
        return false;
    }
}

/* Constants and blocks. */
static bool decode_data(struct cursor *c, int64_t implicit, struct attr *a, bool *known)
{
    *known = true;
    switch (a->form) {
    case DW_FORM_data1:
    case DW_FORM_data2:
    case DW_FORM_data4:
    case DW_FORM_data8:
    case DW_FORM_udata:
    case DW_FORM_sdata:
    case DW_FORM_implicit_const:
        return decode_constant(c, implicit, a);
    case DW_FORM_data16:
        return decode_block(c, 16, a);
    case DW_FORM_block1:
        return decode_block(c, cursor_u8(c), a);
    case DW_FORM_block2:
        return decode_block(c, cursor_u16(c), a);
    case DW_FORM_block4:
        return decode_block(c, cursor_u32(c), a);
    case DW_FORM_block:
    case DW_FORM_exprloc:
        return decode_block(c, cursor_uleb(c), a);
    default:
        *known = false;
        return false;
    }
}

/* From the start of the object's .debug_info, whichever unit that is in. */
static bool decode_far(const struct unit_head *u, struct cursor *c, struct attr *a)
{
    bool ok = decode_number(c, ATTR_REFERENCE, u->version <= 2 ? u->address_size : u->offset_size, a);
    a->u += u->object->info_base;
    return ok;
}

/* References to DIEs and to other sections. */
static bool decode_link(struct dwarf *d, const struct unit_head *u, struct cursor *c, struct attr *a)
{
    switch (a->form) {
    case DW_FORM_ref1:
        return decode_reference(u, c, 1, a);
    case DW_FORM_ref2:
        return decode_reference(u, c, 2, a);
    case DW_FORM_ref4:
        return decode_reference(u, c, 4, a);
    case DW_FORM_ref8:
        return decode_reference(u, c, 8, a);
    case DW_FORM_ref_udata:
        return decode_reference(u, c, 0, a);
    case DW_FORM_ref_addr: /* the size of an address in DWARF 2 */
        return decode_far(u, c, a);
    case DW_FORM_ref_sig8:
        return decode_number(c, ATTR_SIGNATURE, 8, a);
    case DW_FORM_sec_offset:
        return decode_number(c, ATTR_OFFSET, u->offset_size, a);
    case DW_FORM_loclistx:
    case DW_FORM_rnglistx:
        return decode_number(c, ATTR_LIST_INDEX, 0, a);
    case DW_FORM_ref_sup4:
    case DW_FORM_ref_sup8:
    case DW_FORM_strp_sup:
    case DW_FORM_GNU_ref_alt:
    case DW_FORM_GNU_strp_alt:
        return decode_alt(d, u, c, a);
    default:
        return false;
    }
}

bool attr_decode(struct dwarf *d, const struct unit_head *u, struct cursor *c, uint64_t name, uint64_t form,
                 int64_t implicit, struct attr *a)
{
    bool known;
    if (form == DW_FORM_indirect) {
        form = cursor_uleb(c);
        if (form == DW_FORM_indirect || form == DW_FORM_implicit_const)
            return false;
    }
    *a = (struct attr){.name = (uint16_t)name, .form = (uint16_t)form};
    bool ok = form <= UINT16_MAX && decode_simple(u, c, a, &known);
    if (form > UINT16_MAX || known)
        return ok;
    ok = decode_data(c, implicit, a, &known);
    return known ? ok : decode_link(d, u, c, a);
}

const char *attr_string(struct dwarf *d, const struct unit_head *u, const struct attr *a)
{
    (void)d;
    if (a->kind != ATTR_STRING_INDEX)
        return a->kind == ATTR_STRING ? a->string : NULL;
    if (a->u > UINT32_MAX || u->str_offsets_base == NO_OFFSET)
        return NULL;
    struct cursor c = unit_section_cursor(u, DWARF_STR_OFFSETS, u->str_offsets_base + a->u * u->offset_size);
    uint64_t offset = cursor_unsigned(&c, u->offset_size);
    return c.bad ? NULL : string_at(u, DWARF_STR, offset);
}

bool dwarf_indexed_address(struct dwarf *d, const struct unit_head *u, uint64_t index, uint64_t *ret)
{
    (void)d;
    if (index > UINT32_MAX || u->addr_base == NO_OFFSET)
        return false;
    struct cursor c = unit_section_cursor(u, DWARF_ADDR, u->addr_base + index * u->address_size);
    *ret = cursor_unsigned(&c, u->address_size);
    return !c.bad;
}

bool attr_address(struct dwarf *d, const struct unit_head *u, const struct attr *a, uint64_t *ret)
{
    if (a->kind == ATTR_ADDRESS_INDEX)
        return dwarf_indexed_address(d, u, a->u, ret);
    *ret = a->u;
    return a->kind == ATTR_ADDRESS;
}

bool attr_offset(const struct unit_head *u, const struct attr *a, uint64_t *ret)
{
    *ret = a->u;
    return a->kind == ATTR_OFFSET || (u->version < 4 && a->kind == ATTR_CONSTANT &&
                                      (a->form == DW_FORM_data4 || a->form == DW_FORM_data8));
}

static bool read_abbrev_attrs(struct cursor *c, struct abbrev_table *t, struct abbrev *a)
{
    a->first = (uint32_t)t->attr_count;
    for (;;) {
        uint64_t name = cursor_uleb(c);
        uint64_t form = cursor_uleb(c);
        int64_t implicit = form == DW_FORM_implicit_const ? cursor_sleb(c) : 0;
        if (c->bad || name > UINT16_MAX || form > UINT16_MAX || t->attr_count >= ABBREV_ATTR_LIMIT)
            return false;
        if (!name && !form)
            return true;
        ARRAY_RESERVE(t->attrs, t->attr_count, t->attr_capacity);
        t->attrs[t->attr_count++] =
            (struct abbrev_attr){.name = (uint16_t)name, .form = (uint16_t)form, .implicit = implicit};
        a->count++;
    }
}

void abbrev_table_read(const struct unit_head *u, uint64_t only, struct abbrev_table *t)
{
    struct cursor c = unit_section_cursor(u, DWARF_ABBREV, u->abbrev);
    t->count = t->attr_count = 0;
    while (!c.bad && t->count < ABBREV_LIMIT) {
        struct abbrev a = {.code = cursor_uleb(&c)};
        if (!a.code)
            break;
        a.tag = (uint16_t)cursor_uleb(&c);
        a.children = cursor_u8(&c) != 0;
        if (!read_abbrev_attrs(&c, t, &a))
            break;
        ARRAY_RESERVE(t->abbrevs, t->count, t->capacity);
        t->abbrevs[t->count++] = a;
        if (a.code == only)
            break;
    }
}

bool abbrev_same(const struct unit_head *a, const struct unit_head *b)
{
    return a->object == b->object && a->parts == b->parts && a->abbrev == b->abbrev;
}

void abbrev_table_free(struct abbrev_table *t)
{
    free(t->abbrevs);
    free(t->attrs);
    *t = (struct abbrev_table){0};
}

const struct abbrev *abbrev_find(const struct abbrev_table *t, uint64_t code)
{
    /* Producers number from 1 without gaps. */
    if (code && code <= t->count && t->abbrevs[code - 1].code == code)
        return &t->abbrevs[code - 1];
    for (size_t i = 0; i < t->count; i++)
        if (t->abbrevs[i].code == code)
            return &t->abbrevs[i];
    return NULL;
}
