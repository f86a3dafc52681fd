/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session file checked whole: keys, types, names, places of races, and what it includes. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "engine/commands/command.h"
#include "engine/commands/execute.h"
#include "engine/session/launch/start.h"
#include "scripts/beside.h"
#include "scripts/document.h"
#include "scripts/limits.h"
#include "scripts/match.h"
#include "scripts/race.h"
#include "scripts/scope.h"

struct check {
    const char *path;
    struct buf pointer;
    struct scope known; /* names that some step saves, or that come from outside */
    unsigned includes, depth;
};

static struct error *check_steps(struct check *c, cJSON *steps);

static struct error *wrong(struct check *c, const char *format, ...) BASE_PRINTF(2, 3);

static struct error *wrong(struct check *c, const char *format, ...)
{
    char why[512];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return error_new(ERR_USAGE, "%s: %s: %s", c->path, c->pointer.length ? buf_text(&c->pointer) : "/", why);
}

static size_t enter(struct check *c, const char *key)
{
    size_t length = c->pointer.length;
    buf_printf(&c->pointer, "/%s", key);
    return length;
}

static void leave(struct check *c, size_t length)
{
    buf_truncate(&c->pointer, length);
}

struct name_check {
    struct check *check;
    char *unknown;
};

static bool check_name(void *context, const char *name)
{
    struct name_check *n = context;
    if (cJSON_GetObjectItemCaseSensitive(n->check->known.values, name))
        return true;
    n->unknown = xstrdup(name);
    return false;
}

/* Names used here must be defined, or saved by some step of the file (which one is first is known only in the
 * run). */
static struct error *check_names(struct check *c, const cJSON *step)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, step) {
        if (step_holds_steps(item->string))
            continue;
        struct name_check n = {.check = c};
        scope_each_name(item, check_name, &n);
        if (!n.unknown)
            continue;
        BASE_FREE char *unknown = n.unknown;
        size_t length = enter(c, item->string);
        struct error *e = wrong(c, "${%s}: no step saves that, and nothing defines it", unknown);
        leave(c, length);
        return e;
    }
    return NULL;
}

static struct error *check_key(struct check *c, const cJSON *step, const char *key, bool ok,
                               const char *wanted)
{
    if (ok || !cJSON_GetObjectItemCaseSensitive(step, key))
        return NULL;
    size_t length = enter(c, key);
    struct error *e = wrong(c, "must be %s", wanted);
    leave(c, length);
    return e;
}

static struct error *check_common(struct check *c, const cJSON *step)
{
    const cJSON *save = cJSON_GetObjectItemCaseSensitive(step, "save");
    const cJSON *label = cJSON_GetObjectItemCaseSensitive(step, "label");
    const cJSON *note = cJSON_GetObjectItemCaseSensitive(step, "note");
    const cJSON *timeout = cJSON_GetObjectItemCaseSensitive(step, "timeout");
    const char *on_fail = json_text_or_null(step, "on_fail");
    bool choice = on_fail && (strcmp(on_fail, "stop") == 0 || strcmp(on_fail, "go_on") == 0);
    bool number =
        (cJSON_IsNumber(timeout) && timeout->valuedouble > 0) || (timeout && scope_is_open(timeout));
    TRY(check_key(c, step, "save", cJSON_IsString(save) && *save->valuestring, "a name"));
    TRY(check_key(c, step, "label", cJSON_IsString(label), "a string"));
    TRY(check_key(c, step, "note", cJSON_IsString(note), "a string"));
    TRY(check_key(c, step, "timeout", number, "a number of seconds above 0"));
    TRY(check_key(c, step, "on_fail", choice, "\"stop\" or \"go_on\""));
    const cJSON *expect = cJSON_GetObjectItemCaseSensitive(step, "expect");
    char *below = NULL;
    char *why = expect ? match_check(expect, &below) : NULL;
    BASE_FREE char *owned_below = below;
    BASE_FREE char *owned_why = why;
    if (!why)
        return NULL;
    size_t length = enter(c, "expect");
    buf_add_text(&c->pointer, owned_below);
    struct error *e = wrong(c, "%s", owned_why);
    leave(c, length);
    return e;
}

static bool takes(const struct command *command, const char *name)
{
    for (const struct command_arg *a = command->args; a && a->name; a++)
        if (strcmp(a->name, name) == 0)
            return true;
    return false;
}

/* Takes the arguments with ${…} in them out of `args`; an array of their names. */
static cJSON *hold_open(const struct command *command, cJSON *args)
{
    cJSON *held = cJSON_CreateArray();
    for (cJSON *item = args->child, *next; item; item = next) {
        next = item->next;
        if (step_holds_steps(item->string) || !scope_is_open(item) || !takes(command, item->string))
            continue;
        cJSON_AddItemToArray(held, cJSON_CreateString(item->string));
        cJSON_Delete(cJSON_DetachItemViaPointer(args, item));
    }
    return held;
}

