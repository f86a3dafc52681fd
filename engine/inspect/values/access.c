/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members, elements, what pointers lead to, casts. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/values/value.h"

static struct error *mismatch(const char *what, struct type *type)
{
    BASE_FREE char *name = type_name(type);
    return error_new(ERR_TYPE_MISMATCH, "%s: its type is %s", what, name);
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
    return NULL;
}

struct error *value_of_member(struct pool *p, struct value *v, const struct type_member *m,
                              struct value **ret)
{
    if (!m->known_offset)
        return error_new(ERR_UNSUPPORTED, "member %s is in a virtual base, placed at run time", m->name);
    uint64_t byte;
    unsigned bit;
    type_member_storage(m, &byte, &bit);
    if (v->optimised_out) {
        *ret = value_new(p, m->type);
        (*ret)->optimised_out = true;
        return NULL;
    }
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
        if (byte > v->size || member->size > v->size - byte)
            return error_new(ERR_TYPE_MISMATCH, "member %s lies outside of its struct", m->name);
        value_take_part(v, (size_t)byte, member);
    }
    member->bit_size = m->bit_size;
    member->bit_offset = bit;
    if (m->bit_size && (m->bit_size > 64 || bit + m->bit_size > member->size * 8))
        return error_new(ERR_TYPE_MISMATCH, "bit-field %s lies outside of its storage", m->name);
    return NULL;
}

static struct error *find_member(struct pool *p, struct value *v, const char *name, unsigned depth,
                                 struct value **ret)
{
    const struct type_member *members;
    size_t count = type_members(type_strip(v->type), &members);
    *ret = NULL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(members[i].name, name) == 0 && !members[i].base)
            return value_of_member(p, v, &members[i], ret);
    for (size_t i = 0; i < count && depth < MEMBER_DEPTH_MOST && !*ret; i++) {
        if (!members[i].base && *members[i].name)
            continue;
        struct value *inner = NULL;
        if (!members[i].known_offset || !kind_is_struct(type_strip(members[i].type)->kind))
            continue;
        TRY(value_of_member(p, v, &members[i], &inner));
        TRY(find_member(p, inner, name, depth + 1, ret));
    }
    return NULL;
}

struct error *value_member(struct pool *p, struct value *v, const char *name, struct value **ret)
{
    if (kind_is_reference(value_kind(v)) || value_kind(v) == TYPE_POINTER) /* gdb takes . for -> as well */
        TRY(value_dereference(p, v, &v));
    if (!kind_is_struct(value_kind(v)))
        return mismatch("only a struct, union or class has members", v->type);
    TRY(find_member(p, v, name, 0, ret));
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

struct error *value_index(struct pool *p, struct value *v, int64_t index, struct value **ret)
{
    struct type *t = type_strip(v->type);
    if (kind_is_reference(t->kind)) {
        TRY(value_dereference(p, v, &v));
        t = type_strip(v->type);
    }
    struct type *element = t->kind == TYPE_ARRAY || t->kind == TYPE_POINTER ? type_target(t) : NULL;
    if (!element)
        return mismatch("only an array or a pointer can be indexed", v->type);
    uint64_t size = type_size(type_strip(element));
    if (size == 0)
        return mismatch("elements without a size cannot be indexed", v->type);
    if (t->kind == TYPE_ARRAY && v->place != PLACE_MEMORY) {
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
    if (v->implicit_file && p->implicit) {
        struct value moved = *v;
        moved.implicit_offset = (int64_t)((uint64_t)v->implicit_offset + (uint64_t)index * size);
        return p->implicit(p, &moved, ret);
    }
    uint64_t address;
    TRY(value_as_integer(p, v, &address));
    *ret = value_at(p, element, address + (uint64_t)index * size);
    return NULL;
}

static struct error *cast_number(struct pool *p, struct value *v, struct type *to, struct value **ret)
{
    struct type *t = type_strip(to);
    if (t->kind == TYPE_FLOAT) {
        real number = 0;
        TRY(value_as_float(p, v, &number));
        *ret = value_float(p, to, number);
        return NULL;
    }
    if (t->kind == TYPE_BOOL) {
        bool truth = false;
        TRY(value_truth(p, v, &truth));
        *ret = value_integer(p, to, truth);
        return NULL;
    }
    __int128 number = 0;
    uint64_t narrow = 0;
    TRY(value_as_wide(p, v, &number));
    if (value_kind(v) == TYPE_FLOAT && type_size(t) <= 8) {
        TRY(value_as_integer(p, v, &narrow));
        number = (__int128)narrow;
    }
    *ret = value_wide(p, to, number);
    return NULL;
}

struct error *value_cast(struct pool *p, struct value *v, struct type *to, struct value **ret)
{
    struct type *target = type_strip(to);
    enum type_kind from = value_kind(v);
    if (kind_is_reference(from) && !kind_is_reference(target->kind)) {
        TRY(value_dereference(p, v, &v));
        from = value_kind(v);
    }
    bool from_number =
        kind_is_number(from) || kind_is_pointer(from) || from == TYPE_ARRAY || from == TYPE_FUNCTION;
    if ((kind_is_number(target->kind) || kind_is_pointer(target->kind)) && from_number)
        return cast_number(p, v, to, ret);
    if (target->kind == TYPE_VOID) {
        *ret = value_new(p, to);
        return NULL;
    }
    /* gdb: the same bytes as another type, for what lives in memory */
    if (v->place == PLACE_MEMORY && (target == type_strip(v->type) || kind_is_struct(target->kind))) {
        *ret = value_at(p, to, v->address);
        return NULL;
    }
    if (target == type_strip(v->type)) {
        *ret = v;
        return NULL;
    }
    BASE_FREE char *from_name = type_name(v->type);
    BASE_FREE char *to_name = type_name(to);
    return error_new(ERR_TYPE_MISMATCH, "a %s cannot be made a %s", from_name, to_name);
}
