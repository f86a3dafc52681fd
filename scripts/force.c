/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drives one order. First the threads are gathered: each is held where it arrives. Then, arrow by arrow, one
 * thread alone is let run to its point.
 *
 * A thread that does not get there is looked at, and then everybody may run: when that brings it there, it
 * had been waiting for one that was held, and the order cannot happen, whatever the lock was made of.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/json.h"
#include "scripts/drive.h"
#include "scripts/waiting.h"

static void note_passing(struct drive *d, unsigned thread, const cJSON *stop)
{
    for (size_t i = 0; i < d->race->point_count; i++) {
        d->here[thread][i] = drive_is_at(&d->points[i], stop);
        d->passed[thread][i] += d->here[thread][i];
    }
}

/* What the first points are, a thread may stand at already. */
static struct error *note_start(struct drive *d)
{
    for (unsigned i = 0; i < d->race->thread_count; i++) {
        cJSON *row = NULL;
        TRY(run_command(d->r, "thread", drive_args("id", d->result->ids[i]), &row));
        note_passing(d, i, row);
        cJSON_Delete(row);
    }
    return NULL;
}

/* A window of time in which everybody ran is over: has anybody moved since the one before? */
static struct error *end_window(struct drive *d, cJSON **before, bool *still)
{
    cJSON *now = NULL;
    TRY(run_command(d->r, "threads", NULL, &now));
    *still = *before && waiting_is_still(*before, now);
    cJSON_Delete(*before);
    *before = now;
    return NULL;
}

/* One stop while everybody runs; *over when that is the verdict. */
static void take_any_stop(struct drive *d, struct race_arrow arrow, unsigned goal, cJSON **stop, bool *came,
                          bool *over)
{
    if (drive_is_reason(*stop, "thread-exited"))
        return;
    *over = drive_ends(d, stop);
    if (*over)
        return;
    if (strcmp(json_text(*stop, "thread"), d->result->ids[arrow.thread]) == 0)
        note_passing(d, arrow.thread, *stop);
    *came = d->passed[arrow.thread][arrow.point] >= goal;
}

/* One thread alone did not get to its point: everybody may run now, and that tells why. None of *came, *still
 * and *over: it did not come, and others move on. */
static struct error *let_all_run(struct drive *d, struct race_arrow arrow, unsigned goal, bool *came,
                                 bool *still, bool *over)
{
    cJSON *before = NULL;
    struct error *e = NULL;
    for (int left = RACE_WINDOWS_MOST; !e && left && !*came && !*still && !*over;) {
        cJSON *stop;
        int64_t until = clock_now_ns() + (int64_t)(d->race->patience_s * (before ? 0.5e9 : 1e9));
        e = drive_run(d, "all", NULL, until, &stop);
        if (error_is(e, ERR_TIMEOUT) && session_state(d->r->session) == TARGET_STOPPED &&
            clock_now_ns() < d->deadline_ns) {
            error_free(e);
            e = end_window(d, &before, still);
            left--;
            continue;
        }
        if (!e)
            take_any_stop(d, arrow, goal, &stop, came, over);
        cJSON_Delete(stop);
    }
    cJSON_Delete(before);
    return e;
}

static struct error *conclude_together(struct drive *d, struct race_arrow arrow, unsigned goal)
{
    bool came = false, still = false, over = false;
    BASE_FREE char *text = race_arrow_text(d->race, arrow);
    TRY(let_all_run(d, arrow, goal, &came, &still, &over));
    if (over) { /* the program ended before it came */
        d->result->verdict = RACE_IMPOSSIBLE;
        return NULL;
    }
    if (still)
        TRY(waiting_look_at_all(d->r, d->race, d->result));
    if (came)
        drive_conclude(
            d, RACE_IMPOSSIBLE,
            xasprintf("%s came only when the others ran: it waits for a thread that this order holds", text));
    else if (still)
        drive_conclude(d, RACE_DEADLOCK,
                       xasprintf("%s: the threads wait for each other, also when all may run", text));
    else
        drive_conclude(d, RACE_UNFORCED,
                       xasprintf("%s did not come in %d times %.3g s, also not when all ran", text,
                                 RACE_WINDOWS_MOST, d->race->patience_s));
    return NULL;
}

