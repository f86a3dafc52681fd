/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/decimal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/target/arch/arch.h"
#include "engine/target/target.h"

enum { DECIMAL_BYTES = 16, DIGITS = 34, DECLET_BITS = 10 };
typedef unsigned __int128 wide;

/* IEEE 754-2008, table 3.6: `tail` bits behind sign and combination field, the exponent in `exponent` bits.
 */
struct shape {
    unsigned size, digits, exponent, tail;
    int bias;
};

struct number {
    enum float_class class;
    bool negative;
    wide digits;
    int exponent;
};

static const struct shape *shape_of(size_t n)
{
    static const struct shape shapes[] = {{4, 7, 8, 20, 101}, {8, 16, 10, 50, 398}, {16, 34, 14, 110, 6176}};
    return &shapes[n == 4 ? 0 : n == 8 ? 1 : 2];
}

static wide power_of_ten(unsigned n)
{
    wide power = 1;
    while (n-- > 0)
        power *= 10;
    return power;
}

static wide ones(unsigned n)
{
    return ((wide)1 << n) - 1;
}

bool decimal_is(struct type *t)
{
    return t && type_strip(t)->decimal;
}

/* -- bits -------------------------------------------------------------------------------------------------
 */

/* Three digits of ten bits (IEEE 754-2008, table 3.3), of which the highest is pqr. */
static unsigned declet_digits(unsigned bits)
{
    unsigned pqr = bits >> 7 & 7, stu = bits >> 4 & 7, wxy = bits & 7, y = bits & 1;
    unsigned pq = pqr & 6, st = stu & 6, r = pqr & 1, u = stu & 1;
    if (!(bits & 8))
        return pqr * 100 + stu * 10 + wxy;
    switch (bits >> 1 & 3) {
    case 0:
        return pqr * 100 + stu * 10 + (8 | y);
    case 1:
        return pqr * 100 + (8 | u) * 10 + (st | y);
    case 2:
        return (8 | r) * 100 + stu * 10 + (pq | y);
    default:
        break;
    }
    switch (bits >> 5 & 3) {
    case 0:
        return (8 | r) * 100 + (8 | u) * 10 + (pq | y);
    case 1:
        return (8 | r) * 100 + (pq | u) * 10 + (8 | y);
    case 2:
        return (pq | r) * 100 + (8 | u) * 10 + (8 | y);
    default:
        return (8 | r) * 100 + (8 | u) * 10 + (8 | y);
    }
}

/* The one that is written for three digits; of others with the same digits none is. */
static unsigned declet_of(unsigned digits)
{
    unsigned bits = 0;
    while (declet_digits(bits) != digits)
        bits++;
    return bits;
}

static void take_packed(const struct shape *s, wide bits, struct number *ret)
{
    unsigned combination = (unsigned)(bits >> (s->size * 8 - 6)) & 31, tail_exponent = s->exponent - 2;
    bool large = combination >> 3 == 3;
    unsigned top = large ? combination >> 1 & 3 : combination >> 3;
    unsigned exponent = top << tail_exponent | (unsigned)(bits >> s->tail & ones(tail_exponent));
    ret->digits = large ? 8 | (combination & 1) : combination & 7;
    for (unsigned at = s->tail; at; at -= DECLET_BITS)
        ret->digits = ret->digits * 1000 + declet_digits((unsigned)(bits >> (at - DECLET_BITS)) & 1023);
    ret->exponent = (int)exponent - s->bias;
}

static void take_binary(const struct shape *s, wide bits, struct number *ret)
{
    unsigned width = s->size * 8, mantissa = width - 1 - s->exponent;
    bool large = (bits >> (width - 3) & 3) == 3;
    if (large)
        mantissa -= 2;
    ret->digits = bits & ones(mantissa);
    if (large)
        ret->digits |= (wide)1 << (mantissa + 2);
    if (ret->digits >= power_of_ten(s->digits)) /* no such number: it counts as 0 */
        ret->digits = 0;
    ret->exponent = (int)(bits >> mantissa & ones(s->exponent)) - s->bias;
}

static struct number take(const struct target *target, const unsigned char *bytes, size_t n)
{
    const struct shape *s = shape_of(n);
    struct number number = {0};
    wide bits = 0;
    for (size_t i = 0; i < s->size && i < n; i++)
        bits = bits << 8 | bytes[target->big_endian ? i : s->size - 1 - i];
    number.negative = (bool)(bits >> (s->size * 8 - 1) & 1);
    unsigned special = (unsigned)(bits >> (s->size * 8 - 6)) & 31;
    if (special >= 30)
        number.class = special == 30 ? FLOAT_INFINITE : FLOAT_NAN;
    else if (target->arch && target->arch->decimal_packed)
        take_packed(s, bits, &number);
    else
        take_binary(s, bits, &number);
    return number;
}

static wide packed_bits(const struct shape *s, const struct number *number)
{
    unsigned exponent = (unsigned)(number->exponent + s->bias), tail_exponent = s->exponent - 2;
    wide digits = number->digits, bits = 0;
    for (unsigned at = 0; at < s->tail; at += DECLET_BITS, digits /= 1000)
        bits |= (wide)declet_of((unsigned)(digits % 1000)) << at;
    unsigned first = (unsigned)digits, top = exponent >> tail_exponent;
    unsigned combination = first >= 8 ? 24 | top << 1 | (first & 1) : top << 3 | first;
    bits |= (wide)(exponent & (unsigned)ones(tail_exponent)) << s->tail;
    return bits | (wide)combination << (s->size * 8 - 6);
}

