/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/evaluate.h - trees to values (for values.c).
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_EVALUATE_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_EVALUATE_H

#include <cjson/cJSON.h>

#include "engine/inspect/values/scope.h"

/* Parses and evaluates; *ret belongs to the evaluation's pool. */
struct error *evaluate_text(struct evaluation *e, const char *text, struct value **ret) BASE_MUST_CHECK;

/* Adds value, type, text, address and truncated to an object. */
struct error *values_describe(struct pool *p, struct value *v, char format, cJSON *o) BASE_MUST_CHECK;

#endif
