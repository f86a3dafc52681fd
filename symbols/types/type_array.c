/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arrays and texts: their dimensions, of which the last varies fastest in C, and the first in Fortran, and
 * what of them is computed at run time (DWARF 5, sections 5.5, 5.11 and 5.18).
 */
#include <string.h>

#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/limits.h"
#include "symbols/types/type_internal.h"

static struct type_number number_of(const struct attr *a)
{
    struct type_number n = {.kind = NUMBER_NONE};
    if (!a)
        return n;
    if (a->kind == ATTR_CONSTANT)
        n = (struct type_number){.kind = NUMBER_CONSTANT, .constant = (int64_t)a->u};
    else if (a->kind == ATTR_BLOCK)
        n = (struct type_number){.kind = NUMBER_EXPRESSION, .bytes = a->block, .size = a->size};
    else if (a->kind == ATTR_REFERENCE)
        n = (struct type_number){.kind = NUMBER_VARIABLE, .die = a->u};
    return n;
}

/* What a language counts from where DWARF does not say (DWARF 5, table 7.17). */
static int64_t default_lower(const struct type *t)
{
    return t->inside->language == LANGUAGE_FORTRAN || t->inside->language == LANGUAGE_ADA;
}

/* gcc writes the upper bound of int x[0] as -1, in as few bytes as it likes. */
static bool is_minus_one(const struct attr *upper)
{
    return !upper->is_signed &&
           (upper->u == UINT64_MAX || (upper->form == DW_FORM_data4 && upper->u == UINT32_MAX));
}

static void fill_constant(struct type *t, const struct type_dynamic *d, const struct attr *upper)
{
    bool counted = d->count.kind == NUMBER_CONSTANT, bounded = d->upper.kind == NUMBER_CONSTANT;
    t->count_known = counted || bounded;
    if (counted)
        t->count = (uint64_t)d->count.constant;
    else if (bounded && !is_minus_one(upper))
        t->count = (uint64_t)d->upper.constant - (uint64_t)t->lower + 1;
    /* Ada and Fortran write what has no elements as 1 to 0, or 1 to -5. */
    if (bounded && !counted && default_lower(t) && d->upper.constant < t->lower)
        t->count = 0;
}

static void fill_dimension(struct type *t, const struct die_attrs *a)
{
    struct type_dynamic d = {.lower = number_of(die_attr(a, DW_AT_lower_bound)),
                             .upper = number_of(die_attr(a, DW_AT_upper_bound)),
                             .count = number_of(die_attr(a, DW_AT_count)),
                             .stride = number_of(die_attr(a, DW_AT_byte_stride))};
    if (d.lower.kind == NUMBER_NONE)
        d.lower = (struct type_number){.kind = NUMBER_CONSTANT, .constant = default_lower(t)};
    t->lower = d.lower.kind == NUMBER_CONSTANT ? d.lower.constant : default_lower(t);
    t->stride = d.stride.kind == NUMBER_CONSTANT ? d.stride.constant : 0;
    const struct type_number *all[] = {&d.lower, d.count.kind ? &d.count : &d.upper, &d.stride};
    bool computed = false;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        computed = computed || all[i]->kind > NUMBER_CONSTANT;
    if (!computed) {
        fill_constant(t, &d, die_attr(a, DW_AT_upper_bound));
        return;
    }
    struct type_dynamic *kept = intern_alloc(t->inside->arena, sizeof *kept);
    *kept = d;
    t->dynamic = kept;
}

struct dimensions {
    struct type *list[DIMENSION_LIMIT];
    size_t count;
    struct type *outermost;
};

static void visit_dimension(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct dimensions *k = context;
    struct die_attrs a;
    if ((tag != DW_TAG_subrange_type && tag != DW_TAG_enumeration_type && tag != DW_TAG_generic_subrange) ||
        k->count == DIMENSION_LIMIT)
        return;
    die_attributes(u, die, &a);
    struct type *t = type_make(k->outermost->inside->arena, k->outermost->file, TYPE_ARRAY);
    t->inside->language = k->outermost->inside->language;
    t->inside->bound_unit = k->outermost->die;
    fill_dimension(t, &a);
    k->list[k->count++] = t;
}

/* What of an array type as a whole is computed. */
static void fill_whole(struct type *t, const struct die_attrs *a)
{
    struct type_dynamic d = t->dynamic ? *t->dynamic : (struct type_dynamic){.length_bytes = 0};
    d.location = number_of(die_attr(a, DW_AT_data_location));
    d.allocated = number_of(die_attr(a, DW_AT_allocated));
    d.associated = number_of(die_attr(a, DW_AT_associated));
    d.rank = number_of(die_attr(a, DW_AT_rank));
    if (!d.location.kind && !d.allocated.kind && !d.associated.kind && !d.rank.kind)
        return;
    if (!t->dynamic) {
        d.lower = (struct type_number){.kind = NUMBER_CONSTANT, .constant = t->lower};
        d.stride = (struct type_number){.kind = NUMBER_CONSTANT, .constant = t->stride};
        d.count.kind = t->count_known ? NUMBER_CONSTANT : NUMBER_NONE;
        d.count.constant = (int64_t)t->count;
    }
    struct type_dynamic *kept = intern_alloc(t->inside->arena, sizeof *kept);
    *kept = d;
    t->dynamic = kept;
    t->count_known = false;
}

