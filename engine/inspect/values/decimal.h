/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/decimal.h - decimal floating-point numbers, C's _Decimal32, 64 and 128: an integer of
 * 7, 16 or 34 digits times a power of ten (IEEE 754-2008, 3.5), its digits as one binary number or packed
 * three to ten bits, as the processor's ABI has it. No state; nothing fails.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_DECIMAL_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_DECIMAL_H

#include "engine/inspect/values/floats.h"

bool decimal_is(struct type *t);
/* `n` is 4, 8 or 16 bytes. */
real decimal_load(const struct target *target, const unsigned char *bytes, size_t n);
/* The nearest one, with as few digits as it has. */
void decimal_store(const struct target *target, unsigned char *bytes, size_t n, real number);
/* As IEEE 754's to-scientific-string has it: 1.20, 1.2E+10, -Infinity, NaN. */
void decimal_add_text(const struct target *target, const unsigned char *bytes, size_t n, struct buf *out);

#endif
