/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members, elements, what pointers lead to. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/values/bases.h"
#include "engine/inspect/values/elements.h"
#include "engine/inspect/values/value.h"
#include "engine/inspect/values/variants.h"

static struct error *mismatch(const char *what, struct type *type)
{
    BASE_FREE char *name = type_name(type);
    return error_new(ERR_TYPE_MISMATCH, "%s: its type is %s", what, name);
}

struct error *value_settle(struct pool *p, struct value **v)
{
    enum type_kind kind = value_kind(*v);
    bool pointer = (kind == TYPE_POINTER && type_language((*v)->type) == LANGUAGE_FORTRAN) ||
                   (kind == TYPE_STRUCT && type_language((*v)->type) == LANGUAGE_ADA);
    return p->settle && (kind == TYPE_ARRAY || pointer) ? p->settle(p, v) : NULL;
}

uint64_t function_code(struct target *target, uint64_t address)
{
    struct symbol_place place;
    unsigned char bytes[8];
    const char *section = target->arch ? target->arch->descriptor_section : NULL;
    if (!section || !symbols_lookup(target->map, address, &place) || !place.section ||
        strcmp(place.section, section) != 0)
        return address;
    struct error *e = memory_read(target, address, bytes, sizeof bytes);
    uint64_t code = e ? address : arch_load(bytes, sizeof bytes, target->big_endian);
    error_free(e);
    return code;
}

struct error *value_dereference(struct pool *p, struct value *v, struct value **ret)
{
    struct type *t = type_strip(v->type);
    uint64_t address;
    if (t->kind == TYPE_FUNCTION) {
        *ret = v;
        return NULL;
    }
    if (kind_is_integer(t->kind)) {
        /* gdb: *ADDRESS of a plain number reads a long */
        TRY(value_as_integer(p, v, &address));
        *ret = value_at(p, basic_type(p, "long"), address);
        return NULL;
    }
    if (kind_is_struct(t->kind) && p->target->element_rules) {
        *ret = NULL;
        TRY(p->target->element_rules->target(p, v, ret));
        if (*ret)
            return NULL;
    }
    if ((t->kind != TYPE_ARRAY || t->vector) && !kind_is_pointer(t->kind))
        return mismatch("* needs a pointer", v->type);
    if (v->implicit_file && p->implicit)
        return p->implicit(p, v, ret);
    TRY(value_as_integer(p, v, &address));
    struct type *target = type_target(t);
    if (type_strip(target)->kind == TYPE_VOID)
        return error_hint(error_new(ERR_TYPE_MISMATCH, "a void pointer leads to nothing with a type"),
                          "cast it first: *(int *)p");
    if (type_strip(target)->kind == TYPE_FUNCTION)
        address = function_code(p->target, address);
    *ret = value_at(p, target, address);
    return value_settle(p, ret);
}

struct error *value_of_member(struct pool *p, struct value *v, const struct type_member *m,
                              struct value **ret)
{
    uint64_t byte;
    unsigned bit;
    if (v->optimised_out) {
        *ret = value_new(p, m->type);
        (*ret)->optimised_out = true;
        return NULL;
    }
    if (!m->known_offset)
        return bases_place(p, v, m, ret);
    type_member_storage(m, &byte, &bit);
    if (v->place == PLACE_MEMORY) {
        *ret = value_at(p, m->type, v->address + byte);
    } else {
        *ret = value_new(p, m->type);
        (*ret)->place = v->place == PLACE_PIECES ? PLACE_PIECES : PLACE_NONE;
        (*ret)->pieces = v->pieces;
        (*ret)->piece_byte = v->piece_byte + (size_t)byte;
        TRY(value_load(p, v));
    }
    struct value *member = *ret;
    if (v->bytes) {
        /* a slice of what is there already; a damaged type may point outside */
        bool outside = byte > v->size || member->size > v->size - byte;
        /* The size of a base counts its virtual bases, which lie elsewhere in a derived object. */
        if (outside && !(m->base && v->place == PLACE_MEMORY && vtable_has(m->type)))
            return error_new(ERR_TYPE_MISMATCH, "member %s lies outside of its struct", m->name);
        value_take_part(v, (size_t)byte, member);
    }
    member->bit_size = m->bit_size;
    member->bit_offset = bit;
    if (m->bit_size && (m->bit_size > 64 || bit + m->bit_size > member->size * 8))
        return error_new(ERR_TYPE_MISMATCH, "bit-field %s lies outside of its storage", m->name);
    return value_settle(p, ret);
}

/* What a path that was found leads to. */
static struct error *at_end(struct pool *p, struct value *v, const struct member_path *path,
                            struct value **ret)
{
    if (path->shared && p->shared)
        return p->shared(p, path->class, path->shared, ret);
    if (path->method && p->method)
        return p->method(p, path->class, path->method, ret);
    return bases_walk(p, v, path, ret);
}

/* Rust goes through as many references as there are (The Rust Reference, "Field access expressions"). */
static struct error *follow_references(struct pool *p, struct value *v, struct value **ret)
{
    bool all = type_language(v->type) == LANGUAGE_RUST;
    for (unsigned i = 0; i < (all ? REFERENCES_FOLLOWED_MOST : 1); i++)
        if (kind_is_reference(value_kind(v)) || value_kind(v) == TYPE_POINTER)
            TRY(value_dereference(p, v, &v)); /* gdb takes . for -> as well */
    *ret = v;
    return NULL;
}

