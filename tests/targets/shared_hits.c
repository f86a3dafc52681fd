/* Threads that all go through one function as fast as they can: how often is counted by the program itself.
 */
#include <pthread.h>
#include <stdlib.h>

enum { THREADS_MAX = 16 };

static volatile long passes;

__attribute__((noinline)) void hit(void)
{
    __atomic_add_fetch(&passes, 1, __ATOMIC_SEQ_CST);
}

__attribute__((noinline)) static void done(long total)
{
    passes = total;
}

static void *worker(void *arg)
{
    for (long i = 0; i < (long)arg; i++)
        hit();
    return NULL;
}

int main(int argc, char **argv)
{
    long threads = argc > 1 ? atol(argv[1]) : 4;
    long rounds = argc > 2 ? atol(argv[2]) : 100;
    pthread_t ids[THREADS_MAX];
    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    for (long i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, worker, (void *)rounds);
    for (long i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    done(passes);
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
