/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/time/search.h - where the target was last at something.
 *
 * A search goes back from where the target stands, segment by segment: the stretch from one snapshot to the
 * next is run forwards with everything inserted, each hit is asked (condition, thread), and the last that
 * counts is found. So a condition costs what it costs forwards, nothing stays armed in the target when it is
 * interrupted, and a hit just behind or exactly at a snapshot is as good as any. The target is left somewhere
 * in between with sites removed: the caller goes on to the hit, or back to where it was.
 * Where hits are many and each of them counts, the stretch is cut in halves instead of being told hit by hit.
 *
 * Engine thread, target stopped. Errors: ERR_CANCELLED, ERR_TIMEOUT, ERR_LOST; nothing found is no error.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_TIME_SEARCH_H
#define ALLSTOP_ENGINE_CONTROL_TIME_SEARCH_H

#include "engine/control/limits.h"
#include "engine/target/stop.h"
#include "engine/control/time/time.h"

struct time_hit {
    uint64_t position;
    struct stop stop; /* as the search saw it */
};

struct time_search;
/* Whether this stop counts. It may change stop->breakpoint and ->watchpoint to what is to be told. */
typedef struct error *time_counts(struct time_search *search, struct stop *stop, bool *ret);

struct time_search {
    struct control *session;
    const char *what; /* of the progress events */
    int only;         /* this breakpoint alone is inserted; 0: all */
    uint64_t from;    /* hits before this position are looked for */
    bool first;       /* the first of all is wanted, and not the last */
    time_counts *counts;
    void *context;
    /* The last hits that were found, in time order, and up to where hits are known to be all there are. */
    struct time_hit *hits;
    size_t count;
    uint64_t searched; /* everything at or after this position has been looked at */
};

void time_search_begin(struct time_search *t, struct control *c, const char *what, uint64_t from);
void time_search_end(struct time_search *t);
/* The next hit further back (or, with `first`, the first of all); *found false: there is none. */
struct error *time_search_next(struct time_search *t, bool *found, struct time_hit *ret) BASE_MUST_CHECK;
/* Conditions and threads of the user's breakpoints and watchpoints, as they are asked forwards. */
struct error *time_counts_breakpoints(struct time_search *t, struct stop *stop, bool *ret) BASE_MUST_CHECK;

#endif
