/* What the counts of `make bench` are taken on: deep recursion, a line without calls, sleeping threads. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

volatile long sink;

__attribute__((noinline)) int add(int x)
{
    sink += x;
    return x + 1;
}

__attribute__((noinline)) int leaf(int a)
{
    long wide = a + 5;
    const char *text = "hello";
    double real = 1.5;
    sink += wide + *text + (int)real;
    sink += a + a * 2 + a * 3;
    add(9);
    sink++;
    return a;
}

__attribute__((noinline)) int deep(int n)
{
    int r = n == 0 ? leaf(n) : deep(n - 1);
    sink += r;
    return r;
}

static void *sleeper(void *arg)
{
    for (;;)
        pause();
    return arg;
}

__attribute__((noinline)) void ready(void)
{
    sink = 0;
}

__attribute__((noinline)) void spin(long n)
{
    for (long i = 0; i < n; i++)
        sink += i;
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 0;
    pthread_t thread;
    for (int i = 0; i < count; i++)
        pthread_create(&thread, NULL, sleeper, NULL);
    if (count)
        usleep(100000);
    ready();
    deep(18);
    spin(100000000);
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
