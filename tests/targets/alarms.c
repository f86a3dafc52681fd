/* Stepping while a signal comes every few milliseconds: into calls, over recursion, through the PLT. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

volatile long ticks, sink;
static const char *volatile text = "12";

static void on_alarm(int number)
{
    (void)number;
    ticks++;
}

__attribute__((noinline)) int fact(int n)
{
    if (n <= 1)
        return 1;
    int rest = fact(n - 1);
    return n * rest;
}

__attribute__((noinline)) void wait_ticks(long n)
{
    long until = ticks + n;
    while (ticks < until)
        sink++;
}

__attribute__((noinline)) void stretch(void)
{
    wait_ticks(3);
    sink = fact(5);
    sink += atoi(text);
    wait_ticks(2);
    sink++;
    for (int i = 0; i < 100; i++)
        sink += i;
    sink = 1;
    wait_ticks(3);
}

int main(void)
{
    signal(SIGALRM, on_alarm);
    struct itimerval every = {{0, 5000}, {0, 5000}};
    setitimer(ITIMER_REAL, &every, NULL);
    stretch();
    memset(&every, 0, sizeof every);
    setitimer(ITIMER_REAL, &every, NULL);
    fact(4);
    return 7;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
