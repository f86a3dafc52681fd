/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/time/search.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/control/stop/classify.h"

/* The first stretch is short: most searches end close by. */
enum {
    FIRST_STRETCH = 1000,
    GROWTH = 20,
    BURST = 32,
    WORTH_HALVING = 512,
    STUCK_INSERTED = 3,
};

void time_search_begin(struct time_search *t, struct control *c, const char *what, uint64_t from)
{
    *t = (struct time_search){.session = c,
                              .what = what,
                              .from = from,
                              .searched = from,
                              .counts = time_counts_breakpoints,
                              .hits = xcalloc(TIME_HITS, sizeof *t->hits)};
}

void time_search_end(struct time_search *t)
{
    free(t->hits);
    t->hits = NULL;
}

static void tell_progress(struct time_search *t, uint64_t at)
{
    target_emit_progress(t->session->target, t->what, t->first ? at : t->from - at, t->from);
}

static void keep(struct time_search *t, uint64_t position, const struct stop *stop)
{
    if (t->count && t->hits[t->count - 1].position >= position)
        return; /* a step off a site told of it again */
    if (t->count == TIME_HITS)
        memmove(t->hits, t->hits + 1, --t->count * sizeof *t->hits);
    t->hits[t->count++] = (struct time_hit){position, *stop};
}

/* One stretch while it is run through. */
struct stretch {
    uint64_t end;
    uint64_t at; /* where it stands; asked for when it matters */
    bool at_known;
    unsigned counted, stuck;
    bool done, on_site, at_limit;
};

static struct error *where(struct time_search *t, struct stretch *r)
{
    if (r->at_known)
        return NULL;
    uint64_t before = r->at;
    TRY(time_position(t->session, &r->at));
    r->at_known = true;
    r->stuck = r->at > before ? 0 : r->stuck + 1;
    if (r->stuck > SEARCH_STUCK_MOST)
        return error_new(ERR_VIOLATION, "the target is resumed without moving from %" PRIu64, r->at);
    r->done |= r->at >= r->end;
    return NULL;
}

static struct error *landed(struct time_search *t, struct stretch *r, const struct rsp_stop *stop)
{
    r->at_known = false;
    t->session->time.position_known = false;
    return time_landed(t->session, stop);
}

static struct error *step_once(struct time_search *t, struct stretch *r, struct rsp_stop *stop)
{
    TRY(t->session->time.driver->step(t->session, stop));
    return landed(t, r, stop);
}

/* Whether the breakpoints say that this is a hit; *stop as it is to be told. */
static struct error *ask(struct time_search *t, const struct rsp_stop *from, struct stop *stop, bool *ret)
{
    *ret = false;
    TRY(stop_classify(t->session, from, stop));
    bool hit = stop->reason == STOP_BREAKPOINT || stop->reason == STOP_WATCHPOINT ||
               (stop->reason == STOP_SIGNAL && stop->signal == TARGET_SIGTRAP);
    return hit ? t->counts(t, stop, ret) : NULL;
}

/* AArch64 stops before the store that it watches, x86 after it: told is the place behind it, everywhere. */
static bool stops_before_store(const struct control *c, const struct stop *stop)
{
    return stop->reason == STOP_WATCHPOINT && c->target->arch && c->target->arch->stops_before_access;
}

static struct error *note_hit(struct time_search *t, struct stretch *r, const struct rsp_stop *from)
{
    struct control *c = t->session;
    struct stop stop;
    struct rsp_stop behind;
    bool counts;
    TRY(ask(t, from, &stop, &counts));
    r->on_site = stop.reason == STOP_BREAKPOINT || (stop.has_pc && site_at(c, stop.pc));
    if (stops_before_store(c, &stop)) {
        TRY(time_remove_all(c));
        TRY(step_once(t, r, &behind));
        r->on_site = r->at_limit = false;
    }
    if (!counts)
        return NULL;
    TRY(where(t, r));
    if (r->at >= t->from)
        return NULL;
    keep(t, r->at, &stop);
    r->counted++;
    r->done |= t->first;
    return NULL;
}

/* Off the site under the pc. Right after a watched store QEMU 7.2 may answer a step without having moved. */
static struct error *step_off(struct time_search *t, struct stretch *r)
{
    struct rsp_stop stop;
    if (r->stuck > STUCK_INSERTED)
        TRY(time_remove_all(t->session));
    TRY(step_once(t, r, &stop));
    bool watch = stop.reason == RSP_REASON_WATCH || stop.reason == RSP_REASON_RWATCH ||
                 stop.reason == RSP_REASON_AWATCH;
    if (watch)
        return note_hit(t, r, &stop);
    return where(t, r); /* behind the limit nothing would stop it any more */
}

/*
 * A stop at the limit is no hit by itself, but something may be inserted there. And QEMU 7.2 aborts ("Raised
 * interrupt while not in I/O function") at the next access to a watched page when a store was watched right
 * where the limit was: told of the limit, it keeps the other for later. So the limit is one instruction
 * early, and that one is stepped: a hit that is kept is told then.
 */
