/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/at_stop.h - the steps a user attached to a breakpoint (`commands`), run at its stop.
 *
 * Each step is told by a `command` event with its result or error. A step that lets the target run ends the
 * list, and the stop that follows takes the place of this one; an error ends it too. Steps that belong to
 * scripts (`repeat`, `include` …) are refused when the breakpoint is set. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_AT_STOP_H
#define ALLSTOP_ENGINE_COMMANDS_AT_STOP_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/error.h"

struct session;

/* ERR_USAGE, naming the step, for what cannot be run at a stop. */
struct error *at_stop_check(const cJSON *steps) BASE_MUST_CHECK;
/* Runs the steps (JSON `text`) of breakpoint `id`; true when the target was let run again. For struct
 * session_options. */
bool at_stop_run(struct session *s, int id, const char *text);

#endif
