/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Back to what was hit last: reverse-continue, and the entries of functions. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/insertion.h"
#include "engine/control/control.h"
#include "engine/control/stop/classify.h"
#include "engine/target/registers.h"
#include "engine/control/time/back.h"

/* x86 stops after a watched store, AArch64 before it: one instruction is run over it by ourselves, so that
 * the bytes before and after are seen everywhere. */
static struct error *show_store(struct control *c, const struct time_hit *hit)
{
    struct breakpoint *b = breakpoint_find(c, hit->stop.watchpoint);
    struct rsp_stop stop;
    uint64_t now;
    if (!b || hit->position == 0)
        return time_seek(c, hit->position);
    TRY(time_come_close(c, hit->position - 1));
    TRY(time_seek(c, hit->position - 1));
    b->watch_new_known = false;
    watchpoint_note(c, b, false);
    TRY(time_remove_all(c));
    time_moved(c);
    TRY(c->time.driver->step(c, &stop));
    TRY(time_landed(c, &stop));
    TRY(time_position(c, &now));
    TRY(time_seek(c, hit->position));
    bool known = b->watch_old_known;
    unsigned char old[sizeof b->watch_old];
    memcpy(old, b->watch_old, sizeof old);
    watchpoint_note(c, b, true);
    memcpy(b->watch_old, old, sizeof old);
    b->watch_old_known = known;
    return NULL;
}

struct error *time_land_on(struct control *c, const struct time_hit *hit, struct stop *ret)
{
    if (hit->stop.reason == STOP_WATCHPOINT)
        TRY(show_store(c, hit));
    else
        TRY(time_seek(c, hit->position));
    TRY(time_here(c, hit->stop.reason, ret));
    ret->breakpoint = hit->stop.breakpoint;
    ret->watchpoint = hit->stop.watchpoint;
    return NULL;
}

bool time_hit_is_told(struct control *c, const struct stop *stop, uint64_t *times)
{
    struct breakpoint *b = breakpoint_find(c, stop->breakpoint ? stop->breakpoint : stop->watchpoint);
    if (b) {
        b->hits++;
        if (b->ignore) {
            b->ignore--;
            return false;
        }
        b->spent = b->once;
        c->breakpoints.any_spent |= b->spent;
    }
    return --*times == 0;
}

static struct error *to_the_start(struct control *c, struct stop *ret)
{
    TRY(time_seek(c, 0));
    return time_here(c, STOP_HISTORY_END, ret);
}

static bool anything_inserted(const struct control *c)
{
    for (size_t i = 0; i < c->breakpoints.count; i++)
        if (c->breakpoints.items[i]->enabled)
            return true;
    return false;
}

struct error *time_back_continue(struct control *c, uint64_t times, struct stop *ret)
{
    uint64_t now;
    if (!c->time.driver->exact)
        return time_plain_continue(c, times, ret);
    TRY(time_position(c, &now));
    if (!anything_inserted(c))
        return to_the_start(c, ret);
    struct time_search search;
    struct time_hit hit;
    bool found = true;
    time_search_begin(&search, c, "reverse-continue", now);
    struct error *e = NULL;
    while (!e && found) {
        e = time_search_next(&search, &found, &hit);
        if (!e && found && time_hit_is_told(c, &hit.stop, &times))
            break;
    }
    time_search_end(&search);
    TRY(e);
    return found ? time_land_on(c, &hit, ret) : to_the_start(c, ret);
}

/* -- entries --------------------------------------------------------------------------------------- */

static struct error *counts_entry(struct time_search *t, struct stop *stop, bool *ret)
{
    const struct time_entry *entry = t->context;
    struct thread *thread = threads_find(&t->session->target->threads, stop->thread);
    uint64_t sp;
    TRY(breakpoint_would_stop(t->session, stop, ret));
    if (*ret || !thread || !stop->has_pc || stop->pc != entry->address)
        return NULL;
    TRY(thread_sp(t->session->target, thread, &sp));
    *ret = entry->at_least ? sp >= entry->sp : sp == entry->sp;
    stop->reason = STOP_STEP;
    stop->breakpoint = stop->watchpoint = stop->signal = 0;
    return NULL;
}

struct error *time_back_to_entry(struct control *c, uint64_t from, struct time_entry entry, bool *found,
                                 bool *own, struct stop *ret)
{
    if (!c->time.driver->exact)
        return time_plain_to_entry(c, entry, found, own, ret);
    struct time_search search;
    struct time_hit hit = {0};
    struct site *site = insertion_for_run(c, entry.address);
    time_search_begin(&search, c, "reverse", from);
    search.counts = counts_entry;
    search.context = &entry;
    struct error *e = time_search_next(&search, found, &hit);
    time_search_end(&search);
    if (c->target->connection)
        site_release(c, site);
    TRY(e);
    *own = *found && hit.stop.reason == STOP_STEP;
    if (*found && !*own) {
        uint64_t once = 1;
        time_hit_is_told(c, &hit.stop, &once);
    }
    return *found ? time_land_on(c, &hit, ret) : NULL;
}
