/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"
#include "base/json.h"

static const cJSON *member(const cJSON *o, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(o, name);
}

/* The members of these names that there are. */
static cJSON *only(const cJSON *from, const char *const *names)
{
    cJSON *o = cJSON_CreateObject();
    for (size_t i = 0; names[i]; i++)
        if (member(from, names[i]))
            cJSON_AddItemToObject(o, names[i], cJSON_Duplicate(member(from, names[i]), true));
    return o;
}

/* A stop: the file is left out, which is spelt as the compiler was called. */
static const char *const stop_names[] = {"reason", "signal", "exit_code", "function",
                                         "line",   "old",    "new",       NULL};

/* What is told of a step, in the shape that `expect` takes; NULL: nothing that could differ. */
static cJSON *told(const struct error *e, const cJSON *result)
{
    static const char *const value_names[] = {"value", NULL}, *const memory_names[] = {"hex", NULL};
    if (e) {
        cJSON *o = cJSON_CreateObject();
        cJSON *error = cJSON_AddObjectToObject(o, "error");
        cJSON_AddStringToObject(error, "code", error_code_name(e->code));
        return o;
    }
    if (member(result, "reason"))
        return only(result, stop_names);
    if (member(result, "value"))
        return only(result, value_names);
    return member(result, "hex") ? only(result, memory_names) : NULL;
}

static const char *name_of(const cJSON *step)
{
    static const char *const keys[] = {"label", "expr", "do"};
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
        if (*json_text(step, keys[i]))
            return json_text(step, keys[i]);
    return "";
}

void outcome_add(cJSON *outcome, const cJSON *step, const struct error *e, const cJSON *result)
{
    cJSON *what = told(e, result);
    if (!what)
        return;
    const char *name = name_of(step);
    BASE_FREE char *key = xstrdup(name);
    for (unsigned i = 2; member(outcome, key); i++) {
        free(key);
        key = xasprintf("%s #%u", name, i);
    }
    cJSON_AddItemToObject(outcome, key, what);
}

cJSON *outcome_of_race(const struct race_result *result)
{
    cJSON *o = cJSON_CreateObject();
    if (result->stop)
        cJSON_AddItemToObject(o, "stop", only(result->stop, stop_names));
    const cJSON *one;
    cJSON_ArrayForEach (one, result->waiting) {
        static const char *const where[] = {"file", "line", NULL};
        cJSON_AddItemToObject(o, json_text(one, "name"), only(one, where));
    }
    return o;
}

/* -- the session that replays it --------------------------------------------------------------------- */

/* The steps behind the order, each expecting what was seen. */
static cJSON *expecting(const cJSON *then, const cJSON *outcome)
{
    cJSON *steps = then ? cJSON_Duplicate(then, true) : cJSON_CreateArray();
    const cJSON *seen = outcome->child;
    cJSON *step;
    cJSON_ArrayForEach (step, steps) {
        cJSON_DeleteItemFromObjectCaseSensitive(step, "expect");
        cJSON_DeleteItemFromObjectCaseSensitive(step, "on_fail");
        const char *name = name_of(step);
        if (!seen || strncmp(seen->string, name, strlen(name)) != 0)
            continue; /* a step that says nothing */
        cJSON_AddItemToObject(step, "expect", cJSON_Duplicate(seen, true));
        seen = seen->next;
    }
    return steps;
}

static cJSON *interleave_step(const cJSON *args, const cJSON *order, const cJSON *outcome,
                              enum race_verdict verdict)
{
    static const char *const kept[] = {"threads", "points", "patience", "timeout", NULL};
    cJSON *step = cJSON_CreateObject();
    cJSON_AddStringToObject(step, "do", "interleave");
    json_move_members(step, only(args, kept));
    cJSON_AddItemToObject(step, "order", cJSON_Duplicate(order, true));
    cJSON *expect = cJSON_AddObjectToObject(step, "expect");
    cJSON_AddStringToObject(expect, "verdict", race_verdict_name(verdict));
    if (verdict == RACE_FORCED) {
        cJSON_AddItemToObject(step, "then", expecting(member(args, "then"), outcome));
        return step;
    }
    cJSON *error = cJSON_AddObjectToObject(expect, "error");
    cJSON_AddStringToObject(error, "code", "refused");
    if (member(outcome, "stop"))
        cJSON_AddItemToObject(expect, "stop", cJSON_Duplicate(member(outcome, "stop"), true));
    return step;
}

cJSON *outcome_session(const cJSON *document, const char *program, const char *target, const cJSON *args,
                       const cJSON *order, const cJSON *outcome, enum race_verdict verdict)
{
    static const char *const kept[] = {"args", "symbols", "define", "timeout", NULL};
    static const char *const title[] = {"title", NULL};
    cJSON *o = cJSON_CreateObject();
    json_move_members(o, only(document, title));
    cJSON_AddStringToObject(o, "note", "written by `explore`: forces one order, and expects what it led to");
    program = program ? program : json_text(document, "program");
    target = target ? target : json_text(document, "target");
    if (*program)
        cJSON_AddStringToObject(o, "program", program);
    if (*target)
        cJSON_AddStringToObject(o, "target", target);
    json_move_members(o, only(document, kept));
    cJSON *steps = cJSON_AddArrayToObject(o, "steps");
    cJSON_AddItemToArray(steps, interleave_step(args, order, outcome, verdict));
    return o;
}

struct error *outcome_write(const char *folder, unsigned number, cJSON *session, char **path)
{
    BASE_FREE char *text = cJSON_Print(session);
    BASE_FREE char *whole = xasprintf("%s\n", text);
    *path = xasprintf("%s/outcome-%u.json", folder, number);
    return file_replace(*path, whole, strlen(whole), false);
}
