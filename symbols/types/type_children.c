/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands below a type's DIE: members, enumerators, parameters.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/limits.h"
#include "symbols/types/type_internal.h"

static bool constant(const struct die_attrs *a, unsigned name, uint64_t *ret)
{
    const struct attr *found = die_attr(a, name);
    if (!found || (found->kind != ATTR_CONSTANT && found->kind != ATTR_FLAG))
        return false;
    *ret = found->u;
    return true;
}

/* DW_AT_data_member_location: a constant, or in DWARF 2 the expression `plus_uconst N`. */
static bool member_location(struct dwarf_unit *u, const struct die_attrs *a, uint64_t *ret)
{
    const struct attr *at = die_attr(a, DW_AT_data_member_location);
    *ret = 0;
    if (!at)
        return true;
    if (at->kind == ATTR_CONSTANT) {
        *ret = at->u;
        return true;
    }
    struct cursor c = cursor_of(at->block, at->size, u->dwarf->image->big);
    uint8_t op = cursor_u8(&c);
    if (op != DW_OP_plus_uconst && op != DW_OP_constu)
        return false;
    *ret = cursor_uleb(&c);
    return !c.bad && (c.at == c.end || op == DW_OP_constu);
}

/* The three ways a bit-field's place has been written; see DWARF 5, section 5.7.6, and DWARF 3's. */
static void place_member(struct dwarf_unit *u, const struct die_attrs *a, struct type_member *m)
{
    uint64_t bytes, bits, old, storage;
    const struct attr *at = die_attr(a, DW_AT_data_member_location);
    m->known_offset = member_location(u, a, &bytes);
    if (at && at->kind == ATTR_BLOCK && at->size) {
        m->location = at->block;
        m->location_size = at->size;
    }
    m->bit_offset = bytes * 8;
    if (constant(a, DW_AT_bit_size, &bits) && bits <= 128)
        m->bit_size = (uint32_t)bits;
    if (constant(a, DW_AT_data_bit_offset, &bits)) {
        m->bit_offset = bits;
    } else if (m->bit_size && constant(a, DW_AT_bit_offset, &old)) {
        if (!constant(a, DW_AT_byte_size, &storage))
            storage = type_size(m->type);
        /* Counted from the most significant bit of the storage unit. */
        m->bit_offset += u->dwarf->image->big ? old : storage * 8 - old - m->bit_size;
    }
}

void type_read_member(struct type *t, struct dwarf_unit *u, const struct die_attrs *a,
                      struct type_member *ret)
{
    const struct attr *name = die_attr(a, DW_AT_name);
    uint64_t flag;
    const char *text = name ? attr_string(u->dwarf, u->head, name) : NULL;
    ret->name = text ? text : "";
    ret->type = type_of_attr(t->file, die_attr(a, DW_AT_type));
    place_member(u, a, ret);
    ret->artificial = constant(a, DW_AT_artificial, &flag) && flag;
    ret->access = type_access_of(t, a);
}

static void add_member(struct collector *k, struct dwarf_unit *u, const struct die_attrs *a, bool base,
                       uint64_t die)
{
    struct type_inside *in = k->type->inside;
    uint64_t flag;
    if (constant(a, DW_AT_external, &flag) || constant(a, DW_AT_declaration, &flag)) {
        type_add_static(k->type, &k->parts, u, a, die); /* as DWARF 4 has them */
        return;
    }
    struct type_member m = {.base = base, .variant = k->variant};
    type_read_member(k->type, u, a, &m);
    m.is_virtual = base && constant(a, DW_AT_virtuality, &flag) && flag;
    m.known_offset = m.known_offset && !m.is_virtual;
    ARRAY_RESERVE(k->members, in->member_count, k->member_capacity);
    k->members[in->member_count++] = m;
}

static void add_enumerator(struct collector *k, struct dwarf_unit *u, const struct die_attrs *a)
{
    struct type_inside *in = k->type->inside;
    const struct attr *name = die_attr(a, DW_AT_name), *value = die_attr(a, DW_AT_const_value);
    const char *text = name ? attr_string(u->dwarf, u->head, name) : NULL;
    if (!text || !value || value->kind != ATTR_CONSTANT)
        return;
    ARRAY_RESERVE(k->enumerators, in->enumerator_count, k->enumerator_capacity);
    k->enumerators[in->enumerator_count++] =
        (struct type_enumerator){.name = text, .value = (int64_t)value->u};
}

