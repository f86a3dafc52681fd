/*
 * Drives one order. First the threads are gathered: each is held where it arrives. Then, arrow by arrow, one
 * thread alone is let run to its point.
 *
 * A thread that does not get there is looked at, and then everybody may run: when that brings it there, it
 * had been waiting for one that was held, and the order cannot happen, whatever the lock was made of.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/json.h"
#include "engine/session.h"
#include "scripts/race.h"
#include "scripts/runner.h"
#include "scripts/waiting.h"

enum { PLACES_MAX = 32, ARRIVALS_MAX = 4096 };

/* A breakpoint of ours. */
struct planted {
    int id; /* 0: none */
    uint64_t pcs[PLACES_MAX];
    unsigned count;
};

struct drive {
    struct run *r;
    const struct race *race;
    struct race_result *result;
    int64_t deadline_ns;
    struct planted points[RACE_POINTS_MAX];
    unsigned passed[RACE_THREADS_MAX][RACE_POINTS_MAX]; /* arrivals so far */
    bool here[RACE_THREADS_MAX][RACE_POINTS_MAX];       /* stands there, and no arrow has said so yet */
    char *schedule;                                     /* the user's, put back at the end */
};

static cJSON *one(const char *name, const char *value)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, name, value);
    return o;
}

static void conclude(struct drive *d, enum race_verdict verdict, char *why)
{
    d->result->verdict = verdict;
    free(d->result->why);
    d->result->why = why;
}

static void not_held(struct drive *d, char *why)
{
    conclude(d, RACE_UNFORCED, why);
    d->result->not_held = true;
}

static bool is_reason(const cJSON *stop, const char *reason)
{
    return strcmp(json_text(stop, "reason"), reason) == 0;
}

/* -- breakpoints of ours ---------------------------------------------------------------------------- */

static struct error *plant(struct drive *d, const char *at, struct planted *ret)
{
    cJSON *set = NULL;
    TRY(run_command(d->r, "break", one("at", at), &set));
    const cJSON *o, *id = cJSON_GetObjectItemCaseSensitive(set, "id");
    ret->id = cJSON_IsNumber(id) ? id->valueint : 0;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(set, "locations")) {
        if (ret->count < PLACES_MAX && text_parse_u64(json_text(o, "pc"), &ret->pcs[ret->count]))
            ret->count++;
        if (!cJSON_GetObjectItemCaseSensitive(d->result->files, json_text(o, "file")))
            cJSON_AddTrueToObject(d->result->files, json_text(o, "file"));
    }
    BASE_FREE char *state = xstrdup(json_text(set, "state"));
    cJSON_Delete(set);
    if (ret->count == 0 || strcmp(state, "failed") == 0)
        return error_new(ERR_REFUSED, "a breakpoint at %s is needed, and it is %s", at, state);
    return NULL;
}

static void lift(struct drive *d, struct planted *p)
{
    if (p->id == 0)
        return;
    cJSON *args = cJSON_CreateObject();
    cJSON_AddNumberToObject(args, "id", p->id);
    error_free(run_command(d->r, "delete", args, NULL)); /* the target may be gone, and its plants with it */
    *p = (struct planted){0};
}

static bool is_at(const struct planted *p, const cJSON *stop)
{
    uint64_t pc;
    if (!text_parse_u64(json_text(stop, "pc"), &pc))
        return false;
    for (unsigned i = 0; i < p->count; i++)
        if (p->pcs[i] == pc)
            return true;
    return false;
}

/* -- letting them run ------------------------------------------------------------------------------- */

static struct error *let_run(struct drive *d, const char *mode, const char *thread, int64_t until_ns,
                             cJSON **stop)
{
    *stop = NULL;
    TRY(run_command(d->r, "schedule", one("mode", mode), NULL));
    session_set_deadline(d->r->session, until_ns < d->deadline_ns ? until_ns : d->deadline_ns);
    struct error *e = run_command(d->r, "continue", thread ? one("thread", thread) : NULL, stop);
    session_set_deadline(d->r->session, d->deadline_ns);
    if (!e && is_reason(*stop, "interrupt"))
        return error_new(ERR_CANCELLED, "interrupted while threads were driven");
    return e;
}

