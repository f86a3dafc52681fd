/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/index/index_abbrev.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/index/index_image.h"
#include "symbols/limits.h"

enum { STEP_FULL = 1 << 14 };

/* What a value takes: a fixed number of bytes, or one of these steps. */
enum step {
    STEP_UNKNOWN,
    STEP_FIXED,
    STEP_TAKE,
    STEP_STRING,
    STEP_LEB,
    STEP_BLOCK1,
    STEP_BLOCK2,
    STEP_BLOCK4,
    STEP_BLOCK,
    STEP_INDIRECT
};

/* Sizes that depend on the unit. */
enum { OF_ADDRESS = 0xf0, OF_OFFSET, OF_REFERENCE };

struct form {
    uint8_t step, size;
};

static const struct form forms[] = {
    [DW_FORM_flag_present] = {STEP_FIXED, 0},
    [DW_FORM_implicit_const] = {STEP_FIXED, 0},
    [DW_FORM_data1] = {STEP_FIXED, 1},
    [DW_FORM_ref1] = {STEP_FIXED, 1},
    [DW_FORM_flag] = {STEP_FIXED, 1},
    [DW_FORM_strx1] = {STEP_FIXED, 1},
    [DW_FORM_addrx1] = {STEP_FIXED, 1},
    [DW_FORM_data2] = {STEP_FIXED, 2},
    [DW_FORM_ref2] = {STEP_FIXED, 2},
    [DW_FORM_strx2] = {STEP_FIXED, 2},
    [DW_FORM_addrx2] = {STEP_FIXED, 2},
    [DW_FORM_strx3] = {STEP_FIXED, 3},
    [DW_FORM_addrx3] = {STEP_FIXED, 3},
    [DW_FORM_data4] = {STEP_FIXED, 4},
    [DW_FORM_ref4] = {STEP_FIXED, 4},
    [DW_FORM_strx4] = {STEP_FIXED, 4},
    [DW_FORM_addrx4] = {STEP_FIXED, 4},
    [DW_FORM_ref_sup4] = {STEP_FIXED, 4},
    [DW_FORM_data8] = {STEP_FIXED, 8},
    [DW_FORM_ref8] = {STEP_FIXED, 8},
    [DW_FORM_ref_sig8] = {STEP_FIXED, 8},
    [DW_FORM_ref_sup8] = {STEP_FIXED, 8},
    [DW_FORM_data16] = {STEP_FIXED, 16},
    [DW_FORM_addr] = {STEP_FIXED, OF_ADDRESS},
    [DW_FORM_ref_addr] = {STEP_FIXED, OF_REFERENCE},
    [DW_FORM_strp] = {STEP_FIXED, OF_OFFSET},
    [DW_FORM_line_strp] = {STEP_FIXED, OF_OFFSET},
    [DW_FORM_sec_offset] = {STEP_FIXED, OF_OFFSET},
    [DW_FORM_strp_sup] = {STEP_FIXED, OF_OFFSET},
    [DW_FORM_string] = {STEP_STRING, 0},
    [DW_FORM_udata] = {STEP_LEB, 0},
    [DW_FORM_sdata] = {STEP_LEB, 0},
    [DW_FORM_ref_udata] = {STEP_LEB, 0},
    [DW_FORM_strx] = {STEP_LEB, 0},
    [DW_FORM_addrx] = {STEP_LEB, 0},
    [DW_FORM_loclistx] = {STEP_LEB, 0},
    [DW_FORM_rnglistx] = {STEP_LEB, 0},
    [DW_FORM_block1] = {STEP_BLOCK1, 0},
    [DW_FORM_block2] = {STEP_BLOCK2, 0},
    [DW_FORM_block4] = {STEP_BLOCK4, 0},
    [DW_FORM_block] = {STEP_BLOCK, 0},
    [DW_FORM_exprloc] = {STEP_BLOCK, 0},
    [DW_FORM_indirect] = {STEP_INDIRECT, 0},
};

/* GNU's forms have numbers far behind the others. */
static struct form form_of(uint64_t form)
{
    switch (form) {
    case DW_FORM_GNU_ref_alt:
    case DW_FORM_GNU_strp_alt:
        return (struct form){STEP_FIXED, OF_OFFSET};
    case DW_FORM_GNU_str_index:
    case DW_FORM_GNU_addr_index:
        return (struct form){STEP_LEB, 0};
    default:
        return form < ARRAY_LENGTH(forms) ? forms[form] : (struct form){STEP_UNKNOWN, 0};
    }
}

