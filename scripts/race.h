/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/race.h - threads that race: what `interleave` and `explore` are given, and what became of it.
 *
 * A race names threads by what they do or by their id: who arrives at a place and is the thread that was made
 * as that one, by this thread, begun by this function, of that name, or for whom an expression holds there.
 * All of these are the same in each run. To be the nth to arrive is not where several threads come, and the
 * result of a race that has such a thread says so. Points are
 * places a thread is stopped at before their first instruction. An order is a list of arrows: `A@read` lets
 * only A run, until it stands at `read`. Everybody else is held meanwhile.
 *
 * The texts belong to the JSON the race was read from, which must outlive it. Main thread.
 */
#ifndef ALLSTOP_SCRIPTS_RACE_H
#define ALLSTOP_SCRIPTS_RACE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "scripts/limits.h"
#include "scripts/orders.h"

struct run;

struct race_point {
    const char *name;
    const char *at; /* a place, as `break` takes it */
    unsigned nth;   /* which arrival of the thread counts, from 1 */
};

struct race_thread {
    const char *name;
    const char *at;   /* known by arriving here … */
    const char *id;   /* … or by its id; the other of the two is NULL */
    char id_text[16]; /* the id, where it was given as a number */

    /* who of those that arrive: the first for whom all of these hold */
    unsigned created;      /* the number of its birth, or of those that `parent` made; 0: any */
    const char *parent;    /* "main", "main.2": who made it, or NULL */
    const char *start;     /* the function that it was begun with, or NULL */
    const char *argument;  /* an expression in the frame of that function, or NULL */
    const char *called;    /* the thread's name, or NULL */
    const char *condition; /* an expression where it arrives, or NULL */
    unsigned nth;          /* without any of them: the nth to arrive, from 1 */
    unsigned points[RACE_ARROWS_MAX];
    unsigned point_count; /* what it passes, in its order (`explore`) */
};

struct race_arrow {
    unsigned thread, point;
};

struct race {
    struct race_thread threads[RACE_THREADS_MAX];
    size_t thread_count;
    struct race_point points[RACE_POINTS_MAX];
    size_t point_count;
    struct race_arrow order[RACE_ARROWS_MAX];
    size_t order_count; /* 0 in `explore` until one is tried */
    double patience_s;  /* how long a thread may take from one point to the next before its state is looked at
                         */
    unsigned accepted;  /* bits by enum race_verdict: these are no failure of `interleave` */
    const cJSON *then;
};

/*
 * Reads the arguments of `interleave` (an order is needed) or `explore` (none is). ERR_USAGE says what is
 * wrong; *key (may be NULL) is the argument at fault.
 */
struct error *race_read(const cJSON *args, bool with_order, struct race *ret,
                        const char **key) BASE_MUST_CHECK;
/* The thread is known by nothing but its turn to arrive. */
bool race_thread_by_turn(const struct race_thread *t);
/* By its turn, where others may come too: nothing says that it is the same one in the next run. */
bool race_thread_unsure(const struct race *race, unsigned thread);
/* "A@read" */
char *race_arrow_text(const struct race *race, struct race_arrow arrow);

enum race_verdict {
    RACE_FORCED,     /* every arrow of the order */
    RACE_IMPOSSIBLE, /* a thread waits for a lock that a held one has, or ended before its point */
    RACE_DEADLOCK,   /* the threads wait for each other, also when all may run */
    RACE_ENDED,      /* the program ended, or stopped for a signal, on the way */
    RACE_UNFORCED,   /* the stub does not hold threads, or the thread did not arrive in time */
};
const char *race_verdict_name(enum race_verdict v);

struct race_result {
    enum race_verdict verdict;
    size_t reached;              /* arrows that hold */
    char *ids[RACE_THREADS_MAX]; /* "p1.3" of each thread, or NULL: it never arrived */
    bool not_held;               /* the stub let a thread run that was to be held */
    char *why;                   /* for anything but RACE_FORCED */
    cJSON *stop;                 /* of RACE_ENDED, or NULL */
    cJSON *warnings;             /* array of texts, or NULL: what does not hold in each run */
    cJSON *waiting; /* array of {name thread frames file line}: who did not come, and where it was */
    cJSON *files;   /* {name: true}: the source files that have points */
};
void race_result_free(struct race_result *result);
/* What the step gives. */
cJSON *race_result_json(const struct race *race, const struct race_result *result);

/*
 * Drives race->order from where the target stands. The error is one of the session (lost, cancelled, an
 * unknown place); an order that could not be driven is a verdict. What was inserted and held for it is gone
 * afterwards; the thread of the last arrow is selected. Nothing is waited for longer than `deadline_ns`.
 */
struct error *race_force(struct run *r, const struct race *race, int64_t deadline_ns,
                         struct race_result *ret) BASE_MUST_CHECK;

#endif