static wide binary_bits(const struct shape *s, const struct number *number)
{
    wide exponent = (unsigned)(number->exponent + s->bias);
    unsigned width = s->size * 8, mantissa = width - 1 - s->exponent;
    if (number->digits >> mantissa == 0)
        return exponent << mantissa | number->digits;
    return (wide)3 << (width - 3) | exponent << (mantissa - 2) | (number->digits & ones(mantissa - 2));
}

/* -- numbers ----------------------------------------------------------------------------------------------
 */

/* x * 10^power. */
static real scale(real x, int power)
{
    for (; power > 0 && x != 0 && x * 2 != x; power--)
        x *= 10;
    for (; power < 0 && x != 0; power++)
        x /= 10;
    return x;
}

real decimal_load(const struct target *target, const unsigned char *bytes, size_t n)
{
    struct number number = take(target, bytes, n);
    real x = number.class == FLOAT_FINITE     ? scale((real)number.digits, number.exponent)
             : number.class == FLOAT_INFINITE ? (real)INFINITY
                                              : (real)NAN;
    return number.negative ? -x : x;
}

/* The nearest whole number, ties to even. */
static wide nearest(real x)
{
    wide whole = (wide)x;
    real rest = x - (real)whole;
    return whole + (rest > (real)0.5 || (rest == (real)0.5 && (whole & 1)));
}

static struct number number_of(const struct shape *s, real x)
{
    struct number number = {.negative = __builtin_signbit(x) != 0};
    int least = -s->bias, most = (1 << s->exponent) - (1 << (s->exponent - 2)) - 1 - s->bias;
    x = number.negative ? -x : x;
    if (x != x || (x * 2 == x && x != 0)) {
        number.class = x != x ? FLOAT_NAN : FLOAT_INFINITE;
        return number;
    }
    if (x < (real)power_of_ten(s->digits) && (real)(wide)x == x) {
        number.digits = (wide)x;
        return number;
    }
    /* binary128 has 33 digits that can be trusted, which are written where the format has one more */
    unsigned trusted = s->digits < DIGITS ? s->digits : DIGITS - 1;
    real limit = (real)power_of_ten(trusted);
    while (x != 0 && x < limit / 10 && number.exponent > least)
        x *= 10, number.exponent--;
    while (x >= limit && number.exponent <= most)
        x /= 10, number.exponent++;
    number.digits = nearest(x);
    while (number.digits && number.digits % 10 == 0 &&
           (number.exponent < 0 || number.digits >= power_of_ten(s->digits)))
        number.digits /= 10, number.exponent++;
    if (!number.digits)
        number.exponent = 0;
    if (number.exponent > most)
        number.class = FLOAT_INFINITE;
    return number;
}

void decimal_store(const struct target *target, unsigned char *bytes, size_t n, real x)
{
    const struct shape *s = shape_of(n);
    struct number number = number_of(s, x);
    wide bits;
    if (number.class != FLOAT_FINITE)
        bits = (wide)(number.class == FLOAT_INFINITE ? 30 : 31) << (s->size * 8 - 6);
    else if (target->arch && target->arch->decimal_packed)
        bits = packed_bits(s, &number);
    else
        bits = binary_bits(s, &number);
    bits |= (wide)number.negative << (s->size * 8 - 1);
    for (size_t i = 0; i < s->size && i < n; i++, bits >>= 8)
        bytes[target->big_endian ? s->size - 1 - i : i] = (unsigned char)bits;
}

static size_t write_digits(wide number, char *ret)
{
    char reversed[DIGITS + 8];
    size_t n = 0;
    do
        reversed[n++] = (char)('0' + (int)(number % 10));
    while ((number /= 10) != 0 && n < sizeof reversed);
    for (size_t i = 0; i < n; i++)
        ret[i] = reversed[n - 1 - i];
    return n;
}

void decimal_add_text(const struct target *target, const unsigned char *bytes, size_t n, struct buf *out)
{
    struct number number = take(target, bytes, n);
    char digits[DIGITS + 8];
    if (number.negative)
        buf_add_char(out, '-');
    if (number.class != FLOAT_FINITE) {
        buf_add_text(out, number.class == FLOAT_INFINITE ? "Infinity" : "NaN");
        return;
    }
    size_t count = write_digits(number.digits, digits);
    int point = (int)count + number.exponent; /* so many digits stand in front of it */
    if (number.exponent <= 0 && point > -6) {
        if (point <= 0)
            buf_printf(out, "0.%.*s", -point, "00000");
        for (size_t i = 0; i < count; i++) {
            if (i && (int)i == point)
                buf_add_char(out, '.');
            buf_add_char(out, digits[i]);
        }
        return;
    }
    buf_add_char(out, digits[0]);
    if (count > 1)
        buf_add_char(out, '.');
    buf_add(out, digits + 1, count - 1);
    buf_printf(out, "E%+d", point - 1);
}
