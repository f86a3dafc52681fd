/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/calls.h - functions of the program in the expressions of `eval` and `set`: who may call,
 * and the wait for what is called.
 *
 * The target runs and is waited for within the command: Ctrl-C and the command's time end that as they end
 * any run. Engine thread. Errors of a call besides those of engine/control/call: ERR_CALL_STOPPED, after
 * which the stop was told; ERR_UNSUPPORTED where the target is a kernel or a recording.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_CALLS_H
#define ALLSTOP_ENGINE_COMMANDS_CALLS_H

#include "engine/inspect/values/calls.h"

struct session;

struct allowed_calls {
    struct session *session;
    struct call_rules rules;
    uint64_t epoch; /* of the stop that the command began at */
};

/* From now on until calls_end() expressions call functions, where `may`. `a` stays where it is. */
void calls_begin(struct session *s, bool may, struct allowed_calls *a);
/* True: the target stands where it did, and what was selected is to be selected again. */
bool calls_end(struct allowed_calls *a);

#endif
