/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/convenience/convenience.h - values that outlive the expression they came from: variables of
 * the user's own ($name), the history of what was printed ($1, $, $$, $$3), and names for what is known of
 * the stop ($_thread, $_siginfo), as gdb's manual has them ("Convenience Vars", "Value History").
 *
 * A value is kept with its type and its bytes as they were; one of memory keeps its address as well, so that
 * its parts can be pointed to. When the file that its type came from is closed, a type of the same name and
 * size takes its place; where there is none the error says so. Nothing is fetched for it, but $_siginfo when
 * it is asked for. The oldest of the history go when there are too many (engine/inspect/limits.h).
 * Owned by the target, made with the session; engine thread. Errors: those of engine/inspect/values/values.h.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_CONVENIENCE_CONVENIENCE_H
#define ALLSTOP_ENGINE_INSPECT_CONVENIENCE_CONVENIENCE_H

#include "engine/inspect/values/scope.h"

void convenience_create(struct target *target);
void convenience_free(struct target *target);

/* Puts what was evaluated into the history; its number, or 0 where there is nothing to keep: a value of type
 * void, or one that has no bytes and no address. */
unsigned long convenience_remember(struct pool *p, struct value *v);
/* Makes $name this value, or a number of type `int`. What cannot be kept is void from now on. */
void convenience_set(struct pool *p, const char *name, struct value *v);
void convenience_set_integer(struct target *target, const char *name, int64_t number);
/* As if it had never been set. */
void convenience_forget(struct target *target, const char *name);
/* Does $name mean something here, or will once the engine sets it? */
bool convenience_has(const struct target *target, const char *name);
/* The names of the user's and the engine's variables, without `$`, in the order they were set; NULL behind
 * the last one. */
const char *convenience_name(const struct target *target, size_t i);
/* The number that $ has now, 0: none was kept. */
unsigned long convenience_last(const struct target *target);

#endif
