/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/value_json.h - values as the interface says them in JSON: what `eval`, `set` and `locals`
 * answer.
 *
 * Bounded as their text is (engine/inspect/render/render.h). What is returned is the caller's. Engine thread;
 * errors: those of engine/inspect/values/values.h.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_VALUE_JSON_H
#define ALLSTOP_ENGINE_COMMANDS_VALUE_JSON_H

#include <cjson/cJSON.h>

#include "engine/inspect/values/value.h"

/* The value alone. *truncated is set when an array or string was cut. What cannot be read inside of it is
 * null; the error is that of the outermost value, or of a connection that was lost on the way. */
struct error *value_to_json(struct pool *p, struct value *v, bool *truncated, cJSON **ret) BASE_MUST_CHECK;

/* {value, type, text, address?, truncated?} of an expression. `format` is a letter as in gdb's /x, or 0;
 * `raw`: containers as they are laid out. */
struct error *evaluate_to_json(struct target *target, const char *expression, char format,
                               cJSON **ret) BASE_MUST_CHECK;
/* The same with containers as they are laid out, not as what is in them. */
struct error *evaluate_raw_to_json(struct target *target, const char *expression, char format,
                                   cJSON **ret) BASE_MUST_CHECK;
/* Either, and the value is in the history from now on: {…, history: N}, where there is something to keep. */
struct error *evaluate_and_keep(struct target *target, const char *expression, char format, bool raw,
                                cJSON **ret) BASE_MUST_CHECK;
/* The same object of what a function has returned by this stop (`returned_from`,
 * engine/inspect/values/returned.h). */
struct stop;
struct error *returned_to_json(struct target *target, const struct stop *stop, cJSON **ret) BASE_MUST_CHECK;
/* Assigns; the same object of what was read back. `value` is an expression. */
struct error *assign_to_json(struct target *target, const char *place, const char *value,
                             cJSON **ret) BASE_MUST_CHECK;
/* {variables: [{name, value, type, text?, address?, truncated?, state?, argument}]} of the selected thread
 * and frame. */
struct error *locals_to_json(struct target *target, cJSON **ret) BASE_MUST_CHECK;

#endif
