/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A function for each way of returning a value. */
#include <complex.h>

enum colour { RED, GREEN = 7 };
struct one {
    char c;
};
struct pair {
    int a, b;
};
struct mixed {
    double d;
    int i;
};
struct floats {
    float x, y, z;
};
struct doubles {
    double x, y;
};
struct odd {
    short a;
    char b;
};
struct three {
    char c[3];
};
struct big {
    long a[5];
};
union either {
    int i;
    float f;
};

#define RETURNS(type, name, value)                                                                           \
    __attribute__((noinline)) type name(void)                                                                \
    {                                                                                                        \
        type made = value;                                                                                   \
        __asm__ volatile("" : : "r"(&made) : "memory");                                                      \
        return made;                                                                                         \
    }
#define OF(...) __VA_ARGS__

RETURNS(signed char, f_char, -3)
RETURNS(short, f_short, -300)
RETURNS(int, f_int, -31337)
RETURNS(long long, f_long, -1234567890123)
RETURNS(_Bool, f_bool, 1)
RETURNS(enum colour, f_enum, GREEN)
RETURNS(const char *, f_text, "hey")
RETURNS(float, f_float, 1.5f)
RETURNS(double, f_double, -1234.5)
RETURNS(long double, f_wide, 2.25L)
RETURNS(float complex, f_complex, 1.5f + 2.5f * I)
RETURNS(double complex, f_wide_complex, 3.5 + 4.5 * I)
RETURNS(struct one, f_one, {OF('x')})
RETURNS(struct pair, f_pair, {OF(11, -22)})
RETURNS(struct mixed, f_mixed, {OF(4321.5, 61234)})
RETURNS(struct floats, f_floats, {OF(1, 2, 3)})
RETURNS(struct doubles, f_doubles, {OF(1.25, 2.5)})
RETURNS(struct odd, f_odd, {OF(513, 66)})
RETURNS(struct three, f_three, {OF({65, 66, 67})})
RETURNS(struct big, f_big, {OF({1, 2, 3, 4, 5})})
RETURNS(union either, f_either, {OF(77)})

int main(void)
{
    volatile int kept = f_char() + f_short() + f_int() + (int)f_long() + f_bool() + f_enum() + *f_text();
    kept += (int)(f_float() + f_double() + f_wide() + crealf(f_complex()) + creal(f_wide_complex()));
    kept += f_one().c + f_pair().a + f_mixed().i + (int)f_floats().x + (int)f_doubles().x + f_odd().a +
            f_three().c[0];
    kept += (int)f_big().a[0] + f_either().i;
    return kept & 1;
}
