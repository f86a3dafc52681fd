/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All variables of a frame, in few turns: where they live is computed first, then what they hold is read at
 * once, then the strings they point to.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/target.h"
#include "engine/inspect/values/evaluate.h"
#include "engine/inspect/values/render.h"
#include "engine/inspect/values/values.h"

enum { WANTS_MAX = 64, WANT_BYTES_MAX = 4096, STRINGS_DEPTH = 3, STRINGS_ELEMENTS = 16 };

struct row {
    struct value *value;
    struct error *failed;
};

struct wants {
    struct memory_want list[WANTS_MAX];
    size_t count;
};

static void want(struct target *target, struct wants *w, uint64_t address, size_t length)
{
    unsigned char probe[1];
    for (size_t i = 0; i < w->count; i++)
        if (w->list[i].address == address && w->list[i].length >= length)
            return;
    if (w->count < WANTS_MAX && length && length <= WANT_BYTES_MAX &&
        !memory_from_file(target, address, probe, sizeof probe))
        w->list[w->count++] = (struct memory_want){address, length};
}

static void fetch(struct target *target, const struct wants *w)
{
    struct error *e = w->count ? memory_prefetch(target, w->list, w->count) : NULL;
    error_free(e); /* what cannot be read is said where it is shown */
}

static void want_values(struct target *target, const struct row *rows, size_t count)
{
    struct wants w = {.count = 0};
    for (size_t i = 0; i < count; i++)
        if (!rows[i].failed && rows[i].value->place == PLACE_MEMORY)
            want(target, &w, rows[i].value->address, rows[i].value->size);
    fetch(target, &w);
}

/* Strings behind the character pointers of a value, of its members and elements. */
static void want_strings(struct pool *p, struct value *v, unsigned depth, struct wants *w)
{
    struct type *t = type_strip(v->type);
    struct text_kind kind;
    struct value *inner = NULL;
    struct error *e = NULL;
    uint64_t address = 0, elements = 0;
    const struct type_member *members;
    if (v->optimised_out || depth > STRINGS_DEPTH || v->size > WANT_BYTES_MAX)
        return;
    if (t->kind == TYPE_POINTER && text_kind_of(type_target(t), 0, &kind)) {
        e = v->implicit_file ? NULL : value_as_integer(p, v, &address);
        if (!e && address)
            want(p->target, w, address, (RENDER_ELEMENTS + 1) * (size_t)kind.width);
    } else if (t->kind == TYPE_ARRAY && value_count(p, v, &elements)) {
        for (uint64_t i = 0; i < elements && i < STRINGS_ELEMENTS && !e; i++)
            if (!(e = value_index(p, v, (int64_t)i, &inner)))
                want_strings(p, inner, depth + 1, w);
    } else if (kind_is_struct(t->kind)) {
        size_t n = type_members(t, &members);
        for (size_t i = 0; i < n && !e; i++)
            if (!(e = value_of_member(p, v, &members[i], &inner)))
                want_strings(p, inner, depth + 1, w);
    }
    error_free(e);
}

static cJSON *row_json(struct evaluation *e, const struct variable *v, struct row *row)
{
    cJSON *o = cJSON_CreateObject();
    struct error *failed = row->failed;
    row->failed = NULL;
    cJSON_AddStringToObject(o, "name", v->name);
    bool gone = !failed && row->value->optimised_out;
    if (!failed && !gone)
        failed = values_describe(&e->pool, row->value, 0, o);
    if (failed || gone) {
        cJSON_DeleteItemFromObjectCaseSensitive(o, "value");
        BASE_FREE char *type = type_name(v->type);
        cJSON_AddNullToObject(o, "value");
        cJSON_DeleteItemFromObjectCaseSensitive(o, "type");
        cJSON_AddStringToObject(o, "type", type);
        cJSON_AddStringToObject(o, "state",
                                gone || error_is(failed, ERR_OPTIMISED_OUT) ? "optimised-out" : "no-memory");
    }
    error_free(failed);
    cJSON_AddBoolToObject(o, "argument", v->argument);
    return o;
}

static bool is_shown(const struct variable *v)
{
    return !v->artificial || strcmp(v->name, "this") == 0;
}

static cJSON *rows_json(struct evaluation *e, const struct variable *variables, size_t count)
{
    BASE_FREE struct row *rows = xcalloc(count + 1, sizeof *rows);
    struct wants strings = {.count = 0};
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < count; i++)
        if (is_shown(&variables[i]))
            rows[i].failed = scope_variable(e, &variables[i], &rows[i].value);
        else
            rows[i].failed = error_new(ERR_OPTIMISED_OUT, "not shown");
    want_values(e->pool.target, rows, count);
    for (size_t i = 0; i < count; i++)
        if (!rows[i].failed)
            want_strings(&e->pool, rows[i].value, 0, &strings);
    fetch(e->pool.target, &strings);
    for (size_t i = 0; i < count; i++) {
        if (is_shown(&variables[i]))
            cJSON_AddItemToArray(list, row_json(e, &variables[i], &rows[i]));
        error_free(rows[i].failed);
    }
    return list;
}

struct error *values_locals(struct target *target, cJSON **ret)
{
    struct evaluation e;
    struct variable *variables = NULL;
    size_t count = 0;
    evaluation_begin(target, &e);
    struct error *failed = scope_variables(&e, &variables, &count);
    if (!failed) {
        *ret = cJSON_CreateObject();
        cJSON_AddItemToObject(*ret, "variables", rows_json(&e, variables, count));
    }
    free(variables);
    evaluation_end(&e);
    return failed;
}
