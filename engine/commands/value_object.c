/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The objects around a value: its type, its text and where it lives. */
#include "engine/commands/value_json.h"

#include "base/alloc.h"
#include "base/json.h"
#include "engine/inspect/convenience/convenience.h"
#include "engine/inspect/values/evaluate.h"
#include "engine/inspect/render/locals.h"
#include "engine/inspect/render/render.h"
#include "engine/inspect/values/returned.h"
#include "engine/target/stop.h"
#include "engine/target/target.h"

/* All that an object tells of a value but its name; `value` is taken over. */
static void add_members(cJSON *o, cJSON *value, const char *type, const char *text, const uint64_t *address,
                        bool truncated)
{
    cJSON_AddItemToObject(o, "value", value);
    cJSON_AddStringToObject(o, "type", type);
    cJSON_AddStringToObject(o, "text", text);
    if (address)
        json_add_address(o, "address", *address);
    if (truncated)
        cJSON_AddTrueToObject(o, "truncated");
}

static struct error *describe(struct pool *p, struct value *v, char format, cJSON *o)
{
    BASE_BUF struct buf text = {0};
    bool truncated = false;
    cJSON *value = NULL;
    TRY(render_text(p, v, format, &text));
    TRY(value_to_json(p, v, &truncated, &value));
    BASE_FREE char *type = type_name(v->type);
    add_members(o, value, v->is_unsized_symbol ? "<no debug information>" : type, buf_text(&text),
                value_has_address(v) ? &v->address : NULL, truncated);
    return NULL;
}

/* Of a character pointer the string behind it is `text`, which may have been cut. */
static void add_cut_behind(struct pool *p, struct value *v, cJSON *o)
{
    struct type *t = type_strip(v->type);
    uint64_t address = 0;
    struct text_kind kind;
    if (t->kind != TYPE_POINTER || !text_kind_of(type_target(t), 0, &kind))
        return;
    struct error *e = value_as_integer(p, v, &address);
    if (!e && address) {
        struct string_behind string;
        read_string(p, address, &kind, &string);
        if (string.more)
            cJSON_AddTrueToObject(o, "truncated");
        buf_free(&string.bytes);
    }
    error_free(e);
}

/* Hands over `o`, or the error that leaves it half made. */
static struct error *hand_over(struct error *e, cJSON *o, cJSON **ret)
{
    if (e)
        cJSON_Delete(o);
    else
        *ret = o;
    return e;
}

enum keeping { NOT_KEPT, KEPT };

static struct error *evaluate(struct target *target, const char *expression, char format, bool raw,
                              enum keeping keeping, cJSON **ret)
{
    struct evaluation e;
    struct value *v = NULL;
    TRY(evaluation_begin(target, &e));
    e.pool.raw = raw;
    cJSON *o = cJSON_CreateObject();
    struct error *failed = evaluate_text(&e, expression, &v);
    if (!failed)
        failed = describe(&e.pool, v, format, o);
    if (!failed)
        add_cut_behind(&e.pool, v, o);
    unsigned long number = failed || keeping == NOT_KEPT ? 0 : convenience_remember(&e.pool, v);
    if (number)
        cJSON_AddNumberToObject(o, "history", (double)number);
    evaluation_end(&e);
    return hand_over(failed, o, ret);
}

struct error *evaluate_to_json(struct target *target, const char *expression, char format, cJSON **ret)
{
    return evaluate(target, expression, format, false, NOT_KEPT, ret);
}

struct error *evaluate_and_keep(struct target *target, const char *expression, char format, bool raw,
                                cJSON **ret)
{
    return evaluate(target, expression, format, raw, KEPT, ret);
}

struct error *evaluate_raw_to_json(struct target *target, const char *expression, char format, cJSON **ret)
{
    return evaluate(target, expression, format, true, NOT_KEPT, ret);
}

/* What a called function had returned before all was put back. */
static struct error *kept_value(struct evaluation *e, const struct stop *stop, struct value **ret)
{
    const struct target_calls *calls = &e->pool.target->calls;
    struct type *type = returned_type(e->pool.target, stop->returned_from);
    struct value *v = type ? value_new(&e->pool, type) : NULL;
    if (!v || !calls->returned || v->size != calls->returned_size)
        return error_new(ERR_OPTIMISED_OUT, "what it returned is not known any more");
    v->bytes = xmemdup(calls->returned, v->size);
    v->place = PLACE_NONE;
    *ret = v;
    return NULL;
}

struct error *returned_to_json(struct target *target, const struct stop *stop, cJSON **ret)
{
    struct evaluation e;
    struct value *v = NULL;
    TRY(evaluation_begin(target, &e));
    cJSON *o = cJSON_CreateObject();
    struct error *failed = stop->returned_kept
                               ? kept_value(&e, stop, &v)
                               : returned_value(&e, stop->returned_from, stop->returned_memory, &v);
    if (!failed && v)
        failed = describe(&e.pool, v, 0, o);
    evaluation_end(&e);
    return hand_over(failed, o, ret);
}

struct error *assign_to_json(struct target *target, const char *place, const char *value, cJSON **ret)
{
    struct evaluation e;
    struct value *v = NULL;
    TRY(evaluation_begin(target, &e));
    cJSON *o = cJSON_CreateObject();
    struct error *failed = evaluate_assignment(&e, place, value, &v);
    if (!failed)
        failed = describe(&e.pool, v, 0, o);
    evaluation_end(&e);
    return hand_over(failed, o, ret);
}

/* -- locals ---------------------------------------------------------------------------------------------- */

static struct error *local_row(const struct local *l, cJSON *list)
{
    cJSON *value = NULL;
    bool truncated = false;
    enum local_state state = l->state;
    if (state == LOCAL_SHOWN) {
        struct error *e = value_to_json(l->pool, l->value, &truncated, &value);
        if (error_ends_asking(e))
            return e;
        state = local_state_of(e);
        error_free(e);
    }
    cJSON *o = cJSON_CreateObject();
    cJSON_AddItemToArray(list, o);
    cJSON_AddStringToObject(o, "name", l->name);
    if (state == LOCAL_SHOWN) {
        add_members(o, value, l->type, l->text, l->has_address ? &l->address : NULL, truncated);
    } else {
        cJSON_AddNullToObject(o, "value");
        cJSON_AddStringToObject(o, "type", l->type);
        cJSON_AddStringToObject(o, "state", local_state_name(state));
    }
    cJSON_AddBoolToObject(o, "argument", l->argument);
    return NULL;
}

struct error *locals_to_json(struct target *target, cJSON **ret)
{
    struct locals *locals;
    const struct local *l;
    struct error *e = NULL;
    TRY(locals_begin(target, &locals));
    cJSON *o = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(o, "variables");
    while (!e && (l = locals_next(locals)) != NULL)
        e = local_row(l, list);
    struct error *cut_short = locals_end(locals);
    return hand_over(e ? e : cut_short, o, ret);
}
