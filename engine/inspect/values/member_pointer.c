/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/member_pointer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/values/bases.h"
#include "engine/inspect/values/render.h"
#include "engine/target/target.h"
#include "symbols/variable.h"

bool is_method_pointer(const struct value *v)
{
    struct type *t = type_strip(v->type);
    return t->kind == TYPE_MEMBER_POINTER && type_strip(type_target(t))->kind == TYPE_FUNCTION;
}

/* A pointer to a method, taken apart. */
struct method_pointer {
    uint64_t function; /* an address, or with `is_virtual` the offset in the virtual table */
    int64_t adjustment;
    bool is_virtual;
};

/* Where the lowest bit of a function's address is taken, the other word has the mark. */
static bool marks_adjustment(const struct pool *p)
{
    return p->target->arch && p->target->arch->virtual_bit_second;
}

static struct error *take_apart(struct pool *p, struct value *v, struct method_pointer *ret)
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
                               struct value **ret)
{
    struct method_pointer m = {0};
    TRY(take_apart(p, pointer, &m));
    if (!m.function && !m.is_virtual)
        return error_new(ERR_TYPE_MISMATCH, "the pointer to a method is null");
    uint64_t code = m.function;
    if (m.is_virtual)
        TRY(vtable_entry(p, object->address + (uint64_t)m.adjustment,
                         (int64_t)(m.function / (pointer->size / 2)), &code));
    *ret = value_at(p, type_target(type_strip(pointer->type)), code);
    return NULL;
}

struct error *member_pointed_to(struct pool *p, struct value *object, struct value *pointer,
                                struct value **ret)
{
    uint64_t offset = 0;
    if (kind_is_reference(value_kind(pointer)))
        TRY(value_dereference(p, pointer, &pointer));
    if (value_kind(pointer) != TYPE_MEMBER_POINTER)
        return error_new(ERR_TYPE_MISMATCH, "a pointer to a member should stand on the right of .* and ->*");
    TRY(as_class(p, object, pointer, &object));
    if (is_method_pointer(pointer))
        return method_of(p, object, pointer, ret);
    TRY(value_as_integer(p, pointer, &offset));
    if (offset == UINT64_MAX || (pointer->size == 4 && offset == UINT32_MAX))
        return error_new(ERR_TYPE_MISMATCH, "the pointer to a member is null");
    const struct type_member m = {.name = "",
                                  .type = type_target(type_strip(pointer->type)),
                                  .bit_offset = offset * 8,
                                  .known_offset = true};
    return value_of_member(p, object, &m, ret);
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

/* -- as text ----------------------------------------------------------------------------------------- */

/* The member at an offset, by the innermost base class that has it. */
static bool data_name(struct type *class, uint64_t offset, unsigned depth, struct buf *out)
{
    const struct type_member *members;
    size_t count = type_members(class, &members);
    for (size_t i = 0; i < count; i++) {
        if (members[i].base || !members[i].known_offset || members[i].bit_offset != offset * 8)
            continue;
        BASE_FREE char *name = type_name(class);
        buf_printf(out, "&%s::%s", name, members[i].name);
        return true;
    }
    for (size_t i = 0; i < count && depth < MEMBER_DEPTH_MOST; i++) {
        uint64_t begin = members[i].bit_offset / 8;
        if (members[i].base && members[i].known_offset && offset - begin < type_size(members[i].type) &&
            data_name(type_strip(members[i].type), offset - begin, depth + 1, out))
            return true;
    }
    return false;
}

static struct error *data_text(struct pool *p, struct value *v, struct buf *out)
{
    struct type *class = type_containing(v->type);
    uint64_t offset = 0;
    TRY(value_as_integer(p, v, &offset));
    if (offset == UINT64_MAX || (v->size == 4 && offset == UINT32_MAX))
        buf_add_text(out, "NULL");
    else if (!class || !data_name(type_strip(class), offset, 0, out))
        buf_printf(out, "%" PRId64, (int64_t)offset);
    return NULL;
}

/* The virtual method of a place in the table. */
static void virtual_text(struct type *class, int64_t slot, uint64_t offset, struct buf *out)
{
    const struct type_method *methods;
    size_t count = class ? type_methods(class, &methods) : 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = methods[i].slot == slot ? symbols_method_name(class, &methods[i]) : NULL;
        if (!name)
            continue;
        buf_printf(out, "&virtual %s", name);
        return;
    }
    buf_printf(out, "&virtual table offset %" PRIu64, offset);
}

struct error *member_pointer_text(struct pool *p, struct value *v, struct buf *out)
{
    struct method_pointer m = {0};
    if (!is_method_pointer(v))
        return data_text(p, v, out);
    TRY(take_apart(p, v, &m));
    if (m.is_virtual) {
        struct type *class = type_containing(v->type);
        virtual_text(class ? type_strip(class) : NULL, (int64_t)(m.function / (v->size / 2)), m.function,
                     out);
    } else if (!m.function) {
        buf_add_text(out, "NULL");
    } else {
        BASE_FREE char *name = type_name(v->type);
        buf_printf(out, "(%s) 0x%" PRIx64, name, m.function);
        add_symbol(p, m.function, out);
    }
    if (m.adjustment)
        buf_printf(out, ", this adjustment %" PRId64, m.adjustment);
    return NULL;
}