void type_visit_child(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct collector *k = context;
    struct type_inside *in = k->type->inside;
    struct die_attrs a;
    uint64_t flag;
    if (tag == DW_TAG_unspecified_parameters) {
        k->type->variadic = true;
        return;
    }
    if (tag == DW_TAG_variant_part) {
        type_visit_part(k, u, die);
        return;
    }
    bool in_class = k->type->kind != TYPE_ENUM && k->type->kind != TYPE_FUNCTION;
    bool of_class = in_class && (tag == DW_TAG_variable || tag == DW_TAG_subprogram ||
                                 tag == DW_TAG_typedef || tag == DW_TAG_template_type_param);
    if (tag != DW_TAG_member && tag != DW_TAG_inheritance && tag != DW_TAG_enumerator &&
        tag != DW_TAG_formal_parameter && !of_class)
        return;
    die_attributes(u, die, &a);
    if (tag == DW_TAG_enumerator) {
        add_enumerator(k, u, &a);
    } else if (tag == DW_TAG_typedef) {
        type_add_alias(k->type, &k->parts, u, &a, die_offset(u, die));
    } else if (tag == DW_TAG_template_type_param) {
        type_add_argument(k->type, &k->parts, u, &a);
    } else if (tag == DW_TAG_variable) {
        type_add_static(k->type, &k->parts, u, &a, die_offset(u, die));
    } else if (tag == DW_TAG_subprogram) {
        type_add_method(k->type, &k->parts, u, &a, die_offset(u, die));
    } else if (tag == DW_TAG_formal_parameter) {
        const struct attr *type = die_attr(&a, DW_AT_type), *origin = die_attr(&a, DW_AT_abstract_origin);
        struct die_attrs there;
        struct dwarf_unit *where;
        Dwarf_Die other;
        if (!type && origin && origin->kind == ATTR_REFERENCE &&
            die_anywhere(u->dwarf, origin->u, &where, &other)) {
            die_attributes(where, other, &there);
            dwarf_dealloc_die(other);
            type = die_attr(&there, DW_AT_type);
        }
        struct type *parameter = type_of_attr(k->type->file, type);
        bool made_up = constant(&a, DW_AT_artificial, &flag) && in->made_up == in->parameter_count;
        if (made_up && !in->parameter_count && dwarf_is_cplus(u->head))
            parameter = type_constant(parameter);
        in->made_up += made_up;
        ARRAY_RESERVE(k->parameters, in->parameter_count, k->parameter_capacity);
        k->parameters[in->parameter_count++] = parameter;
    } else {
        add_member(k, u, &a, tag == DW_TAG_inheritance, die_offset(u, die));
    }
}

/* "Colour::red" of an enum class, "ns::one" of another one in a namespace. */
static void scope_enumerators(struct type *t, struct type_enumerator *list, size_t count)
{
    const char *scope = count ? type_scope(t) : "";
    for (size_t i = 0; i < count && t->inside->language == LANGUAGE_ADA; i++)
        for (const char *next; (next = strstr(list[i].name, "__")) != NULL && next[2];)
            list[i].name = next + 2; /* "pkg__green" */
    const char *class = t->inside->scoped_enumerators && t->name ? t->name : "";
    for (size_t i = 0; i < count && (*scope || *class); i++) {
        BASE_FREE char *name = xasprintf("%s%s%s%s", scope, class, *class ? "::" : "", list[i].name);
        size_t size = strlen(name) + 1;
        list[i].name = memcpy(intern_alloc(t->inside->arena, size), name, size);
    }
}

/* rustc wrote -1 in one byte as 255. */
static void extend_enumerators(struct type *t, struct type_enumerator *list, size_t count)
{
    uint64_t bits = type_size(t) * 8;
    for (size_t i = 0; i < count && bits && bits < 64; i++)
        list[i].value = (int64_t)((uint64_t)list[i].value << (64 - bits)) >> (64 - bits);
}

static void *keep(struct intern *arena, void *list, size_t size)
{
    void *kept = size ? memcpy(intern_alloc(arena, size), list, size) : NULL;
    free(list);
    return kept;
}

void type_read_children(struct type *t)
{
    struct type_inside *in = t->inside;
    bool has = t->kind == TYPE_STRUCT || t->kind == TYPE_CLASS || t->kind == TYPE_UNION ||
               t->kind == TYPE_ENUM || t->kind == TYPE_FUNCTION;
    struct dwarf *d = t->file ? dwarf_of(t->file) : NULL;
    struct dwarf_unit *u;
    Dwarf_Die die;
    if (in->children_read || !has || !t->die || !d || !die_anywhere(d, t->die, &u, &die))
        return;
    bool narrow = false;
    in->children_read = true;
    if (t->kind == TYPE_ENUM) {
        /* Without an underlying type (gcc before 5, clang in C) the values tell the sign. */
        struct type *under = type_strip(type_target(t));
        t->is_signed = under->kind == TYPE_VOID || under->is_signed;
        narrow = under->kind != TYPE_VOID && under->is_signed;
    }
    struct collector k = {.type = t};
    die_walk_begin(u);
    die_children(u, die, type_visit_child, &k);
    dwarf_dealloc_die(die);
    if (narrow)
        extend_enumerators(t, k.enumerators, in->enumerator_count);
    scope_enumerators(t, k.enumerators, in->enumerator_count);
    in->members = keep(in->arena, k.members, in->member_count * sizeof *k.members);
    in->parts = keep(in->arena, k.variant_parts, in->part_count * sizeof *k.variant_parts);
    in->variants = keep(in->arena, k.variants, in->variant_count * sizeof *k.variants);
    in->enumerators = keep(in->arena, k.enumerators, in->enumerator_count * sizeof *k.enumerators);
    in->parameters = keep(in->arena, k.parameters, in->parameter_count * sizeof *k.parameters);
    type_keep_parts(t, &k.parts);
}
