/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written between the parentheses of a call, as what the function takes (C17 6.5.2.2). */
#include "base/alloc.h"
#include "engine/inspect/values/bases.h"
#include "engine/inspect/values/calls.h"
#include "engine/inspect/values/descriptors.h"
#include "engine/target/target.h"

static bool is_character(struct type *t)
{
    t = type_strip(t);
    return t->kind == TYPE_CHAR || (t->kind == TYPE_INTEGER && type_size(t) == 1);
}

/* An array that lives nowhere in the target: a string that was written, a part of what was computed. */
static bool is_loose_array(const struct value *v)
{
    return value_kind(v) == TYPE_ARRAY && v->place != PLACE_MEMORY;
}

static struct error *refuse_object(struct value *v)
{
    BASE_FREE char *type = type_name(v->type);
    return error_hint(error_new(ERR_UNSUPPORTED,
                                "a %s cannot be passed by value: its class copies it in a way of its own",
                                type),
                      "a function that takes a reference or a pointer to it can be called");
}

/* Its bytes go to memory, and their address is passed as a `type`. */
static struct error *pass_in_memory(struct evaluation *e, struct value *v, struct type *type,
                                    struct call_argument *ret)
{
    TRY(value_load(&e->pool, v));
    *ret = (struct call_argument){.type = type, .value = v, .in_memory = true};
    return NULL;
}

static struct error *pass_reference(struct evaluation *e, struct value *v, struct type *parameter,
                                    struct call_argument *ret)
{
    struct type *to = type_target(type_strip(parameter));
    struct value *object = v;
    if (kind_is_reference(value_kind(v)))
        TRY(value_dereference(&e->pool, v, &object));
    bool same_kind = value_kind(object) == type_strip(to)->kind || kind_is_struct(value_kind(object));
    if (value_has_address(object) && same_kind) {
        TRY(value_cast(&e->pool, object, parameter, &v));
        TRY(value_load(&e->pool, v));
        *ret = (struct call_argument){.type = parameter, .value = v};
        return NULL;
    }
    TRY(value_cast(&e->pool, object, to, &v)); /* a temporary, as long as the call */
    return pass_in_memory(e, v, parameter, ret);
}

/* A function's address as a pointer to it has it. */
static struct error *as_function_pointer(struct evaluation *e, struct value **v)
{
    uint64_t address = 0;
    struct type *t = type_strip((*v)->type);
    if (t->kind != TYPE_POINTER || type_strip(type_target(t))->kind != TYPE_FUNCTION)
        return NULL;
    TRY(value_as_integer(&e->pool, *v, &address));
    TRY(function_pointer(e->pool.target, address, &address));
    *v = value_integer(&e->pool, (*v)->type, address);
    return NULL;
}

static struct error *pass_value(struct evaluation *e, struct value *v, struct type *parameter,
                                struct call_argument *ret)
{
    struct value *converted = NULL;
    if (is_loose_array(v) && type_strip(parameter)->kind == TYPE_POINTER)
        return pass_in_memory(e, v, parameter, ret);
    if (type_is_by_reference(type_strip(parameter)))
        return refuse_object(v);
    TRY(value_cast(&e->pool, v, parameter, &converted));
    TRY(value_load(&e->pool, converted));
    TRY(as_function_pointer(e, &converted));
    *ret = (struct call_argument){.type = converted->type, .value = converted};
    return NULL;
}

/* Where no parameter says what it is: the default argument promotions. */
static struct error *pass_promoted(struct evaluation *e, struct value *v, struct call_argument *ret)
{
    struct pool *p = &e->pool;
    if (kind_is_reference(value_kind(v)))
        TRY(value_dereference(p, v, &v));
    struct type *t = type_strip(v->type);
    if (t->kind == TYPE_FLOAT && type_size(t) < type_size(basic_type(p, "double")))
        return pass_value(e, v, basic_type(p, "double"), ret);
    if (kind_is_integer(t->kind)) {
        TRY(value_unary(p, '+', v, &v));
        return pass_value(e, v, v->type, ret);
    }
    if (t->kind == TYPE_ARRAY && !t->vector)
        return pass_value(e, v, type_pointer_to(type_target(t)), ret);
    if (t->kind == TYPE_FUNCTION)
        return pass_value(e, v, type_pointer_to(v->type), ret);
    return pass_value(e, v, v->type, ret);
}

/* A parameter of a function without a prototype was passed as what it is promoted to. */
static struct error *pass_old(struct evaluation *e, struct value *v, struct type *parameter,
                              struct call_argument *ret)
{
    struct value *converted = NULL;
    if (is_loose_array(v) || kind_is_struct(value_kind(v)))
        return pass_value(e, v, parameter, ret);
    TRY(value_cast(&e->pool, v, parameter, &converted));
    return pass_promoted(e, converted, ret);
}

static struct error *pass_one(struct evaluation *e, struct type *function, size_t at, struct value *v,
                              struct call_argument *ret)
{
    struct type *const *parameters;
    size_t count = type_parameters(function, &parameters);
    bool is_named = at < count;
    struct error *failed;
    if (!is_named)
        failed = pass_promoted(e, v, ret);
    else if (kind_is_reference(type_strip(parameters[at])->kind))
        failed = pass_reference(e, v, parameters[at], ret);
    else if (!function->prototyped && type_language(function) == LANGUAGE_C)
        failed = pass_old(e, v, parameters[at], ret);
    else
        failed = pass_value(e, v, parameters[at], ret);
    ret->is_named = is_named || (!function->prototyped && !function->variadic);
    return failed ? error_while(failed, "argument %zu", at + 1) : NULL;
}

