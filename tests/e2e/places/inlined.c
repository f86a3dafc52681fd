/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A function that is inlined, with a loop and calls in it. */
volatile int sink;

__attribute__((noinline)) int leaf(int x)
{
    sink = x;
    return x + 1;
}

static inline __attribute__((always_inline)) int body(int n)
{
    int t = 0;
    for (int i = 0; i < n; i++)
        t += leaf(i);
    return t;
}

__attribute__((noinline)) int outer(int n)
{
    sink = n; /* begins */
    int a = body(n);
    sink = a * 2; /* behind */
    return a + 1;
}

int main(void)
{
    int r = outer(3);
    sink = r;
    return r == 7;
}
