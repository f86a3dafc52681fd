#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/session/core.h"
#include "engine/target/registers.h"
#include "engine/control/time/bookmarks.h"
#include "engine/control/time/kept_memory.h"
#include "engine/control/time/time.h"

static const struct time_driver *const drivers[] = {
    &time_driver_replay, &time_driver_rr, &time_driver_recording, &time_driver_live, &time_driver_memory};

struct error *time_driver(struct session *s, const struct time_driver **ret)
{
    struct time_line *t = &s->time;
    TRY(target_need_stopped(&s->target));
    for (size_t i = 0; i < ARRAY_LENGTH(drivers) && !t->probed; i++) {
        bool found;
        TRY(drivers[i]->probe(s, &found));
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

struct error *time_history(struct session *s, const struct time_driver **ret)
{
    struct error *e = time_driver(s, ret);
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

struct error *time_position(struct session *s, uint64_t *ret)
{
    const struct time_driver *d;
    TRY(time_driver(s, &d));
    if (!s->time.position_known)
        TRY(d->position(s, &s->time.position));
    s->time.position_known = true;
    *ret = s->time.position;
    return NULL;
}

struct error *time_last(struct session *s, bool *known, uint64_t *ret)
{
    struct time_line *t = &s->time;
    const struct time_driver *d;
    TRY(time_driver(s, &d));
    if (!t->last_asked && d->last)
        TRY(d->last(s, &t->last_known, &t->last));
    t->last_asked = true;
    *known = t->last_known;
    *ret = t->last;
    return NULL;
}

struct error *time_lift(struct session *s)
{
    struct plant_table *t = &s->breakpoints.plants;
    if (s->time.lifted)
        return NULL;
    s->time.lifted = true;
    for (size_t i = t->count; i-- > 0;) /* one that nobody wants may go, and the last takes its place */
        plant_lift(s, t->items[i], true);
    return plants_dirty(s) ? plants_flush(s) : NULL;
}

static bool belongs_to(const struct plant *p, int wish)
{
    for (size_t i = 0; i < p->wish_count; i++)
        if (p->wishes[i] == wish)
            return true;
    return wish == 0;
}

struct error *time_replant_only(struct session *s, int wish)
{
    struct plant_table *t = &s->breakpoints.plants;
    if (!s->time.lifted)
        return NULL;
    s->time.lifted = false;
    for (size_t i = t->count; i-- > 0;)
        plant_lift(s, t->items[i], !belongs_to(t->items[i], wish));
    return s->target.connection && plants_dirty(s) ? plants_flush(s) : NULL;
}

struct error *time_replant(struct session *s)
{
    return time_replant_only(s, 0);
}

struct error *time_landed(struct session *s, const struct rsp_stop *stop)
{
    target_forget(&s->target);
    threads_resumed(&s->target);
    s->target.state = TARGET_STOPPED;
    struct ptid id;
    if (stop && stop->has_thread && stop->thread.tid > 0) {
        id = stop->thread;
        rsp_note_selected(s->target.connection, id);
    } else if (s->target.threads.has_current) {
        rsp_forget_selected(s->target.connection);
        id = s->target.threads.current;
    } else {
        rsp_forget_selected(s->target.connection);
        TRY(target_check(&s->target, rsp_query_current(s->target.connection, &id)));
    }
    threads_note(&s->target, id)->state = THREAD_STOPPED;
    s->target.threads.current = id;
    s->target.threads.has_current = true;
    return NULL;
}

static struct error *check_ends(struct session *s, uint64_t position)
{
    bool known;
    uint64_t last;
    TRY(time_last(s, &known, &last));
    if (known && position > last)
        return error_hint(
            error_new(ERR_HISTORY_END, "%" PRIu64 " lies behind the end of the recording", position),
            "the last position is %" PRIu64, last);
    return NULL;
}

struct error *time_seek(struct session *s, uint64_t position)
{
    const struct time_driver *d;
    TRY(time_driver(s, &d));
    TRY(check_ends(s, position));
    uint64_t now;
    TRY(time_position(s, &now));
    if (now == position)
        return NULL;
    TRY(time_lift(s));
    time_moved(s);
    TRY(d->seek(s, position));
    TRY(time_landed(s, NULL));
    s->time.position = position;
    s->time.position_known = true;
    return NULL;
}

struct error *time_here(struct session *s, enum stop_reason reason, struct stop *ret)
{
    struct thread *t;
    *ret = (struct stop){.reason = reason};
    TRY(threads_current(&s->target, &t));
    ret->has_thread = true;
    ret->thread = t->id;
    if (s->target.arch) {
        TRY(thread_pc(&s->target, t, &ret->pc));
        ret->has_pc = true;
    }
    TRY(time_position(s, &ret->position));
    ret->has_position = true;
    t->at_plant = ret->has_pc && plant_at(s, ret->pc);
    t->plant_address = ret->pc;
    return NULL;
}

void time_moved(struct session *s)
{
    s->time.position_known = false;
    s->time.steps_left_known = false;
}

void time_doubt(struct session *s)
{
    time_moved(s);
    s->time.listed = false;
    s->time.armed = 0;
    s->time.unsettled = s->time.driver != NULL;
}

void time_forget(struct session *s)
{
    struct time_line *t = &s->time;
    time_snapshots_free(t->snapshots, t->snapshot_count);
    free(t->recording);
    free(t->no_snapshots);
    bookmarks_free(t->bookmarks);
    kept_memory_free(t->kept);
    *t = (struct time_line){0};
}
