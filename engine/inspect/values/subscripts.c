/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/subscripts.h"

#include <inttypes.h>

#include "engine/inspect/limits.h"
#include "engine/inspect/values/elements.h"
#include "engine/inspect/values/evaluate.h"
#include "engine/inspect/values/parse.h"
#include "engine/inspect/values/slices.h"
#include "engine/target/target.h"

static struct error *as_number(struct evaluation *e, struct value *v, int64_t *ret)
{
    uint64_t number;
    TRY(value_as_integer(&e->pool, v, &number));
    *ret = (int64_t)number;
    return NULL;
}

static struct error *number_of(struct evaluation *e, const struct node *n, int64_t *ret)
{
    struct value *v = NULL;
    TRY(evaluate_node(e, n, &v));
    return as_number(e, v, ret);
}

static struct error *outside(int64_t index, const struct type *array)
{
    return error_new(ERR_NO_MEMORY, "index %" PRId64 " is outside of %" PRId64 ":%" PRId64, index,
                     array->lower, (int64_t)((uint64_t)array->lower + array->count - 1));
}

/* In C an index may lead out of an array, and does on purpose; who counts from 1 has bounds. */
static bool has_bounds(struct type *array)
{
    enum symbols_language is = type_language(array);
    return array->kind == TYPE_ARRAY && array->count_known && (is == LANGUAGE_FORTRAN || is == LANGUAGE_ADA);
}

static bool is_inside(const struct type *array, int64_t index)
{
    return index >= array->lower && (uint64_t)index - (uint64_t)array->lower < array->count;
}

static struct error *element(struct evaluation *e, struct value *v, int64_t index, struct value **ret)
{
    struct type *t = type_strip(v->type);
    if (t->kind != TYPE_ARRAY)
        return value_index(&e->pool, v, index, ret);
    if (has_bounds(t) && !is_inside(t, index))
        return outside(index, t);
    return value_index(&e->pool, v, (int64_t)((uint64_t)index - (uint64_t)t->lower), ret);
}

struct error *evaluate_index(struct evaluation *e, const struct node *n, struct value **ret)
{
    struct value *v = NULL, *index = NULL, *elements = NULL;
    int64_t number;
    bool text;
    TRY(evaluate_node(e, n->left, &v));
    TRY(evaluate_node(e, n->right, &index));
    *ret = NULL;
    if (e->pool.target->element_rules)
        TRY(e->pool.target->element_rules->find(&e->pool, v, index, ret));
    if (*ret)
        return NULL;
    TRY(as_number(e, index, &number));
    TRY(slice_elements(&e->pool, v, &text, &elements));
    if (!elements)
        return element(e, v, number, ret);
    if (elements->absent)
        return value_index(&e->pool, elements, number, ret);
    uint64_t count = type_strip(elements->type)->count;
    if ((uint64_t)number >= count)
        return error_new(ERR_NO_MEMORY, "index %" PRId64 " is outside of a slice of %" PRIu64, number, count);
    return value_index(&e->pool, elements, number, ret);
}

static struct error *section(struct evaluation *e, struct value *v, const struct node *const *list,
                             size_t count, struct value **ret);

/* `from:to` of one dimension; of what is left of the others each element is taken as the first one is. */
static struct error *range(struct evaluation *e, struct value *v, const struct node *n,
                           const struct node *const *inner, size_t count, struct value **ret)
{
    struct type *t = type_strip(v->type);
    int64_t first_index = t->lower, last_index = (int64_t)((uint64_t)t->lower + t->count - 1), step = 1;
    struct value *first = NULL, *part = NULL;
    if (n->third)
        TRY(number_of(e, n->third, &step));
    int64_t from = step < 0 ? last_index : first_index, to = step < 0 ? first_index : last_index;
    if (n->left)
        TRY(number_of(e, n->left, &from));
    if (n->right)
        TRY(number_of(e, n->right, &to));
    if (v->place != PLACE_MEMORY || !t->count_known)
        return error_new(ERR_TYPE_MISMATCH, "only of an array in memory a section can be taken");
    uint64_t size = type_size(type_strip(type_target(t)));
    int64_t stride = t->stride ? t->stride : (int64_t)size, far;
    uint64_t pace = step < 0 ? -(uint64_t)step : (uint64_t)step;
    if (pace == 0 || __builtin_mul_overflow(stride, step, &far))
        return error_new(ERR_USAGE, "%" PRId64 " is no step of a section", step);
    bool empty = step < 0 ? from < to : from > to;
    if (!empty && (!is_inside(t, from) || !is_inside(t, to)))
        return outside(is_inside(t, from) ? to : from, t);
    uint64_t distance = step < 0 ? (uint64_t)from - (uint64_t)to : (uint64_t)to - (uint64_t)from;
    uint64_t length = empty ? 0 : distance / pace + 1;
    TRY(value_index(&e->pool, v, (int64_t)((uint64_t)from - (uint64_t)t->lower), &first));
    TRY(section(e, first, inner, count, &part));
    *ret = value_at(&e->pool, type_settled(t, part->type, 1, length, far), part->address);
    return NULL;
}

/* The last argument is of the outermost array. */
static struct error *section(struct evaluation *e, struct value *v, const struct node *const *list,
                             size_t count, struct value **ret)
{
    int64_t index;
    *ret = v;
    if (!count)
        return NULL;
    struct type *t = type_strip(v->type);
    if (v->absent)
        return error_new(ERR_NO_MEMORY, "there are no elements: it is %s", v->absent);
    if (t->kind != TYPE_ARRAY)
        return error_hint(error_new(ERR_TYPE_MISMATCH, "only an array has elements"),
                          "functions of the target cannot be called");
    const struct node *last = list[count - 1]->left;
    if (last->kind == NODE_RANGE)
        return range(e, v, last, list, count - 1, ret);
    TRY(number_of(e, last, &index));
    TRY(element(e, v, index, &v));
    return section(e, v, list, count - 1, ret);
}

/* A text has one dimension, and its characters are none of what it is an element of. */
static size_t dimensions_of(struct type *t)
{
    size_t n = 0;
    for (t = type_strip(t); t->kind == TYPE_ARRAY && n < ARRAY_RESOLVE_MOST; t = type_strip(type_target(t))) {
        if (t->text)
            return n ? n : 1;
        n++;
    }
    return n;
}

struct error *evaluate_elements(struct evaluation *e, const struct node *n, struct value **ret)
{
    const struct node *list[ARRAY_RESOLVE_MOST];
    size_t count = 0;
    struct value *v = NULL;
    TRY(evaluate_node(e, n->left, &v));
    for (const struct node *a = n->right; a; a = a->right) {
        if (count == ARRAY_RESOLVE_MOST || !a->left)
            return error_new(ERR_SYNTAX, "an index is missing, or there are too many");
        list[count++] = a;
    }
    for (size_t i = 0; i < count / 2 && type_language(v->type) == LANGUAGE_ADA;
         i++) { /* the first is outermost */
        const struct node *swapped = list[i];
        list[i] = list[count - 1 - i];
        list[count - 1 - i] = swapped;
    }
    size_t dimensions = dimensions_of(v->type);
    if (dimensions && dimensions != count)
        return error_new(ERR_TYPE_MISMATCH, "the array has %zu dimensions, and %zu are given", dimensions,
                         count);
    return section(e, v, list, count, ret);
}
