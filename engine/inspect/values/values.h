/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/values.h - expressions and the values of variables.
 *
 * C expressions over registers ($pc), symbols and the variables in scope of the selected thread and frame;
 * results as JSON (typed as the interface says) and as text (as gdb prints). Engine thread; a value that
 * needs the target needs it stopped, others work from the file alone. Errors: ERR_SYNTAX, ERR_NO_SYMBOL (near
 * names in the hint), ERR_NO_TYPE, ERR_NO_MEMBER, ERR_TYPE_MISMATCH, ERR_NO_MEMORY, ERR_OPTIMISED_OUT,
 * ERR_DIVIDE_BY_ZERO, ERR_UNSUPPORTED.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_VALUES_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_VALUES_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct target;

/* The result of `eval`: {value, type, text, address?, truncated?}. `format` is a letter as in gdb's /x, or 0.
 */
struct error *values_evaluate(struct target *target, const char *expression, char format,
                              cJSON **ret) BASE_MUST_CHECK;
/* The result as an address: integers as they are, pointers, functions and arrays their address. */
struct error *values_address(struct target *target, const char *expression, uint64_t *ret) BASE_MUST_CHECK;
/* Where an lvalue lives and how big it is (for watchpoints): ERR_TYPE_MISMATCH when it is no lvalue in
 * memory. */
struct error *values_place(struct target *target, const char *expression, uint64_t *address,
                           uint64_t *size) BASE_MUST_CHECK;
/* True when the value is not zero. */
struct error *values_truth(struct target *target, const char *expression, bool *ret) BASE_MUST_CHECK;
/* Assigns; the result is {value, type, text} read back. `value` is an expression. */
struct error *values_assign(struct target *target, const char *expression, const char *value,
                            cJSON **ret) BASE_MUST_CHECK;
/* The result of `locals` for the selected thread and frame: {variables: [{name type value argument address?
 * state? text}]}. */
struct error *values_locals(struct target *target, cJSON **ret) BASE_MUST_CHECK;
/* The result of `type`: {name size kind members text}. */
struct error *values_type(struct target *target, const char *name, bool offsets, cJSON **ret) BASE_MUST_CHECK;

#endif
