/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Casts: C's between numbers and pointers, and C++'s between classes, which move addresses. */
#include "base/alloc.h"
#include "engine/inspect/values/bases.h"
#include "engine/target/target.h"

static struct error *no_cast(struct value *v, struct type *to)
{
    BASE_FREE char *from_name = type_name(v->type);
    BASE_FREE char *to_name = type_name(to);
    return error_new(ERR_TYPE_MISMATCH, "a %s cannot be made a %s", from_name, to_name);
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

/* Is it a pointer to a class? A void one counts as one where `or_void`. */
static bool leads_to_class(struct type *t, bool or_void)
{
    t = type_strip(t);
    enum type_kind to = t->kind == TYPE_POINTER ? type_strip(type_target(t))->kind : TYPE_UNKNOWN;
    return to == TYPE_STRUCT || to == TYPE_CLASS || (or_void && to == TYPE_VOID);
}

/* A pointer to a class as one to a base of it, or the other way; a null pointer stays one. */
static struct error *cast_pointer(struct pool *p, struct value *v, struct type *to, enum cast_kind how,
                                  struct value **ret)
{
    struct type *class = type_target(type_strip(to));
    struct value *part = NULL;
    uint64_t address = 0;
    TRY(value_as_integer(p, v, &address));
    struct value *object = value_at(p, type_target(type_strip(v->type)), address);
    if (!address)
        part = object;
    else if (how == CAST_DYNAMIC)
        TRY(bases_dynamic_cast(p, object, class, &part));
    else
        TRY(bases_cast(p, object, class, &part));
    if (!part && how == CAST_DYNAMIC)
        address = 0;
    else if (part)
        address = part->address;
    *ret = value_integer(p, to, address);
    return NULL;
}

/* An object as one of another class: of a base or derived one a part or what it is a part of, else the same
 * bytes, as gdb does for what lives in memory. */
static struct error *cast_object(struct pool *p, struct value *v, struct type *class, enum cast_kind how,
                                 struct value **ret)
{
    *ret = NULL;
    bool classes = kind_is_struct(value_kind(v)) && kind_is_struct(type_strip(class)->kind);
    if (classes && how == CAST_DYNAMIC)
        TRY(bases_dynamic_cast(p, v, class, ret));
    else if (classes && how != CAST_REINTERPRET)
        TRY(bases_cast(p, v, class, ret));
    if (!*ret && v->place == PLACE_MEMORY && how != CAST_DYNAMIC)
        *ret = value_at(p, class, v->address);
    return *ret ? NULL : no_cast(v, class);
}

static struct error *cast_reference(struct pool *p, struct value *v, struct type *to, enum cast_kind how,
                                    struct value **ret)
{
    struct value *part = NULL;
    TRY(cast_object(p, v, type_target(type_strip(to)), how, &part));
    if (!part || !value_has_address(part))
        return error_new(ERR_TYPE_MISMATCH, "a reference needs something that is in memory");
    *ret = value_integer(p, to, part->address);
    return NULL;
}

struct error *value_cast_as(struct pool *p, struct value *v, struct type *to, enum cast_kind how,
                            struct value **ret)
{
    struct type *target = type_strip(to);
    if (kind_is_reference(value_kind(v)))
        TRY(value_dereference(p, v, &v));
    enum type_kind from = value_kind(v);
    if (kind_is_reference(target->kind))
        return cast_reference(p, v, to, how, ret);
    if (how != CAST_REINTERPRET && from == TYPE_POINTER && leads_to_class(v->type, false) &&
        leads_to_class(to, how == CAST_DYNAMIC) && !v->implicit_file)
        return cast_pointer(p, v, to, how, ret);
    if (how == CAST_DYNAMIC && !kind_is_struct(target->kind))
        return no_cast(v, to);
    if (from == TYPE_MEMBER_POINTER && target->kind == TYPE_MEMBER_POINTER && v->size == type_size(target)) {
        TRY(value_load(p, v));
        *ret = value_new(p, to);
        value_take_part(v, 0, *ret);
        return NULL;
    }
    bool from_number =
        kind_is_number(from) || kind_is_pointer(from) || from == TYPE_ARRAY || from == TYPE_FUNCTION;
    if ((kind_is_number(target->kind) || kind_is_pointer(target->kind)) && from_number)
        return cast_number(p, v, to, ret);
    if (target->kind == TYPE_VOID) {
        *ret = value_new(p, to);
        return NULL;
    }
    if (kind_is_struct(target->kind) && (v->place == PLACE_MEMORY || kind_is_struct(from)) &&
        target != type_strip(v->type))
        return cast_object(p, v, to, how, ret);
    if (target != type_strip(v->type))
        return no_cast(v, to);
    *ret = v->place == PLACE_MEMORY ? value_at(p, to, v->address) : v;
    return NULL;
}

struct error *value_cast(struct pool *p, struct value *v, struct type *to, struct value **ret)
{
    return value_cast_as(p, v, to, CAST_PLAIN, ret);
}
