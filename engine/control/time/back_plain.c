/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reverse commands where the stub does them by itself (`bs`, `bc`) and positions are not exact, or there
 * are none: rr, and stubs that say no more. */
#include <string.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/insertion.h"
#include "engine/control/control.h"
#include "engine/control/stop/classify.h"
#include "engine/target/registers.h"
#include "engine/control/time/back.h"

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
 * of its registers as they come, which also tell whether it has moved where the pc is the same (a loop of one
 * instruction). Of a stub that tells neither it is not known.
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

static struct error *read_all(struct control *c, struct thread *t, struct standing *ret)
{
    if (!ret->has_pc)
        return target_check(c->target, rsp_read_g(c->target->connection, t->id, &ret->g));
    TRY(registers_fetch(c->target, t));
    ret->g = (struct rsp_g){xmemdup(t->bytes, t->size), xmemdup(t->known, t->size), t->size};
    return NULL;
}

/* `whole`: with all registers also where there is a pc. */
static struct error *stand(struct control *c, bool whole, struct standing *ret)
{
    struct thread *t;
    *ret = (struct standing){0};
    TRY(threads_current(c->target, &t));
    TRY(time_pc(c, t, &ret->has_pc, &ret->pc));
    if (ret->has_pc && !whole)
        return NULL;
    struct error *e = read_all(c, t, ret);
    if (!error_is(e, ERR_UNSUPPORTED) && !error_is(e, ERR_REFUSED))
        return e;
    error_free(e);
    return NULL;
}

/* Where nothing is known, it has moved. */
static bool same_place(const struct standing *a, const struct standing *b)
{
    if (a->has_pc != b->has_pc || a->pc != b->pc)
        return false;
    if (a->has_pc && (!a->g.size || !b->g.size))
        return true;
    return a->g.size && a->g.size == b->g.size && memcmp(a->g.bytes, b->g.bytes, a->g.size) == 0 &&
           memcmp(a->g.known, b->g.known, a->g.size) == 0;
}

static struct error *has_moved(struct control *c, const struct standing *before, bool *ret)
{
    STANDING struct standing now;
    TRY(stand(c, false, &now));
    bool at_pc = same_place(&now, before);
    *ret = !at_pc;
    if (!at_pc || !now.has_pc || !before->g.size)
        return NULL;
    STANDING struct standing whole;
    TRY(stand(c, true, &whole));
    *ret = !same_place(&whole, before);
    return NULL;
}

/* The start of the record without a word of it, where the target stays. */
static void tell_start(struct control *c)
{
    target_say(c->target,
               "going back did not move the target, and the stub did not say that its record begins "
               "here: it is taken for the start\n");
}

struct error *time_plain_back(struct control *c, bool *ended)
{
    STANDING struct standing before = {0};
    bool moved, says = !c->time.driver->uncounted; /* rr tells where its record begins */
    *ended = false;
    if (!says)
        TRY(stand(c, true, &before));
    TRY(time_reinsert(c));
    time_moved(c);
    struct error *e = c->time.driver->back(c);
    *ended = error_is(e, ERR_HISTORY_END);
    if (e && !*ended)
        return e;
    error_free(e);
    TRY(time_landed(c, NULL));
    bool known = before.has_pc || !c->target->arch; /* else the pc is just what it does not tell */
    if (*ended || says || !known)
        return NULL;
    TRY(has_moved(c, &before, &moved));
    *ended = !moved;
    if (*ended)
        tell_start(c);
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
    TRY(time_plain_back(c, ended));
    TRY(has_moved(c, before, &moved));
    *ended = *ended || !moved;
    return NULL;
}

/*
 * What counts is a hit where it stood before, with all registers as they were: that of a loop which changes
 * nothing but memory, or, from a stub that has nothing more and does not say so, none at all. One instruction
 * more tells, and is gone forward again.
 */
static struct error *check_hit(struct control *c, const struct standing *before, bool *ended)
{
    struct rsp_stop stop;
    bool moved;
    *ended = false;
    TRY(has_moved(c, before, &moved));
    if (moved || !before->g.size || !c->time.driver->uncounted ||
        !rsp_feature_usable(rsp_features(c->target->connection), FEATURE_REVERSE_STEP))
        return NULL;
    TRY(time_plain_back(c, ended));
    if (*ended)
        return NULL;
    time_moved(c);
    TRY(time_go(c, true, &stop));
    return time_landed(c, &stop);
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

static struct error *counts_at_all(struct control *c, const struct time_entry *entry,
                                   const struct standing *before, struct stop *found, bool *ret)
{
    TRY(breakpoint_would_stop(c, found, ret));
    if (entry && !*ret)
        TRY(counts_as_entry(c, entry, found, ret));
    return *ret ? NULL : counts_as_any(c, before, found, ret);
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
        TRY(stand(c, c->time.driver->uncounted && sites_any(c), &before));
        TRY(run_back_once(c, &from, ended));
        if (*ended)
            return NULL;
        TRY(stop_classify(c, &from, found));
        TRY(counts_at_all(c, entry, &before, found, &counts));
        if (counts)
            return found->reason == STOP_BREAKPOINT ? check_hit(c, &before, ended) : NULL;
        if (found->reason == STOP_SIGNAL && found->signal != TARGET_SIGTRAP)
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
