/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/breakpoints/slots.h - how many hardware breakpoints and watchpoints there is room for, and
 * who has them.
 *
 * A pool is a set of kinds that share registers of the processor: on x86 all of them, on Power and Arm one
 * for code and one for data. How many there are is not told by any stub: it is learnt from a refusal, or said
 * by the user, and always *at most*, because others inside the target (perf, ptrace) take and return slots:
 * Linux's kgdb reserves at `Z` what perf has left on every processor, and answers E01 where one has none. A
 * pool found full is not asked again until the target has run. A pool whose slots were seen to be accepted
 * and not to fire (hits.h, verify.h) is remembered as silent until something there does fire, or the
 * connection ends. Part of the session; engine thread. Nothing here talks to the target.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_SLOTS_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_SLOTS_H

#include "engine/control/breakpoints/site.h"

enum { SLOT_POOLS = 2 };
/* What the user calls a pool; where all kinds share one, both words mean that. */
enum slot_pool_name { SLOTS_CODE, SLOTS_DATA };

struct slot_pool {
    bool total_known;
    unsigned total; /* at most so many */
    bool by_user;   /* that number is the user's word */
    bool refused;   /* one was refused, in the stop epoch below */
    uint64_t refused_epoch;
    char *silent; /* accepted and does not fire: what was seen; or NULL */
};

struct slot_table {
    struct slot_pool pools[SLOT_POOLS]; /* [0] code (or all), [1] data */
};

/* ERR_NO_SLOT, naming who holds them, when the pool of this kind is known to be full. */
struct error *slots_may_take(struct control *c, enum site_type type) BASE_MUST_CHECK;
/* The stub refused one with `reply`: what is there now is how many there are. */
struct error *slots_refused(struct control *c, enum site_type type, uint64_t address,
                            const char *reply) BASE_MUST_CHECK;
/* The user's word for a pool: 0 takes it back. */
void slots_set_total(struct control *c, enum slot_pool_name pool, unsigned total);
/* A slot of this kind was accepted and did not fire; `why` is what was seen. */
void slots_mark_not_firing(struct control *c, enum site_type type, const char *why);
/* One of this kind fired. */
void slots_mark_firing(struct control *c, enum site_type type);
/* What was seen of slots of this kind that do not fire, or NULL. */
const char *slots_not_firing(const struct control *c, enum site_type type);
/* The stub is a part of the kernel that it debugs, and shares its registers: it answers no qSupported and
 * names no reasons. */
bool slots_inside(const struct control *c);
/* A new target: nothing is known but what the user said. */
void slots_forget(struct control *c);
void slots_free(struct slot_table *t);

/* -- reading ---------------------------------------------------------------------------------------- */

struct slot_counts {
    bool known; /* how many there are; the rest is 0 otherwise */
    unsigned total, free;
};

/* How many pools there are for this processor: those of the table from there on are not in use. */
unsigned slots_pool_count(const struct control *c);
/* The pool that this kind takes its slots from; only the kinds that take one are of any. */
unsigned slots_pool_of(const struct control *c, enum site_type type);
/* A refusal that is older than a run says less than what is inserted now: more in use raises the total. */
struct slot_counts slots_counts(struct control *c, unsigned pool);
/* Who holds a slot of the pool, one after the other: begins with *at being 0, NULL behind the last. */
const struct site *slots_next_holder(const struct control *c, unsigned pool, size_t *at);
/* The breakpoint that a holder is there for, or 0: run control's. */
int slots_breakpoint_of(const struct site *holder);

#endif
