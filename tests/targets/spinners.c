/* Threads that count, each for itself, without ever waiting: one that is held shows by a count that stays.
 * Only the first of them comes by the functions: where a stub lets the others run on while that one is
 * stopped, they meet no breakpoint. */
#include <pthread.h>
#include <stdlib.h>

enum { SPINNERS_MAX = 64, BETWEEN = 50000 };

static volatile long counts[SPINNERS_MAX];
static volatile long ready, passes;
static long spinners;

__attribute__((noinline)) static void pass(void)
{
    passes++;
}

__attribute__((noinline)) static void all_ready(void)
{
    __asm__ volatile("");
}

static void *spin(void *arg)
{
    long me = (long)arg;
    __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
    for (;;)
        counts[me]++;
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    spinners = argc > 1 ? atol(argv[1]) : 4;
    if (spinners > SPINNERS_MAX)
        spinners = SPINNERS_MAX;
    for (long i = 0; i < spinners; i++)
        pthread_create(&thread, NULL, spin, (void *)i);
    while (ready < spinners || counts[0] == 0)
        ;
    all_ready();
    for (volatile long i = 1;; i++)
        if (i % BETWEEN == 0)
            pass();
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