/* The dimensions as arrays of each other, the outermost being `t` itself. */
static void read_dimensions(struct type *t, struct dwarf_unit *u, Dwarf_Die die)
{
    struct dimensions k = {.outermost = t};
    struct die_attrs a;
    die_walk_begin(u);
    die_children(u, die, visit_dimension, &k);
    die_attributes(u, die, &a);
    const struct attr *ordering = die_attr(&a, DW_AT_ordering), *stride = die_attr(&a, DW_AT_byte_stride);
    bool columns = ordering ? ordering->u == DW_ORD_col_major : t->inside->language == LANGUAGE_FORTRAN;
    struct type *element = t->inside->target;
    uint64_t element_die = t->inside->target_die;
    for (size_t i = 0; i < k.count; i++) {
        struct type *inner = k.list[columns ? i : k.count - 1 - i];
        if (i == 0) {
            inner->inside->target = element;
            inner->inside->target_die = element_die;
        } else {
            inner->inside->target = k.list[columns ? i - 1 : k.count - i];
        }
    }
    if (k.count) {
        struct type *outer = k.list[columns ? k.count - 1 : 0];
        t->lower = outer->lower;
        t->stride = outer->stride;
        t->dynamic = outer->dynamic;
        t->count = outer->count;
        t->count_known = outer->count_known;
        t->inside->target = outer->inside->target;
        t->inside->target_die = outer->inside->target_die;
    }
    if (k.count == 1 && !t->stride && stride && stride->kind == ATTR_CONSTANT)
        t->stride = (int64_t)stride->u;
    t->inside->bound_unit = t->die;
    fill_whole(t, &a);
}

static struct type *character(struct type *t, uint64_t size)
{
    struct type *c = type_make(t->inside->arena, t->file, TYPE_CHAR);
    c->inside->language = t->inside->language;
    c->inside->size = size;
    c->name = size == 4 ? "character(kind=4)" : "character(kind=1)";
    return c;
}

/* gfortran writes the variable that has the length as a call of its location before DWARF 5. */
static struct type_number length_of(struct dwarf_unit *u, const struct attr *a)
{
    struct cursor c = cursor_of(a->block, a->kind == ATTR_BLOCK ? a->size : 0, u->dwarf->image->big);
    uint8_t op = cursor_u8(&c);
    uint64_t at = op == DW_OP_call4 ? cursor_u32(&c) : op == DW_OP_call2 ? cursor_u16(&c) : 0;
    if (c.bad || c.at != c.end || !at)
        return number_of(a);
    return (struct type_number){.kind = NUMBER_VARIABLE, .die = u->head->offset + at};
}

/* Bytes of the number that is its length, where it stands in memory. */
static unsigned length_bytes(const struct dwarf_unit *u, const struct die_attrs *a)
{
    const struct attr *bytes = die_attr(a, DW_AT_string_length_byte_size),
                      *size = die_attr(a, DW_AT_byte_size);
    const struct attr *bits = die_attr(a, DW_AT_string_length_bit_size);
    uint64_t n = bytes ? bytes->u : bits ? bits->u / 8 : size ? size->u : u->head->address_size;
    return n >= 1 && n <= 8 ? (unsigned)n : u->head->address_size;
}

static void read_text(struct type *t, struct dwarf_unit *u, const struct die_attrs *a)
{
    const struct attr *length = die_attr(a, DW_AT_string_length), *size = die_attr(a, DW_AT_byte_size);
    const struct attr *of = die_attr(a, DW_AT_type);
    struct type *wide = of ? type_strip(type_of_attr(t->file, of)) : NULL;
    uint64_t width = wide && type_size(wide) == 4 ? 4 : 1;
    t->text = true;
    t->lower = 1;
    t->inside->size = 0;
    t->inside->target = wide && wide->kind == TYPE_CHAR ? wide : character(t, width);
    t->inside->bound_unit = t->die;
    if (length && length->kind != ATTR_CONSTANT) {
        struct type_dynamic *d = intern_alloc(t->inside->arena, sizeof *d);
        d->lower = (struct type_number){.kind = NUMBER_CONSTANT, .constant = 1};
        d->length = length_of(u, length);
        d->length_bytes = length_bytes(u, a);
        t->dynamic = d;
        return;
    }
    t->count_known = length || size;
    t->count = length ? length->u : size ? size->u / width : 0;
}

void type_read_array(struct type *t, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct die_attrs a;
    if (tag != DW_TAG_string_type) {
        read_dimensions(t, u, die);
        return;
    }
    die_attributes(u, die, &a);
    read_text(t, u, &a);
}

struct type *type_settled(struct type *dynamic, struct type *element, int64_t lower, uint64_t count,
                          int64_t stride)
{
    struct type *last = dynamic->inside->settled;
    if (stride == (int64_t)type_size(element))
        stride = 0;
    if (last && last->inside->target == element && last->lower == lower && last->count == count &&
        last->stride == stride)
        return last;
    struct type *t = type_array_of(element, count);
    t->inside->language = dynamic->inside->language;
    t->lower = lower;
    t->stride = stride;
    t->text = dynamic->text;
    return dynamic->inside->settled = t;
}