static struct error *to_limit(struct time_search *t, struct stretch *r, struct rsp_stop *stop)
{
    struct control *c = t->session;
    *stop = (struct rsp_stop){.core = -1, .has_thread = true, .thread = c->target->threads.current};
    r->at_limit = true;
    if (!r->at_known || r->at + 1 < r->end) {
        TRY(c->time.driver->run(c, r->end - 1, stop, &r->at_limit));
        TRY(landed(t, r, stop));
    }
    if (!r->at_limit)
        return NULL;
    TRY(where(t, r));
    if (r->at + 1 < r->end)
        return error_new(ERR_VIOLATION, "the target was to run to %" PRIu64 " and stopped at %" PRIu64,
                         r->end - 1, r->at);
    stop->kind = RSP_STOP_SIGNAL;
    stop->reason =
        RSP_REASON_HWBREAK; /* no trap was met: what is in front of the pc may be a site by chance */
    stop->signal = TARGET_SIGTRAP;
    return NULL;
}

static struct error *run_on(struct time_search *t, struct stretch *r)
{
    struct rsp_stop stop;
    TRY(time_reinsert_only(t->session, t->only));
    TRY(to_limit(t, r, &stop));
    TRY(note_hit(t, r, &stop));
    if (r->done)
        return NULL;
    if (!r->at_limit)
        return r->on_site ? step_off(t, r) : NULL;
    while (!r->done)
        TRY(step_off(t, r)); /* the last instruction of the stretch */
    return NULL;
}

static struct error *search_stretch(struct time_search *t, uint64_t from, uint64_t to, unsigned *counted);

/* Every hit counts, and there are many: only the later half can hold the last. */
static struct error *halve(struct time_search *t, struct stretch *r, unsigned *counted)
{
    uint64_t middle = r->at + (r->end - r->at) / 2, at = r->at;
    unsigned later = 0;
    TRY(search_stretch(t, middle, r->end, &later));
    if (later == 0)
        return search_stretch(t, at, middle, counted);
    /* Those in between were not told: only what was found now is without a gap. */
    if (t->count > later) {
        memmove(t->hits, t->hits + (t->count - later), later * sizeof *t->hits);
        t->count = later;
    }
    *counted += later;
    return NULL;
}

static struct error *search_stretch(struct time_search *t, uint64_t from, uint64_t to, unsigned *counted)
{
    struct stretch r = {.at = from, .at_known = true, .end = to};
    TRY(time_seek(t->session, from));
    r.done = from >= to;
    while (!r.done) {
        TRY(run_on(t, &r));
        bool halves =
            !t->first && !r.done && r.at_known && r.counted >= BURST && r.end - r.at > WORTH_HALVING;
        if (halves) {
            *counted += r.counted;
            return halve(t, &r, counted);
        }
    }
    *counted += r.counted;
    return NULL;
}

/* Where the stretch before `to` begins: a little back at first, then at the snapshots. */
static uint64_t stretch_start(struct time_search *t, uint64_t to)
{
    uint64_t far = t->from - to ? GROWTH * (t->from - to) : FIRST_STRETCH;
    uint64_t least = to > far ? to - far : 0;
    const struct time_snapshot *snapshot = to ? time_nearest(t->session, to - 1) : NULL;
    uint64_t from = snapshot ? snapshot->position : 0;
    return from > least ? from : least;
}

static struct error *search_back(struct time_search *t)
{
    while (t->count == 0 && t->searched > 0) {
        uint64_t to = t->searched, from;
        unsigned counted = 0;
        if (to == t->from)
            TRY(time_come_close(t->session, to - 1));
        TRY(time_snapshots(t->session));
        from = stretch_start(t, to);
        TRY(search_stretch(t, from, to, &counted));
        t->searched = from;
        if (t->count == TIME_HITS || (counted >= BURST && t->count))
            t->searched = t->hits[0].position; /* what lies before the kept ones was not all told */
        if (from != 0)
            tell_progress(t, from);
    }
    return NULL;
}

static struct error *search_first(struct time_search *t)
{
    unsigned counted = 0;
    if (t->searched == 0)
        return NULL;
    t->searched = 0;
    return search_stretch(t, 0, t->from, &counted);
}

struct error *time_search_next(struct time_search *t, bool *found, struct time_hit *ret)
{
    struct error *e = NULL;
    if (t->count == 0)
        e = t->first ? search_first(t) : search_back(t);
    struct error *removed = t->session->target->connection ? time_remove_all(t->session) : NULL;
    if (e) {
        error_free(removed);
        return e;
    }
    *found = t->count > 0;
    if (*found)
        *ret = t->hits[--t->count];
    return removed;
}

/* -- what counts ----------------------------------------------------------------------------------- */

struct error *time_counts_breakpoints(struct time_search *t, struct stop *stop, bool *ret)
{
    return breakpoint_would_stop(t->session, stop, ret);
}
