/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Snapshots: the list of them, saving and removing ours, and coming close to a position by the nearest one.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/control/time/time.h"

/*
 * Replaying costs some 25 ms a million instructions, loading a snapshot 5 to 10 ms: one that is further
 * behind than FAR is worth another, which is placed BEHIND the goal so that many steps back are served by it.
 * Where somebody only goes to a place, one is left on the way if coming again would take LONG, a second or
 * so.
 */
enum { FAR = 200000, LONG = 40000000, BEHIND = 50000 };

/* The name also goes into a line for the monitor, and may come from a file: no more than we ever write. */
bool time_snapshot_is_ours(const char *name)
{
    size_t n = sizeof TIME_SNAPSHOT_PREFIX - 1;
    return strncmp(name, TIME_SNAPSHOT_PREFIX, n) == 0 &&
           strspn(name + n, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name + n);
}

static int by_position(const void *a, const void *b)
{
    const struct time_snapshot *x = a, *y = b;
    return x->position < y->position ? -1 : x->position > y->position;
}

struct error *time_snapshots(struct control *c)
{
    struct time_line *t = &c->time;
    const struct time_driver *d;
    TRY(time_driver(c, &d));
    if (t->listed || !d->list)
        return NULL;
    struct time_snapshot *list;
    size_t count;
    TRY(d->list(c, &list, &count));
    time_snapshots_free(t->snapshots, t->snapshot_count);
    t->snapshots = list;
    t->snapshot_count = count;
    t->listed = true;
    if (count)
        qsort(list, count, sizeof *list, by_position);
    return NULL;
}

const struct time_snapshot *time_nearest(struct control *c, uint64_t position)
{
    const struct time_snapshot *found = NULL;
    for (size_t i = 0; i < c->time.snapshot_count && c->time.snapshots[i].position <= position; i++)
        found = &c->time.snapshots[i];
    return found;
}

const struct time_snapshot *time_snapshot_named(struct control *c, const char *name)
{
    for (size_t i = 0; i < c->time.snapshot_count; i++)
        if (strcmp(c->time.snapshots[i].name, name) == 0)
            return &c->time.snapshots[i];
    return NULL;
}

static char *free_name(struct control *c, const char *kind, uint64_t position)
{
    char *name = xasprintf(TIME_SNAPSHOT_PREFIX "%s-%" PRIu64, kind, position);
    for (unsigned i = 2; time_snapshot_named(c, name); i++) {
        free(name);
        name = xasprintf(TIME_SNAPSHOT_PREFIX "%s-%" PRIu64 "-%u", kind, position, i);
    }
    return name;
}

static struct error *cannot_save(struct control *c, struct error *why)
{
    if (c->target->connection && error_is(why, ERR_REFUSED)) {
        free(c->time.no_snapshots);
        c->time.no_snapshots = xstrdup(why->message);
    }
    struct error *e = error_while(why, "taking a snapshot");
    if (e->hint)
        return e;
    return error_hint(e, "snapshots live in a qcow2 drive: `qemu-img create -f qcow2 rr.qcow2 1G` and "
                         "`-drive file=rr.qcow2,if=none,id=rr`, with room on its disk");
}

/* What QEMU did, and not what it said: a snapshot that is not in the list, or elsewhere in time, is none. */
static struct error *check_saved(struct control *c, const char *name, uint64_t position)
{
    c->time.listed = false;
    TRY(time_snapshots(c));
    const struct time_snapshot *made = time_snapshot_named(c, name);
    if (made && (made->position == position || made->position == UINT64_MAX))
        return NULL;
    return error_new(ERR_REFUSED, "the target said that it took snapshot %s, but does not list it", name);
}

static bool is_helper(const char *name)
{
    static const char *const kinds[] = {TIME_SNAPSHOT_PREFIX "auto-", TIME_SNAPSHOT_PREFIX "near-"};
    return strncmp(name, kinds[0], strlen(kinds[0])) == 0 || strncmp(name, kinds[1], strlen(kinds[1])) == 0;
}

static void note_taken(struct time_line *t, const char *name)
{
    if (!is_helper(name))
        return;
    ARRAY_RESERVE(t->taken, t->taken_count, t->taken_capacity);
    t->taken[t->taken_count++] = xstrdup(name);
}

static bool was_taken_here(const struct time_line *t, const char *name)
{
    for (size_t i = 0; i < t->taken_count; i++)
        if (strcmp(t->taken[i], name) == 0)
            return true;
    return false;
}

