/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/floats.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/arch/arch.h"
#include "engine/target/target.h"
#include "engine/inspect/values/decimal.h"
#include "engine/inspect/values/value.h"

enum { FLOAT_BYTES = 16 };

struct layout {
    unsigned exponent_bits, fraction_bits;
};

static struct layout layout_of(enum float_format f)
{
    static const struct layout layouts[] = {
        [FLOAT_HALF] = {5, 10}, [FLOAT_BRAIN] = {8, 7},   [FLOAT_SINGLE] = {8, 23}, [FLOAT_DOUBLE] = {11, 52},
        [FLOAT_X87] = {15, 63}, [FLOAT_QUAD] = {15, 112}, [FLOAT_PAIR] = {11, 52},
    };
    return layouts[f];
}

/* Compilers name the IEEE type where the ABI's long double is another of the same size (gcc's manual,
 * "Floating Types"). */
static bool is_quad_name(const char *name)
{
    return name && (strstr(name, "loat128") || strstr(name, "ieee128") || strstr(name, "kind=16"));
}

static enum float_format long_double_of(const struct arch *arch)
{
    static const enum float_format formats[] = {
        [LONG_DOUBLE_QUAD] = FLOAT_QUAD, [LONG_DOUBLE_X87] = FLOAT_X87, [LONG_DOUBLE_PAIR] = FLOAT_PAIR};
    return formats[arch->long_double];
}

enum float_format float_format_of(const struct target *target, struct type *t, size_t n)
{
    const char *name = t ? type_strip(t)->name : NULL;
    switch (n) {
    case 2:
        return name && strcmp(name, "__bf16") == 0 ? FLOAT_BRAIN : FLOAT_HALF;
    case 4:
        return FLOAT_SINGLE;
    case 8:
        return FLOAT_DOUBLE;
    case 10:
    case 12:
        return FLOAT_X87;
    default:
        return is_quad_name(name) || !target->arch ? FLOAT_QUAD : long_double_of(target->arch);
    }
}

static void reverse(unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        unsigned char byte = bytes[i];
        bytes[i] = bytes[n - 1 - i];
        bytes[n - 1 - i] = byte;
    }
}

static unsigned __int128 wide_of(const unsigned char *little)
{
    unsigned __int128 number = 0;
    for (size_t i = FLOAT_BYTES; i-- > 0;)
        number = number << 8 | little[i];
    return number;
}

static void take_bits(struct layout l, const unsigned char *little, bool leading_is_written,
                      struct float_parts *ret)
{
    unsigned __int128 bits = wide_of(little);
    unsigned stored = l.fraction_bits + leading_is_written;
    unsigned top = (1u << l.exponent_bits) - 1, exponent = (unsigned)(bits >> stored) & top;
    unsigned __int128 one = 1, fraction = bits & ((one << l.fraction_bits) - 1);
    *ret = (struct float_parts){.negative = (bool)(bits >> (stored + l.exponent_bits) & 1)};
    ret->mantissa = leading_is_written ? bits & ((one << stored) - 1) : fraction;
    bool leading = ret->mantissa >> l.fraction_bits;
    if (leading_is_written && exponent && !leading) {
        ret->class = FLOAT_INVALID;
        return;
    }
    if (exponent == top) {
        ret->class = fraction ? FLOAT_NAN : FLOAT_INFINITE;
        return;
    }
    if (exponent && !leading_is_written)
        ret->mantissa |= one << l.fraction_bits;
    int bias = (1 << (l.exponent_bits - 1)) - 1;
    ret->exponent = (exponent ? (int)exponent : 1) - bias - (int)l.fraction_bits;
}

enum { PAIR_PRECISION = 106, PAIR_DISTANCE = 53 };

/* Rounds to the precision a pair is taken to have. */
static void round_pair(struct float_parts *p)
{
    unsigned __int128 limit = (unsigned __int128)1 << PAIR_PRECISION, lost = 0, half = 1;
    unsigned bits = 0;
    for (; p->mantissa >> bits >= limit; bits++)
        half = bits ? half << 1 : 1;
    if (!bits)
        return;
    lost = p->mantissa & ((half << 1) - 1);
    p->mantissa >>= bits;
    p->exponent += (int)bits;
    if (lost > half || (lost == half && (p->mantissa & 1)))
        p->mantissa++;
}

