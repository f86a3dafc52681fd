/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/evaluate.h - an expression's text to its value.
 *
 * An evaluation (engine/inspect/values/scope.h) is begun before and ended after: the values are its own.
 * Engine thread. Errors: those of engine/inspect/values/values.h.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_EVALUATE_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_EVALUATE_H

#include "engine/inspect/values/scope.h"

/* Parses and evaluates; *ret belongs to the evaluation's pool. */
struct error *evaluate_text(struct evaluation *e, const char *text, struct value **ret) BASE_MUST_CHECK;

/* Evaluates both, and writes what `value` is to where `place` lives; *ret is that place, not read back yet.
 */
struct error *evaluate_assignment(struct evaluation *e, const char *place, const char *value,
                                  struct value **ret) BASE_MUST_CHECK;

/* A tree, or a part of it: for elements.c. */
struct error *evaluate_node(struct evaluation *e, const struct node *n, struct value **ret) BASE_MUST_CHECK;

#endif