static enum step size_of(const struct fast_abbrevs *t, uint64_t form, uint32_t *size)
{
    struct form f = form_of(form);
    *size = f.size;
    if (f.size == OF_ADDRESS)
        *size = t->address_size;
    else if (f.size == OF_OFFSET)
        *size = t->offset_size;
    else if (f.size == OF_REFERENCE) /* the size of an address in DWARF 2 */
        *size = t->version <= 2 ? t->address_size : t->offset_size;
    return (enum step)f.step;
}

static int taken_of(uint64_t name)
{
    switch (name) {
    case DW_AT_name:
        return TAKE_NAME;
    case DW_AT_linkage_name:
    case DW_AT_MIPS_linkage_name:
        return TAKE_LINKAGE;
    case DW_AT_sibling:
        return TAKE_SIBLING;
    case DW_AT_specification:
    case DW_AT_abstract_origin:
    case DW_AT_import:
        return TAKE_ORIGIN;
    case DW_AT_inline:
        return TAKE_INLINE;
    case DW_AT_declaration:
        return TAKE_DECLARATION;
    case DW_AT_enum_class:
        return TAKE_SCOPED;
    case DW_AT_language:
        return TAKE_LANGUAGE;
    case DW_AT_str_offsets_base:
        return TAKE_STRING_BASE;
    case DW_AT_export_symbols:
        return TAKE_EXPORT;
    default:
        return -1;
    }
}

static void add_step(struct fast_abbrevs *t, struct fast_abbrev *a, enum step kind, uint32_t size, int taken)
{
    struct fast_step *last = a->step_count ? &t->steps[t->step_count - 1] : NULL;
    if (kind == STEP_FIXED && last && last->kind == STEP_FIXED && last->size < STEP_FULL) {
        last->size += size;
        return;
    }
    if (!t->steps || t->step_count == t->step_capacity) {
        t->step_capacity = t->step_capacity ? t->step_capacity * 2 : 64;
        t->steps = xreallocarray(t->steps, t->step_capacity, sizeof *t->steps);
    }
    t->steps[t->step_count++] =
        (struct fast_step){.kind = (uint8_t)kind, .taken = (uint8_t)(taken < 0 ? 0 : taken), .size = size};
    a->step_count++;
}

static void add_attr(struct fast_abbrevs *t, struct fast_abbrev *a, uint64_t name, uint64_t form,
                     int64_t implicit)
{
    uint32_t size = form < COMMON_FORMS ? t->form_size[form] : 0;
    enum step kind = form < COMMON_FORMS ? t->form_step[form] : size_of(t, form, &size);
    int taken = taken_of(name);
    bool leading = !a->step_count && a->size < STEP_FULL;
    a->has_code |= name == DW_AT_low_pc || name == DW_AT_ranges;
    if (taken >= 0) {
        a->form[taken] = (uint16_t)form;
        a->value[taken] = form == DW_FORM_implicit_const ? (int16_t)implicit : 1;
        a->at[taken] = leading ? (int16_t)a->size : BY_STEP;
        if (!leading)
            add_step(t, a, STEP_TAKE, 0, taken);
    }
    if (kind == STEP_FIXED && leading)
        a->size = (uint16_t)(a->size + size);
    else
        add_step(t, a, kind, size, -1);
}

/* The attributes of one abbreviation; false when the table is damaged. */
static bool read_attrs(struct fast_abbrevs *t, struct fast_abbrev *a, const uint8_t **p, const uint8_t *end)
{
    while (*p < end && t->step_count < ABBREV_STEP_LIMIT) {
        uint64_t name = scan_leb(p, end);
        uint64_t form = scan_leb(p, end);
        int64_t implicit = 0;
        t->work++;
        if (form == DW_FORM_implicit_const) {
            /* Only small numbers are wanted (DW_AT_inline, a flag): the sign does not matter. */
            implicit = (int64_t)(scan_leb(p, end) & 0x7fff);
        }
        if (!name && !form)
            return true;
        if (form > UINT16_MAX)
            return false;
        add_attr(t, a, name, form, implicit);
    }
    return false;
}

static struct fast_abbrev *make_room(struct fast_abbrevs *t, uint64_t code)
{
    if (!code || code >= ABBREV_CODE_LIMIT)
        return NULL;
    while (t->capacity <= code) {
        size_t old = t->capacity;
        t->capacity = old ? old * 2 : 256;
        t->list = xreallocarray(t->list, t->capacity, sizeof *t->list);
    }
    for (; t->count <= code; t->count++)
        t->list[t->count].there = false;
    return t->list[code].there ? NULL : &t->list[code];
}

static bool is_leading(const struct fast_abbrev *a, enum taken which, uint16_t form)
{
    return a->at[which] >= 0 && a->form[which] == form;
}

