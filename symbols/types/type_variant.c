/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Variants below a type's DIE (DWARF 5, section 5.7.10): which members are there where the discriminant has
 * which value. Rust's have one member each, a struct; Ada's have as many as the source has, and parts inside.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/limits.h"
#include "symbols/types/type_internal.h"

/* A number as the discriminant's type has it: compilers write as few bytes as they like. */
static __int128 as_discriminant(struct type *t, __int128 number)
{
    uint64_t bits = type_size(t) * 8;
    if (!bits || bits >= 128)
        return number;
    unsigned __int128 cut = (unsigned __int128)number & (((unsigned __int128)1 << bits) - 1);
    if (type_strip(t)->is_signed && cut >> (bits - 1) & 1)
        cut |= ~(unsigned __int128)0 << bits;
    return (__int128)cut;
}

/* DW_AT_discr_value: a constant, or the bytes of one that 64 bits do not hold. */
static __int128 value_of(const struct dwarf_unit *u, const struct attr *a)
{
    if (a->kind != ATTR_BLOCK)
        return a->is_signed ? (__int128)(int64_t)a->u : (__int128)a->u;
    unsigned __int128 number = 0;
    size_t n = a->size > 16 ? 16 : a->size;
    for (size_t i = 0; i < n; i++)
        number = number << 8 | a->block[u->dwarf->image->big ? i : n - 1 - i];
    return (__int128)number;
}

struct ranges {
    struct type *discriminant;
    struct type_range *list;
    size_t count, capacity;
};

static void add_range(struct ranges *r, __int128 low, __int128 high)
{
    ARRAY_RESERVE(r->list, r->count, r->capacity);
    r->list[r->count++] = (struct type_range){.low = as_discriminant(r->discriminant, low),
                                              .high = as_discriminant(r->discriminant, high)};
}

/* One number of DW_AT_discr_list: LEB128, with the sign of the discriminant. */
static __int128 list_number(struct ranges *r, struct cursor *c)
{
    bool is_signed = r->discriminant && type_strip(r->discriminant)->is_signed;
    return is_signed ? (__int128)cursor_sleb(c) : (__int128)cursor_uleb(c);
}

static void add_list(struct ranges *r, struct dwarf_unit *u, const struct attr *list)
{
    struct cursor c = cursor_of(list->block, list->size, u->dwarf->image->big);
    while (c.at < c.end && !c.bad && r->count < DISCRIMINANTS_LIMIT) {
        uint8_t kind = cursor_u8(&c);
        __int128 low = list_number(r, &c), high = kind == DW_DSC_range ? list_number(r, &c) : low;
        if (!c.bad)
            add_range(r, low, high);
    }
}

static void visit_variant(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct collector *k = context;
    struct type_inside *in = k->type->inside;
    struct die_attrs a;
    if (tag != DW_TAG_variant || in->variant_count == VARIANTS_LIMIT)
        return;
    die_attributes(u, die, &a);
    const struct attr *value = die_attr(&a, DW_AT_discr_value), *list = die_attr(&a, DW_AT_discr_list);
    struct ranges r = {.discriminant = k->variant_parts[k->part].discriminant.type};
    if (value && r.discriminant && (value->kind == ATTR_CONSTANT || value->kind == ATTR_BLOCK))
        add_range(&r, value_of(u, value), value_of(u, value));
    else if (list && r.discriminant && list->kind == ATTR_BLOCK)
        add_list(&r, u, list);
    size_t size = r.count * sizeof *r.list;
    struct type_variant v = {.part = k->part, .range_count = r.count};
    v.ranges = size ? memcpy(intern_alloc(in->arena, size), r.list, size) : NULL;
    free(r.list);
    ARRAY_RESERVE(k->variants, in->variant_count, k->variant_capacity);
    k->variants[in->variant_count++] = v;
    size_t around = k->variant;
    k->variant = in->variant_count;
    die_children(u, die, type_visit_child, k);
    k->variant = around;
}

/* The member that DW_AT_discr names: of Rust inside of the part, of Ada outside of it. */
static void read_discriminant(struct type *t, struct dwarf_unit *u, Dwarf_Die die, struct type_member *ret)
{
    struct die_attrs a;
    struct dwarf_unit *where;
    Dwarf_Die member;
    Dwarf_Half tag = 0;
    Dwarf_Error err = NULL;
    die_attributes(u, die, &a);
    const struct attr *discr = die_attr(&a, DW_AT_discr);
    if (!discr || discr->kind != ATTR_REFERENCE || !die_anywhere(u->dwarf, discr->u, &where, &member))
        return;
    if (dwarf_tag(member, &tag, &err) == DW_DLV_OK && tag == DW_TAG_member) {
        die_attributes(where, member, &a);
        type_read_member(t, where, &a, ret);
    }
    die_error(where, err);
    dwarf_dealloc_die(member);
}

void type_visit_part(struct collector *k, struct dwarf_unit *u, Dwarf_Die die)
{
    struct type_inside *in = k->type->inside;
    if (k->depth == VARIANT_DEPTH_LIMIT || in->part_count == VARIANTS_LIMIT)
        return;
    struct type_part part = {.variant = k->variant};
    read_discriminant(k->type, u, die, &part.discriminant);
    ARRAY_RESERVE(k->variant_parts, in->part_count, k->part_capacity);
    size_t around = k->part;
    k->part = in->part_count;
    k->variant_parts[in->part_count++] = part;
    k->depth++;
    die_children(u, die, visit_variant, k);
    k->depth--;
    k->part = around;
}
