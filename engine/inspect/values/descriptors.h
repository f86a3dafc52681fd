/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/descriptors.h - what a pointer to a function has in it, where that is not the address
 * of its first instruction: Thumb's bit, and the descriptors of the first ABI of 64-bit Power.
 *
 * The other way is function_code() (engine/inspect/values/value.h). Engine thread. Errors: those of reading
 * memory.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_DESCRIPTORS_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_DESCRIPTORS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct target;

/* The descriptor of the function at `code`, and its second word, which goes into a register; *found false:
 * there is none. */
struct error *function_descriptor(struct target *target, uint64_t code, uint64_t *address, uint64_t *table,
                                  bool *found) BASE_MUST_CHECK;
/* The code at `address` is no function but what chooses one as the program is linked (STT_GNU_IFUNC). */
bool function_is_chosen(struct target *target, uint64_t address);
/* What points to the function at `address`, which may be such a pointer already. */
struct error *function_pointer(struct target *target, uint64_t address, uint64_t *ret) BASE_MUST_CHECK;

#endif
