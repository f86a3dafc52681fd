/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The time line itself: which driver serves, where the target stands, and moving it to a position with
 * everything removed meanwhile.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/control.h"
#include "engine/target/registers.h"
#include "engine/control/time/bookmarks.h"
#include "engine/control/time/kept_memory.h"
#include "engine/control/time/time.h"

static const struct time_driver *const drivers[] = {&time_driver_replay, &time_driver_rr,
                                                    &time_driver_plain,  &time_driver_recording,
                                                    &time_driver_live,   &time_driver_memory};

struct error *time_driver(struct control *c, const struct time_driver **ret)
{
    struct time_line *t = &c->time;
    TRY(target_need_stopped(c->target));
    for (size_t i = 0; i < ARRAY_LENGTH(drivers) && !t->probed; i++) {
        bool found;
        TRY(drivers[i]->probe(c, &found));
        if (found) {
            t->driver = drivers[i];
            t->probed = true;
        }
    }
    t->probed = true;
    *ret = t->driver;
    if (!t->driver)
        return error_hint(
            error_new(ERR_UNSUPPORTED, "this target keeps no time"),
            "QEMU counts instructions with `-icount shift=…,rr=replay,rrfile=…`; rr counts events");
    return NULL;
}

/* Whoever goes back says so. */
static bool may_reverse(struct control *c)
{
    const struct rsp_features *f = rsp_features(c->target->connection);
    return rsp_feature_usable(f, FEATURE_REVERSE_STEP) || rsp_feature_usable(f, FEATURE_REVERSE_CONTINUE);
}

struct error *time_history(struct control *c, const struct time_driver **ret)
{
    TRY(target_need_stopped(c->target));
    *ret = NULL;
    struct error *e = may_reverse(c) ? time_driver(c, ret) : NULL;
    if (e && !error_is(e, ERR_UNSUPPORTED))
        return e;
    error_free(e);
    if (*ret && (*ret)->reverses)
        return NULL;
    return error_hint(
        error_new(ERR_UNSUPPORTED, "this target has no recorded past: it does not advertise ReverseStep"),
        "record it first: qemu-system with `-icount shift=5,rr=record,rrfile=F,rrsnapshot=init` and a qcow2 "
        "drive, then `rr=replay`; or `rr record` and `rr replay -s PORT`");
}

struct error *time_position(struct control *c, uint64_t *ret)
{
    const struct time_driver *d;
    TRY(time_driver(c, &d));
    if (!c->time.position_known)
        TRY(d->position(c, &c->time.position));
    c->time.position_known = true;
    *ret = c->time.position;
    return NULL;
}

struct error *time_last(struct control *c, bool *known, uint64_t *ret)
{
    struct time_line *t = &c->time;
    const struct time_driver *d;
    TRY(time_driver(c, &d));
    if (!t->last_asked && d->last)
        TRY(d->last(c, &t->last_known, &t->last));
    t->last_asked = true;
    *known = t->last_known;
    *ret = t->last;
    return NULL;
}

struct error *time_remove_all(struct control *c)
{
    if (c->time.removed)
        return NULL;
    c->time.removed = true;
    sites_withhold(c, true);
    return sites_dirty(c) ? sites_flush(c) : NULL;
}

static bool belongs_to(const struct site *p, int breakpoint)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->breakpoint_ids[i] == breakpoint)
            return true;
    return breakpoint == 0;
}

struct error *time_reinsert_only(struct control *c, int breakpoint)
{
    struct site_table *t = &c->breakpoints.sites;
    if (!c->time.removed)
        return NULL;
    c->time.removed = false;
    for (size_t i = t->count; i-- > 0;)
        site_remove(c, t->items[i], !belongs_to(t->items[i], breakpoint));
    return c->target->connection && sites_dirty(c) ? sites_flush(c) : NULL;
}

struct error *time_reinsert(struct control *c)
{
    return time_reinsert_only(c, 0);
}

