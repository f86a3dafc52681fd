/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/who.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "scripts/match.h"

/* Frames that are looked through for the function a thread was begun with. */
enum { START_FRAMES = 8 };

static bool born_so(struct drive *d, const struct race_thread *t, const char *id)
{
    const struct births *b = &d->births;
    unsigned number = births_number(b, id);
    if (number == BIRTH_UNKNOWN)
        return false;
    if (!b->exact)
        who_add_warning(
            d->result,
            xasprintf("%s: not every thread was made by pthread_create while that was looked at, and "
                      "one that had ended before it was seen is not counted",
                      t->name));
    if (!t->parent)
        return number == t->created;
    BASE_FREE char *parent = births_parent(b, number);
    return parent && strcmp(parent, t->parent) == 0 && b->list[number].nth == t->created;
}

/* The level of the outermost frame of this function, or -1. */
static int start_level(const cJSON *frames, const char *function)
{
    const cJSON *frame;
    int level = -1;
    cJSON_ArrayForEach (frame, frames) {
        const cJSON *own = cJSON_GetObjectItemCaseSensitive(frame, "level");
        const char *name = json_text(frame, "function");
        size_t n = strlen(function);
        bool same = strncmp(name, function, n) == 0 && (name[n] == '\0' || name[n] == '(');
        if (same && cJSON_IsNumber(own))
            level = own->valueint;
    }
    return level;
}

static struct error *holds(struct drive *d, const char *text, int level, bool *ret)
{
    cJSON *value = NULL, *args = drive_args("expr", text);
    cJSON_AddNumberToObject(args, "frame", level);
    struct error *e = run_command(d->r, "eval", args, &value);
    *ret = !e && match_truth(cJSON_GetObjectItemCaseSensitive(value, "value"));
    cJSON_Delete(value);
    return e;
}

static struct error *began_so(struct drive *d, const struct race_thread *t, bool *ret)
{
    cJSON *stack = NULL, *args = cJSON_CreateObject();
    cJSON_AddNumberToObject(args, "outermost", START_FRAMES);
    TRY(run_command(d->r, "backtrace", args, &stack));
    int level = start_level(cJSON_GetObjectItemCaseSensitive(stack, "frames"), t->start);
    cJSON_Delete(stack);
    *ret = level >= 0;
    return *ret && t->argument ? holds(d, t->argument, level, ret) : NULL;
}

static struct error *called_so(struct drive *d, const struct race_thread *t, const char *id, bool *ret)
{
    cJSON *list = NULL, *row;
    TRY(run_command(d->r, "threads", drive_args("detail", "names"), &list));
    *ret = false;
    cJSON_ArrayForEach (row, cJSON_GetObjectItemCaseSensitive(list, "threads"))
        if (strcmp(json_text(row, "id"), id) == 0)
            *ret = strcmp(json_text(row, "name"), t->called) == 0;
    cJSON_Delete(list);
    return NULL;
}

struct error *who_is_it(struct drive *d, const struct race_thread *t, const char *id, bool *ret)
{
    *ret = !t->created || born_so(d, t, id);
    if (*ret && t->called)
        TRY(called_so(d, t, id, ret));
    if (*ret && t->start)
        TRY(began_so(d, t, ret));
    return *ret && t->condition ? holds(d, t->condition, 0, ret) : NULL;
}

char *who_text(const struct race_thread *t)
{
    BASE_BUF struct buf b = {0};
    if (race_thread_by_turn(t))
        return xasprintf("as number %u", t->nth);
    buf_add_text(&b, "as the one");
    if (t->created && t->parent)
        buf_printf(&b, " that %s created as number %u", t->parent, t->created);
    else if (t->created)
        buf_printf(&b, " that was created as number %u", t->created);
    if (t->start)
        buf_printf(&b, " that began with %s", t->start);
    if (t->argument)
        buf_printf(&b, " for %s", t->argument);
    if (t->called)
        buf_printf(&b, " called %s", t->called);
    if (t->condition)
        buf_printf(&b, " for whom %s", t->condition);
    return xstrdup(buf_text(&b));
}

void who_add_warning(struct race_result *result, char *text)
{
    const cJSON *item;
    bool known = false;
    cJSON_ArrayForEach (item, result->warnings)
        known |= strcmp(item->valuestring, text) == 0;
    if (!known && !result->warnings)
        result->warnings = cJSON_CreateArray();
    if (!known)
        cJSON_AddItemToArray(result->warnings, cJSON_CreateString(text));
    free(text);
}

void who_warn(const struct race *race, struct race_result *result)
{
    for (unsigned i = 0; i < race->thread_count; i++)
        if (race_thread_unsure(race, i))
            who_add_warning(
                result,
                xasprintf("%s is whoever arrives at %s as number %u, which may be another thread in the next "
                          "run: `created`, `start`, `name` or `if` say which one is meant",
                          race->threads[i].name, race->threads[i].at, race->threads[i].nth));
}
