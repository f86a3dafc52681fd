/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Types that are known only while the program runs: bounds and strides of arrays, where their elements are,
 * and lengths of texts. Fortran's descriptors hold all of these; the variable is the descriptor then.
 */
#include <string.h>

#include "engine/inspect/limits.h"
#include "engine/inspect/values/scope.h"
#include "engine/target/target.h"

/* One value whose type is settled. */
struct settling {
    struct evaluation *e;
    uint64_t address; /* of the object that DWARF's expressions speak of */
    bool has_address;
    unsigned depth;
};

static bool is_dynamic(struct type *t)
{
    for (unsigned i = 0; i < ARRAY_RESOLVE_MOST; i++) {
        t = type_strip(t);
        if (t->kind != TYPE_ARRAY)
            return false;
        if (t->dynamic)
            return true;
        t = type_target(t);
    }
    return false;
}

static void callbacks_of(const struct settling *s, struct frame_context *c, struct dwarf_callbacks *callbacks)
{
    scope_context(s->e, c);
    frame_callbacks(c, callbacks);
    callbacks->object = s->has_address ? &s->address : NULL;
}

static struct error *unknown(void)
{
    return error_new(ERR_OPTIMISED_OUT, "the bounds of an array are not known here");
}

/* A number of `array`; `dimension`, where it is not NULL, is what the expression finds on the stack. */
static struct error *number_of(const struct settling *s, struct type *array, const struct type_number *n,
                               const uint64_t *dimension, int64_t *ret)
{
    struct evaluation *e = s->e;
    struct variable holder;
    struct value *v = NULL;
    struct dwarf_expression x;
    struct frame_context c;
    struct dwarf_callbacks callbacks;
    uint64_t number = 0;
    *ret = n->constant;
    if (n->kind == NUMBER_NONE || n->kind == NUMBER_CONSTANT)
        return NULL;
    if (n->kind == NUMBER_VARIABLE) {
        if (!symbols_variable_at_die(e->pool.target->map, array->file, n->die, e->pool.pc, &holder))
            return unknown();
        TRY(scope_variable(e, &holder, &v));
        TRY(value_as_integer(&e->pool, v, &number));
        *ret = (int64_t)number;
        return NULL;
    }
    if (!symbols_type_expression(e->pool.target->map, array, n, &x))
        return unknown();
    callbacks_of(s, &c, &callbacks);
    callbacks.initial = dimension;
    TRY(dwarf_evaluate_number(&x, &callbacks, &number));
    *ret = x.address_size == 4 ? (int32_t)number : (int64_t)number;
    return NULL;
}

/* Where the length of a text is, which DWARF says as a location (DWARF 5, section 5.11). */
static struct error *length_of(const struct settling *s, struct type *text, int64_t *ret)
{
    const struct type_dynamic *d = text->dynamic;
    struct evaluation *e = s->e;
    struct dwarf_expression x;
    struct dwarf_location location;
    struct frame_context c;
    struct dwarf_callbacks callbacks;
    uint64_t number = 0;
    if (d->length.kind != NUMBER_EXPRESSION)
        return number_of(s, text, &d->length, NULL, ret);
    if (!symbols_type_expression(e->pool.target->map, text, &d->length, &x))
        return unknown();
    callbacks_of(s, &c, &callbacks);
    TRY(dwarf_evaluate(&x, &callbacks, &location));
    const char *name = d->length_bytes == 8 ? "long long" : d->length_bytes == 4 ? "int" : "unsigned char";
    struct value *v = value_new(&e->pool, basic_type(&e->pool, name));
    if (location.count == 1 && location.pieces[0].kind == PIECE_MEMORY)
        v = value_at(&e->pool, v->type, location.pieces[0].address);
    else if (location.count == 1 && location.pieces[0].kind == PIECE_REGISTER)
        TRY(scope_in_register(e, location.pieces[0].reg, v));
    else if (location.count == 1 && location.pieces[0].kind == PIECE_VALUE)
        v = value_integer(&e->pool, v->type, location.pieces[0].value);
    else
        return unknown();
    TRY(value_as_integer(&e->pool, v, &number));
    *ret = (int64_t)number;
    return NULL;
}

static uint64_t elements_between(int64_t lower, int64_t upper)
{
    return upper < lower ? 0 : (uint64_t)upper - (uint64_t)lower + 1;
}

static struct error *settle_dimension(const struct settling *s, struct type *array, struct type *element,
                                      const uint64_t *dimension, struct type **ret)
{
    const struct type_dynamic *d = array->dynamic;
    int64_t lower, upper = 0, count = 0, stride;
    TRY(number_of(s, array, &d->lower, dimension, &lower));
    TRY(number_of(s, array, &d->stride, dimension, &stride));
    if (d->length.kind)
        TRY(length_of(s, array, &count));
    else if (d->count.kind)
        TRY(number_of(s, array, &d->count, dimension, &count));
    else if (d->upper.kind)
        TRY(number_of(s, array, &d->upper, dimension, &upper));
    else
        return unknown();
    bool counted = d->length.kind || d->count.kind;
    uint64_t elements = counted ? (count < 0 ? 0 : (uint64_t)count) : elements_between(lower, upper);
    *ret = type_settled(array, element, lower, elements, stride);
    return NULL;
}

