/* Single-threaded, for stepping on every architecture. Lines are referred to by the tests. */
volatile long sink;

__attribute__((noinline)) int leaf(int a)
{
    sink += a;
    return a + 1;
}

__attribute__((noinline)) int fact(int n)
{
    if (n <= 1)
        return 1;
    int rest = fact(n - 1);
    return n * rest;
}

__attribute__((noinline)) int middle(int a)
{
    int x = leaf(a);
    int y = leaf(x);
    return x + y;
}

__attribute__((noinline)) void spin(int n)
{
    for (int i = 0; i < n; i++)
        sink += i;
}

int main(void)
{
    int first = middle(3);
    int second = fact(5);
    spin(10);
    sink = first + second;
    return (int)(sink & 0x7f);
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
