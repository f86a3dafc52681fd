/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/calls.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "engine/inspect/values/descriptors.h"
#include "engine/inspect/values/evaluate.h"
#include "engine/inspect/values/parse.h"
#include "engine/target/target.h"

static struct error *not_allowed(const char *name)
{
    return error_hint(
        error_new(ERR_UNSUPPORTED, "%s(…): functions of the program are not called here", name),
        "`print` and `set` at the prompt call them; in JSON `eval` and `set` with `calls: true`");
}

/* The name of what is called, for people. */
static const char *name_of(const struct node *callee)
{
    return callee->text ? callee->text : "it";
}

static struct error *values_of(struct evaluation *e, const struct node *n, struct value **values,
                               size_t *count)
{
    *count = 0;
    for (const struct node *a = n->right; a; a = a->right) {
        if (*count == CALL_ARGUMENTS_MOST)
            return error_new(ERR_UNSUPPORTED, "more than %d arguments are not passed", CALL_ARGUMENTS_MOST);
        TRY(evaluate_node(e, a->left, &values[*count]));
        ++*count;
    }
    return NULL;
}

static struct error *no_function(const struct value *v)
{
    BASE_FREE char *type = type_name(v->type);
    return error_hint(error_new(ERR_TYPE_MISMATCH, "what is called is no function, but of type %s", type),
                      "of a number: ((int (*)(int))ADDRESS)(1)");
}

/* Nothing tells what it takes and returns: an ELF symbol, or code of an assembler. */
static bool is_untold(struct type *function)
{
    struct type *const *parameters;
    enum type_kind returned = type_strip(type_target(function))->kind;
    return returned == TYPE_UNKNOWN ||
           (returned == TYPE_VOID && !function->prototyped && !type_parameters(function, &parameters));
}

/* What it returns, by its own type, or by the cast around the call where nobody else knows. */
static struct error *result_of(const struct value *function, const char *name, struct type *as,
                               struct type **ret)
{
    struct type *t = type_strip(function->type);
    *ret = as && is_untold(t) ? as : type_target(t);
    return type_strip(*ret)->kind != TYPE_UNKNOWN
               ? NULL
               : error_hint(error_new(ERR_TYPE_MISMATCH, "%s has an unknown return type", name),
                            "cast the call to what it returns: (int)%s(…)", name);
}

/* Where the type alone is asked for: a value of nothing. */
static struct value *untold(struct evaluation *e, struct type *type)
{
    struct value *v = value_new(&e->pool, type);
    v->bytes = xcalloc(v->size ? v->size : 1, 1);
    return v;
}

static struct error *let_run(struct evaluation *e, const struct call *call, struct value **ret)
{
    const struct call_rules *rules = e->pool.target->call_rules;
    if (!rules)
        return not_allowed(call->name);
    e->pool.calls++;
    struct error *failed = rules->call(rules->context, e, call, ret);
    /* The stack was read before the program ran. */
    scope_frame_free(&e->frame);
    e->frame = (struct scope_frame){0};
    return failed;
}

/* A function that is chosen as the program is linked: its resolver is asked for it, as the dynamic linker
 * does, with nothing known of the processor. */
static struct error *ask_resolver(struct evaluation *e, const char *name, struct value **function)
{
    struct pool *p = &e->pool;
    struct value *chosen = NULL;
    uint64_t code = 0;
    BASE_FREE struct call *call = xcalloc(1, sizeof *call);
    struct type *number = basic_type(p, "unsigned long");
    call->name = name;
    call->code = (*function)->address;
    call->result = number;
    call->arguments[call->count++] =
        (struct call_argument){.type = number, .value = value_integer(p, number, 0), .is_named = true};
    TRY(let_run(e, call, &chosen));
    TRY(value_as_integer(p, chosen, &code));
    code = function_code(p->target, code);
    struct type *type = symbols_function_type(p->target->map, code, 0);
    *function = value_at(p, type ? type : type_bare_function(number), code);
    return NULL;
}

struct error *evaluate_call(struct evaluation *e, const struct node *n, struct type *as, struct value **ret)
{
    struct value *values[CALL_ARGUMENTS_MOST];
    struct callee callee = {0};
    struct type *result;
    size_t count;
    if (!e->pool.types_only && !e->pool.target->call_rules)
        return not_allowed(name_of(n->left));
    if (!e->pool.types_only)
        TRY(target_need_stopped(e->pool.target));
    TRY(values_of(e, n, values, &count));
    TRY(call_find(e, n->left, values, count, &callee));
    if (value_kind(callee.function) != TYPE_FUNCTION)
        return no_function(callee.function);
    if (!e->pool.types_only && function_is_chosen(e->pool.target, callee.function->address))
        TRY(ask_resolver(e, name_of(n->left), &callee.function));
    TRY(result_of(callee.function, name_of(n->left), as, &result));
    if (e->pool.types_only) {
        *ret = untold(e, result);
        return NULL;
    }
    BASE_FREE struct call *call = xcalloc(1, sizeof *call);
    call->name = name_of(n->left);
    call->result = result;
    TRY(call_pass(e, &callee, values, count, call));
    return let_run(e, call, ret);
}
