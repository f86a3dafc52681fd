/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reverse commands where the stub does them by itself (`bs`, `bc`) and positions are not exact, or there
 * are none: rr, and stubs that say no more. */
#include "engine/control/breakpoints/insertion.h"
#include "engine/control/control.h"
#include "engine/control/stop/classify.h"
#include "engine/target/registers.h"
#include "engine/control/time/back.h"

struct error *time_plain_back(struct control *c)
{
    TRY(time_reinsert(c));
    time_moved(c);
    TRY(c->time.driver->back(c));
    return time_landed(c, NULL);
}

/* One `bc`, wherever that stops. *ended at the start of the record. */
static struct error *run_back_once(struct control *c, struct rsp_stop *from, bool *ended)
{
    TRY(time_reinsert(c));
    time_moved(c);
    struct error *e = c->time.driver->back_run(c, from);
    *ended = error_is(e, ERR_HISTORY_END);
    if (*ended) {
        error_free(e);
        return time_landed(c, NULL);
    }
    TRY(e);
    return time_landed(c, from);
}

static struct error *pc_now(struct control *c, uint64_t *ret)
{
    struct thread *t;
    TRY(threads_current(c->target, &t));
    return thread_pc(c->target, t, ret);
}

/* The last `bc` did not move: a stub that tells the place again where it stands is taken one instruction
 * further, one that has nothing more and does not say so has come to the start of its record. */
static struct error *move_on(struct control *c, uint64_t before, bool *ended)
{
    uint64_t now;
    TRY(pc_now(c, &now));
    *ended = false;
    if (now != before)
        return NULL;
    struct error *e = time_plain_back(c);
    *ended = error_is(e, ERR_HISTORY_END);
    if (e && !*ended)
        return e;
    error_free(e);
    TRY(pc_now(c, &now));
    *ended = *ended || now == before;
    return NULL;
}

/* The function was entered here, in the frame that is meant. */
static struct error *counts_as_entry(struct control *c, const struct time_entry *entry, struct stop *found,
                                     bool *ret)
{
    struct thread *t;
    uint64_t sp;
    if (!found->has_pc || found->pc != entry->address)
        return NULL;
    TRY(threads_current(c->target, &t));
    TRY(thread_sp(c->target, t, &sp));
    *ret = entry->at_least ? sp >= entry->sp : sp == entry->sp;
    found->reason = STOP_STEP;
    found->breakpoint = found->watchpoint = found->signal = 0;
    return NULL;
}

/* One `bc` after the other, until a stop counts. *ended at the start of the record. */
static struct error *run_back(struct control *c, const struct time_entry *entry, struct stop *found,
                              bool *ended)
{
    *ended = false;
    for (;;) {
        struct rsp_stop from;
        bool counts;
        uint64_t before;
        TRY(pc_now(c, &before));
        TRY(run_back_once(c, &from, ended));
        if (*ended)
            return NULL;
        TRY(stop_classify(c, &from, found));
        TRY(breakpoint_would_stop(c, found, &counts));
        if (entry && !counts)
            TRY(counts_as_entry(c, entry, found, &counts));
        if (counts || (found->reason == STOP_SIGNAL && found->signal != TARGET_SIGTRAP))
            return NULL;
        TRY(move_on(c, before, ended));
        if (*ended)
            return time_landed(c, NULL);
    }
}

static struct error *tell(struct control *c, const struct stop *found, struct stop *ret)
{
    TRY(time_here(c, found->reason, ret));
    ret->breakpoint = found->breakpoint;
    ret->watchpoint = found->watchpoint;
    ret->signal = found->signal;
    return NULL;
}

struct error *time_plain_continue(struct control *c, uint64_t times, struct stop *ret)
{
    struct stop found;
    bool ended;
    for (;;) {
        TRY(run_back(c, NULL, &found, &ended));
        if (ended)
            return time_here(c, STOP_HISTORY_END, ret);
        if (time_hit_is_told(c, &found, &times))
            return tell(c, &found, ret);
    }
}

struct error *time_plain_to_entry(struct control *c, struct time_entry entry, bool *found, bool *own,
                                  struct stop *ret)
{
    struct site *site = insertion_for_run(c, entry.address);
    struct stop hit;
    bool ended = false;
    struct error *e = run_back(c, &entry, &hit, &ended);
    if (c->target->connection)
        site_release(c, site);
    TRY(e);
    *found = !ended;
    *own = *found && hit.reason == STOP_STEP;
    return *found ? tell(c, &hit, ret) : NULL;
}
