/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/runner.h - a batch session under way, for the files of scripts/ that run its steps.
 *
 *   run.c         the session as a whole: target, variables, summary, exit status
 *   steps.c       one step: its variables put in, its command run, its result judged and told
 *   sleep.c       the step that waits
 *   repeat.c      rounds, and what they say in sum
 *   race.c        what `interleave` and `explore` are given: points and orders; race_threads.c: threads
 *   births.c      in which order threads come to be, and who.c: is it the one that is meant
 *   identify.c    `explore` finds names for threads that are known by their turn alone
 *   gather.c      brings the threads together, and force.c drives one order; drive.c is what both do
 *   waiting.c     what a thread does that does not come
 *   interleave.c  the step around it
 *   orders.c      which orders there are, and draw.c which of them are tried
 *   outcome.c     what an order led to, and the sessions that are written of it; beside.c: where files lie
 *   explore.c     tries them and tells the outcomes apart
 *
 * One struct on the main thread, which is also the engine's. The JSON of the session file outlives it.
 */
#ifndef ALLSTOP_SCRIPTS_RUNNER_H
#define ALLSTOP_SCRIPTS_RUNNER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/session/session.h"
#include "scripts/limits.h"
#include "scripts/scope.h"
#include "scripts/script.h"

struct tally;

struct run {
    const struct script_options *options;
    const cJSON *document; /* the session file */
    struct session *session;
    struct scope scope;
    struct buf pointer; /* of the step under way */
    double timeout_s;
    bool audit;
    uint64_t iterations[REPEAT_NESTING_MOST];
    unsigned nesting;
    uint64_t passed, failed, violations;
    int status;
    bool over;           /* a failure ended the script */
    bool told;           /* the summary is out, and is the last line */
    bool quiet;          /* a search is under way: neither stops nor inner steps are printed */
    cJSON *outcome;      /* collects what the steps behind an order come to, or NULL */
    cJSON *last;         /* result of the last step, for `while` and `until` */
    struct tally *tally; /* of the innermost `repeat`, or NULL */
    int64_t started_ns;
};

/* The exit status becomes the worse of two. */
void run_worsen(struct run *r, int status);
/* passed, failed, counters of the wire, seconds: what `summary` gives. New. */
cJSON *run_counts(struct run *r);

/* -- steps.c ---------------------------------------------------------------------------------------- */

/* Runs the steps until one ends the script (`over`). `name` is their key in the step around them ("steps",
 * "then"), for the pointer. */
void run_steps(struct run *r, const char *name, const cJSON *steps);
/* Until when a step's waits last (CLOCK_MONOTONIC ns): its own `timeout`, else the session's. */
int64_t run_deadline(const struct run *r, const cJSON *step);
/* One command with these arguments, which are taken over. The result may be NULL where `ret` is. */
struct error *run_command(struct run *r, const char *name, cJSON *args, cJSON **ret) BASE_MUST_CHECK;

/* -- sleep.c ---------------------------------------------------------------------------------------- */

/* The step `sleep`, which no `timeout` but its own ends. ERR_CANCELLED: a signal ends the program;
 * ERR_TIMEOUT: by that timeout, or the target that Ctrl-C interrupted is deaf. */
struct error *run_sleep(struct run *r, const cJSON *step) BASE_MUST_CHECK;

/* -- the steps that hold others ---------------------------------------------------------------------- */

struct error *run_repeat(struct run *r, const cJSON *args, cJSON **ret) BASE_MUST_CHECK;
struct error *run_interleave(struct run *r, const cJSON *args, cJSON **ret) BASE_MUST_CHECK;
struct error *run_explore(struct run *r, const cJSON *args, cJSON **ret) BASE_MUST_CHECK;
/* Events of the session, for the statistics of `repeat`. */
void tally_event(struct run *r, const cJSON *event);

#endif
