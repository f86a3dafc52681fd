/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scripts/beside.h"
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

/* The points that a thread passes are the search's affair. */
static cJSON *threads_alone(const cJSON *threads)
{
    cJSON *copy = cJSON_Duplicate(threads, true), *thread;
    cJSON_ArrayForEach (thread, copy)
        cJSON_DeleteItemFromObjectCaseSensitive(thread, "points");
    return copy;
}

static cJSON *interleave_step(const struct outcome_made *m)
{
    static const char *const kept[] = {"points", "patience", "timeout", NULL};
    cJSON *step = cJSON_CreateObject();
    cJSON_AddStringToObject(step, "do", "interleave");
    cJSON_AddItemToObject(step, "threads", threads_alone(m->threads));
    json_move_members(step, only(m->args, kept));
    cJSON_AddItemToObject(step, "order", cJSON_Duplicate(m->order, true));
    return step;
}

/* Holds while the order leads where it led. */
static cJSON *replaying(const struct outcome_made *m)
{
    cJSON *step = interleave_step(m);
    cJSON *expect = cJSON_AddObjectToObject(step, "expect");
    cJSON_AddStringToObject(expect, "verdict", race_verdict_name(m->verdict));
    if (m->verdict == RACE_FORCED) {
        cJSON_AddItemToObject(step, "then", expecting(member(m->args, "then"), m->outcome));
        return step;
    }
    cJSON *error = cJSON_AddObjectToObject(expect, "error");
    cJSON_AddStringToObject(error, "code", "refused");
    if (member(m->outcome, "stop"))
        cJSON_AddItemToObject(expect, "stop", cJSON_Duplicate(member(m->outcome, "stop"), true));
    return step;
}

/* Holds once the order leads where it should, or cannot happen any more. */
static cJSON *guarding(const struct outcome_made *m)
{
    cJSON *step = interleave_step(m), *then = cJSON_Duplicate(member(m->args, "then"), true);
    cJSON *accept = cJSON_AddArrayToObject(step, "accept");
    cJSON_AddItemToArray(accept, cJSON_CreateString(race_verdict_name(RACE_IMPOSSIBLE)));
    if (then)
        cJSON_AddItemToObject(step, "then", then);
    return step;
}

/* Files that are named relatively are so from where the session lies. */
static void add_files(cJSON *o, const struct outcome_made *m)
{
    const char *program = m->program ? m->program : json_text(m->document, "program");
    const cJSON *item, *symbols = member(m->document, "symbols");
    BASE_FREE char *found = m->program ? xstrdup(program) : beside_or_here(m->file, program);
    BASE_FREE char *seen = seen_from(m->folder, found);
    if (*program)
        cJSON_AddStringToObject(o, "program", seen);
    cJSON *list = symbols ? cJSON_AddArrayToObject(o, "symbols") : NULL;
    cJSON_ArrayForEach (item, symbols) {
        BASE_FREE char *file = beside_or_here(m->file, item->valuestring);
        BASE_FREE char *name = seen_from(m->folder, file);
        cJSON_AddItemToArray(list, cJSON_CreateString(name));
    }
}

static cJSON *session_of(const struct outcome_made *m, cJSON *step, const char *note)
{
    static const char *const kept[] = {"args", "env", "cwd", "stdin", "stop_at", "define", "timeout", NULL};
    static const char *const title[] = {"title", NULL};
    cJSON *o = cJSON_CreateObject();
    json_move_members(o, only(m->document, title));
    cJSON_AddStringToObject(o, "note", note);
    const char *target = m->target ? m->target : json_text(m->document, "target");
    add_files(o, m);
    if (*target)
        cJSON_AddStringToObject(o, "target", target);
    json_move_members(o, only(m->document, kept));
    cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "steps"), step);
    return o;
}

/* Takes the session over. */
static struct error *write_session(const struct outcome_made *m, const char *kind, cJSON *session,
                                   char **path)
{
    BASE_FREE char *text = cJSON_Print(session);
    BASE_FREE char *whole = xasprintf("%s\n", text);
    cJSON_Delete(session);
    *path = xasprintf("%s/%s-%u.json", m->folder, kind, m->number);
    return file_replace(*path, whole, strlen(whole), false);
}

struct error *outcome_write(const struct outcome_made *m, char **session, char **guard)
{
    BASE_FREE char *first = xasprintf("%s/x", m->folder);
    file_make_folders(first);
    TRY(write_session(
        m, "outcome",
        session_of(m, replaying(m), "written by `explore`: forces one order, and expects what it led to"),
        session));
    if (m->ok)
        return NULL;
    return write_session(
        m, "guard",
        session_of(m, guarding(m), "written by `explore`: fails while this order leads to something wrong"),
        guard);
}
