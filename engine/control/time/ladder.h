/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/time/ladder.h - snapshots placed by a policy, so that no moment is far from one.
 *
 * They are named `allstop-auto-POSITION`. A policy places one at every stop, or where the last one is further
 * away than `every`. When there are more than the budget allows, the one goes that is missed least: whose
 * neighbours are closest together measured by their distance from here. So they are dense near now and sparse
 * far away, and a history of n instructions keeps a step back cheap with some log n of them.
 * An index walks the whole recording once and places them evenly, as a step back from anywhere costs what
 * lies between it and the snapshot before: with a distance that fits the number allowed, and twice that,
 * without every second one that is there, each time that their bytes are too many.
 *
 * Part of the session's time line; engine thread, target stopped. A snapshot that cannot be taken at a stop
 * is told once and ends the policy.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_TIME_LADDER_H
#define ALLSTOP_ENGINE_CONTROL_TIME_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct control;
struct time_snapshot;

enum { LADDER_COUNT = 64 };
#define LADDER_BYTES ((uint64_t)2 << 30)

struct ladder {
    uint64_t every; /* 0: not by distance */
    bool each_stop;
    uint64_t most;  /* snapshots; 0: LADDER_COUNT */
    uint64_t bytes; /* of all of them; 0: LADDER_BYTES */
};

struct ladder_state {
    uint64_t placed; /* by this request */
    uint64_t kept, bytes;
    uint64_t every; /* an index: the distance that it came to, in positions */
};

/* After each stop: places one where the policy says so. Trouble is told and not returned. */
void ladder_at_stop(struct control *c);
/* Walks the recording from its start to its end and comes back. Emits `progress`. */
struct error *ladder_index(struct control *c, struct ladder_state *ret) BASE_MUST_CHECK;
/* Removes what the budget, lowered since, does not allow any more. */
struct error *ladder_thin(struct control *c) BASE_MUST_CHECK;
/* What there is now. */
struct error *ladder_count(struct control *c, struct ladder_state *ret) BASE_MUST_CHECK;
/* Which of these goes first, seen from `now`: an index into `list` (by position), or `count`: none. */
size_t ladder_victim(const struct time_snapshot *list, size_t count, uint64_t now);

#endif
