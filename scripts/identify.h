/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/identify.h - `explore` names threads by what is the same in each run.
 *
 * The program is run once, to its end or until nobody new arrives any more, and it is noted which threads
 * come to the places where a race knows some by their turn alone. Of several that come to one place the first
 * is then the one that was made first, and so on: an order drives the same threads in each run, each share of
 * a search, and each session that is written. Where only one thread comes, its turn is as good. Main thread.
 */
#ifndef ALLSTOP_SCRIPTS_IDENTIFY_H
#define ALLSTOP_SCRIPTS_IDENTIFY_H

#include "scripts/race.h"

/* Changes the threads of `race`, and their objects in `threads`, whose texts `race` then uses: it must
 * outlive it. What could not be told is a warning in `ret`, whose other members are of no use. Errors are
 * those of the session. The target is where the run left it. */
struct error *race_identify(struct run *r, struct race *race, cJSON *threads, int64_t deadline_ns,
                            struct race_result *ret) BASE_MUST_CHECK;

#endif
