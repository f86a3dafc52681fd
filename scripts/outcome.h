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
/* A session that drives this order and expects this outcome. `args` are those of `explore`, `document` the
 * session it stands in; program and target (or NULL) go before the document's own. */
cJSON *outcome_session(const cJSON *document, const char *program, const char *target, const cJSON *args,
                       const cJSON *order, const cJSON *outcome, enum race_verdict verdict);
/* Writes it, whole or not at all; the folder is made when it is not there. */
struct error *outcome_write(const char *folder, unsigned number, cJSON *session, char **path) BASE_MUST_CHECK;

#endif
