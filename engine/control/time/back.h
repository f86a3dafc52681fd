/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/time/back.h - the reverse commands: steps back by instruction and by line, out of a
 * function, and to what was hit last.
 *
 * Each leaves the target where it says, sites back in, and fills the stop to tell. What "a line back" means
 * follows gdb: to the first instruction of the line that ran before, or of this one when it has begun
 * already; a call in between is gone into from its end (step) or passed over (next). At either end of the
 * record the reason is STOP_HISTORY_END. Engine thread, target stopped. An error leaves the target stopped
 * somewhere in between; time_back_failed() says where.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_TIME_BACK_H
#define ALLSTOP_ENGINE_CONTROL_TIME_BACK_H

#include "engine/control/time/search.h"

enum time_back_kind {
    TIME_BACK_STEPI,
    TIME_BACK_NEXTI,
    TIME_BACK_STEP,
    TIME_BACK_NEXT,
    TIME_BACK_FINISH,
    TIME_BACK_CONTINUE
};

struct error *time_back(struct control *c, enum time_back_kind kind, uint64_t times,
                        struct stop *ret) BASE_MUST_CHECK;

/* -- back_hits.c ----------------------------------------------------------------------------------- */

struct error *time_back_continue(struct control *c, uint64_t times, struct stop *ret) BASE_MUST_CHECK;
/* Takes the target to a hit; for a watched store with the bytes before and after it. */
struct error *time_land_on(struct control *c, const struct time_hit *hit, struct stop *ret) BASE_MUST_CHECK;
/* The first instruction of a function, with what the stack pointer was then: exactly, or at least. */
struct time_entry {
    uint64_t address, sp;
    bool at_least;
};
/* To the last time before `from` that this entry was passed, or to a hit of the user's that came later: then
 * *own is false. *found false: neither, and the target stands somewhere. */
struct error *time_back_to_entry(struct control *c, uint64_t from, struct time_entry entry, bool *found,
                                 bool *own, struct stop *ret) BASE_MUST_CHECK;

/* Counts a hit as forwards: false where it is ignored, or not yet the one of so many. */
bool time_hit_is_told(struct control *c, const struct stop *stop, uint64_t *times);

/* -- back_plain.c ---------------------------------------------------------------------------------- */

/* One instruction back, by the stub. *ended: that said the start of its record, or it did not move (which is
 * told as text). */
struct error *time_plain_back(struct control *c, bool *ended) BASE_MUST_CHECK;
struct error *time_plain_continue(struct control *c, uint64_t times, struct stop *ret) BASE_MUST_CHECK;
struct error *time_plain_to_entry(struct control *c, struct time_entry entry, bool *found, bool *own,
                                  struct stop *ret) BASE_MUST_CHECK;

/* -- back_walk.c ----------------------------------------------------------------------------------- */

enum { WALK_MOST = 256 };

struct time_place {
    uint64_t position, pc, sp;
};
/* Instruction by instruction back, seen ahead in windows that are stepped through forwards: a step costs a
 * tenth of what a reverse step does. */
struct time_walk {
    struct control *session;
    struct time_place now; /* where the walk is, which need not be where the target is */
    struct time_place trace[WALK_MOST];
    size_t count; /* of the trace: what came right before `now` */
    size_t window;
};
struct error *time_walk_begin(struct control *c, struct time_walk *w) BASE_MUST_CHECK;
/* The walk goes on from where the target stands. */
struct error *time_walk_again(struct time_walk *w) BASE_MUST_CHECK;
/* What came before `now`; *ended at the start of the record. */
struct error *time_walk_peek(struct time_walk *w, struct time_place *ret, bool *ended) BASE_MUST_CHECK;
void time_walk_back(struct time_walk *w);
/* The target to where the walk is. */
struct error *time_walk_land(struct time_walk *w) BASE_MUST_CHECK;

#endif