/* A function without a prototype takes whatever it is given. */
static bool takes_any(const struct type *function, size_t parameters)
{
    return function->variadic ||
           (!function->prototyped && !parameters && type_language((struct type *)function) != LANGUAGE_CPLUS);
}

static struct error *check_count(struct type *function, size_t first, size_t count)
{
    struct type *const *parameters;
    size_t wants = type_parameters(function, &parameters);
    size_t least = wants > first ? wants - first : 0;
    if (count < least)
        return error_new(ERR_USAGE, "too few arguments: %zu are given, and the function takes %zu", count,
                         least);
    if (count > least && !takes_any(function, wants))
        return error_new(ERR_USAGE, "too many arguments: %zu are given, and the function takes %zu", count,
                         least);
    return NULL;
}

struct error *call_pass(struct evaluation *e, const struct callee *callee, struct value *const *values,
                        size_t count, struct call *ret)
{
    struct type *function = type_strip(callee->function->type);
    struct type *const *parameters;
    size_t first = callee->has_this;
    ret->code = callee->function->address;
    ret->count = 0;
    TRY(check_count(function, first, count));
    ret->is_variadic = function->variadic;
    if (count + first > CALL_ARGUMENTS_MOST)
        return error_new(ERR_UNSUPPORTED, "more than %d arguments are not passed", CALL_ARGUMENTS_MOST);
    if (callee->has_this) {
        struct type *type = type_parameters(function, &parameters)
                                ? parameters[0]
                                : type_pointer_to(basic_type(&e->pool, "void"));
        struct value *object = value_integer(&e->pool, type, callee->object);
        ret->arguments[ret->count++] = (struct call_argument){type, object, true, false};
    }
    for (size_t i = 0; i < count; i++, ret->count++)
        TRY(pass_one(e, function, first + i, values[i], &ret->arguments[ret->count]));
    return NULL;
}

/* -- which of several functions takes them best ---------------------------------------------------------- */

enum { SAME, PROMOTED, CONVERTED, FAR };

static int distance_of_pointers(struct type *parameter, struct type *value)
{
    struct type *to = type_strip(type_target(parameter)), *from = type_strip(type_target(value));
    struct member_path path;
    if (to == from || type_same_class(to, from))
        return SAME;
    if (is_character(to) && is_character(from))
        return SAME;
    if (to->kind == from->kind && to->kind != TYPE_POINTER && !kind_is_struct(to->kind) &&
        type_size(to) == type_size(from))
        return SAME;
    if (kind_is_struct(to->kind) && bases_find(from, to, &path))
        return PROMOTED;
    return to->kind == TYPE_VOID ? CONVERTED : FAR;
}

static int distance_of_numbers(struct type *parameter, struct type *value)
{
    bool same = parameter->kind == value->kind && type_size(parameter) == type_size(value) &&
                (parameter->kind == TYPE_FLOAT || parameter->is_signed == value->is_signed);
    if (same && parameter->kind != TYPE_ENUM)
        return SAME;
    if (parameter->kind == TYPE_ENUM)
        return parameter == value ? SAME : -1;
    bool is_float = parameter->kind == TYPE_FLOAT;
    if (is_float != (value->kind == TYPE_FLOAT))
        return CONVERTED;
    return type_size(parameter) > type_size(value) ? PROMOTED : CONVERTED;
}

static struct type *without_reference(struct type *t)
{
    t = type_strip(t);
    return kind_is_reference(t->kind) ? type_strip(type_target(t)) : t;
}

static int distance_of_classes(struct type *to, struct type *from)
{
    struct member_path path;
    if (to == from || type_same_class(to, from))
        return SAME;
    return bases_find(from, to, &path) ? PROMOTED : -1;
}

static int distance_of(struct type *parameter, struct value *v)
{
    struct type *to = without_reference(parameter), *from = without_reference(v->type);
    if (kind_is_number(to->kind) && kind_is_number(from->kind))
        return distance_of_numbers(to, from);
    if (to->kind == TYPE_POINTER && (from->kind == TYPE_POINTER || from->kind == TYPE_ARRAY))
        return distance_of_pointers(to, from);
    if (to->kind == TYPE_POINTER)
        return from->kind == TYPE_FUNCTION ? PROMOTED : kind_is_integer(from->kind) ? FAR : -1;
    if (kind_is_struct(to->kind) && kind_is_struct(from->kind))
        return distance_of_classes(to, from);
    return to->kind == from->kind ? CONVERTED : -1;
}

int call_distance(struct type *function, size_t first, struct value *const *values, size_t count)
{
    struct type *const *parameters;
    size_t wants = type_parameters(function, &parameters);
    int sum = 0;
    if (count + first < wants || (count + first > wants && !takes_any(function, wants)))
        return -1;
    for (size_t i = 0; i < count; i++) {
        int one = i + first < wants ? distance_of(parameters[i + first], values[i]) : FAR;
        if (one < 0)
            return -1;
        sum += one;
    }
    return sum;
}
