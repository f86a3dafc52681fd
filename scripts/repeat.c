/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `repeat`: rounds, and what they say in sum. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/text.h"
#include "base/json.h"
#include "scripts/limits.h"
#include "scripts/match.h"
#include "scripts/output.h"
#include "scripts/runner.h"

/* What happened inside a `repeat`; those around it count it too. */
struct tally {
    struct tally *outer;
    cJSON *reasons, *threads, *violations; /* name: how often */
    uint64_t stops, failed_rounds;
    int64_t shortest_ns, longest_ns;
};

static void count(cJSON *counts, const char *name)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(counts, name);
    if (item)
        cJSON_SetNumberValue(item, item->valuedouble + 1);
    else if (*name && cJSON_GetArraySize(counts) < COUNTED_MOST)
        cJSON_AddNumberToObject(counts, name, 1);
}

void tally_event(struct run *r, const cJSON *event)
{
    const char *kind = json_text(event, "event");
    bool stop = strcmp(kind, "stopped") == 0;
    bool violation = strcmp(kind, "violation") == 0;
    for (struct tally *t = r->tally; t && (stop || violation); t = t->outer) {
        if (violation) {
            count(t->violations, json_text(event, "kind"));
            continue;
        }
        t->stops++;
        count(t->reasons, json_text(event, "reason"));
        count(t->threads, json_text(event, "thread"));
    }
}

static struct error *read_times(const cJSON *args, uint64_t *ret)
{
    const cJSON *times = cJSON_GetObjectItemCaseSensitive(args, "times");
    *ret = UINT64_MAX;
    if (cJSON_IsNumber(times) && times->valuedouble >= 0)
        *ret = (uint64_t)times->valuedouble;
    else if (times && !(cJSON_IsString(times) && text_parse_u64(times->valuestring, ret)))
        return error_new(ERR_USAGE, "`times` is no whole number");
    return NULL;
}

static void run_round(struct run *r, const cJSON *steps)
{
    struct tally *t = r->tally;
    uint64_t failed = r->failed;
    int64_t began = clock_now_ns();
    run_steps(r, "steps", steps);
    int64_t took = clock_now_ns() - began;
    t->shortest_ns = took < t->shortest_ns ? took : t->shortest_ns;
    t->longest_ns = took > t->longest_ns ? took : t->longest_ns;
    t->failed_rounds += r->failed > failed;
}

static double milliseconds(int64_t ns)
{
    return round((double)ns / 1e4) / 1e2;
}

/* Takes the tally's objects over. */
static cJSON *to_json(const struct tally *t, uint64_t rounds, int64_t took_ns)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "rounds", (double)rounds);
    cJSON_AddNumberToObject(o, "failed_rounds", (double)t->failed_rounds);
    cJSON_AddNumberToObject(o, "stops", (double)t->stops);
    cJSON_AddItemToObject(o, "reasons", t->reasons);
    cJSON_AddItemToObject(o, "threads", t->threads);
    cJSON_AddItemToObject(o, "violations", t->violations);
    if (rounds) {
        cJSON *ms = cJSON_AddObjectToObject(o, "ms");
        cJSON_AddNumberToObject(ms, "least", milliseconds(t->shortest_ns));
        cJSON_AddNumberToObject(ms, "mean", milliseconds(took_ns / (int64_t)rounds));
        cJSON_AddNumberToObject(ms, "most", milliseconds(t->longest_ns));
    }
    return o;
}

struct error *run_repeat(struct run *r, const cJSON *args, cJSON **ret)
{
    uint64_t times, rounds = 0;
    TRY(read_times(args, &times));
    if (r->nesting >= REPEAT_NESTING_MOST)
        return error_new(ERR_USAGE, "`repeat` is nested more than %d deep", REPEAT_NESTING_MOST);
    const cJSON *go_on = cJSON_GetObjectItemCaseSensitive(args, "while");
    const cJSON *until = cJSON_GetObjectItemCaseSensitive(args, "until");
    struct tally tally = {.outer = r->tally,
                          .reasons = cJSON_CreateObject(),
                          .threads = cJSON_CreateObject(),
                          .violations = cJSON_CreateObject(),
                          .shortest_ns = INT64_MAX};
    r->tally = &tally;
    unsigned level = r->nesting++;
    int64_t began = clock_now_ns();
    while (rounds < times && !r->over) {
        r->iterations[level] = ++rounds;
        run_round(r, cJSON_GetObjectItemCaseSensitive(args, "steps"));
        if ((until && match_value(until, r->last, NULL)) || (go_on && !match_value(go_on, r->last, NULL)))
            break;
        if (output_broken())
            r->over = true;
    }
    r->nesting--;
    r->tally = tally.outer;
    *ret = to_json(&tally, rounds, clock_now_ns() - began);
    return NULL;
}