/* The program ended, or was stopped by something that is no breakpoint. */
static bool ends_race(struct drive *d, cJSON **stop)
{
    if (is_reason(*stop, "breakpoint") || is_reason(*stop, "watchpoint"))
        return false;
    conclude(d, RACE_ENDED,
             xasprintf("the program stopped on the way: %s %s", json_text(*stop, "reason"),
                       json_text(*stop, "signal")));
    d->result->stop = *stop;
    *stop = NULL;
    return true;
}

/* `what` is "hold" or "release". */
static struct error *hold(struct drive *d, const char *what, const char *id)
{
    cJSON *args = cJSON_CreateObject();
    const char *const ids[] = {id};
    cJSON_AddItemToObject(args, "threads", cJSON_CreateStringArray(ids, 1));
    return run_command(d->r, what, args, NULL);
}

/* -- gathering -------------------------------------------------------------------------------------- */

/* Who arrived at one place, in their order. */
struct gathering {
    const char *at;
    struct planted planted;
    char **ids;
    size_t count, capacity;
};

static void gathering_free(struct gathering *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < list[i].count; k++)
            free(list[i].ids[k]);
        free(list[i].ids);
    }
}

static struct error *plant_gathering(struct drive *d, struct gathering *list, size_t *count)
{
    for (size_t i = 0; i < d->race->thread_count; i++) {
        const char *at = d->race->threads[i].at;
        bool known = at == NULL;
        for (size_t k = 0; k < *count; k++)
            known |= strcmp(list[k].at, at ? at : "") == 0;
        if (known)
            continue;
        list[*count] = (struct gathering){.at = at};
        TRY(plant(d, at, &list[(*count)++].planted));
    }
    return NULL;
}

/* Threads that are known by their id stay where they are. */
static struct error *take_named(struct drive *d)
{
    for (size_t i = 0; i < d->race->thread_count; i++) {
        cJSON *row = NULL;
        if (!d->race->threads[i].id)
            continue;
        TRY(run_command(d->r, "thread", one("id", d->race->threads[i].id), &row));
        d->result->ids[i] = xstrdup(json_text(row, "id"));
        cJSON_Delete(row);
        TRY(hold(d, "hold", d->result->ids[i]));
    }
    return NULL;
}

/* A thread that is new at this place may be one of those waited for: then it is held there. */
static struct error *take_arrival(struct drive *d, struct gathering *g, const char *id)
{
    for (size_t i = 0; i < g->count; i++)
        if (strcmp(g->ids[i], id) == 0)
            return NULL;
    if (g->count == ARRIVALS_MAX)
        return NULL;
    ARRAY_RESERVE(g->ids, g->count, g->capacity);
    g->ids[g->count++] = xstrdup(id);
    for (size_t i = 0; i < d->race->thread_count; i++) {
        const struct race_thread *t = &d->race->threads[i];
        if (t->at && strcmp(t->at, g->at) == 0 && t->nth == g->count) {
            d->result->ids[i] = xstrdup(id);
            return hold(d, "hold", id);
        }
    }
    return NULL;
}

static bool is_gathered(const struct drive *d, const char *id)
{
    for (size_t i = 0; i < d->race->thread_count; i++)
        if (d->result->ids[i] && strcmp(d->result->ids[i], id) == 0)
            return true;
    return false;
}

static const struct race_thread *missing(const struct drive *d)
{
    for (size_t i = 0; i < d->race->thread_count; i++)
        if (!d->result->ids[i])
            return &d->race->threads[i];
    return NULL;
}

static struct error *not_gathered(struct drive *d, struct error *e)
{
    const struct race_thread *t = missing(d);
    if (!error_is(e, ERR_TIMEOUT))
        return e;
    error_free(e);
    conclude(
        d, RACE_UNFORCED,
        xasprintf("%s: no thread came to %s as number %u within the step's time", t->name, t->at, t->nth));
    return NULL;
}

