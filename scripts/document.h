/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/document.h - a session file: read, checked whole, and its includes put in.
 *
 * Files are at most 16 MiB and nested at most 16 includes deep. Everything wrong that can be seen before a
 * run is found here: ERR_USAGE whose message begins with the file and the JSON pointer.
 */
#ifndef ALLSTOP_SCRIPTS_DOCUMENT_H
#define ALLSTOP_SCRIPTS_DOCUMENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/error.h"

/* Keys that every step may carry and that are no arguments of its command. */
extern const char *const step_keys[];

/* Reads and parses a file ("-": standard input). */
struct error *document_read(const char *path, cJSON **ret) BASE_MUST_CHECK;
/*
 * Checks a session. `include` steps are replaced by {"do":"include","file":…,"steps":[…]} with what they
 * name. `names` is an object whose keys are the variables known from outside.
 */
struct error *document_check(const char *path, cJSON *session, const cJSON *names) BASE_MUST_CHECK;
/* An argument whose steps are run, and their variables put in, one by one. */
bool step_holds_steps(const char *key);
/* A step without the keys of step_keys and `do`: what its command gets. */
cJSON *step_arguments(const cJSON *step);

#endif