struct error *time_remove_helpers(struct control *c, bool all, size_t *count)
{
    size_t i = 0;
    *count = 0;
    TRY(time_snapshots(c));
    while (i < c->time.snapshot_count) {
        const char *name = c->time.snapshots[i].name;
        if (!is_helper(name) || !(all || was_taken_here(&c->time, name))) {
            i++;
            continue;
        }
        BASE_FREE char *copy = xstrdup(name);
        TRY(time_remove(c, copy));
        TRY(time_snapshots(c));
        ++*count;
    }
    return NULL;
}

void time_leave(struct control *c)
{
    size_t count;
    if (!c->time.temporary || !c->time.taken_count || c->target->state != TARGET_STOPPED)
        return;
    struct error *e = time_remove_helpers(c, false, &count);
    if (!e)
        return;
    BASE_FREE char *text = xasprintf("the snapshots taken here are not all removed: %s\n", e->message);
    target_say(c->target, text);
    error_free(e);
}

struct error *time_save(struct control *c, const char *kind, char **ret)
{
    const struct time_driver *d;
    uint64_t position;
    TRY(time_driver(c, &d));
    if (!d->save)
        return error_new(ERR_UNSUPPORTED, "this target takes no snapshots");
    TRY(time_position(c, &position));
    c->time.listed = false; /* somebody else may have taken one meanwhile: nothing is overwritten */
    TRY(time_snapshots(c));
    BASE_FREE char *name = free_name(c, kind, position);
    if (d->removes || c->breakpoints.sites.in_memory) /* a trap in memory would be part of it */
        TRY(time_remove_all(c));
    struct error *e = d->save(c, name);
    if (!e)
        e = check_saved(c, name, position);
    if (e)
        return cannot_save(c, e);
    note_taken(&c->time, name);
    *ret = xstrdup(name);
    return NULL;
}

struct error *time_remove(struct control *c, const char *name)
{
    const struct time_driver *d;
    TRY(time_driver(c, &d));
    if (!time_snapshot_is_ours(name))
        return error_new(ERR_USAGE, "snapshot %s is not ours", name);
    c->time.listed = false;
    return d->remove ? d->remove(c, name) : NULL;
}

static bool is_near(const struct time_snapshot *one)
{
    return strncmp(one->name, TIME_SNAPSHOT_PREFIX "near-", sizeof TIME_SNAPSHOT_PREFIX "near-" - 1) == 0;
}

/* Of those that only serve steps back, the one furthest from here goes when there are too many. */
static struct error *thin_near(struct control *c, uint64_t position)
{
    struct time_line *t = &c->time;
    const struct time_snapshot *worst = NULL;
    uint64_t most = 0;
    unsigned count = 0;
    for (size_t i = 0; i < t->snapshot_count; i++) {
        const struct time_snapshot *one = &t->snapshots[i];
        uint64_t away = one->position > position ? one->position - position : position - one->position;
        if (!is_near(one))
            continue;
        count++;
        if (away >= most) {
            most = away;
            worst = one;
        }
    }
    if (count <= NEAR_SNAPSHOTS_MOST || !worst)
        return NULL;
    BASE_FREE char *name = xstrdup(worst->name);
    return time_remove(c, name);
}

static struct error *come_close(struct control *c, uint64_t position, uint64_t far)
{
    const struct time_driver *d;
    TRY(time_driver(c, &d));
    TRY(time_snapshots(c));
    const struct time_snapshot *nearest = time_nearest(c, position);
    uint64_t from = nearest ? nearest->position : 0;
    if (!d->save || c->time.no_snapshots || position < from || position - from <= far)
        return NULL;
    TRY(time_seek(c, position - BEHIND));
    BASE_FREE char *name = NULL;
    struct error *e = time_save(c, "near", &name);
    if (error_is(e, ERR_REFUSED)) {
        target_say(c->target, e->message);
        error_free(e);
        return NULL;
    }
    TRY(e);
    return thin_near(c, position);
}

struct error *time_come_close(struct control *c, uint64_t position)
{
    return come_close(c, position, FAR);
}

struct error *time_go_to(struct control *c, uint64_t position)
{
    const struct time_driver *d;
    bool known;
    uint64_t last;
    TRY(time_driver(c, &d));
    TRY(time_last(c, &known, &last));
    if (d->exact && (!known || position <= last))
        TRY(come_close(c, position, LONG));
    return time_seek(c, position);
}