static bool is_held(const cJSON *held, const char *name)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, held)
        if (strcmp(item->valuestring, name) == 0)
            return true;
    return false;
}

/* Arguments with ${…} in them are looked at when they are known: they are kept out of the type check, but a
 * required one counts as given. */
static struct error *check_arguments(struct check *c, const struct command *command, const cJSON *step)
{
    cJSON *args = step_arguments(step);
    cJSON *held = hold_open(command, args);
    const char *key = NULL;
    struct error *e = command_check(command, args, &key);
    bool open = cJSON_GetArraySize(held) > 0 && !cJSON_GetObjectItemCaseSensitive(args, key ? key : "");
    if (e && key && (is_held(held, key) || (open && command->check))) {
        error_free(e);
        e = NULL;
    }
    if (e) {
        size_t length = cJSON_GetObjectItemCaseSensitive(step, key) ? enter(c, key) : c->pointer.length;
        struct error *full = wrong(c, "%s", e->message);
        leave(c, length);
        if (e->hint)
            full = error_hint(full, "%s", e->hint);
        error_free(e);
        e = full;
    }
    cJSON_Delete(held);
    cJSON_Delete(args);
    return e;
}

static struct error *check_include(struct check *c, cJSON *step)
{
    const char *file = json_text_or_null(step, "file");
    if (c->includes >= INCLUDE_DEPTH_MOST)
        return wrong(c, "includes are nested more than %d deep", INCLUDE_DEPTH_MOST);
    BASE_FREE char *path = beside(c->path, file);
    cJSON *session = NULL;
    struct error *e = document_read(path, &session);
    if (e) {
        struct error *full = wrong(c, "%s", e->message);
        error_free(e);
        return full;
    }
    cJSON *steps =
        cJSON_IsArray(session) ? session : cJSON_DetachItemFromObjectCaseSensitive(session, "steps");
    if (steps != session)
        cJSON_Delete(session);
    if (!cJSON_IsArray(steps)) {
        cJSON_Delete(steps);
        return wrong(c, "%s has no array of steps", path);
    }
    cJSON_AddItemToObject(step, "steps", steps);
    const char *outer = c->path;
    c->path = path;
    c->includes++;
    struct buf pointer = c->pointer;
    c->pointer = (struct buf){0};
    e = check_steps(c, steps);
    buf_free(&c->pointer);
    c->pointer = pointer;
    c->includes--;
    c->path = outer;
    return e;
}

static struct error *check_inner(struct check *c, cJSON *step, const char *key)
{
    size_t length = enter(c, key);
    TRY(check_steps(c, cJSON_GetObjectItemCaseSensitive(step, key)));
    leave(c, length);
    return NULL;
}

static struct error *check_repeat(struct check *c, cJSON *step)
{
    bool times = cJSON_GetObjectItemCaseSensitive(step, "times") != NULL;
    bool ends =
        cJSON_GetObjectItemCaseSensitive(step, "while") || cJSON_GetObjectItemCaseSensitive(step, "until");
    if (!times && !ends)
        return wrong(c, "`repeat` needs `times`, `while` or `until`");
    return check_inner(c, step, "steps");
}

/* What a race is made of is looked at now, unless variables are still to be put in. */
static struct error *check_race(struct check *c, cJSON *step, bool with_order)
{
    static const char *const keys[] = {"threads", "points", "order", "patience", "accept", "shard"};
    bool open = false;
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
        open |= scope_is_open(cJSON_GetObjectItemCaseSensitive(step, keys[i]));
    if (!open) {
        const char *key = NULL;
        BASE_FREE struct race *race = xcalloc(1, sizeof *race);
        BASE_ERROR struct error *e = race_read(step, with_order, race, &key);
        if (e) {
            enter(c, key);
            return wrong(c, "%s", e->message);
        }
    }
    return check_inner(c, step, "then");
}

static struct error *check_step(struct check *c, cJSON *step)
{
    const char *name = json_text_or_null(step, "do");
    if (!cJSON_IsObject(step))
        return wrong(c, "a step is an object with `do`");
    if (!name)
        return wrong(c, "`do` is missing: the name of a command");
    const struct command *command = command_find(name);
    if (!command) {
        size_t length = enter(c, "do");
        struct error *e = wrong(c, "there is no command `%s`", name);
        leave(c, length);
        return e;
    }
    TRY(check_common(c, step));
    TRY(check_names(c, step));
    TRY(check_arguments(c, command, step));
    if (strcmp(name, "repeat") == 0)
        return check_repeat(c, step);
    if (strcmp(name, "interleave") == 0 || strcmp(name, "explore") == 0)
        return check_race(c, step, strcmp(name, "interleave") == 0);
    return strcmp(name, "include") == 0 ? check_include(c, step) : NULL;
}

