/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/execute.h - running one command on a session.
 *
 * Arguments are checked here, and what the command needs of the target; they stay the caller's, the result is
 * a new object. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_EXECUTE_H
#define ALLSTOP_ENGINE_COMMANDS_EXECUTE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/error.h"

struct command;
struct session;

/* Unknown keys, missing ones, wrong types: ERR_USAGE; *pointer (may be NULL) becomes the key at fault, static
 * or owned by args (check.c). */
struct error *command_check(const struct command *c, const cJSON *args, const char **pointer) BASE_MUST_CHECK;
/*
 * Runs one command. One that resumes blocks until the final stop, unless args say `"background": true`
 * (result {"running": true}). A deadline passed while running interrupts the target (event `stopped`), waits
 * one more second, and gives ERR_TIMEOUT.
 */
struct error *command_execute(struct session *s, const struct command *c, const cJSON *args,
                              cJSON **ret) BASE_MUST_CHECK;
/* For event loops (engine/face/worker_engine.c): the same without the wait; *running says that the stop will
 * come from session_pump(). */
struct error *command_begin(struct session *s, const struct command *c, const cJSON *args, cJSON **ret,
                            bool *running) BASE_MUST_CHECK;

/* The arguments say that nobody waits for the stop; what is answered then. */
bool command_in_background(const cJSON *args);
cJSON *command_runs(void);

#endif