/* Of a Rust enumeration the members are those of the variant that it is now. */
static struct error *through_variant(struct pool *p, struct value *v, const char *name, struct value **ret)
{
    const struct type_member *now;
    __int128 number;
    struct member_path path;
    TRY(variant_now(p, v, &now, &number));
    BASE_FREE char *type = type_name(v->type);
    if (!now) {
        BASE_FREE char *missing = variant_missing(number);
        return error_new(ERR_NO_MEMBER, "%s: %s", type, missing);
    }
    TRY(value_of_member(p, v, now, ret));
    if (bases_find_member((*ret)->type, name, &path))
        return NULL;
    return error_new(ERR_NO_MEMBER, "it is %s::%s now, which has no member %s", type, now->name,
                     name + (strncmp(name, "__", 2) == 0 ? 2 : 0));
}

/* Fortran's names have no case, which gfortran writes as the small one; what a type extends is its first
 * member, called as that type is. */
static struct error *fortran_member(struct pool *p, struct value *v, const char *name, struct value **ret)
{
    const struct type_member *members;
    struct member_path path;
    BASE_FREE char *small = text_lower(name);
    *ret = NULL;
    for (unsigned i = 0; i < MEMBER_DEPTH_MOST; i++) {
        if (bases_find_member(v->type, small, &path))
            return at_end(p, v, &path, ret);
        size_t count = type_members(v->type, &members);
        const char *extended = count ? type_strip(members[0].type)->name : NULL;
        if (!extended || strcmp(extended, members[0].name) != 0)
            return NULL;
        TRY(value_of_member(p, v, &members[0], &v));
    }
    return NULL;
}

struct error *value_member(struct pool *p, struct value *v, const char *name, struct value **ret)
{
    struct member_path path;
    /* rustc calls the fields of tuples __0, __1 and so on. */
    BASE_FREE char *field = isdigit((unsigned char)*name) ? xasprintf("__%s", name) : NULL;
    name = field ? field : name;
    TRY(follow_references(p, v, &v));
    if (!kind_is_struct(value_kind(v)))
        return mismatch("only a struct, union or class has members", v->type);
    if (variant_is_enumeration(v->type)) {
        TRY(through_variant(p, v, name, &v));
    }
    if (bases_find_member(v->type, name, &path))
        return at_end(p, v, &path, ret);
    *ret = NULL;
    if (type_language(v->type) == LANGUAGE_FORTRAN)
        TRY(fortran_member(p, v, name, ret));
    if (*ret)
        return NULL;
    BASE_FREE char *type = type_name(v->type);
    return error_hint(error_new(ERR_NO_MEMBER, "%s has no member %s", type, name),
                      "`type %s` shows its members", type);
}

bool value_count(struct pool *p, struct value *v, uint64_t *ret)
{
    (void)p;
    struct type *t = type_strip(v->type);
    *ret = t->count;
    return t->kind == TYPE_ARRAY && t->count_known;
}

/* An element of an array whose bytes are in no memory of the target. */
static struct error *element_of_bytes(struct pool *p, struct value *v, struct type *element, int64_t index,
                                      struct value **ret)
{
    uint64_t size = type_size(type_strip(element));
    TRY(value_load(p, v));
    if (index < 0 || (uint64_t)index >= v->size / size)
        return error_new(ERR_NO_MEMORY, "index %" PRId64 " is outside of the array", index);
    *ret = value_new(p, element);
    (*ret)->place = v->place == PLACE_PIECES ? PLACE_PIECES : PLACE_NONE;
    (*ret)->pieces = v->pieces;
    (*ret)->piece_byte = v->piece_byte + (size_t)((uint64_t)index * size);
    value_take_part(v, (size_t)((uint64_t)index * size), *ret);
    return NULL;
}

static struct error *element_at(struct pool *p, struct value *v, struct type *element, int64_t index,
                                struct value **ret)
{
    struct type *t = type_strip(v->type);
    uint64_t address, size = type_size(type_strip(element));
    uint64_t step = t->kind == TYPE_ARRAY && t->stride ? (uint64_t)t->stride : size;
    if (v->implicit_file && p->implicit) {
        struct value moved = *v;
        moved.implicit_offset = (int64_t)((uint64_t)v->implicit_offset + (uint64_t)index * size);
        return p->implicit(p, &moved, ret);
    }
    TRY(value_as_integer(p, v, &address));
    *ret = value_at(p, element, address + (uint64_t)index * step);
    return value_settle(p, ret);
}

struct error *value_index(struct pool *p, struct value *v, int64_t index, struct value **ret)
{
    if (kind_is_reference(value_kind(v)))
        TRY(value_dereference(p, v, &v));
    struct type *t = type_strip(v->type);
    struct type *element = t->kind == TYPE_ARRAY || t->kind == TYPE_POINTER ? type_target(t) : NULL;
    if (v->absent)
        return error_new(ERR_NO_MEMORY, "there are no elements: it is %s", v->absent);
    if (kind_is_struct(t->kind) && p->target->element_rules) {
        TRY(p->target->element_rules->index(p, v, index, ret));
        if (*ret)
            return NULL;
    }
    if (!element)
        return mismatch("only an array or a pointer can be indexed", v->type);
    if (type_size(type_strip(element)) == 0)
        return mismatch("elements without a size cannot be indexed", v->type);
    return t->kind == TYPE_ARRAY && v->place != PLACE_MEMORY ? element_of_bytes(p, v, element, index, ret)
                                                             : element_at(p, v, element, index, ret);
}