/* The type as it is now. */
static struct error *settle_type(struct settling *s, struct type *t, struct type **ret)
{
    struct type *array = type_strip(t), *element = NULL;
    *ret = t;
    if (array->kind != TYPE_ARRAY || s->depth == ARRAY_RESOLVE_MOST || !is_dynamic(array))
        return NULL;
    s->depth++;
    TRY(settle_type(s, type_target(array), &element));
    if (!array->dynamic) {
        *ret = type_settled(array, element, array->lower, array->count, array->stride);
        return NULL;
    }
    if (array->dynamic->rank.kind == NUMBER_NONE)
        return settle_dimension(s, array, element, NULL, ret);
    int64_t rank;
    TRY(number_of(s, array, &array->dynamic->rank, NULL, &rank));
    for (uint64_t i = 0; (int64_t)i < rank && i < ARRAY_RESOLVE_MOST; i++) {
        TRY(settle_dimension(s, array, element, &i, ret));
        element = *ret;
    }
    return NULL;
}

/* Whether there are elements at all, and where. */
static struct error *find_elements(struct settling *s, struct type *array, struct value *v, uint64_t *ret)
{
    static const struct type_dynamic nothing;
    const struct type_dynamic *d = array->dynamic ? array->dynamic : &nothing;
    int64_t there;
    *ret = s->address;
    if (d->allocated.kind) {
        TRY(number_of(s, array, &d->allocated, NULL, &there));
        v->absent = there ? v->absent : "not allocated";
    }
    if (d->associated.kind) {
        TRY(number_of(s, array, &d->associated, NULL, &there));
        v->absent = there ? v->absent : "not associated";
    }
    if (d->location.kind && !v->absent) {
        TRY(number_of(s, array, &d->location, NULL, &there));
        *ret = (uint64_t)there;
    }
    return NULL;
}

static struct error *settle_array(struct settling *s, struct value **v)
{
    struct type *array = type_strip((*v)->type), *type = NULL;
    uint64_t address = 0;
    TRY(find_elements(s, array, *v, &address));
    if ((*v)->absent)
        return NULL;
    TRY(settle_type(s, (*v)->type, &type));
    if ((*v)->place == PLACE_MEMORY) {
        *v = value_at(&s->e->pool, type, address);
    } else {
        (*v)->type = type;
        (*v)->size = (size_t)type_size(type);
    }
    return NULL;
}

/* In Fortran the name of a pointer to a text is that text; gfortran has such pointers for those whose length
 * is found at run time. */
static struct error *follow_text(struct evaluation *e, struct value **v)
{
    struct type *t = type_strip((*v)->type);
    struct type *text = t->kind == TYPE_POINTER ? type_strip(type_target(t)) : NULL;
    uint64_t address;
    if (!text || text->kind != TYPE_ARRAY || !text->text || (*v)->optimised_out || (*v)->implicit_file)
        return NULL;
    TRY(value_as_integer(&e->pool, *v, &address));
    if (!address) {
        (*v)->absent = "not allocated";
        return NULL;
    }
    *v = value_at(&e->pool, type_target(t), address);
    return NULL;
}

/* GNAT passes an array whose bounds are not those of its type as two pointers, to the elements and to the
 * bounds; what DWARF computes begins at the former. */
static struct error *follow_fat_pointer(struct settling *s, struct value **v, bool *ret)
{
    const struct type_member *members;
    size_t count = type_members((*v)->type, &members);
    struct type *pointer = count == 2 ? type_strip(members[0].type) : NULL, *type = NULL;
    struct value *elements = NULL;
    uint64_t address;
    *ret = pointer && pointer->kind == TYPE_POINTER && strcmp(members[0].name, "P_ARRAY") == 0 &&
           s->has_address && is_dynamic(type_target(pointer));
    if (!*ret)
        return NULL;
    TRY(value_of_member(&s->e->pool, *v, &members[0], &elements));
    TRY(value_as_integer(&s->e->pool, elements, &address));
    TRY(settle_type(s, type_target(pointer), &type));
    *v = value_at(&s->e->pool, type, address);
    return NULL;
}

struct error *scope_settle(struct pool *p, struct value **v)
{
    struct evaluation *e = (struct evaluation *)p; /* the pool is its first member */
    if (p->settling == ARRAY_RESOLVE_MOST)
        return error_new(ERR_UNSUPPORTED, "the bounds of an array depend on too many others");
    if (type_strip((*v)->type)->kind == TYPE_POINTER)
        TRY(follow_text(e, v));
    bool record = type_strip((*v)->type)->kind == TYPE_STRUCT, fat = false;
    if ((*v)->absent || (*v)->optimised_out || (!record && !is_dynamic((*v)->type)))
        return NULL;
    struct settling s = {.e = e, .address = (*v)->address, .has_address = (*v)->place == PLACE_MEMORY};
    p->settling++;
    struct error *failed = record ? follow_fat_pointer(&s, v, &fat) : scope_need_frame(e);
    if (!record && !error_ends_asking(failed)) { /* what needs a frame says so itself */
        error_free(failed);
        failed = settle_array(&s, v);
    }
    p->settling--;
    if (!failed || error_ends_asking(failed))
        return failed;
    error_free(failed); /* its elements can be named, how many there are nobody knows */
    return NULL;
}
