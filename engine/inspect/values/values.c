/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each is an evaluation of its own, of which a plain answer is left. */
#include "engine/inspect/values/values.h"

#include "engine/inspect/values/evaluate.h"

struct error *values_address(struct target *target, const char *expression, uint64_t *ret)
{
    struct evaluation e;
    struct value *v = NULL;
    TRY(evaluation_begin(target, &e));
    struct error *failed = evaluate_text(&e, expression, &v);
    if (!failed && kind_is_struct(value_kind(v)) && v->place == PLACE_MEMORY)
        *ret = v->address;
    else if (!failed)
        failed = value_as_integer(&e.pool, v, ret);
    evaluation_end(&e);
    return failed;
}

struct error *values_place(struct target *target, const char *expression, uint64_t *address, uint64_t *size)
{
    struct evaluation e;
    struct value *v = NULL;
    TRY(evaluation_begin(target, &e));
    struct error *failed = evaluate_text(&e, expression, &v);
    if (!failed && v->place != PLACE_MEMORY)
        failed = error_hint(error_new(ERR_TYPE_MISMATCH, "%s is not in memory", expression),
                            v->place == PLACE_REGISTER ? "it is in a register, which cannot be watched"
                                                       : "watch a variable, or *(int *)ADDRESS");
    if (!failed) {
        *address = v->address;
        *size = v->size;
    }
    evaluation_end(&e);
    return failed;
}

struct error *values_truth(struct target *target, const char *expression, bool *ret)
{
    struct evaluation e;
    struct value *v = NULL;
    TRY(evaluation_begin(target, &e));
    struct error *failed = evaluate_text(&e, expression, &v);
    if (!failed)
        failed = value_truth(&e.pool, v, ret);
    evaluation_end(&e);
    return failed;
}

/* A type's name, or an expression whose type is meant. */
static struct error *type_of(struct evaluation *e, const char *name, struct type **ret)
{
    struct error *failed = scope_type(e, name, ret);
    if (!failed)
        return NULL;
    struct value *v = NULL;
    e->pool.types_only = true;
    struct error *second = evaluate_text(e, name, &v);
    if (second) {
        error_free(second);
        return failed;
    }
    error_free(failed);
    *ret = v->type;
    return NULL;
}

struct error *values_type(struct target *target, const char *name, struct type **ret)
{
    struct evaluation e;
    TRY(evaluation_begin(target, &e));
    struct error *failed = type_of(&e, name, ret);
    evaluation_end(&e);
    return failed;
}
