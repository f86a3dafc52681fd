/*
 * engine/commands/wish_args.h - arguments that `break` and `watch` share. Engine thread; nothing is kept.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_WISH_ARGS_H
#define ALLSTOP_ENGINE_COMMANDS_WISH_ARGS_H

#include "engine/control/breakpoints/breakpoints.h"

struct session;

/* A request for a wish at `at`; its strings are those of `args`, but `commands`, malloc'd JSON text or NULL.
 */
struct error *wish_request_read(struct session *s, const cJSON *args, const char *at,
                                struct wish_request *ret, char **commands) BASE_MUST_CHECK;
/* "PLACE [thread ID] [if CONDITION]" in either order of the two clauses, as gdb takes it. */
struct error *wish_words_parse(const char *text, const char *key, cJSON *args) BASE_MUST_CHECK;

#endif
