/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/values.h - plain answers from expressions: an address, a place, a truth, a type.
 *
 * C expressions over registers ($pc), symbols and the variables in scope of the selected thread and frame.
 * Who wants the value itself evaluates with engine/inspect/values/evaluate.h. Engine thread; a value that
 * needs the target needs it stopped, others work from the file alone. Errors: ERR_SYNTAX, ERR_NO_SYMBOL (near
 * names in the hint), ERR_NO_TYPE, ERR_NO_MEMBER, ERR_TYPE_MISMATCH, ERR_NO_MEMORY, ERR_OPTIMISED_OUT,
 * ERR_DIVIDE_BY_ZERO, ERR_UNSUPPORTED.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_VALUES_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct target;
struct type;

/* The result as an address: integers as they are, pointers, functions and arrays their address. */
struct error *values_address(struct target *target, const char *expression, uint64_t *ret) BASE_MUST_CHECK;
/* Where an lvalue lives and how big it is (for watchpoints): ERR_TYPE_MISMATCH when it is no lvalue in
 * memory. */
struct error *values_place(struct target *target, const char *expression, uint64_t *address,
                           uint64_t *size) BASE_MUST_CHECK;
/* True when the value is not zero. */
struct error *values_truth(struct target *target, const char *expression, bool *ret) BASE_MUST_CHECK;
/* The type of that name, or of that expression; it stays its file's or the map's. Where it is neither, the
 * error is that of the name. */
struct error *values_type(struct target *target, const char *name, struct type **ret) BASE_MUST_CHECK;

#endif