/* Most DIEs at file scope are types that other CUs have too: their names are looked at first, alone. */
static void find_quick(const struct fast_abbrevs *t, struct fast_abbrev *a)
{
    bool once = a->tag_code >= 0 && a->tag_code < IMAGE_FUNCTION && a->at[TAKE_ORIGIN] == NOT_THERE &&
                a->at[TAKE_DECLARATION] == NOT_THERE;
    bool narrow = t->offset_size == 4;
    /* Functions without code and variables that are elsewhere are not for the index. */
    if ((a->tag == DW_TAG_subprogram && !a->has_code && a->at[TAKE_INLINE] == NOT_THERE) ||
        (a->tag == DW_TAG_variable && a->form[TAKE_DECLARATION] == DW_FORM_flag_present))
        a->tag_code = -1;
    a->name_at = once && narrow && is_leading(a, TAKE_NAME, DW_FORM_strp) ? a->at[TAKE_NAME] : NOT_THERE;
    a->sibling_at = is_leading(a, TAKE_SIBLING, DW_FORM_ref4) ? a->at[TAKE_SIBLING] : NOT_THERE;
}

bool fast_abbrevs_read(struct fast_abbrevs *t, const struct scan_unit *u)
{
    if (t->from == u->abbrev && t->address_size == u->address_size && t->offset_size == u->offset_size &&
        t->version == u->version)
        return t->count > 0;
    t->count = t->step_count = 0;
    t->from = u->abbrev;
    t->address_size = u->address_size;
    t->offset_size = u->offset_size;
    t->version = u->version;
    for (unsigned form = 0; form < COMMON_FORMS; form++) {
        uint32_t size;
        t->form_step[form] = (uint8_t)size_of(t, form, &size);
        t->form_size[form] = (uint8_t)size;
    }
    const uint8_t *p = u->abbrev, *end = u->abbrev_end;
    while (p < end) {
        uint64_t code = scan_leb(&p, end);
        if (!code)
            return true;
        struct fast_abbrev *a = make_room(t, code);
        if (!a)
            return false;
        *a = (struct fast_abbrev){.step = (uint32_t)t->step_count};
        memset(a->at, 0xff, sizeof a->at);
        a->tag = (uint16_t)scan_leb(&p, end);
        a->tag_code = (int8_t)image_tag_code(a->tag);
        a->children = p < end && *p++ != 0;
        if (!read_attrs(t, a, &p, end))
            return false;
        a->there = true;
        find_quick(t, a);
    }
    return false;
}

void fast_abbrevs_free(struct fast_abbrevs *t)
{
    free(t->list);
    free(t->steps);
    *t = (struct fast_abbrevs){0};
}

/* Behind `n` more bytes, or NULL when there are not so many. */
static const uint8_t *past(const uint8_t *p, const uint8_t *end, uint64_t n)
{
    return (uint64_t)(end - p) >= n ? p + n : NULL;
}

static const uint8_t *past_value(const struct fast_abbrevs *t, const struct scan_unit *u, enum step kind,
                                 uint32_t size, const uint8_t *p)
{
    const uint8_t *end = u->end;
    uint64_t n;
    switch (kind) {
    case STEP_FIXED:
        return past(p, end, size);
    case STEP_STRING:
        p = memchr(p, 0, (size_t)(end - p));
        return p ? p + 1 : NULL;
    case STEP_LEB:
        scan_leb(&p, end);
        return p;
    case STEP_BLOCK1:
        return past(p, end, 1 + scan_number(u, p, 1));
    case STEP_BLOCK2:
        return past(p, end, 2 + scan_number(u, p, 2));
    case STEP_BLOCK4:
        return past(p, end, 4 + scan_number(u, p, 4));
    case STEP_BLOCK:
        n = scan_leb(&p, end);
        return past(p, end, n);
    case STEP_INDIRECT:
        n = scan_leb(&p, end);
        kind = size_of(t, n, &size);
        return kind == STEP_INDIRECT || n == DW_FORM_implicit_const ? NULL : past_value(t, u, kind, size, p);
    default:
        return NULL;
    }
}

const uint8_t *fast_die_steps(const struct fast_abbrevs *t, const struct fast_abbrev *a,
                              const struct scan_unit *u, const uint8_t *p, struct die_taken *ret)
{
    for (int i = 0; ret && i < TAKE_COUNT; i++)
        ret->at[i] = a->at[i] >= 0 ? p + a->at[i] : NULL;
    p += a->size;
    for (uint32_t i = 0; i < a->step_count && p; i++) {
        const struct fast_step *s = &t->steps[a->step + i]; /* a table without steps has no array */
        if (s->kind != STEP_TAKE)
            p = past_value(t, u, s->kind, s->size, p);
        else if (ret)
            ret->at[s->taken] = p;
    }
    return p;
}
