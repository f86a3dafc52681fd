/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types made from their DIEs, each once, and the ways through the graph of them (symbols/type.h). */
#include "symbols/type.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/index_template.h"
#include "symbols/limits.h"
#include "symbols/types/type_internal.h"

/* Nodes by DIE offset; open addressing. */
struct type_table {
    struct type **slots;
    size_t count, capacity;
    unsigned naming; /* template classes whose names are being made, one for the arguments of the other */
};

static struct type **slot_of(struct type **slots, size_t capacity, uint64_t die)
{
    size_t i = (size_t)(die * 0x9e3779b97f4a7c15ull >> 20) & (capacity - 1);
    while (slots[i] && slots[i]->die != die)
        i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static struct type **table_slot(struct symbol_file *f, uint64_t die)
{
    if (!f->types) {
        f->types = xcalloc(1, sizeof *f->types);
        f->types_free = type_table_free;
    }
    struct type_table *t = f->types;
    if (t->count * 2 >= t->capacity) {
        size_t capacity = t->capacity ? t->capacity * 2 : 256;
        struct type **slots = xcalloc(capacity, sizeof *slots);
        for (size_t i = 0; i < t->capacity; i++)
            if (t->slots[i])
                *slot_of(slots, capacity, t->slots[i]->die) = t->slots[i];
        free(t->slots);
        t->slots = slots;
        t->capacity = capacity;
    }
    return slot_of(t->slots, t->capacity, die);
}

void type_table_free(struct type_table *t)
{
    if (!t)
        return;
    free(t->slots);
    free(t);
}

struct type *type_make(struct intern *arena, struct symbol_file *f, enum type_kind kind)
{
    struct type *t = intern_alloc(arena, sizeof *t);
    t->kind = kind;
    t->file = f;
    t->inside = intern_alloc(arena, sizeof *t->inside);
    t->inside->arena = arena;
    t->inside->target_die = NO_OFFSET;
    t->inside->class_die = NO_OFFSET;
    return t;
}

static enum type_kind base_kind(uint64_t encoding, uint64_t size, const char *name)
{
    switch (encoding) {
    case DW_ATE_boolean:
        return TYPE_BOOL;
    case DW_ATE_float:
    case DW_ATE_decimal_float:
    case DW_ATE_imaginary_float:
        return TYPE_FLOAT;
    case DW_ATE_complex_float:
        return TYPE_COMPLEX;
    case DW_ATE_signed_char:
    case DW_ATE_unsigned_char:
    case DW_ATE_UTF:
    case DW_ATE_ASCII:
    case DW_ATE_UCS:
        return TYPE_CHAR;
    case DW_ATE_signed:
    case DW_ATE_unsigned:
    case DW_ATE_address:
        return size == 1 && name && strstr(name, "char") ? TYPE_CHAR : TYPE_INTEGER;
    default:
        return TYPE_UNKNOWN;
    }
}

static enum type_kind kind_of_tag(uint16_t tag)
{
    switch (tag) {
    case DW_TAG_structure_type:
        return TYPE_STRUCT;
    case DW_TAG_class_type:
    case DW_TAG_interface_type:
        return TYPE_CLASS;
    case DW_TAG_union_type:
        return TYPE_UNION;
    case DW_TAG_enumeration_type:
        return TYPE_ENUM;
    case DW_TAG_pointer_type:
        return TYPE_POINTER;
    case DW_TAG_reference_type:
        return TYPE_REFERENCE;
    case DW_TAG_rvalue_reference_type:
        return TYPE_RVALUE_REFERENCE;
    case DW_TAG_ptr_to_member_type:
        return TYPE_MEMBER_POINTER;
    case DW_TAG_array_type:
    case DW_TAG_string_type:
        return TYPE_ARRAY;
    case DW_TAG_subroutine_type:
    case DW_TAG_subprogram:
    case DW_TAG_inlined_subroutine:
        return TYPE_FUNCTION;
    case DW_TAG_typedef:
    case DW_TAG_subrange_type:
        return TYPE_TYPEDEF;
    case DW_TAG_const_type:
        return TYPE_CONST;
    case DW_TAG_volatile_type:
        return TYPE_VOLATILE;
    case DW_TAG_restrict_type:
        return TYPE_RESTRICT;
    case DW_TAG_atomic_type:
        return TYPE_ATOMIC;
    default:
        return TYPE_UNKNOWN;
    }
}

static uint64_t number(const struct die_attrs *a, unsigned name)
{
    const struct attr *found = die_attr(a, name);
    return found && (found->kind == ATTR_CONSTANT || found->kind == ATTR_FLAG) ? found->u : 0;
}

static void fill_base(struct type *t, const struct die_attrs *a)
{
    uint64_t encoding = number(a, DW_AT_encoding);
    t->kind = base_kind(encoding, t->inside->size, t->name);
    if (t->inside->language == LANGUAGE_RUST && t->name && strcmp(t->name, "()") == 0)
        t->kind = TYPE_VOID;
    t->decimal = encoding == DW_ATE_decimal_float;
    t->is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
    if (!t->inside->size)
        t->inside->size = (number(a, DW_AT_bit_size) + 7) / 8;
    /* gdb has one spelling for the integers of C, and leaves gcc's `__int128 unsigned` as it is. */
    if (t->name && !strstr(t->name, "int128"))
        t->name = arithmetic_name(t->name);
}

/* Definitions of functions and C++ classes may carry the rest in another DIE, and that in a third. */
static const struct attr *attr_or_origin(struct dwarf_unit *u, const struct die_attrs *a, unsigned name,
                                         struct die_attrs *scratch)
{
    const struct attr *found = die_attr(a, name);
    for (unsigned i = 0; !found && i < ORIGIN_LIMIT; i++) {
        const struct attr *origin = die_attr(a, DW_AT_abstract_origin);
        if (!origin)
            origin = die_attr(a, DW_AT_specification);
        Dwarf_Die die;
        if (!origin || origin->kind != ATTR_REFERENCE || !die_anywhere(u->dwarf, origin->u, &u, &die))
            return NULL;
        die_attributes(u, die, scratch);
        dwarf_dealloc_die(die);
        a = scratch;
        found = die_attr(a, name);
    }
    return found;
}

/* What is said of a type that stands in a type unit: often not even its name. */
static void take_signature(struct type *t, const struct attr *signature)
{
    struct type *definition = type_of_attr(t->file, signature);
    t->inside->definition = definition;
    t->incomplete = true;
    t->name = t->name ? t->name : definition->name;
}

/* Its size is that of the Itanium C++ ABI, section 2.3. */
static void fill_member_pointer(struct type *t, const struct dwarf_unit *u, const struct die_attrs *a)
{
    const struct attr *class = die_attr(a, DW_AT_containing_type);
    if (class && class->kind == ATTR_REFERENCE)
        t->inside->class_die = class->u;
    if (!t->inside->size)
        t->inside->size =
            u->head->address_size * (type_strip(type_target(t))->kind == TYPE_FUNCTION ? 2u : 1u);
}

/* C++'s `decltype(nullptr)`, which is as big as a pointer and is nothing but null; all else is nothing. */
static void fill_unspecified(struct type *t, const struct dwarf_unit *u)
{
    t->kind = TYPE_VOID;
    if (!t->name || !strstr(t->name, "nullptr"))
        return;
    t->kind = TYPE_TYPEDEF;
    t->inside->target = type_make(t->inside->arena, t->file, TYPE_POINTER);
    t->inside->target->inside->size = u->head->address_size;
}

/* Template arguments as gdb has them in a name. */
static void take_arguments(struct type *t, struct dwarf_unit *u, Dwarf_Die die)
{
    unsigned *naming = &t->file->types->naming;
    bool class = t->kind == TYPE_STRUCT || t->kind == TYPE_CLASS || t->kind == TYPE_UNION;
    BASE_FREE char *made = NULL;
    if (class && !strchr(t->name, '<') && *naming < TEMPLATE_DEPTH_LIMIT) {
        ++*naming;
        made = type_template_name(u, die, t->name);
        --*naming;
    }
    BASE_FREE char *canonical = template_canonical(made ? made : t->name);
    if (canonical || made)
        t->name = intern(t->inside->arena, canonical ? canonical : made);
}

static void fill(struct type *t, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct die_attrs a, origin;
    die_attributes(u, die, &a);
    const struct attr *name = die_attr(&a, DW_AT_name);
    const struct attr *target = attr_or_origin(u, &a, DW_AT_type, &origin);
    t->kind = kind_of_tag(tag);
    t->inside->language = dwarf_language(u->head);
    t->name = name ? attr_string(u->dwarf, u->head, name) : NULL;
    t->inside->size = number(&a, DW_AT_byte_size);
    /* A function's type is all there where it is declared, and a struct may be called as it is. */
    t->incomplete = t->kind != TYPE_FUNCTION && number(&a, DW_AT_declaration) != 0;
    t->prototyped = number(&a, DW_AT_prototyped) != 0;
    t->vector = number(&a, DW_AT_GNU_vector) != 0;
    t->inside->scoped_enumerators = number(&a, DW_AT_enum_class) != 0;
    const struct attr *signature = die_attr(&a, DW_AT_signature);
    t->inside->target = NULL;
    if (target && target->kind == ATTR_REFERENCE)
        t->inside->target_die = target->u;
    else if (target && target->kind == ATTR_SIGNATURE)
        t->inside->target = type_of_attr(t->file, target);
    if (signature && signature->kind == ATTR_SIGNATURE)
        take_signature(t, signature);
    if (t->name && dwarf_is_cplus(u->head))
        take_arguments(t, u, die);
    if (tag == DW_TAG_base_type)
        fill_base(t, &a);
    else if (tag == DW_TAG_unspecified_type)
        fill_unspecified(t, u);
    else if (t->kind == TYPE_POINTER || t->kind == TYPE_REFERENCE || t->kind == TYPE_RVALUE_REFERENCE)
        t->inside->size = t->inside->size ? t->inside->size : u->head->address_size;
    else if (t->kind == TYPE_MEMBER_POINTER)
        fill_member_pointer(t, u, &a);
    else if (t->kind == TYPE_ARRAY)
        type_read_array(t, u, die, tag);
    else if (t->kind == TYPE_ENUM && target) /* an enumeration has its sign from the underlying type */
        t->is_signed = type_strip(type_target(t))->is_signed;
}

struct type *type_of_die(struct symbol_file *f, uint64_t die)
{
    struct type **slot = table_slot(f, die);
    struct type *known = *slot;
    if (known)
        return known;
    struct type *t = type_make(&f->strings, f, TYPE_UNKNOWN);
    t->die = die;
    *slot = t;
    f->types->count++;
    struct dwarf *d = dwarf_of(f);
    struct dwarf_unit *u;
    Dwarf_Die handle;
    if (!d || !die_anywhere(d, die, &u, &handle))
        return t;
    Dwarf_Half tag = 0;
    Dwarf_Error err = NULL;
    if (dwarf_tag(handle, &tag, &err) == DW_DLV_OK)
        fill(t, u, handle, tag);
    else
        die_error(u, err);
    dwarf_dealloc_die(handle);
    return t;
}

static struct type *void_type(struct symbol_file *f)
{
    struct type **slot = table_slot(f, 0);
    if (!*slot) {
        *slot = type_make(&f->strings, f, TYPE_VOID);
        (*slot)->name = "void";
        f->types->count++;
    }
    return *slot;
}

struct type *type_of_attr(struct symbol_file *f, const struct attr *a)
{
    struct dwarf *d = dwarf_of(f);
    if (!a || !d)
        return void_type(f);
    if (a->kind == ATTR_REFERENCE)
        return type_of_die(f, a->u);
    uint64_t die = a->kind == ATTR_SIGNATURE ? dwarf_type_of_signature(d, a->u) : NO_OFFSET;
    if (die == NO_OFFSET)
        return type_make(&f->strings, f, TYPE_UNKNOWN);
    return type_of_die(f, die);
}

struct type *type_target(struct type *t)
{
    struct type_inside *in = t->inside;
    if (!in->target && t->file)
        in->target = in->target_die != NO_OFFSET ? type_of_die(t->file, in->target_die) : void_type(t->file);
    return in->target ? in->target : t;
}

static bool is_alias(const struct type *t)
{
    return t->kind >= TYPE_TYPEDEF;
}

struct type *type_strip(struct type *t)
{
    /* A damaged file may have a typedef of itself. */
    for (unsigned i = 0; is_alias(t) && i < TYPE_CHAIN_LIMIT; i++)
        t = type_target(t);
    if (is_alias(t))
        return type_make(t->inside->arena, t->file, TYPE_UNKNOWN);
    if (!t->incomplete)
        return t;
    if (!t->inside->definition && !t->inside->resolved) {
        t->inside->resolved = true;
        t->inside->definition = type_find_definition(t);
    }
    return t->inside->definition ? t->inside->definition : t;
}

uint64_t type_size(struct type *t)
{
    uint64_t count = 1;
    for (unsigned i = 0; i < TYPE_CHAIN_LIMIT; i++) {
        t = type_strip(t);
        if (t->kind == TYPE_ENUM && !t->inside->size)
            t = type_target(t);
        else if (t->kind != TYPE_ARRAY || t->inside->size)
            break;
        else if (!t->count_known || __builtin_mul_overflow(count, t->count, &count))
            return 0;
        else
            t = type_target(t);
    }
    uint64_t size;
    return t->kind == TYPE_FUNCTION || __builtin_mul_overflow(count, t->inside->size, &size) ? 0 : size;
}

size_t type_members(struct type *t, const struct type_member **ret)
{
    t = type_strip(t);
    type_read_children(t);
    *ret = t->inside->members;
    return t->inside->member_count;
}

size_t type_variants(struct type *t, const struct type_variant **ret)
{
    t = type_strip(t);
    type_read_children(t);
    *ret = t->inside->variants;
    return t->inside->variant_count;
}

size_t type_parts(struct type *t, const struct type_part **ret)
{
    t = type_strip(t);
    type_read_children(t);
    *ret = t->inside->parts;
    return t->inside->part_count;
}

size_t type_enumerators(struct type *t, const struct type_enumerator **ret)
{
    t = type_strip(t);
    type_read_children(t);
    *ret = t->inside->enumerators;
    return t->inside->enumerator_count;
}

size_t type_parameters(struct type *t, struct type *const **ret)
{
    t = type_strip(t);
    type_read_children(t);
    *ret = t->inside->parameters;
    return t->inside->parameter_count;
}

void type_member_storage(const struct type_member *m, uint64_t *byte_offset, unsigned *bit_offset)
{
    uint64_t unit = m->bit_size ? type_size(m->type) * 8 : 8;
    unit = unit ? unit : 8;
    uint64_t start = m->bit_offset / unit * unit;
    /* A packed bit-field may straddle units: then the byte it begins in. */
    if (m->bit_offset + m->bit_size > start + unit)
        start = m->bit_offset / 8 * 8;
    *byte_offset = start / 8;
    *bit_offset = (unsigned)(m->bit_offset - start);
}

struct type *type_pointer_to(struct type *t)
{
    if (t->inside->pointer)
        return t->inside->pointer;
    struct type *p = type_make(t->inside->arena, t->file, TYPE_POINTER);
    t->inside->pointer = p;
    p->inside->map = t->inside->map;
    p->inside->target = t;
    p->inside->size = t->inside->map ? type_size(symbols_find_type(t->inside->map, "long", UINT64_MAX)) : 8;
    if (t->file)
        p->inside->size = symbol_file_is_64(t->file) ? 8 : 4;
    return p;
}

struct type *type_array_of(struct type *t, uint64_t count)
{
    struct type *a = type_make(t->inside->arena, t->file, TYPE_ARRAY);
    a->inside->map = t->inside->map;
    a->inside->target = t;
    a->inside->language = t->inside->language;
    a->count = count;
    a->count_known = true;
    return a;
}

struct type *type_function_of(struct type *t, struct type *const *parameters, size_t count, bool prototyped)
{
    struct type *f = type_make(t->inside->arena, t->file, TYPE_FUNCTION);
    f->inside->map = t->inside->map;
    f->inside->target = t;
    f->prototyped = prototyped;
    f->inside->children_read = true;
    f->inside->parameter_count = count;
    f->inside->parameters = intern_alloc(t->inside->arena, (count + 1) * sizeof *f->inside->parameters);
    if (count)
        memcpy(f->inside->parameters, parameters, count * sizeof *parameters);
    return f;
}

struct type *type_bare_function(struct type *near)
{
    struct type *returned = type_make(near->inside->arena, NULL, TYPE_UNKNOWN);
    returned->inside->map = near->inside->map;
    returned->name = "<unknown return type>";
    struct type *named = type_make(near->inside->arena, NULL, TYPE_TYPEDEF);
    named->inside->map = near->inside->map;
    named->inside->target = type_function_of(returned, NULL, 0, false);
    named->name = "<text variable, no debug info>";
    return named;
}
