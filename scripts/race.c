/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/race.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "scripts/draw.h"
#include "scripts/limits.h"
#include "scripts/race_read.h"

#define DEFAULT_PATIENCE_S 1.0

static const cJSON *member(const cJSON *o, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(o, name);
}

const char *race_verdict_name(enum race_verdict v)
{
    static const char *const names[] = {"forced", "impossible", "deadlock", "ended", "unforced"};
    return names[v];
}

bool race_is_name(const char *name)
{
    return *name && strlen(name) < RACE_NAME_BYTES && !strchr(name, '@');
}

struct error *race_read_number(const cJSON *o, const char *key, const char *whose, unsigned *ret)
{
    const cJSON *item = member(o, key);
    if (!item)
        return NULL;
    double n = cJSON_IsNumber(item) ? item->valuedouble : 0;
    if (n < 1 || n > RACE_NTH_MOST || n != (unsigned)n)
        return error_new(ERR_USAGE, "`%s` of %s is a whole number from 1", key, whose);
    *ret = (unsigned)n;
    return NULL;
}

struct error *race_only_keys(const cJSON *o, const char *whose, const char *const *keys)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, o) {
        bool known = false;
        for (size_t i = 0; keys[i]; i++)
            known |= strcmp(keys[i], item->string) == 0;
        if (!known)
            return error_new(ERR_USAGE, "%s has no `%s`", whose, item->string);
    }
    return NULL;
}

/* -- points ----------------------------------------------------------------------------------------- */

static struct error *read_point(const cJSON *item, struct race *race)
{
    static const char *const keys[] = {"at", "nth", NULL};
    if (race->point_count == RACE_POINTS_MAX)
        return error_new(ERR_USAGE, "more than %d points", RACE_POINTS_MAX);
    struct race_point *p = &race->points[race->point_count++];
    *p = (struct race_point){.name = item->string, .nth = 1};
    if (!race_is_name(p->name))
        return error_new(ERR_USAGE, "a point is named by some letters without `@`");
    if (cJSON_IsObject(item)) {
        TRY(race_only_keys(item, "a point", keys));
        TRY(race_read_number(item, "nth", p->name, &p->nth));
    }
    p->at = cJSON_GetStringValue(cJSON_IsObject(item) ? member(item, "at") : item);
    if (!p->at || !*p->at)
        return error_new(ERR_USAGE, "point %s is a place, or an object with `at`", p->name);
    return NULL;
}

static struct error *read_points(const cJSON *args, struct race *race)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, member(args, "points"))
        TRY(read_point(item, race));
    if (race->point_count == 0)
        return error_new(ERR_USAGE, "`points` is an object of places, such as {\"read\": \"bank.c:20\"}");
    return NULL;
}

bool race_find_point(const struct race *race, const char *name, unsigned *ret)
{
    for (unsigned i = 0; i < race->point_count; i++)
        if (strcmp(race->points[i].name, name) == 0) {
            *ret = i;
            return true;
        }
    return false;
}

/* -- orders ----------------------------------------------------------------------------------------- */

static struct error *read_arrow(const cJSON *item, const struct race *race, struct race_arrow *ret)
{
    const char *text = cJSON_GetStringValue(item);
    const char *sign = text ? strchr(text, '@') : NULL;
    if (!sign)
        return error_new(ERR_USAGE, "an arrow is THREAD@POINT");
    for (unsigned i = 0; i < race->thread_count; i++) {
        const char *name = race->threads[i].name;
        if (strlen(name) != (size_t)(sign - text) || strncmp(name, text, strlen(name)) != 0)
            continue;
        ret->thread = i;
        if (race_find_point(race, sign + 1, &ret->point))
            return NULL;
        return error_new(ERR_USAGE, "%s: there is no point %s", text, sign + 1);
    }
    return error_new(ERR_USAGE, "%s: there is no thread %.*s", text, (int)(sign - text), text);
}

static struct error *read_order(const cJSON *args, struct race *race)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, member(args, "order")) {
        if (race->order_count == RACE_ARROWS_MAX)
            return error_new(ERR_USAGE, "more than %d arrows", RACE_ARROWS_MAX);
        TRY(read_arrow(item, race, &race->order[race->order_count++]));
    }
    if (race->order_count == 0)
        return error_new(ERR_USAGE, "`order` is a list of arrows, such as [\"A@read\", \"B@read\"]");
    return NULL;
}

