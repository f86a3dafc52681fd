/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which threads race, and by what each is known. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "scripts/race_read.h"

bool race_thread_by_turn(const struct race_thread *t)
{
    return t->at && !t->created && !t->parent && !t->start && !t->called && !t->condition;
}

bool race_thread_unsure(const struct race *race, unsigned thread)
{
    const struct race_thread *t = &race->threads[thread];
    bool others = t->nth > 1;
    for (unsigned i = 0; i < race->thread_count; i++)
        others |= i != thread && race->threads[i].at && t->at && strcmp(race->threads[i].at, t->at) == 0;
    return others && race_thread_by_turn(t);
}

/* The points that this thread passes: its own list, or all. */
static struct error *read_passed(const cJSON *item, const struct race *race, struct race_thread *t)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(item, "points"), *name;
    if (!list) {
        for (unsigned i = 0; i < race->point_count; i++)
            t->points[t->point_count++] = i;
        return NULL;
    }
    if (!cJSON_IsArray(list))
        return error_new(ERR_USAGE, "`points` of thread %s is a list of names", t->name);
    cJSON_ArrayForEach (name, list) {
        if (t->point_count == RACE_ARROWS_MAX)
            return error_new(ERR_USAGE, "thread %s passes more than %d points", t->name, RACE_ARROWS_MAX);
        if (!cJSON_IsString(name) || !race_find_point(race, name->valuestring, &t->points[t->point_count]))
            return error_new(ERR_USAGE, "`points` of thread %s names one that is not in `points`", t->name);
        t->point_count++;
    }
    return NULL;
}

static struct error *read_id(const cJSON *item, struct race_thread *t)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(item, "id");
    if (!id)
        return NULL;
    if (cJSON_IsNumber(id) && id->valuedouble >= 1 && id->valuedouble <= RACE_NTH_MOST) {
        snprintf(t->id_text, sizeof t->id_text, "%.0f", id->valuedouble);
        t->id = t->id_text;
    } else if (cJSON_IsString(id) && *id->valuestring) {
        t->id = id->valuestring;
    } else {
        return error_new(ERR_USAGE, "`id` of %s is a thread's id, such as \"p1.3\", or its number, from 1",
                         t->name);
    }
    return NULL;
}

/* A text that is not empty, where the key is there. */
static struct error *read_text(const cJSON *item, const char *key, const struct race_thread *t,
                               const char **ret)
{
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(item, key);
    if (text && (!cJSON_IsString(text) || !*text->valuestring))
        return error_new(ERR_USAGE, "`%s` of %s is a text that is not empty", key, t->name);
    *ret = text ? text->valuestring : NULL;
    return NULL;
}

/* What is said of it fits together. `nth`: its turn is given. */
static struct error *check_identity(const struct race_thread *t, bool nth)
{
    if (t->argument && !t->start)
        return error_new(ERR_USAGE,
                         "`argument` of %s is an expression in the function `start`, which is missing",
                         t->name);
    if (t->parent && !t->created)
        return error_new(ERR_USAGE, "%s has a `parent`: `created` says which of the threads it made",
                         t->name);
    if (t->parent && strcmp(t->parent, "main") != 0 && strncmp(t->parent, "main.", 5) != 0)
        return error_new(ERR_USAGE, "`parent` of %s is \"main\", or \"main.2\" for the second that main made",
                         t->name);
    if ((t->at == NULL) == (t->id == NULL))
        return error_new(ERR_USAGE,
                         "thread %s is known either by the place `at` which it arrives, or by its `id`",
                         t->name);
    if (t->id && (nth || t->created || t->start || t->called || t->condition))
        return error_new(ERR_USAGE, "%s has an `id`: nothing else says who it is", t->name);
    if (nth && !race_thread_by_turn(t))
        return error_new(ERR_USAGE, "`nth` of %s is for a thread that nothing else is known of", t->name);
    return NULL;
}

static struct error *read_identity(const cJSON *item, struct race_thread *t)
{
    bool nth = cJSON_GetObjectItemCaseSensitive(item, "nth") != NULL;
    t->nth = 1;
    TRY(read_text(item, "at", t, &t->at));
    TRY(read_id(item, t));
    TRY(race_read_number(item, "nth", t->name, &t->nth));
    TRY(race_read_number(item, "created", t->name, &t->created));
    TRY(read_text(item, "parent", t, &t->parent));
    TRY(read_text(item, "start", t, &t->start));
    TRY(read_text(item, "argument", t, &t->argument));
    TRY(read_text(item, "name", t, &t->called));
    TRY(read_text(item, "if", t, &t->condition));
    return check_identity(t, nth);
}
static bool alike(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_identity(const struct race_thread *a, const struct race_thread *b)
{
    return alike(a->at, b->at) && alike(a->id, b->id) && a->nth == b->nth && a->created == b->created &&
           alike(a->parent, b->parent) && alike(a->start, b->start) && alike(a->argument, b->argument) &&
           alike(a->called, b->called) && alike(a->condition, b->condition);
}

static struct error *check_twins(const struct race *race, const struct race_thread *t)
{
    for (size_t i = 0; i + 1 < race->thread_count; i++) {
        const struct race_thread *o = &race->threads[i];
        if (!same_identity(o, t))
            continue;
        if (race_thread_by_turn(t))
            return error_new(ERR_USAGE, "%s and %s are both number %u at %s", o->name, t->name, t->nth,
                             t->at);
        return error_new(ERR_USAGE, "%s and %s are known by the same", o->name, t->name);
    }
    return NULL;
}

static struct error *read_thread(const cJSON *item, struct race *race)
{
    static const char *const keys[] = {"at",    "nth",      "id",   "points", "created", "parent",
                                       "start", "argument", "name", "if",     NULL};
    if (race->thread_count == RACE_THREADS_MAX)
        return error_new(ERR_USAGE, "more than %d threads", RACE_THREADS_MAX);
    struct race_thread *t = &race->threads[race->thread_count++];
    *t = (struct race_thread){.name = item->string};
    if (!race_is_name(t->name))
        return error_new(ERR_USAGE, "a thread is named by some letters without `@`");
    if (!cJSON_IsObject(item))
        return error_new(ERR_USAGE, "thread %s is an object, such as {\"at\": \"worker\", \"created\": 1}",
                         t->name);
    TRY(race_only_keys(item, "a thread", keys));
    TRY(read_identity(item, t));
    TRY(check_twins(race, t));
    return read_passed(item, race, t);
}

struct error *race_read_threads(const cJSON *args, struct race *race)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(args, "threads"))
        TRY(read_thread(item, race));
    if (race->thread_count == 0)
        return error_new(ERR_USAGE,
                         "`threads` is an object, such as {\"A\": {\"at\": \"worker\", \"created\": 1}}");
    return NULL;
}
