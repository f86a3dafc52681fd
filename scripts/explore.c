/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `explore`: many orders, each on a program started anew, and the outcomes they lead to. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/output.h"
#include "base/text.h"
#include "scripts/draw.h"
#include "scripts/identify.h"
#include "scripts/limits.h"
#include "scripts/outcome.h"
#include "scripts/output.h"
#include "scripts/race.h"
#include "scripts/runner.h"

#define PROGRESS_NS 1000000000

/* Orders that led to the same. */
struct outcome {
    char *key;
    cJSON *value, *order; /* the shortest, and of these the one with the fewest switches between threads */
    char *path, *guard;   /* of its session files, or NULL */
    enum race_verdict verdict;
    bool ok; /* every expectation behind the order held */
    uint64_t count;
    unsigned switches;
    size_t length; /* arrows of `order` */
};

/* How orders begin that all come to the same, as they get no further. */
struct prefix {
    unsigned *turns;
    size_t count;
    enum race_verdict verdict;
    bool has_outcome;
    size_t outcome; /* of search.outcomes */
};

struct search {
    struct run *r;
    const cJSON *args;
    struct race *race;
    cJSON *threads;  /* those of `args`, with names that hold in each run */
    cJSON *warnings; /* or NULL */
    unsigned lengths[RACE_THREADS_MAX];
    struct draw draw;
    uint64_t seed, tried, pruned, verdicts[RACE_UNFORCED + 1];
    struct outcome *outcomes;
    size_t outcome_count, outcome_capacity;
    struct prefix *prefixes;
    size_t prefix_count, prefix_capacity;
    int64_t told_ns;
};

/* -- one order -------------------------------------------------------------------------------------- */

static void write_order(struct search *s, uint64_t number, unsigned *turns)
{
    struct race *race = s->race;
    unsigned at[RACE_THREADS_MAX] = {0};
    orders_write(s->lengths, race->thread_count, number, turns);
    for (size_t i = 0; i < race->order_count; i++) {
        unsigned thread = turns[i];
        race->order[i] =
            (struct race_arrow){.thread = thread, .point = race->threads[thread].points[at[thread]++]};
    }
}

static cJSON *order_json(const struct race *race, size_t length)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < length; i++) {
        BASE_FREE char *arrow = race_arrow_text(race, race->order[i]);
        cJSON_AddItemToArray(list, cJSON_CreateString(arrow));
    }
    return list;
}

/* The steps behind the order; what they count and end is theirs, not the session's. */
static cJSON *run_then(struct run *r, const cJSON *then, bool *ok)
{
    struct run before = *r;
    r->outcome = cJSON_CreateObject();
    run_steps(r, "then", then);
    cJSON *outcome = r->outcome;
    *ok = r->failed == before.failed;
    r->outcome = before.outcome;
    r->passed = before.passed;
    r->failed = before.failed;
    r->status = before.status;
    r->over = before.over;
    return outcome;
}

static void keep_warnings(struct search *s, struct race_result *result)
{
    const cJSON *text;
    cJSON_ArrayForEach (text, result->warnings) {
        bool known = false;
        const cJSON *old;
        cJSON_ArrayForEach (old, s->warnings)
            known |= strcmp(old->valuestring, text->valuestring) == 0;
        if (!s->warnings)
            s->warnings = cJSON_CreateArray();
        if (!known)
            cJSON_AddItemToArray(s->warnings, cJSON_Duplicate(text, true));
    }
}

static struct error *try_order(struct search *s, struct race_result *result, cJSON **outcome, bool *ok)
{
    TRY(run_command(s->r, "restart", NULL, NULL));
    TRY(race_force(s->r, s->race, run_deadline(s->r, s->args), result));
    *ok = result->verdict == RACE_FORCED;
    *outcome = *ok ? run_then(s->r, s->race->then, ok) : outcome_of_race(result);
    return NULL;
}

/* -- what came of it -------------------------------------------------------------------------------- */

