/* Ways for a program to end: WAY [N]. tests/e2e/life refers to its functions, and to no line. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static volatile unsigned long rounds;
static const char *volatile way;
static volatile int number;

__attribute__((noinline)) void round_once(void)
{
    rounds++;
}

/* Never returns on `signal`. */
__attribute__((noinline)) void end_here(void)
{
    if (strcmp(way, "exit") == 0)
        exit(number);
    raise(number);
}

__attribute__((noinline)) int outer(void)
{
    end_here();
    return 1;
}

static void *in_thread(void *unused)
{
    (void)unused;
    end_here();
    return NULL;
}

static void *spin(void *unused)
{
    (void)unused;
    for (;;)
        round_once();
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t one;
    way = argc > 1 ? argv[1] : "exit";
    number = argc > 2 ? atoi(argv[2]) : 0;
    alarm(300);                                /* it is not left behind by a test that was killed */
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); /* Debian lets only a parent attach */
    if (strcmp(way, "spin") == 0) {
        pthread_create(&one, NULL, spin, NULL);
        spin(NULL);
    }
    if (strcmp(way, "thread") == 0) {
        pthread_create(&one, NULL, in_thread, NULL);
        for (;;)
            pause();
    }
    for (int i = 0; i < 3; i++)
        round_once();
    return outer() - 1;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
