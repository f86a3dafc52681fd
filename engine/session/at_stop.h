/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/at_stop.h - the steps a user attached to a breakpoint (`commands`), run at its
 * stop.
 *
 * Each step is told by a `command` event with its result or error. A step that lets the target run ends the
 * list, and the stop that follows takes the place of this one; an error ends it too. Steps that belong to
 * scripts
 * (`repeat`, `include` …) are refused when the breakpoint is set. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_SESSION_AT_STOP_H
#define ALLSTOP_ENGINE_SESSION_AT_STOP_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/error.h"

struct session;
struct stop;

/* ERR_USAGE, naming the step, for what cannot be run at a stop. */
struct error *at_stop_check(const struct session *s, const cJSON *steps) BASE_MUST_CHECK;
/* The steps of the breakpoint that this stop is of, malloc'd JSON text, or NULL. */
char *at_stop_commands(struct session *s, const struct stop *stop);
/* Runs them; true when the target was let run again. */
bool at_stop_run(struct session *s, int id, const char *commands);

#endif