static struct error *read_accepted(const cJSON *args, struct race *race)
{
    const cJSON *list = member(args, "accept"), *item;
    if (list && !cJSON_IsArray(list))
        return error_new(ERR_USAGE, "`accept` is a list of verdicts, such as [\"impossible\"]");
    cJSON_ArrayForEach (item, list) {
        int verdict = RACE_UNFORCED;
        const char *name = cJSON_GetStringValue(item);
        while (verdict > RACE_FORCED &&
               strcmp(race_verdict_name((enum race_verdict)verdict), name ? name : "") != 0)
            verdict--;
        if (verdict == RACE_FORCED)
            return error_new(ERR_USAGE, "`accept` names verdicts: impossible, deadlock, ended, unforced");
        race->accepted |= 1u << verdict;
    }
    return NULL;
}

static struct error *read_share(const cJSON *args, struct race *race)
{
    const cJSON *share = member(args, "shard");
    uint64_t k, n;
    (void)race;
    return share ? draw_read_share(cJSON_IsString(share) ? share->valuestring : "", &k, &n) : NULL;
}

static struct error *read_patience(const cJSON *args, struct race *race)
{
    const cJSON *patience = member(args, "patience");
    race->patience_s = patience ? patience->valuedouble : DEFAULT_PATIENCE_S;
    if (!(race->patience_s > 0 && race->patience_s <= 3600))
        return error_new(ERR_USAGE, "`patience` is seconds, above 0 and at most 3600");
    return NULL;
}

struct error *race_read(const cJSON *args, bool with_order, struct race *ret, const char **key)
{
    static const struct {
        const char *key;
        struct error *(*read)(const cJSON *args, struct race *race);
    } parts[] = {{"points", read_points},   {"threads", race_read_threads}, {"patience", read_patience},
                 {"accept", read_accepted}, {"shard", read_share},          {"order", read_order}};
    *ret = (struct race){.then = member(args, "then")};
    for (size_t i = 0; i < ARRAY_LENGTH(parts) - !with_order; i++) {
        if (key)
            *key = parts[i].key;
        TRY(parts[i].read(args, ret));
    }
    return NULL;
}

char *race_arrow_text(const struct race *race, struct race_arrow arrow)
{
    return xasprintf("%s@%s", race->threads[arrow.thread].name, race->points[arrow.point].name);
}

/* -- results ---------------------------------------------------------------------------------------- */

void race_result_free(struct race_result *result)
{
    for (size_t i = 0; i < RACE_THREADS_MAX; i++)
        free(result->ids[i]);
    free(result->why);
    cJSON_Delete(result->stop);
    cJSON_Delete(result->warnings);
    cJSON_Delete(result->waiting);
    cJSON_Delete(result->files);
    *result = (struct race_result){0};
}

cJSON *race_result_json(const struct race *race, const struct race_result *result)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "verdict", race_verdict_name(result->verdict));
    cJSON_AddNumberToObject(o, "reached", (double)result->reached);
    cJSON *threads = cJSON_AddObjectToObject(o, "threads");
    for (size_t i = 0; i < race->thread_count; i++)
        if (result->ids[i])
            cJSON_AddStringToObject(threads, race->threads[i].name, result->ids[i]);
    if (result->verdict != RACE_FORCED && result->reached < race->order_count) {
        BASE_FREE char *arrow = race_arrow_text(race, race->order[result->reached]);
        cJSON_AddStringToObject(o, "arrow", arrow);
    }
    if (result->why)
        cJSON_AddStringToObject(o, "why", result->why);
    if (result->stop)
        cJSON_AddItemToObject(o, "stop", cJSON_Duplicate(result->stop, true));
    if (result->warnings)
        cJSON_AddItemToObject(o, "warnings", cJSON_Duplicate(result->warnings, true));
    if (result->waiting)
        cJSON_AddItemToObject(o, "waiting", cJSON_Duplicate(result->waiting, true));
    return o;
}