/* A pair is a number when its first half is the sum rounded: the second is at most half a unit of it. */
static bool is_pair(const struct float_parts *high, const struct float_parts *low)
{
    unsigned __int128 half = (unsigned __int128)1 << (PAIR_DISTANCE - 1);
    if (high->class == FLOAT_NAN || low->mantissa == 0)
        return low->class == FLOAT_FINITE || high->class == FLOAT_NAN;
    if (high->class != FLOAT_FINITE || high->mantissa < half || low->class != FLOAT_FINITE)
        return false;
    int distance = high->exponent - low->exponent;
    return distance > PAIR_DISTANCE ||
           (distance == PAIR_DISTANCE && low->mantissa == half && !(high->mantissa & 1));
}

/* The sum of a pair, as far as it fits; the second half is what rounding the first one lost. */
static void add_half(const struct float_parts *low, struct float_parts *sum)
{
    int distance = sum->exponent - low->exponent;
    if (!is_pair(sum, low)) {
        sum->class = FLOAT_INVALID;
        return;
    }
    if (sum->class != FLOAT_FINITE || !low->mantissa || distance > 70)
        return;
    sum->mantissa <<= distance;
    sum->exponent = low->exponent;
    sum->mantissa =
        sum->negative == low->negative ? sum->mantissa + low->mantissa : sum->mantissa - low->mantissa;
    round_pair(sum);
}

void float_take_apart(const struct target *target, enum float_format f, const unsigned char *bytes, size_t n,
                      struct float_parts *ret)
{
    unsigned char little[FLOAT_BYTES] = {0}, second[FLOAT_BYTES] = {0};
    *ret = (struct float_parts){0};
    if (n > sizeof little)
        return;
    size_t one = f == FLOAT_PAIR ? n / 2 : n;
    memcpy(little, bytes, one);
    memcpy(second, bytes + one, n - one);
    if (target->big_endian) {
        reverse(little, one);
        reverse(second, n - one);
    }
    take_bits(layout_of(f), little, f == FLOAT_X87, ret);
    if (f != FLOAT_PAIR)
        return;
    struct float_parts low;
    take_bits(layout_of(f), second, false, &low);
    add_half(&low, ret);
}

/* x * 2^power, in steps that no format overflows. */
static real scale(real x, int power)
{
    enum { STEP = 60 };
    const real up = (real)(1ull << STEP), down = 1 / up;
    for (; power >= STEP && x * 2 != x; power -= STEP)
        x *= up;
    for (; power <= -STEP && x != 0; power += STEP)
        x *= down;
    if (power <= -STEP || power >= STEP)
        return x;
    return power < 0 ? x / (real)(1ull << -power) : x * (real)(1ull << power);
}

real float_load(const struct target *target, struct type *t, const unsigned char *bytes, size_t n)
{
    struct float_parts p;
    if (decimal_is(t))
        return decimal_load(target, bytes, n);
    float_take_apart(target, float_format_of(target, t, n), bytes, n, &p);
    real number = p.class == FLOAT_FINITE     ? scale((real)p.mantissa, p.exponent)
                  : p.class == FLOAT_INFINITE ? (real)INFINITY
                                              : (real)NAN;
    return p.negative ? -number : number;
}

bool float_is_valid(const struct target *target, struct type *t, const unsigned char *bytes, size_t n)
{
    struct float_parts p;
    if (decimal_is(t))
        return true;
    float_take_apart(target, float_format_of(target, t, n), bytes, n, &p);
    return p.class != FLOAT_INVALID;
}

static unsigned bit_length(unsigned __int128 number)
{
    uint64_t high = (uint64_t)(number >> 64), low = (uint64_t)number;
    return high ? 128 - (unsigned)__builtin_clzll(high) : low ? 64 - (unsigned)__builtin_clzll(low) : 0;
}

static struct float_parts parts_of(real number)
{
    struct float_parts p = {.negative = __builtin_signbit(number) != 0};
    number = p.negative ? -number : number;
    if (number != number) {
        p.class = FLOAT_NAN;
    } else if (number * 2 == number && number != 0) {
        p.class = FLOAT_INFINITE;
    } else {
        /* Brought to a whole number of at most 113 bits, which is exact: so many bits the widest format has.
         */
        const real limit = (real)((unsigned __int128)1 << 112);
        for (; number != 0 && number < limit && p.exponent > -20000; p.exponent--)
            number *= 2;
        for (; number >= limit * 2; p.exponent++)
            number /= 2;
        p.mantissa = (unsigned __int128)number;
    }
    return p;
}

/* Without the lowest `drop` bits, rounded to nearest and ties to even. */
static unsigned __int128 round_off(unsigned __int128 number, unsigned drop)
{
    if (drop == 0 || drop > 127)
        return drop ? 0 : number;
    unsigned __int128 half = (unsigned __int128)1 << (drop - 1), lost = number & (half * 2 - 1);
    number >>= drop;
    return number + (lost > half || (lost == half && (number & 1)));
}