static struct outcome *find_outcome(struct search *s, const char *key)
{
    for (size_t i = 0; i < s->outcome_count; i++)
        if (strcmp(s->outcomes[i].key, key) == 0)
            return &s->outcomes[i];
    return NULL;
}

/* Fewer arrows, then fewer switches; of equals the one with the lowest number, which comes first. */
static bool is_shorter(size_t length, unsigned switches, const struct outcome *o)
{
    return length != o->length ? length < o->length : switches < o->switches;
}

/* Of an order that got no further than `reached` arrows, the one behind them is its last. Takes `value` over;
 * false where there are too many outcomes. */
static bool count_outcome(struct search *s, const struct race_result *result, cJSON *value, bool ok,
                          const unsigned *turns, size_t *index)
{
    BASE_FREE char *text = cJSON_PrintUnformatted(value);
    BASE_FREE char *key = xasprintf("%s %d %s", race_verdict_name(result->verdict), ok, text);
    size_t length = result->verdict == RACE_FORCED ? s->race->order_count : result->reached + 1;
    unsigned switches = orders_switches(turns, length);
    struct outcome *o = find_outcome(s, key);
    bool is_new = o == NULL;
    if (is_new && s->outcome_count < OUTCOMES_MOST) {
        ARRAY_RESERVE(s->outcomes, s->outcome_count, s->outcome_capacity);
        o = &s->outcomes[s->outcome_count++];
        *o = (struct outcome){.key = xstrdup(key), .value = value, .verdict = result->verdict, .ok = ok};
    } else {
        cJSON_Delete(value);
    }
    if (!o)
        return false;
    o->count++;
    if (is_new || is_shorter(length, switches, o)) {
        cJSON_Delete(o->order);
        o->order = order_json(s->race, length);
        o->switches = switches;
        o->length = length;
    }
    *index = (size_t)(o - s->outcomes);
    return true;
}

static void count_pruned(struct search *s, const struct prefix *p, uint64_t count)
{
    s->pruned += count;
    s->verdicts[p->verdict] += count;
    if (p->has_outcome)
        s->outcomes[p->outcome].count += count;
}

static const struct prefix *known_beginning(const struct search *s, const unsigned *turns)
{
    for (size_t i = 0; i < s->prefix_count; i++)
        if (memcmp(s->prefixes[i].turns, turns, s->prefixes[i].count * sizeof *turns) == 0)
            return &s->prefixes[i];
    return NULL;
}

/* Orders that begin like one that did not get further than this cannot get further either. */
static void prune(struct search *s, const unsigned *turns, struct prefix p)
{
    uint64_t behind = orders_behind(s->lengths, s->race->thread_count, turns, p.count);
    count_pruned(s, &p, draw_skip_to(&s->draw, behind));
    if (s->prefix_count == PREFIXES_MOST)
        return;
    p.turns = xmemdup(turns, p.count * sizeof *turns);
    ARRAY_RESERVE(s->prefixes, s->prefix_count, s->prefix_capacity);
    s->prefixes[s->prefix_count++] = p;
}

static void tell_progress(struct search *s)
{
    int64_t now = clock_now_ns();
    if (now - s->told_ns < PROGRESS_NS)
        return;
    s->told_ns = now;
    cJSON *o = cJSON_CreateObject();
    uint64_t done = s->tried + s->pruned;
    cJSON_AddStringToObject(o, "event", "progress");
    cJSON_AddStringToObject(o, "what", "explore");
    cJSON_AddNumberToObject(o, "done", (double)done);
    cJSON_AddNumberToObject(o, "total", (double)(done + draw_left(&s->draw)));
    output_line(o);
}

/* The stub lets threads run that were held: no order can be forced on it, and none is searched. */
static struct error *check_holds(const struct search *s, const struct race_result *result)
{
    if (result->verdict != RACE_UNFORCED || s->verdicts[RACE_FORCED] || !result->not_held)
        return NULL;
    return error_hint(error_new(ERR_REFUSED, "exploring orders: %s", result->why),
                      "another stub may hold threads: gdbserver and QEMU's system emulator do");
}

