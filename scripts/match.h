/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/match.h - does a result fit an expectation?
 *
 * The expected value is a literal or a matcher object, all of whose keys are among
 * eq ne lt le gt ge in match exists contains count. Objects match as subsets, arrays as prefixes. Numbers,
 * decimal strings without leading zeros and 0x strings compare as integers; under the keys `hex`, `text`
 * and `name` strings compare as text. No state.
 */
#ifndef ALLSTOP_SCRIPTS_MATCH_H
#define ALLSTOP_SCRIPTS_MATCH_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/error.h"

/* `got` may be NULL (not there). Each misfit adds {at, expected, got} to the array `failed` (may be NULL). */
bool match_value(const cJSON *expected, const cJSON *got, cJSON *failed);

/* The same for what a step came to, an error or a result: whether that is what was expected (NULL: no error).
 * An error is matched as the member `error` beside those of the result. */
bool match_outcome(const cJSON *expect, const struct error *e, const cJSON *result, cJSON *failed);

/* A problem in an expectation that can be seen before the run (a bad regular expression, a matcher of the
 *wrong type): a malloc'd message, or NULL; pointer (malloc'd) says where below the expectation. */
char *match_check(const cJSON *expected, char **pointer);

/* True for anything but false, null, 0, "0", "0x0", "" and nothing. */
bool match_truth(const cJSON *value);

#endif