static struct error *gather_all(struct drive *d, struct gathering *list, size_t count, bool *ok)
{
    while (missing(d)) {
        cJSON *stop;
        struct error *e = let_run(d, "all", NULL, d->deadline_ns, &stop);
        if (e)
            return not_gathered(d, e);
        const char *id = json_text(stop, "thread");
        bool ended = ends_race(d, &stop);
        if (!ended && is_gathered(d, id)) {
            not_held(d, xasprintf("the stub does not hold threads: %s ran on while it was held", id));
            ended = true;
        }
        for (size_t i = 0; !e && !ended && i < count; i++)
            if (is_at(&list[i].planted, stop))
                e = take_arrival(d, &list[i], id);
        cJSON_Delete(stop);
        if (e || ended)
            return e;
    }
    *ok = true;
    return NULL;
}

static struct error *release_all(struct drive *d)
{
    for (size_t i = 0; i < d->race->thread_count; i++)
        if (d->result->ids[i])
            TRY(hold(d, "release", d->result->ids[i]));
    return NULL;
}

/* Brings every thread to its place. Behind it nobody is held: from there on one is let run at a time. */
static struct error *gather(struct drive *d, bool *ok)
{
    struct gathering list[RACE_THREADS_MAX] = {0};
    size_t count = 0;
    struct error *e = take_named(d);
    if (!e)
        e = plant_gathering(d, list, &count);
    if (!e)
        e = gather_all(d, list, count, ok);
    if (session_state(d->r->session) == SESSION_STOPPED) {
        struct error *second = release_all(d);
        e = e ? (error_free(second), e) : second;
    }
    for (size_t i = 0; i < count; i++)
        lift(d, &list[i].planted);
    gathering_free(list, count);
    return e;
}

/* -- arrows ----------------------------------------------------------------------------------------- */

static void note_passing(struct drive *d, unsigned thread, const cJSON *stop)
{
    for (size_t i = 0; i < d->race->point_count; i++) {
        d->here[thread][i] = is_at(&d->points[i], stop);
        d->passed[thread][i] += d->here[thread][i];
    }
}

/* What the first points are, a thread may stand at already. */
static struct error *note_start(struct drive *d)
{
    for (unsigned i = 0; i < d->race->thread_count; i++) {
        cJSON *row = NULL;
        TRY(run_command(d->r, "thread", one("id", d->result->ids[i]), &row));
        note_passing(d, i, row);
        cJSON_Delete(row);
    }
    return NULL;
}

/* One thread alone did not get to its point in time: everybody may run now, and that tells why. */
static struct error *let_all_run(struct drive *d, struct race_arrow arrow, unsigned goal, bool *came)
{
    const char *id = d->result->ids[arrow.thread];
    int64_t until = clock_now_ns() + (int64_t)(d->race->patience_s * 1e9);
    while (!*came) {
        cJSON *stop;
        struct error *e = let_run(d, "all", NULL, until, &stop);
        if (e)
            return e;
        if (ends_race(d, &stop))
            return NULL;
        if (strcmp(json_text(stop, "thread"), id) == 0)
            note_passing(d, arrow.thread, stop);
        *came = d->passed[arrow.thread][arrow.point] >= goal;
        cJSON_Delete(stop);
    }
    return NULL;
}

static struct error *why_not(struct drive *d, struct race_arrow arrow, unsigned goal)
{
    BASE_FREE char *text = race_arrow_text(d->race, arrow);
    bool came = false, outside = false, still = false;
    TRY(waiting_look(d->r, d->race, d->result, arrow.thread, &outside));
    if (outside) {
        conclude(
            d, RACE_UNFORCED,
            xasprintf(
                "%s did not come in %.3g s: the thread sleeps, or waits for something outside the program",
                text, d->race->patience_s));
        return NULL;
    }
    struct error *e = let_all_run(d, arrow, goal, &came);
    if (!e && came) {
        conclude(
            d, RACE_IMPOSSIBLE,
            xasprintf("%s came only when the others ran: it waits for a thread that this order holds", text));
        return NULL;
    }
    if (!e) /* the program ended before it came */
        d->result->verdict = RACE_IMPOSSIBLE;
    if (!error_is(e, ERR_TIMEOUT))
        return e;
    error_free(e);
    TRY(waiting_all_still(d->r, d->race, d->deadline_ns, d->result, &still));
    conclude(d, still ? RACE_DEADLOCK : RACE_UNFORCED,
             still
                 ? xasprintf("%s: the threads wait for each other, also when all may run", text)
                 : xasprintf("%s did not come in %.3g s, also not when all ran", text, d->race->patience_s));
    return NULL;
}