/* Takes the outcome over. */
static void count_order(struct search *s, const unsigned *turns, const struct race_result *result,
                        cJSON *outcome, bool ok)
{
    struct prefix p = {.count = result->reached + 1, .verdict = result->verdict};
    s->tried++;
    s->verdicts[result->verdict]++;
    if (result->verdict == RACE_IMPOSSIBLE || result->verdict == RACE_UNFORCED)
        cJSON_Delete(outcome);
    else
        p.has_outcome = count_outcome(s, result, outcome, ok, turns, &p.outcome);
    if (result->verdict != RACE_FORCED && result->verdict != RACE_UNFORCED)
        prune(s, turns, p);
    tell_progress(s);
}

static struct error *take_one(struct search *s, uint64_t number)
{
    unsigned turns[RACE_ARROWS_MAX];
    write_order(s, number, turns);
    const struct prefix *known = known_beginning(s, turns);
    if (known) {
        count_pruned(s, known, 1);
        return NULL;
    }
    struct race_result result = {0};
    cJSON *outcome = NULL;
    bool ok = false;
    struct error *e = try_order(s, &result, &outcome, &ok);
    if (!e)
        e = check_holds(s, &result);
    keep_warnings(s, &result);
    if (!e)
        count_order(s, turns, &result, outcome, ok);
    else
        cJSON_Delete(outcome);
    race_result_free(&result);
    return e;
}

/* -- the table -------------------------------------------------------------------------------------- */

static int by_count(const void *a, const void *b)
{
    const struct outcome *x = a, *y = b;
    int more = (x->count < y->count) - (x->count > y->count);
    return more ? more : strcmp(x->key, y->key);
}

static struct error *write_sessions(struct search *s)
{
    const char *folder = json_text_or_null(s->args, "sessions");
    const struct script_options *options = s->r->options;
    for (size_t i = 0; folder && i < s->outcome_count; i++) {
        struct outcome *o = &s->outcomes[i];
        TRY(outcome_write(&(struct outcome_made){.folder = folder,
                                                 .number = (unsigned)i + 1,
                                                 .document = s->r->document,
                                                 .file = options->file,
                                                 .program = options->program,
                                                 .target = options->target,
                                                 .args = s->args,
                                                 .threads = s->threads,
                                                 .order = o->order,
                                                 .outcome = o->value,
                                                 .verdict = o->verdict,
                                                 .ok = o->ok},
                          &o->path, &o->guard));
    }
    return NULL;
}

static cJSON *table(const struct search *s)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < s->outcome_count; i++) {
        const struct outcome *o = &s->outcomes[i];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "verdict", race_verdict_name(o->verdict));
        cJSON_AddItemToObject(row, "outcome", cJSON_Duplicate(o->value, true));
        cJSON_AddBoolToObject(row, "ok", o->ok);
        cJSON_AddNumberToObject(row, "count", (double)o->count);
        cJSON_AddItemToObject(row, "order", cJSON_Duplicate(o->order, true));
        if (o->path)
            cJSON_AddStringToObject(row, "session", o->path);
        if (o->guard)
            cJSON_AddStringToObject(row, "guard", o->guard);
        cJSON_AddItemToArray(list, row);
    }
    return list;
}

static cJSON *to_json(const struct search *s)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "orders", (double)s->draw.total);
    cJSON_AddNumberToObject(o, "tried", (double)s->tried);
    cJSON_AddNumberToObject(o, "pruned", (double)s->pruned);
    if (s->draw.drawn) {
        BASE_FREE char *seed = xasprintf("%" PRIu64, s->seed);
        cJSON_AddStringToObject(o, "seed", seed);
    }
    cJSON *verdicts = cJSON_AddObjectToObject(o, "verdicts");
    for (int i = 0; i <= RACE_UNFORCED; i++)
        if (s->verdicts[i])
            cJSON_AddNumberToObject(verdicts, race_verdict_name((enum race_verdict)i),
                                    (double)s->verdicts[i]);
    cJSON_AddItemToObject(o, "outcomes", table(s));
    if (s->warnings)
        cJSON_AddItemToObject(o, "warnings", cJSON_Duplicate(s->warnings, true));
    return o;
}