static struct error *why_not(struct drive *d, struct race_arrow arrow, unsigned goal)
{
    bool outside = false;
    TRY(waiting_look(d->r, d->race, d->result, arrow.thread, &outside));
    if (!outside)
        return conclude_together(d, arrow, goal);
    BASE_FREE char *text = race_arrow_text(d->race, arrow);
    drive_conclude(
        d, RACE_UNFORCED,
        xasprintf("%s did not come in %.3g s: the thread sleeps, or waits for something outside the program",
                  text, d->race->patience_s));
    return NULL;
}

/* A thread that runs alone and has not come: on a busy machine it may just not have had its turn. *stuck when
 * it stands where it stood a window before. */
static struct error *end_lone_window(struct drive *d, const char *id, char **place, bool *stuck)
{
    cJSON *row = NULL;
    TRY(run_command(d->r, "thread", drive_args("id", id), &row));
    *stuck = *place && strcmp(*place, json_text(row, "pc")) == 0;
    free(*place);
    *place = xstrdup(json_text(row, "pc"));
    cJSON_Delete(row);
    return NULL;
}

/* Takes one stop of the thread that runs alone; *ok while the arrow may still be reached. */
static void take_stop(struct drive *d, struct race_arrow arrow, cJSON **stop, bool *ok)
{
    const char *id = d->result->ids[arrow.thread];
    BASE_FREE char *text = race_arrow_text(d->race, arrow);
    *ok = false;
    if (drive_is_reason(*stop, "thread-exited")) {
        drive_conclude(d, RACE_IMPOSSIBLE, xasprintf("%s cannot come: its thread has ended", text));
    } else if (!drive_ends(d, stop)) {
        *ok = strcmp(json_text(*stop, "thread"), id) == 0;
        if (*ok)
            note_passing(d, arrow.thread, *stop);
        else
            drive_not_held(d,
                           xasprintf("%s: the stub does not hold threads: %s ran while only %s was let run",
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
    BASE_FREE char *place = NULL;
    unsigned goal = goal_of(d, arrow), windows = 0;
    bool ok = true;
    while (ok && d->passed[arrow.thread][arrow.point] < goal) {
        cJSON *stop;
        int64_t until = clock_now_ns() + (int64_t)(d->race->patience_s * (windows ? 0.5e9 : 1e9));
        struct error *e = drive_run(d, "one", id, until, &stop);
        if (error_is(e, ERR_TIMEOUT) && session_state(d->r->session) == TARGET_STOPPED) {
            bool stuck = false;
            error_free(e);
            drive_clean_up(d);
            TRY(end_lone_window(d, id, &place, &stuck));
            if (stuck || ++windows == RACE_WINDOWS_MOST || clock_now_ns() >= d->deadline_ns)
                return why_not(d, arrow, goal);
            continue;
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
        TRY(drive_site(d, d->race->points[i].at, &d->points[i]));
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
    drive_clean_up(d);
    for (size_t i = 0; i < d->race->point_count; i++)
        drive_lift(d, &d->points[i]);
    error_free(run_command(d->r, "schedule", drive_args("mode", d->schedule), NULL));
    free(d->schedule);
    births_free(&d->births);
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
    struct error *e = drive_gather(&d, &ok);
    if (!e && ok)
        e = drive_all(&d);
    leave(&d);
    if (!e && ret->verdict == RACE_FORCED && race->order_count)
        e = run_command(r, "thread", drive_args("id", ret->ids[race->order[race->order_count - 1].thread]),
                        NULL);
    return e;
}
