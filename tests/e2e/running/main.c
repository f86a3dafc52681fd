/* Steps in, over and out; lines are referred to by run.sh. */
#include <setjmp.h>
int from_afar(int a);
volatile int sink;

__attribute__((noinline)) int near(int a)
{
    sink = a;
    return a + 3;
}

__attribute__((noinline)) int down(int n)
{
    if (n == 0)
        return 0;
    int below = down(n - 1);
    return below + 1;
}

__attribute__((noinline)) void turn(int n)
{
    for (int i = 0; i < n; i++)
        sink += i;
    sink++;
}

int main(void)
{
    int a = from_afar(1);
    int b = from_afar(a);
    int c = near(b);
    int d = down(3);
    turn(5);
    return a + b + c + d;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