/* Takes one stop of the thread that runs alone; *ok while the arrow may still be reached. */
static void take_stop(struct drive *d, struct race_arrow arrow, cJSON **stop, bool *ok)
{
    const char *id = d->result->ids[arrow.thread];
    BASE_FREE char *text = race_arrow_text(d->race, arrow);
    *ok = false;
    if (is_reason(*stop, "thread-exited")) {
        conclude(d, RACE_IMPOSSIBLE, xasprintf("%s cannot come: its thread has ended", text));
    } else if (!ends_race(d, stop)) {
        *ok = strcmp(json_text(*stop, "thread"), id) == 0;
        if (*ok)
            note_passing(d, arrow.thread, *stop);
        else
            not_held(d, xasprintf("%s: the stub does not hold threads: %s ran while only %s was let run",
                                  text, json_text(*stop, "thread"), id));
    }
}

/* How many arrivals this arrow is: the point's nth, or else the next one after where the thread is now. */
static unsigned goal_of(const struct drive *d, struct race_arrow arrow)
{
    unsigned passed = d->passed[arrow.thread][arrow.point];
    unsigned next = d->here[arrow.thread][arrow.point] ? passed : passed + 1;
    unsigned nth = d->race->points[arrow.point].nth;
    return nth > next ? nth : next;
}

static struct error *drive_arrow(struct drive *d, struct race_arrow arrow, bool *arrived)
{
    const char *id = d->result->ids[arrow.thread];
    unsigned goal = goal_of(d, arrow);
    bool ok = true;
    while (ok && d->passed[arrow.thread][arrow.point] < goal) {
        cJSON *stop;
        struct error *e = let_run(d, "one", id, clock_now_ns() + (int64_t)(d->race->patience_s * 1e9), &stop);
        if (error_is(e, ERR_TIMEOUT) && session_state(d->r->session) == SESSION_STOPPED) {
            error_free(e);
            return why_not(d, arrow, goal);
        }
        TRY(e);
        take_stop(d, arrow, &stop, &ok);
        cJSON_Delete(stop);
    }
    d->here[arrow.thread][arrow.point] = false;
    *arrived = ok;
    return NULL;
}

static struct error *drive_all(struct drive *d)
{
    for (size_t i = 0; i < d->race->point_count; i++)
        TRY(plant(d, d->race->points[i].at, &d->points[i]));
    TRY(note_start(d));
    for (size_t i = 0; i < d->race->order_count; i++) {
        bool arrived = false;
        TRY(drive_arrow(d, d->race->order[i], &arrived));
        if (!arrived)
            return NULL;
        d->result->reached = i + 1;
    }
    d->result->verdict = RACE_FORCED;
    return NULL;
}

static void leave(struct drive *d)
{
    for (size_t i = 0; i < d->race->point_count; i++)
        lift(d, &d->points[i]);
    error_free(run_command(d->r, "schedule", one("mode", d->schedule), NULL));
    free(d->schedule);
}

struct error *race_force(struct run *r, const struct race *race, int64_t deadline_ns, struct race_result *ret)
{
    *ret = (struct race_result){.verdict = RACE_UNFORCED, .files = cJSON_CreateObject()};
    struct drive d = {.r = r, .race = race, .result = ret, .deadline_ns = deadline_ns};
    cJSON *schedule = NULL;
    TRY(run_command(r, "schedule", NULL, &schedule));
    d.schedule = xstrdup(json_text(schedule, "mode"));
    cJSON_Delete(schedule);
    bool ok = false;
    struct error *e = gather(&d, &ok);
    if (!e && ok)
        e = drive_all(&d);
    leave(&d);
    if (!e && ret->verdict == RACE_FORCED && race->order_count)
        e = run_command(r, "thread", one("id", ret->ids[race->order[race->order_count - 1].thread]), NULL);
    return e;
}