/* -- the step --------------------------------------------------------------------------------------- */

static struct error *count_orders(struct search *s)
{
    struct race *race = s->race;
    const cJSON *budget = cJSON_GetObjectItemCaseSensitive(s->args, "budget");
    const char *share = json_text_or_null(s->args, "shard");
    uint64_t most = 0;
    if (cJSON_IsString(budget) ? !text_parse_u64(budget->valuestring, &most) : cJSON_IsNumber(budget))
        most = cJSON_IsNumber(budget) ? (uint64_t)budget->valuedouble : 0;
    race->order_count = 0;
    for (size_t i = 0; i < race->thread_count; i++) {
        s->lengths[i] = race->threads[i].point_count;
        race->order_count += s->lengths[i];
    }
    if (race->order_count > RACE_ARROWS_MAX)
        return error_new(ERR_USAGE, "the threads pass more than %d points", RACE_ARROWS_MAX);
    uint64_t total = orders_count(s->lengths, race->thread_count);
    if (total == UINT64_MAX)
        return error_hint(error_new(ERR_USAGE, "there are more orders than can be counted"),
                          "name fewer points or threads");
    if (!most && total > DRAW_BUDGET_MAX)
        return error_hint(error_new(ERR_USAGE, "there are %" PRIu64 " orders", total),
                          "`budget` draws some of them at random");
    return draw_init(&s->draw, total, most, share, s->seed);
}

/* Before the first order: who is meant by `nth`. */
static struct error *identify(struct search *s)
{
    struct race_result result;
    bool any = false;
    s->threads = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(s->args, "threads"), true);
    for (size_t i = 0; i < s->race->thread_count; i++)
        any |= race_thread_by_turn(&s->race->threads[i]);
    if (!any)
        return NULL;
    TRY(run_command(s->r, "restart", NULL, NULL));
    struct error *e = race_identify(s->r, s->race, s->threads, run_deadline(s->r, s->args), &result);
    keep_warnings(s, &result);
    race_result_free(&result);
    return e;
}

static struct error *search_all(struct search *s)
{
    uint64_t number;
    TRY(count_orders(s));
    TRY(identify(s));
    while (draw_next(&s->draw, &number) && !output_broken())
        TRY(take_one(s, number));
    qsort(s->outcomes, s->outcome_count, sizeof *s->outcomes, by_count);
    return write_sessions(s);
}

static void search_free(struct search *s)
{
    for (size_t i = 0; i < s->outcome_count; i++) {
        free(s->outcomes[i].key);
        free(s->outcomes[i].path);
        free(s->outcomes[i].guard);
        cJSON_Delete(s->outcomes[i].value);
        cJSON_Delete(s->outcomes[i].order);
    }
    for (size_t i = 0; i < s->prefix_count; i++)
        free(s->prefixes[i].turns);
    free(s->outcomes);
    free(s->prefixes);
    free(s->race);
    cJSON_Delete(s->threads);
    cJSON_Delete(s->warnings);
    draw_free(&s->draw);
}

struct error *run_explore(struct run *r, const cJSON *args, cJSON **ret)
{
    struct search s = {.r = r,
                       .args = args,
                       .race = xcalloc(1, sizeof *s.race),
                       .seed = r->options->seed,
                       .told_ns = clock_now_ns()};
    struct error *e = race_read(args, false, s.race, NULL);
    bool quiet = r->quiet;
    r->quiet = true;
    if (!e)
        e = search_all(&s);
    r->quiet = quiet;
    *ret = to_json(&s); /* also of a search that was broken off */
    search_free(&s);
    return e;
}
