/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/outcome.h - what an order led to, told apart from what another led to.
 *
 * An outcome is an object: for each step behind the order, by its label, expression or name, what does not
 * change by itself from run to run: a value, memory, why and where a stop was, an error's code. Thread ids,
 * addresses and times are left out. Main thread; objects are new and the caller's unless said otherwise.
 */
#ifndef ALLSTOP_SCRIPTS_OUTCOME_H
#define ALLSTOP_SCRIPTS_OUTCOME_H

#include <cjson/cJSON.h>

#include "base/error.h"
#include "scripts/race.h"

/* Adds what one step came to. */
void outcome_add(cJSON *outcome, const cJSON *step, const struct error *e, const cJSON *result);
/* For an order that was not driven to its end: where it ended, or who waits for whom. */
cJSON *outcome_of_race(const struct race_result *result);
/* What the sessions of one outcome are made of; nothing is owned. */
struct outcome_made {
    const char *folder; /* where they are written */
    unsigned number;
    const cJSON *document;        /* the session that explored … */
    const char *file;             /* … and its path, or "-" */
    const char *program, *target; /* of the command line, or NULL: before those of the document */
    const cJSON *args;            /* of `explore` */
    const cJSON *threads;         /* with the names that hold in each run */
    const cJSON *order, *outcome;
    enum race_verdict verdict;
    bool ok;
};

/* Writes outcome-N.json, which drives the order and expects the outcome, and where that is not as it should
 * be guard-N.json, which fails until it is, or until the order cannot happen any more. Each is written whole
 * or not at all; the folder is made when it is not there. The paths are malloc'd; *guard may stay NULL. */
struct error *outcome_write(const struct outcome_made *m, char **session, char **guard) BASE_MUST_CHECK;

#endif
