/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/waiting.h - what a thread of a race is doing that does not get to its point.
 *
 * Read from its stack: the innermost functions tell whether it waits for time or for something outside the
 * program (a timer, a descriptor), which letting other threads run would not change. Main thread, target
 * stopped.
 */
#ifndef ALLSTOP_SCRIPTS_WAITING_H
#define ALLSTOP_SCRIPTS_WAITING_H

#include "scripts/race.h"

struct run;

/* Adds {name thread frames[] file line} of one thread to result->waiting. *outside: it waits for time or a
 * descriptor. */
struct error *waiting_look(struct run *r, const struct race *race, struct race_result *result,
                           unsigned thread, bool *outside) BASE_MUST_CHECK;
/* Looks at all threads there are, lets all run for half the patience, and looks again: *still when none has
 * moved and none waits for something outside. The session's deadline is `deadline_ns` afterwards. */
struct error *waiting_all_still(struct run *r, const struct race *race, int64_t deadline_ns,
                                struct race_result *result, bool *still) BASE_MUST_CHECK;

#endif