struct error *time_landed(struct control *c, const struct rsp_stop *stop)
{
    target_forget(c->target);
    threads_resumed(c->target);
    target_stands(c->target);
    struct ptid id;
    if (stop && stop->has_thread && stop->thread.tid > 0) {
        id = stop->thread;
        rsp_note_selected(c->target->connection, id);
    } else if (c->target->threads.has_current) {
        rsp_forget_selected(c->target->connection);
        id = c->target->threads.current;
    } else {
        rsp_forget_selected(c->target->connection);
        TRY(target_check(c->target, rsp_query_current(c->target->connection, &id)));
    }
    threads_note(c->target, id)->state = THREAD_STOPPED;
    c->target->threads.current = id;
    c->target->threads.has_current = true;
    return NULL;
}

static struct error *check_ends(struct control *c, uint64_t position)
{
    bool known;
    uint64_t last;
    TRY(time_last(c, &known, &last));
    if (known && position > last)
        return error_hint(
            error_new(ERR_HISTORY_END, "%" PRIu64 " lies behind the end of the recording", position),
            "the last position is %" PRIu64, last);
    return NULL;
}

struct error *time_seek(struct control *c, uint64_t position)
{
    const struct time_driver *d;
    TRY(time_driver(c, &d));
    TRY(check_ends(c, position));
    uint64_t now;
    TRY(time_position(c, &now));
    if (now == position)
        return NULL;
    TRY(time_remove_all(c));
    time_moved(c);
    struct error *e = d->seek(c, position);
    if (e && (!c->target->connection || c->target->state != TARGET_STOPPED))
        return e;
    struct error *landed = time_landed(c, NULL); /* cut short it stands somewhere else, too */
    if (e)
        error_free(landed);
    TRY(e ? e : landed);
    c->time.position = position;
    c->time.position_known = true;
    return NULL;
}

/* Who has no pc to tell can be taken back all the same: no architecture is known, or the register is none. */
struct error *time_pc(struct control *c, struct thread *t, bool *known, uint64_t *ret)
{
    static const enum error_code unknown[] = {ERR_UNSUPPORTED, ERR_REFUSED, ERR_OPTIMISED_OUT, ERR_NO_SYMBOL,
                                              ERR_TYPE_MISMATCH};
    struct error *e = thread_pc(c->target, t, ret);
    *known = !e;
    for (size_t i = 0; e && i < ARRAY_LENGTH(unknown); i++)
        if (e->code == unknown[i]) {
            error_free(e);
            e = NULL;
        }
    return e;
}

struct error *time_here(struct control *c, enum stop_reason reason, struct stop *ret)
{
    struct thread *t;
    *ret = (struct stop){.reason = reason};
    TRY(threads_current(c->target, &t));
    ret->has_thread = true;
    ret->thread = t->id;
    TRY(time_pc(c, t, &ret->has_pc, &ret->pc));
    TRY(time_position(c, &ret->position));
    ret->has_position = !c->time.driver->uncounted;
    t->at_site = ret->has_pc && site_at(c, ret->pc);
    t->site_address = ret->pc;
    return NULL;
}

void time_moved(struct control *c)
{
    c->time.position_known = false;
    c->time.steps_left_known = false;
}

/* QEMU has one break in time, which ours take: the user's is kept, and armed again for each run forward. */
static void note_user_break(struct time_line *t, const char *command, const char *answer)
{
    static const char set[] = "replay_break ", removed[] = "replay_delete_break";
    uint64_t at;
    command += strspn(command, " ");
    if (strncmp(command, removed, sizeof removed - 1) == 0)
        t->user_break = 0;
    else if (strncmp(command, set, sizeof set - 1) == 0 && !*answer &&
             text_parse_u64(command + sizeof set - 1, &at))
        t->user_break = t->armed = at;
}

void time_doubt(struct control *c, const char *command, const char *answer)
{
    time_moved(c);
    c->time.listed = false;
    c->time.armed = 0;
    note_user_break(&c->time, command, answer);
    c->time.unsettled = c->time.driver != NULL;
}

void time_forget(struct control *c)
{
    struct time_line *t = &c->time;
    time_snapshots_free(t->snapshots, t->snapshot_count);
    free(t->recording);
    free(t->no_snapshots);
    for (size_t i = 0; i < t->taken_count; i++)
        free(t->taken[i]);
    free(t->taken);
    bookmarks_free(t->bookmarks);
    kept_memory_free(t->kept);
    *t = (struct time_line){0};
}
