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
/* The same of every thread of the race, instead of what was told before. */
struct error *waiting_look_at_all(struct run *r, const struct race *race,
                                  struct race_result *result) BASE_MUST_CHECK;
/* Of two answers of `threads`, between which all ran: nobody in the program, named or not, has moved, and
 * nobody will wake up by itself. */
bool waiting_is_still(const cJSON *before, const cJSON *after);

#endif
