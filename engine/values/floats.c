/* Floating-point numbers of the target in our long double, by their bits: no format of the host is assumed.
 */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/arch/arch.h"
#include "engine/core.h"
#include "engine/values/value.h"

struct format {
    unsigned exponent_bits, fraction_bits;
};

static struct format format_of(size_t n)
{
    if (n == 2)
        return (struct format){5, 10};
    if (n == 4)
        return (struct format){8, 23};
    if (n == 8)
        return (struct format){11, 52};
    return (struct format){15, 112};
}

static bool is_x87(const struct session *s, size_t n)
{
    return n == 10 || n == 12 || (n == 16 && (s->arch == &arch_x86_64 || s->arch == &arch_i386));
}

static long double assemble(bool negative, unsigned exponent, unsigned exponent_bits, long double fraction,
                            bool leading)
{
    unsigned bias = (1u << (exponent_bits - 1)) - 1;
    long double value;
    if (exponent == (1u << exponent_bits) - 1)
        value = fraction == 0 ? (long double)INFINITY : (long double)NAN;
    else if (exponent == 0)
        value = ldexpl(fraction, 1 - (int)bias);
    else
        value = ldexpl(fraction + (leading ? 1 : 0), (int)exponent - (int)bias);
    return negative ? -value : value;
}

static long double load_x87(const unsigned char *little)
{
    uint64_t mantissa = arch_load(little, 8, false);
    unsigned top = (unsigned)arch_load(little + 8, 2, false);
    unsigned exponent = top & 0x7fff;
    if (exponent == 0x7fff)
        return assemble(top >> 15, exponent, 15, (long double)(mantissa << 1), false);
    /* The leading 1 is written out in this format. */
    return assemble(top >> 15, exponent, 15, ldexpl((long double)mantissa, -63), false);
}

static void reverse(unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        unsigned char byte = bytes[i];
        bytes[i] = bytes[n - 1 - i];
        bytes[n - 1 - i] = byte;
    }
}

long double float_load(struct session *s, const unsigned char *bytes, size_t n)
{
    unsigned char little[16] = {0};
    if (n > sizeof little)
        return 0;
    memcpy(little, bytes, n);
    if (s->big_endian)
        reverse(little, n);
    if (is_x87(s, n))
        return load_x87(little);
    struct format f = format_of(n);
    long double fraction = 0;
    for (unsigned i = 0; i < f.fraction_bits; i++)
        fraction = (fraction + (long double)(little[i / 8] >> (i % 8) & 1)) / 2;
    unsigned exponent = 0;
    for (unsigned i = 0; i < f.exponent_bits; i++) {
        unsigned at = f.fraction_bits + i;
        exponent |= (unsigned)(little[at / 8] >> (at % 8) & 1) << i;
    }
    return assemble(little[n - 1] >> 7, exponent, f.exponent_bits, fraction, true);
}

static void set_bit(unsigned char *little, unsigned at, unsigned bit)
{
    little[at / 8] = (unsigned char)(little[at / 8] | bit << (at % 8));
}

/* Rounds to nearest through the host's own conversion for the two common sizes; wider ones keep what long
 * double has. */
static void store_bits(unsigned char *little, struct format f, long double number)
{
    unsigned bias = (1u << (f.exponent_bits - 1)) - 1, exponent;
    int power = 0;
    long double fraction = 0;
    set_bit(little, f.fraction_bits + f.exponent_bits, signbit(number) ? 1 : 0);
    number = fabsl(number);
    if (isnan(number) || isinf(number)) {
        exponent = (1u << f.exponent_bits) - 1;
        fraction = isnan(number) ? 0.5L : 0;
    } else if (number == 0) {
        exponent = 0;
    } else {
        fraction = frexpl(number, &power) * 2;
        int biased = power - 1 + (int)bias;
        exponent = biased > 0 ? (unsigned)biased : 0;
        fraction = biased > 0 ? fraction - 1 : ldexpl(fraction, biased - 1);
    }
    for (unsigned i = 0; i < f.exponent_bits; i++)
        set_bit(little, f.fraction_bits + i, exponent >> i & 1);
    for (unsigned i = f.fraction_bits; i-- > 0;) {
        fraction *= 2;
        set_bit(little, i, fraction >= 1);
        fraction -= fraction >= 1;
    }
}

static void store_x87(unsigned char *little, long double number)
{
    int power = 0;
    unsigned top = signbit(number) ? 0x8000 : 0;
    uint64_t mantissa = 0;
    number = fabsl(number);
    if (isnan(number) || isinf(number)) {
        top |= 0x7fff;
        mantissa = isnan(number) ? (uint64_t)3 << 62 : (uint64_t)1 << 63;
    } else if (number != 0) {
        mantissa = (uint64_t)ldexpl(frexpl(number, &power), 64);
        top |= (unsigned)(power - 1 + 16383);
    }
    arch_store(little, 8, false, mantissa);
    arch_store(little + 8, 2, false, top);
}

void float_store(struct session *s, unsigned char *bytes, size_t n, long double number)
{
    unsigned char little[16] = {0};
    if (n > sizeof little)
        return;
    if (is_x87(s, n))
        store_x87(little, number);
    else if (n == 4)
        store_bits(little, format_of(4), (long double)(float)number);
    else if (n == 8)
        store_bits(little, format_of(8), (long double)(double)number);
    else
        store_bits(little, format_of(n), number);
    if (s->big_endian)
        reverse(little, n);
    memcpy(bytes, little, n);
}

struct error *value_as_float(struct pool *p, struct value *v, long double *ret)
{
    struct type *t = type_strip(v->type);
    if (t->kind != TYPE_FLOAT) {
        uint64_t number;
        TRY(value_as_integer(p, v, &number));
        *ret = t->is_signed ? (long double)(int64_t)number : (long double)number;
        return NULL;
    }
    TRY(value_load(p, v));
    *ret = float_load(p->session, v->bytes, v->size);
    return NULL;
}

struct value *value_float(struct pool *p, struct type *type, long double number)
{
    struct value *v = value_new(p, type);
    v->bytes = xcalloc(v->size ? v->size : 1, 1);
    float_store(p->session, v->bytes, v->size, number);
    return v;
}
