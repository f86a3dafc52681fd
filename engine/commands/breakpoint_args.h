/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/breakpoint_args.h - arguments that `break` and `watch` share. Engine thread; nothing is
 * kept.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_BREAKPOINT_ARGS_H
#define ALLSTOP_ENGINE_COMMANDS_BREAKPOINT_ARGS_H

#include <cjson/cJSON.h>

#include "engine/control/breakpoints/breakpoints.h"

/* A request for a breakpoint at `at`; its strings are those of `args`, but `commands`, malloc'd JSON text or
 * NULL.
 */
struct error *breakpoint_request_read(const cJSON *args, const char *at, struct breakpoint_request *ret,
                                      char **commands) BASE_MUST_CHECK;
/* "PLACE [thread ID] [if CONDITION]" in either order of the two clauses, as gdb takes it. */
struct error *breakpoint_words_parse(const char *text, const char *key, cJSON *args) BASE_MUST_CHECK;

#endif
