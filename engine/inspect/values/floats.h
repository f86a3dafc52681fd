/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/floats.h - floating-point numbers of the target, by their bits.
 *
 * No format of the host is assumed: a number is taken apart into sign, integer mantissa and power of two,
 * from which its exact decimal digits are made. Computing is done in binary128 where the compiler has it,
 * else in the host's long double. No state; nothing fails.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_FLOATS_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_FLOATS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "symbols/type.h"

struct target;

#ifdef __SIZEOF_FLOAT128__
typedef __float128 real;
#else
typedef long double real;
#endif

enum float_format {
    FLOAT_HALF,   /* IEEE 754 binary16 */
    FLOAT_BRAIN,  /* the upper half of a binary32 */
    FLOAT_SINGLE, /* binary32 */
    FLOAT_DOUBLE, /* binary64 */
    FLOAT_X87,    /* 80 bits with the leading 1 written out */
    FLOAT_QUAD,   /* binary128 */
    FLOAT_PAIR,   /* Power's long double: the sum of two binary64 */
};

enum float_class { FLOAT_FINITE, FLOAT_INFINITE, FLOAT_NAN, FLOAT_INVALID /* no number of this format */ };

/* (-1)^negative * mantissa * 2^exponent; of a NaN the fraction's bits are the mantissa. */
struct float_parts {
    enum float_class class;
    bool negative;
    unsigned __int128 mantissa;
    int exponent;
};

/* The format of `n` bytes of this type (NULL: known by the size alone). */
enum float_format float_format_of(const struct target *target, struct type *t, size_t n);
void float_take_apart(const struct target *target, enum float_format f, const unsigned char *bytes, size_t n,
                      struct float_parts *ret);
real float_load(const struct target *target, struct type *t, const unsigned char *bytes, size_t n);
void float_store(const struct target *target, struct type *t, unsigned char *bytes, size_t n, real number);
/* False: the bits are no number (x87 without its leading 1). */
bool float_is_valid(const struct target *target, struct type *t, const unsigned char *bytes, size_t n);
/* Turns the sign, and nothing else. */
void float_negate(const struct target *target, struct type *t, unsigned char *bytes, size_t n);
/* As gdb prints it: as many digits as tell every two numbers of the format apart, as with %g. */
void float_add_text(const struct target *target, struct type *t, const unsigned char *bytes, size_t n,
                    struct buf *out);

#endif
