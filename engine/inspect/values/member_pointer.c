/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/member_pointer.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/values/bases.h"
#include "engine/target/target.h"
#include "symbols/variable.h"

bool is_method_pointer(const struct value *v)
{
    struct type *t = type_strip(v->type);
    return t->kind == TYPE_MEMBER_POINTER && type_strip(type_target(t))->kind == TYPE_FUNCTION;
}

/* Where the lowest bit of a function's address is taken, the other word has the mark. */
static bool marks_adjustment(const struct pool *p)
{
    return p->target->arch && p->target->arch->virtual_bit_second;
}

struct error *method_pointer_take_apart(struct pool *p, struct value *v, struct method_pointer *ret)
{
    size_t word = v->size / 2;
    TRY(value_load(p, v));
    ret->function = arch_load(v->bytes, word, p->target->big_endian);
    uint64_t second = arch_load(v->bytes + word, word, p->target->big_endian);
    ret->adjustment = word == 4 ? (int32_t)second : (int64_t)second;
    if (marks_adjustment(p)) {
        ret->is_virtual = ret->adjustment & 1;
        ret->adjustment >>= 1;
    } else {
        ret->is_virtual = ret->function & 1;
        ret->function -= ret->is_virtual;
    }
    return NULL;
}

/* The object as one of the class whose members are pointed to. */
static struct error *as_class(struct pool *p, struct value *object, struct value *pointer, struct value **ret)
{
    struct type *class = type_containing(pointer->type);
    *ret = object;
    if (kind_is_reference(value_kind(object)))
        TRY(value_dereference(p, object, ret));
    if (!kind_is_struct(value_kind(*ret)))
        return error_new(ERR_TYPE_MISMATCH, "a pointer to a member needs an object on its left");
    return class && type_strip(class) != type_strip((*ret)->type) ? value_cast(p, *ret, class, ret) : NULL;
}

static struct error *method_of(struct pool *p, struct value *object, struct value *pointer,
                               struct value **ret, uint64_t *at)
{
    struct method_pointer m = {0};
    TRY(method_pointer_take_apart(p, pointer, &m));
    if (!m.function && !m.is_virtual)
        return error_new(ERR_TYPE_MISMATCH, "the pointer to a method is null");
    uint64_t code = m.function;
    *at = object->address + (uint64_t)m.adjustment;
    if (m.is_virtual)
        TRY(vtable_entry(p, *at, (int64_t)(m.function / (pointer->size / 2)), &code));
    *ret = value_at(p, type_target(type_strip(pointer->type)), code);
    return NULL;
}

/* Both without references, and the object as the pointer's class. */
static struct error *settle(struct pool *p, struct value **object, struct value **pointer)
{
    if (kind_is_reference(value_kind(*pointer)))
        TRY(value_dereference(p, *pointer, pointer));
    if (value_kind(*pointer) != TYPE_MEMBER_POINTER)
        return error_new(ERR_TYPE_MISMATCH, "a pointer to a member should stand on the right of .* and ->*");
    return as_class(p, *object, *pointer, object);
}

struct error *member_pointed_to(struct pool *p, struct value *object, struct value *pointer,
                                struct value **ret)
{
    uint64_t offset = 0;
    TRY(settle(p, &object, &pointer));
    if (is_method_pointer(pointer))
        return method_of(p, object, pointer, ret, &offset);
    TRY(value_as_integer(p, pointer, &offset));
    if (offset == UINT64_MAX || (pointer->size == 4 && offset == UINT32_MAX))
        return error_new(ERR_TYPE_MISMATCH, "the pointer to a member is null");
    const struct type_member m = {.name = "",
                                  .type = type_target(type_strip(pointer->type)),
                                  .bit_offset = offset * 8,
                                  .known_offset = true};
    return value_of_member(p, object, &m, ret);
}

struct error *method_pointed_to(struct pool *p, struct value *object, struct value *pointer,
                                struct value **ret, uint64_t *at)
{
    TRY(settle(p, &object, &pointer));
    if (!is_method_pointer(pointer))
        return error_new(ERR_TYPE_MISMATCH, "the pointer to a member points to data, which is not called");
    if (!value_has_address(object))
        return error_new(ERR_TYPE_MISMATCH, "the object is in no memory that a method could work on");
    return method_of(p, object, pointer, ret, at);
}

/* -- making them ------------------------------------------------------------------------------------- */

struct error *pointer_to_data(struct pool *p, struct type *class, const struct member_path *path,
                              struct value **ret)
{
    uint64_t offset = 0;
    for (size_t i = 0; i < path->count; i++) {
        if (!path->steps[i]->known_offset || path->steps[i]->bit_size)
            return error_new(ERR_TYPE_MISMATCH,
                             "nothing can point to a bit-field, or to members of a virtual base");
        offset += path->steps[i]->bit_offset / 8;
    }
    struct type *member = path->steps[path->count - 1]->type;
    *ret = value_integer(p, type_member_pointer_to(class, member), offset);
    return NULL;
}

struct value *pointer_to_method(struct pool *p, struct type *class, const struct type_method *method,
                                uint64_t code)
{
    struct value *v = value_new(p, type_member_pointer_to(class, method->type));
    size_t word = v->size / 2;
    bool big = p->target->big_endian, marked = marks_adjustment(p), is_virtual = method->slot >= 0;
    if (is_virtual)
        code = (uint64_t)method->slot * word + !marked;
    v->bytes = xcalloc(v->size ? v->size : 1, 1);
    arch_store(v->bytes, word, big, code);
    arch_store(v->bytes + word, word, big, is_virtual && marked);
    return v;
}
