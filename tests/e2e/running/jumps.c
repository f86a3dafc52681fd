/* SPDX-License-Identifier: GPL-3.0-or-later */
/* longjmp() from everywhere; lines are found by the comments behind them. */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>

static jmp_buf here, outer;
static sigjmp_buf signalled;
static volatile int sink;

static void third(int n)
{
    sink++;
    longjmp(here, n); /* jumps */
}

static void second(int n)
{
    third(n); /* in second */
    sink = -1;
}

static void first(int n)
{
    second(n); /* in first */
    sink = -1;
}

/* setjmp() and longjmp() in one function */
static int alone(void)
{
    volatile int rounds = 0;
    if (setjmp(here) == 0) { /* alone */
        rounds++;
        longjmp(here, 1); /* alone jumps */
    }
    return rounds; /* alone behind */
}

/* A jump that is of nobody's business outside */
static int inside(void)
{
    if (setjmp(here) == 0) /* inside sets */
        first(2);
    return sink;
}

static void to_outer(void)
{
    sink++;            /* to outer */
    longjmp(outer, 5); /* far */
}

static void between(void)
{
    to_outer(); /* in between */
    sink = -1;
}

static void on_signal(int number)
{
    sink += number;
    siglongjmp(signalled, number); /* handler */
}

static void raises(void)
{
    if (sigsetjmp(signalled, 1) == 0) /* sigsetjmp */
        raise(SIGUSR2);               /* raises */
    sink++;                           /* raised */
}

int main(void)
{
    int got;
    signal(SIGUSR2, on_signal);
    got = setjmp(here);     /* main sets */
    if (got == 0)           /* main */
        first(3);           /* main calls */
    sink = alone();         /* main alone */
    sink = inside();        /* main inside */
    if (setjmp(outer) == 0) /* main outer */
        between();          /* main between */
    raises();               /* main raises */
    return sink & 1;        /* main ends */
}
