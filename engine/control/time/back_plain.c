/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reverse commands where the stub does them by itself (`bs`, `bc`) and positions are not exact, or there
 * are none: rr, and stubs that say no more. */
#include <string.h>

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

/*
 * Where the current thread stands: by its pc, or, where no architecture is known that would have one, by all
 * of its registers as they come. Of a stub that tells neither it is not known.
 */
struct standing {
    bool has_pc;
    uint64_t pc;
    struct rsp_g g;
};

static void standing_free(struct standing *s)
{
    rsp_g_free(&s->g);
}
#define STANDING __attribute__((cleanup(standing_free)))

static struct error *stand(struct control *c, struct standing *ret)
{
    struct thread *t;
    *ret = (struct standing){0};
    TRY(threads_current(c->target, &t));
    TRY(time_pc(c, t, &ret->has_pc, &ret->pc));
    if (ret->has_pc)
        return NULL;
    struct error *e = target_check(c->target, rsp_read_g(c->target->connection, t->id, &ret->g));
    if (!error_is(e, ERR_UNSUPPORTED) && !error_is(e, ERR_REFUSED))
        return e;
    error_free(e);
    return NULL;
}

/* Where nothing is known, it has moved. */
static bool same_place(const struct standing *a, const struct standing *b)
{
    if (a->has_pc != b->has_pc)
        return false;
    if (a->has_pc)
        return a->pc == b->pc;
    return a->g.size && a->g.size == b->g.size && memcmp(a->g.bytes, b->g.bytes, a->g.size) == 0 &&
           memcmp(a->g.known, b->g.known, a->g.size) == 0;
}

static struct error *has_moved(struct control *c, const struct standing *before, bool *ret)
{
    STANDING struct standing now;
    TRY(stand(c, &now));
    *ret = !same_place(&now, before);
    return NULL;
}

/* The last `bc` did not move: a stub that tells the place again where it stands is taken one instruction
 * further, one that has nothing more and does not say so has come to the start of its record. */
static struct error *move_on(struct control *c, const struct standing *before, bool *ended)
{
    bool moved;
    *ended = false;
    TRY(has_moved(c, before, &moved));
    if (moved)
        return NULL;
    struct error *e = time_plain_back(c);
    *ended = error_is(e, ERR_HISTORY_END);
    if (e && !*ended)
        return e;
    error_free(e);
    TRY(has_moved(c, before, &moved));
    *ended = *ended || !moved;
    return NULL;
}

/* A trap of which nobody can say whose it is, as there is no pc: with something inserted, it may be of that.
 */
static struct error *counts_as_any(struct control *c, const struct standing *before, const struct stop *found,
                                   bool *ret)
{
    bool any = !found->has_pc && found->reason == STOP_SIGNAL && sites_any(c);
    return any ? has_moved(c, before, ret) : NULL;
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
        STANDING struct standing before;
        TRY(stand(c, &before));
        TRY(run_back_once(c, &from, ended));
        if (*ended)
            return NULL;
        TRY(stop_classify(c, &from, found));
        TRY(breakpoint_would_stop(c, found, &counts));
        if (entry && !counts)
            TRY(counts_as_entry(c, entry, found, &counts));
        if (!counts)
            TRY(counts_as_any(c, &before, found, &counts));
        if (counts || (found->reason == STOP_SIGNAL && found->signal != TARGET_SIGTRAP))
            return NULL;
        TRY(move_on(c, &before, ended));
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
