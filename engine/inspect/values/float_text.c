/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exact decimal digits of a floating-point number, without the host's formats.
 *
 * mantissa * 2^exponent becomes a whole number of decimal limbs: times 2^exponent, or times 5^-exponent with
 * the decimal point moved. The smallest binary128 needs 11 550 digits, so the work is bounded.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/values/decimal.h"

enum { LIMB = 1000000000, LIMB_DIGITS = 9, LIMBS = 1400, DIGITS_MAX = 40 };

struct decimal {
    uint32_t limbs[LIMBS];
    size_t count;
};

static void multiply(struct decimal *d, uint32_t factor, uint32_t carry_in)
{
    uint64_t carry = carry_in;
    for (size_t i = 0; i < d->count; i++) {
        carry += (uint64_t)d->limbs[i] * factor;
        d->limbs[i] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
    if (carry && d->count < LIMBS)
        d->limbs[d->count++] = (uint32_t)carry;
}

/* times base^power, `at_once` powers in a step */
static void raise_by(struct decimal *d, uint32_t base, unsigned power, unsigned at_once)
{
    for (; power; power -= power < at_once ? power : at_once) {
        uint32_t factor = 1;
        for (unsigned i = 0; i < (power < at_once ? power : at_once); i++)
            factor *= base;
        multiply(d, factor, 0);
    }
}

static char *digits_of(const struct float_parts *p)
{
    struct decimal *d = xcalloc(1, sizeof *d);
    for (unsigned shift = 128; shift; shift -= 16) {
        multiply(d, 1 << 16, (uint32_t)(p->mantissa >> (shift - 16)) & 0xffff);
    }
    raise_by(d, 2, p->exponent > 0 ? (unsigned)p->exponent : 0, 29);
    raise_by(d, 5, p->exponent < 0 ? (unsigned)-p->exponent : 0, 12);
    struct buf b = {0};
    for (size_t i = d->count; i-- > 0;)
        buf_printf(&b, i + 1 == d->count ? "%" PRIu32 : "%09" PRIu32, d->limbs[i]);
    free(d);
    return buf_take(&b);
}

/* Cuts to `keep` digits, rounding to nearest and ties to even; true when that made one digit more. */
static bool round_digits(char *digits, size_t keep)
{
    size_t length = strlen(digits);
    if (length <= keep)
        return false;
    char next = digits[keep];
    bool exact_half = next == '5' && strspn(digits + keep + 1, "0") == length - keep - 1;
    bool up = exact_half ? (digits[keep - 1] - '0') % 2 == 1 : next >= '5';
    digits[keep] = '\0';
    if (!up)
        return false;
    size_t i = keep;
    while (i > 0 && digits[i - 1] == '9')
        digits[--i] = '0';
    if (i > 0) {
        digits[i - 1]++;
        return false;
    }
    digits[0] = '1'; /* 999 became 1000, of which the last digit is not kept */
    return true;
}

/* As %g writes digits d.ddd times 10^exponent. */
static void write_g(const char *digits, long exponent, size_t precision, struct buf *out)
{
    size_t n = strlen(digits);
    while (n > 1 && digits[n - 1] == '0')
        n--;
    if (exponent < -4 || exponent >= (long)precision) {
        buf_add_char(out, digits[0]);
        if (n > 1)
            buf_add_char(out, '.');
        buf_add(out, digits + 1, n - 1);
        buf_printf(out, "e%c%02ld", exponent < 0 ? '-' : '+', labs(exponent));
        return;
    }
    if (exponent < 0)
        buf_printf(out, "0.%.*s", (int)(-exponent - 1), "000");
    for (size_t i = 0; i < n || (long)i <= exponent; i++) {
        if (i > 0 && (long)i == exponent + 1)
            buf_add_char(out, '.');
        buf_add_char(out, i < n ? digits[i] : '0');
    }
}

/* ceil(1 + p * log10(2)) for p bits of precision, as gdb computes it: C's DECIMAL_DIG of the format. */
static size_t precision_of(enum float_format f)
{
    static const size_t digits[] = {
        [FLOAT_HALF] = 5, [FLOAT_BRAIN] = 4, [FLOAT_SINGLE] = 9, [FLOAT_DOUBLE] = 17,
        [FLOAT_X87] = 21, [FLOAT_QUAD] = 36, [FLOAT_PAIR] = 33,
    };
    return digits[f];
}

void float_add_text(const struct target *target, struct type *t, const unsigned char *bytes, size_t n,
                    struct buf *out)
{
    enum float_format f = float_format_of(target, t, n);
    struct float_parts p;
    if (decimal_is(t)) {
        decimal_add_text(target, bytes, n, out);
        return;
    }
    float_take_apart(target, f, bytes, n, &p);
    if (p.class == FLOAT_INVALID) {
        buf_add_text(out, "<invalid float value>");
        return;
    }
    if (p.negative)
        buf_add_char(out, '-');
    if (p.class == FLOAT_INFINITE) {
        buf_add_text(out, "inf");
    } else if (p.class == FLOAT_NAN) {
        uint64_t high = (uint64_t)(p.mantissa >> 64), low = (uint64_t)p.mantissa;
        buf_add_text(out, "nan(0x");
        if (high)
            buf_printf(out, "%" PRIx64 "%016" PRIx64 ")", high, low);
        else
            buf_printf(out, "%" PRIx64 ")", low);
    } else if (p.mantissa == 0) {
        buf_add_char(out, '0');
    } else {
        BASE_FREE char *digits = digits_of(&p);
        long exponent = (long)strlen(digits) - 1 + (p.exponent < 0 ? p.exponent : 0);
        exponent += round_digits(digits, precision_of(f));
        write_g(digits, exponent, precision_of(f), out);
    }
}
