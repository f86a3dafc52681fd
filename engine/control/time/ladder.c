/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/time/ladder.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/control/time/time.h"

enum { LEAST_STEP = 10000 };

static bool is_auto(const struct time_snapshot *one)
{
    static const char begin[] = TIME_SNAPSHOT_PREFIX "auto-";
    return strncmp(one->name, begin, sizeof begin - 1) == 0;
}

static uint64_t most_of(const struct control *c)
{
    return c->time.ladder.most ? c->time.ladder.most : LADDER_COUNT;
}

static uint64_t bytes_of(const struct control *c)
{
    return c->time.ladder.bytes ? c->time.ladder.bytes : LADDER_BYTES;
}

struct error *ladder_count(struct control *c, struct ladder_state *ret)
{
    ret->kept = ret->bytes = 0;
    TRY(time_snapshots(c));
    for (size_t i = 0; i < c->time.snapshot_count; i++)
        if (is_auto(&c->time.snapshots[i])) {
            ret->kept++;
            ret->bytes += c->time.snapshots[i].bytes;
        }
    return NULL;
}

size_t ladder_victim(const struct time_snapshot *list, size_t count, uint64_t now)
{
    size_t victim = count;
    double least = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_auto(&list[i]))
            continue;
        double before = i ? (double)list[i - 1].position : 0;
        double after = i + 1 < count ? (double)list[i + 1].position : (double)list[i].position;
        double away = (double)list[i].position - (double)now;
        double missed = (after - before + 1) / ((away < 0 ? -away : away) + 1);
        if (victim == count || missed < least) {
            victim = i;
            least = missed;
        }
    }
    return victim;
}

/* Removes what the budget does not allow. */
static struct error *thin(struct control *c, uint64_t now)
{
    for (;;) {
        struct ladder_state state = {0};
        TRY(ladder_count(c, &state));
        bool fits = state.kept <= most_of(c) && state.bytes <= bytes_of(c);
        size_t victim = ladder_victim(c->time.snapshots, c->time.snapshot_count, now);
        if (fits || victim == c->time.snapshot_count)
            return NULL;
        BASE_FREE char *name = xstrdup(c->time.snapshots[victim].name);
        TRY(time_remove(c, name));
    }
}

struct error *ladder_thin(struct control *c)
{
    uint64_t now;
    TRY(time_position(c, &now));
    return thin(c, now);
}

static struct error *place(struct control *c)
{
    BASE_FREE char *name = NULL;
    return time_save(c, "auto", &name);
}

static bool is_due(struct control *c, uint64_t now)
{
    const struct time_snapshot *nearest = time_nearest(c, now);
    if (nearest && nearest->position == now)
        return false;
    uint64_t away = now - (nearest ? nearest->position : 0);
    return c->time.ladder.each_stop || (c->time.ladder.every && away >= c->time.ladder.every);
}

static struct error *place_where_due(struct control *c)
{
    uint64_t now;
    TRY(time_position(c, &now));
    TRY(time_snapshots(c));
    if (!is_due(c, now))
        return NULL;
    TRY(place(c));
    TRY(thin(c, now));
    return time_reinsert(c);
}

void ladder_at_stop(struct control *c)
{
    struct ladder *policy = &c->time.ladder;
    if ((!policy->each_stop && !policy->every) || c->target->state != TARGET_STOPPED)
        return;
    struct error *e = place_where_due(c);
    if (!e)
        return;
    policy->each_stop = false;
    policy->every = 0;
    BASE_FREE char *text = xasprintf("no more snapshots are taken at stops: %s\n", e->message);
    target_say(c->target, text);
    error_free(e);
}

/* -- walking it once ------------------------------------------------------------------------------- */

static struct error *over_budget(struct control *c, bool *ret)
{
    struct ladder_state state = {0};
    TRY(ladder_count(c, &state));
    *ret = state.kept > most_of(c) || state.bytes > bytes_of(c);
    return NULL;
}

/* Removes those that no walk of this step would have placed. */
static struct error *keep_steps_of(struct control *c, uint64_t step)
{
    size_t i = 0;
    TRY(time_snapshots(c));
    while (i < c->time.snapshot_count) {
        const struct time_snapshot *one = &c->time.snapshots[i];
        if (!is_auto(one) || one->position % step == 0) {
            i++;
            continue;
        }
        BASE_FREE char *name = xstrdup(one->name);
        TRY(time_remove(c, name));
        TRY(time_snapshots(c));
    }
    return NULL;
}

/* One step wider, until it fits. A budget that not even one fits into leaves none. */
static struct error *widen(struct control *c, uint64_t last, uint64_t *step)
{
    bool over;
    TRY(over_budget(c, &over));
    for (bool wider = false; over && *step < last; wider = true) {
        *step *= wider ? 2 : 1; /* first go those of another walk, or of stops */
        TRY(keep_steps_of(c, *step));
        TRY(over_budget(c, &over));
    }
    return NULL;
}

static struct error *walk(struct control *c, uint64_t last, uint64_t *step, struct ladder_state *ret)
{
    for (uint64_t at = *step; at < last; at = at - at % *step + *step) {
        TRY(time_snapshots(c));
        const struct time_snapshot *there = time_nearest(c, at);
        target_emit_progress(c->target, "autobookmark", at, last);
        if (there && there->position == at)
            continue;
        TRY(time_seek(c, at));
        TRY(place(c));
        ret->placed++;
        TRY(widen(c, last, step));
    }
    return NULL;
}

struct error *ladder_index(struct control *c, struct ladder_state *ret)
{
    const struct time_driver *d;
    bool known;
    uint64_t last, origin;
    TRY(time_history(c, &d));
    TRY(time_last(c, &known, &last));
    if (!known || !d->save)
        return error_hint(
            error_new(ERR_UNSUPPORTED, "indexing: how long the recording is is not known"),
            "QEMU's log tells; it must be readable here under the name `monitor info replay` shows");
    TRY(time_position(c, &origin));
    uint64_t step = last / (most_of(c) + 1) + 1;
    step = step < c->time.ladder.every ? c->time.ladder.every : step;
    step = step < LEAST_STEP ? LEAST_STEP : step;
    struct error *e = walk(c, last, &step, ret);
    ret->every = step;
    if (!c->target->connection || c->target->state != TARGET_STOPPED)
        return e;
    int64_t saved;
    time_way_home(c, true, &saved);
    struct error *home = time_seek(c, origin);
    time_way_home(c, false, &saved);
    struct error *inserted = c->target->connection ? time_reinsert(c) : NULL;
    if (!home)
        home = inserted;
    else
        error_free(inserted);
    if (e) {
        error_free(home);
        return e;
    }
    return home;
}
