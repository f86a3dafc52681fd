/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways out of a function and into one: a jump at its end, a signal, the middle of a line that goes on. */
#include <signal.h>
#include <stdlib.h>

volatile int sink;

__attribute__((noinline)) int jumped_to(int x)
{
    sink = x; /* target */
    return x * 3;
}

__attribute__((noinline)) int jumps(int x)
{
    sink = x + 1;            /* first */
    return jumped_to(x + 2); /* jump */
}

static void on_signal(int number)
{
    sink = number; /* handler */
}

__attribute__((noinline)) int one(int x)
{
    return x + 1; /* one */
}

int main(void)
{
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    sink = jumps(1);                       /* calls */
    return one(sink) + one(1) + atoi("2"); /* both */
}
