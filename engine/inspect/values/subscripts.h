/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/subscripts.h - elements of arrays and slices, sections and substrings, as the
 * language counts them: from the lower bound on. For evaluate.c.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_SUBSCRIPTS_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_SUBSCRIPTS_H

#include "engine/inspect/values/scope.h"

/* NODE_INDEX */
struct error *evaluate_index(struct evaluation *e, const struct node *n, struct value **ret) BASE_MUST_CHECK;
/* NODE_ELEMENTS */
struct error *evaluate_elements(struct evaluation *e, const struct node *n,
                                struct value **ret) BASE_MUST_CHECK;

#endif
