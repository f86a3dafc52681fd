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

/* One thread alone did not get to its point in time: everybody may run now, and that tells why. */
static struct error *let_all_run(struct drive *d, struct race_arrow arrow, unsigned goal, bool *came)
{
    const char *id = d->result->ids[arrow.thread];
    int64_t until = clock_now_ns() + (int64_t)(d->race->patience_s * 1e9);
    while (!*came) {
        cJSON *stop;
        struct error *e = drive_run(d, "all", NULL, until, &stop);
        if (e)
            return e;
        if (drive_ends(d, &stop))
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
        drive_conclude(
            d, RACE_UNFORCED,
            xasprintf(
                "%s did not come in %.3g s: the thread sleeps, or waits for something outside the program",
                text, d->race->patience_s));
        return NULL;
    }
    struct error *e = let_all_run(d, arrow, goal, &came);
    if (!e && came) {
        drive_conclude(
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
    drive_conclude(
        d, still ? RACE_DEADLOCK : RACE_UNFORCED,
        still ? xasprintf("%s: the threads wait for each other, also when all may run", text)
              : xasprintf("%s did not come in %.3g s, also not when all ran", text, d->race->patience_s));
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
    unsigned goal = goal_of(d, arrow);
    bool ok = true;
    while (ok && d->passed[arrow.thread][arrow.point] < goal) {
        cJSON *stop;
        struct error *e =
            drive_run(d, "one", id, clock_now_ns() + (int64_t)(d->race->patience_s * 1e9), &stop);
        if (error_is(e, ERR_TIMEOUT) && session_state(d->r->session) == TARGET_STOPPED) {
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