/* Also of x87, whose leading 1 is inserted afterwards. */
static unsigned __int128 put_bits(struct layout l, const struct float_parts *p)
{
    unsigned __int128 one = 1, sign = p->negative ? one << (l.exponent_bits + l.fraction_bits) : 0;
    unsigned __int128 top = ((one << l.exponent_bits) - 1) << l.fraction_bits;
    if (p->class != FLOAT_FINITE)
        return sign | top | (p->class == FLOAT_INFINITE ? 0 : one << (l.fraction_bits - 1));
    if (!p->mantissa)
        return sign;
    int length = (int)bit_length(p->mantissa), bias = (1 << (l.exponent_bits - 1)) - 1;
    int biased = p->exponent + length - 1 + bias, drop = length - 1 - (int)l.fraction_bits;
    if (biased <= 0) {
        drop += 1 - biased;
        biased = 1;
    }
    unsigned __int128 mantissa =
        drop > 0 ? round_off(p->mantissa, (unsigned)drop) : p->mantissa << (unsigned)-drop;
    /* The leading 1, where there is one, counts as one of the exponent; what rounding carries goes there as
     * well. */
    if (biased > 2 * bias + 1)
        return sign | top;
    unsigned __int128 bits = ((unsigned __int128)(unsigned)(biased - 1) << l.fraction_bits) + mantissa;
    return sign | (bits > top ? top : bits);
}

static unsigned __int128 with_leading_bit(unsigned __int128 bits)
{
    unsigned __int128 fraction = bits & (((unsigned __int128)1 << 63) - 1), rest = bits >> 63;
    bool leading = (rest & 0x7fff) != 0;
    return rest << 64 | (unsigned __int128)leading << 63 | fraction;
}

static void put_little(unsigned char *little, size_t n, unsigned __int128 bits)
{
    for (size_t i = 0; i < n; i++, bits >>= 8)
        little[i] = (unsigned char)bits;
}

/* The nearest binary64, and the nearest one to what that leaves. */
static void put_pair(const struct target *target, unsigned char *little, real number)
{
    real high = (real)(double)number, low = high * 2 == high ? 0 : number - high;
    struct float_parts halves[] = {parts_of(high), parts_of(low)};
    for (size_t i = 0; i < 2; i++) {
        put_little(little + i * 8, 8, put_bits(layout_of(FLOAT_DOUBLE), &halves[i]));
        if (target->big_endian)
            reverse(little + i * 8, 8);
    }
}

void float_store(const struct target *target, struct type *t, unsigned char *bytes, size_t n, real number)
{
    unsigned char little[FLOAT_BYTES] = {0};
    enum float_format f = float_format_of(target, t, n);
    if (n > sizeof little)
        return;
    if (decimal_is(t)) {
        decimal_store(target, bytes, n, number);
        return;
    }
    if (f == FLOAT_PAIR) {
        put_pair(target, little, number);
    } else {
        struct float_parts p = parts_of(number);
        unsigned __int128 bits = put_bits(layout_of(f), &p);
        put_little(little, n, f == FLOAT_X87 ? with_leading_bit(bits) : bits);
        if (target->big_endian)
            reverse(little, n);
    }
    memcpy(bytes, little, n);
}

void float_negate(const struct target *target, struct type *t, unsigned char *bytes, size_t n)
{
    enum float_format f = decimal_is(t) ? FLOAT_QUAD : float_format_of(target, t, n);
    size_t parts = f == FLOAT_PAIR ? 2 : 1, one = f == FLOAT_X87 && n >= 10 ? 10 : n / parts;
    for (size_t i = 0; i < parts && n; i++)
        bytes[i * one + (target->big_endian ? 0 : one - 1)] ^= 0x80;
}

struct error *value_as_float(struct pool *p, struct value *v, real *ret)
{
    struct type *t = type_strip(v->type);
    if (t->kind != TYPE_FLOAT) {
        __int128 number;
        TRY(value_as_wide(p, v, &number));
        *ret = t->is_signed ? (real)number : (real)(unsigned __int128)number;
        return NULL;
    }
    TRY(value_load(p, v));
    if (!float_is_valid(p->target, t, v->bytes, v->size))
        return error_new(ERR_TYPE_MISMATCH, "the bits of the value are no floating-point number");
    *ret = float_load(p->target, t, v->bytes, v->size);
    return NULL;
}

struct value *value_float(struct pool *p, struct type *type, real number)
{
    struct value *v = value_new(p, type);
    v->bytes = xcalloc(v->size ? v->size : 1, 1);
    float_store(p->target, type, v->bytes, v->size, number);
    return v;
}