static struct error *check_steps(struct check *c, cJSON *steps)
{
    if (++c->depth > STEPS_DEPTH_LIMIT)
        return wrong(c, "steps are nested more than %d deep", STEPS_DEPTH_LIMIT);
    int i = 0;
    cJSON *step;
    cJSON_ArrayForEach (step, steps) {
        char index[16];
        snprintf(index, sizeof index, "%d", i++);
        size_t length = enter(c, index);
        TRY(check_step(c, step));
        leave(c, length);
    }
    c->depth--;
    return NULL;
}

static void collect_saved(struct scope *known, const cJSON *node)
{
    const cJSON *save = cJSON_IsObject(node) ? cJSON_GetObjectItemCaseSensitive(node, "save") : NULL;
    if (save && cJSON_IsString(save))
        scope_set(known, save->valuestring, cJSON_CreateTrue());
    const cJSON *item, *inside = cJSON_IsObject(node) || cJSON_IsArray(node) ? node : NULL;
    cJSON_ArrayForEach (item, inside)
        collect_saved(known, item);
}

static bool string_array(const cJSON *item)
{
    const cJSON *one;
    if (!cJSON_IsArray(item))
        return false;
    cJSON_ArrayForEach (one, item) {
        if (!cJSON_IsString(one))
            return false;
    }
    return true;
}

static bool string_object(const cJSON *object)
{
    const cJSON *item;
    if (!cJSON_IsObject(object))
        return false;
    cJSON_ArrayForEach (item, object)
        if (!cJSON_IsString(item) && !cJSON_IsNull(item))
            return false;
    return true;
}

static struct error *check_top(struct check *c, const cJSON *session)
{
    static const char *const texts[] = {"title", "program", "target", "cwd",
                                        "stdin", "stop_at", "note",   "$schema"};
    const cJSON *item;
    cJSON_ArrayForEach (item, session) {
        const char *wanted =
            "a known key: title program args env cwd stdin stop_at target symbols define timeout "
            "audit steps note";
        bool ok = false;
        for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
            if (strcmp(item->string, texts[i]) == 0) {
                ok = cJSON_IsString(item);
                wanted = "a string";
            }
        if (strcmp(item->string, "stop_at") == 0) {
            enum start_at at;
            ok = ok && (start_at_parse(item->valuestring, &at) || scope_is_open(item));
            wanted = "entry, main or none";
        }
        if (strcmp(item->string, "args") == 0 || strcmp(item->string, "symbols") == 0) {
            ok = string_array(item);
            wanted = "an array of strings";
        } else if (strcmp(item->string, "env") == 0) {
            ok = string_object(item);
            wanted = "an object of strings and nulls";
        } else if (strcmp(item->string, "define") == 0) {
            ok = cJSON_IsObject(item);
            wanted = "an object";
        } else if (strcmp(item->string, "timeout") == 0) {
            ok = cJSON_IsNumber(item) && item->valuedouble > 0;
            wanted = "a number of seconds above 0";
        } else if (strcmp(item->string, "audit") == 0) {
            ok = cJSON_IsBool(item);
            wanted = "true or false";
        } else if (strcmp(item->string, "steps") == 0) {
            ok = cJSON_IsArray(item);
            wanted = "an array of steps";
        }
        TRY(check_key(c, session, item->string, ok, wanted));
    }
    if (!cJSON_GetObjectItemCaseSensitive(session, "steps"))
        return wrong(c, "`steps` is missing: an array of steps");
    return NULL;
}

struct error *document_check(const char *path, cJSON *session, const cJSON *names)
{
    struct check c = {.path = path};
    if (!cJSON_IsObject(session))
        return error_new(ERR_USAGE, "%s: /: a session is one object with `steps`", path);
    scope_init(&c.known);
    const cJSON *item, *define = cJSON_GetObjectItemCaseSensitive(session, "define");
    cJSON_ArrayForEach (item, names)
        scope_set(&c.known, item->string, cJSON_CreateTrue());
    struct error *e = check_top(&c, session);
    if (!e) {
        cJSON_ArrayForEach (item, define)
            scope_set(&c.known, item->string, cJSON_CreateTrue());
        collect_saved(&c.known, session);
        enter(&c, "steps");
        e = check_steps(&c, cJSON_GetObjectItemCaseSensitive(session, "steps"));
    }
    buf_free(&c.pointer);
    scope_free(&c.known);
    return e;
}
