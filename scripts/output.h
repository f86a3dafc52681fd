/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/output.h - JSON Lines on standard output, one object a line, flushed at once.
 *
 * Single thread. When standard output cannot be written any more the lines are dropped (base/output.h).
 */
#ifndef ALLSTOP_SCRIPTS_OUTPUT_H
#define ALLSTOP_SCRIPTS_OUTPUT_H

#include <cjson/cJSON.h>

#include "base/error.h"

/* Prints and frees `line`. */
void output_line(cJSON *line);
/* {code, message, hint?} of an error, which stays the caller's. */
cJSON *error_to_json(const struct error *e);
/* The error on standard error, for people. */
void output_error(const struct error *e);

#endif
