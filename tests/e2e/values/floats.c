/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Floats that stay in registers across calls, and vectors that are passed in them. */
#include <stdio.h>

volatile double sink;

__attribute__((noinline)) int leaf(int x)
{
    sink = x; /* in leaf */
    return x + 1;
}

__attribute__((noinline)) double keep(double a, float b, int n)
{
    double s = a, u = s * 2;
    float t = b, w = t * 3;
    for (int i = 0; i < n; i++) {
        n += leaf(i) > 100;
        s *= 1.5;
        t += 0.5f;
        u += s;
        w += t;
    }
    return s + t + u + w + leaf(n);
}

#ifdef WITH_VECTORS
typedef float floats __attribute__((vector_size(32)));
typedef int ints __attribute__((vector_size(16)));
floats eight = {1, 2, 3, 4, 5, 6, 7, 8};
ints four = {1, 2, 3, 4};

__attribute__((noinline)) int sum(floats f, ints a, ints b)
{
    sink = 1;
    return (int)f[0] + a[1] + b[2];
}
#endif

int main(int count, char **words)
{
    (void)words;
    printf("%f\n", keep(2.25, 1.5f, count));
#ifdef WITH_VECTORS
    printf("%d\n", sum(eight, four, four + 2));
#endif
    return 0;
}
