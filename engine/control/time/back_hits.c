/* Back to what was hit last: reverse-continue, and the entries of functions. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/means.h"
#include "engine/session/core.h"
#include "engine/control/stop/classify.h"
#include "engine/target/registers.h"
#include "engine/control/time/back.h"

/* x86 stops after a watched store, AArch64 before it: one instruction is run over it by ourselves, so that
 * the bytes before and after are seen everywhere. */
static struct error *show_store(struct session *s, const struct time_hit *hit)
{
    struct wish *w = breakpoint_find(s, hit->stop.watchpoint);
    struct rsp_stop stop;
    uint64_t now;
    if (!w || hit->position == 0)
        return time_seek(s, hit->position);
    TRY(time_come_close(s, hit->position - 1));
    TRY(time_seek(s, hit->position - 1));
    w->watch_new_known = false;
    watchpoint_note(s, w, false);
    TRY(time_lift(s));
    time_moved(s);
    TRY(s->time.driver->step(s, &stop));
    TRY(time_landed(s, &stop));
    TRY(time_position(s, &now));
    TRY(time_seek(s, hit->position));
    bool known = w->watch_old_known;
    unsigned char old[sizeof w->watch_old];
    memcpy(old, w->watch_old, sizeof old);
    watchpoint_note(s, w, true);
    memcpy(w->watch_old, old, sizeof old);
    w->watch_old_known = known;
    return NULL;
}

struct error *time_land_on(struct session *s, const struct time_hit *hit, struct stop *ret)
{
    if (hit->stop.reason == STOP_WATCHPOINT)
        TRY(show_store(s, hit));
    else
        TRY(time_seek(s, hit->position));
    TRY(time_here(s, hit->stop.reason, ret));
    ret->breakpoint = hit->stop.breakpoint;
    ret->watchpoint = hit->stop.watchpoint;
    return NULL;
}

bool time_hit_is_told(struct session *s, const struct stop *stop, uint64_t *times)
{
    struct wish *w = breakpoint_find(s, stop->breakpoint ? stop->breakpoint : stop->watchpoint);
    if (w) {
        w->hits++;
        if (w->ignore) {
            w->ignore--;
            return false;
        }
        w->spent = w->once;
        s->breakpoints.any_spent |= w->spent;
    }
    return --*times == 0;
}

static struct error *to_the_start(struct session *s, struct stop *ret)
{
    TRY(time_seek(s, 0));
    return time_here(s, STOP_HISTORY_END, ret);
}

static bool anything_planted(const struct session *s)
{
    for (size_t i = 0; i < s->breakpoints.wish_count; i++)
        if (s->breakpoints.wishes[i]->enabled)
            return true;
    return false;
}

struct error *time_back_continue(struct session *s, uint64_t times, struct stop *ret)
{
    uint64_t now;
    if (!s->time.driver->exact)
        return time_plain_continue(s, times, ret);
    TRY(time_position(s, &now));
    if (!anything_planted(s))
        return to_the_start(s, ret);
    struct time_search search;
    struct time_hit hit;
    bool found = true;
    time_search_begin(&search, s, "reverse-continue", now);
    struct error *e = NULL;
    while (!e && found) {
        e = time_search_next(&search, &found, &hit);
        if (!e && found && time_hit_is_told(s, &hit.stop, &times))
            break;
    }
    time_search_end(&search);
    TRY(e);
    return found ? time_land_on(s, &hit, ret) : to_the_start(s, ret);
}

/* -- entries --------------------------------------------------------------------------------------- */

static struct error *counts_entry(struct time_search *t, struct stop *stop, bool *ret)
{
    const struct time_entry *entry = t->context;
    struct thread *thread = threads_find(&t->session->target.threads, stop->thread);
    uint64_t sp;
    TRY(wish_would_stop(t->session, stop, ret));
    if (*ret || !thread || !stop->has_pc || stop->pc != entry->address)
        return NULL;
    TRY(thread_sp(&t->session->target, thread, &sp));
    *ret = entry->at_least ? sp >= entry->sp : sp == entry->sp;
    stop->reason = STOP_STEP;
    stop->breakpoint = stop->watchpoint = stop->signal = 0;
    return NULL;
}

struct error *time_back_to_entry(struct session *s, uint64_t from, struct time_entry entry, bool *found,
                                 bool *own, struct stop *ret)
{
    if (!s->time.driver->exact)
        return time_plain_to_entry(s, entry, found, own, ret);
    struct time_search search;
    struct time_hit hit = {0};
    struct plant *plant = means_for_run(s, entry.address);
    time_search_begin(&search, s, "reverse", from);
    search.counts = counts_entry;
    search.context = &entry;
    struct error *e = time_search_next(&search, found, &hit);
    time_search_end(&search);
    if (s->target.connection)
        plant_release(s, plant);
    TRY(e);
    *own = *found && hit.stop.reason == STOP_STEP;
    if (*found && !*own) {
        uint64_t once = 1;
        time_hit_is_told(s, &hit.stop, &once);
    }
    return *found ? time_land_on(s, &hit, ret) : NULL;
}
