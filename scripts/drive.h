/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/drive.h - driving one order: what gather.c, which brings the threads together, and force.c, which
 * lets them run one at a time, share.
 *
 * A drive lives as long as one call of race_force(). Main thread. Errors are those of the session; what
 * speaks against the order becomes a verdict by drive_conclude().
 */
#ifndef ALLSTOP_SCRIPTS_DRIVE_H
#define ALLSTOP_SCRIPTS_DRIVE_H

#include "scripts/births.h"
#include "scripts/limits.h"
#include "scripts/race.h"
#include "scripts/runner.h"

/* A breakpoint of ours. */
struct inserted {
    int id; /* 0: none */
    uint64_t pcs[RACE_PLACES_MOST];
    unsigned count;
};

struct drive {
    struct run *r;
    const struct race *race;
    struct race_result *result;
    int64_t deadline_ns;
    struct inserted points[RACE_POINTS_MAX];
    unsigned passed[RACE_THREADS_MAX][RACE_POINTS_MAX]; /* arrivals so far */
    bool here[RACE_THREADS_MAX][RACE_POINTS_MAX];       /* stands there, and no arrow has said so yet */
    struct births births;
    char *schedule; /* the user's, put back at the end */
};

/* -- drive.c ---------------------------------------------------------------------------------------- */

/* {name: value} */
cJSON *drive_args(const char *name, const char *value);
/* `why` is taken over. */
void drive_conclude(struct drive *d, enum race_verdict verdict, char *why);
/* The stub let a thread run that was to be held. */
void drive_not_held(struct drive *d, char *why);
bool drive_is_reason(const cJSON *stop, const char *reason);
struct error *drive_site(struct drive *d, const char *at, struct inserted *ret) BASE_MUST_CHECK;
void drive_lift(struct drive *d, struct inserted *p);
/* Whether a stop is at one of its places. */
bool drive_is_at(const struct inserted *p, const cJSON *stop);
/* Lets run what `schedule` says (NULL thread: the selected one), until `until_ns`. */
struct error *drive_run(struct drive *d, const char *mode, const char *thread, int64_t until_ns,
                        cJSON **stop) BASE_MUST_CHECK;
/* The program ended, or was stopped by something that is no breakpoint: that is the verdict. */
bool drive_ends(struct drive *d, cJSON **stop);
/* What follows puts things back, and has some seconds for it even when the time is up. */
void drive_clean_up(struct drive *d);
/* `what` is "hold" or "release". */
struct error *drive_hold(struct drive *d, const char *what, const char *id) BASE_MUST_CHECK;

/* -- gather.c --------------------------------------------------------------------------------------- */

/* Brings every thread to its place; *ok unless there is a verdict. Behind it nobody is held: from there on
 * one is let run at a time. */
struct error *drive_gather(struct drive *d, bool *ok) BASE_MUST_CHECK;

#endif
