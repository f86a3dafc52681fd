/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lost update whose outcome tells who lost: deposits of 1 and 10. Sessions refer to the lines. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static volatile long balance;
static int mended; /* with an argument a lock is around it */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void deposit(long amount)
{
    if (mended)
        pthread_mutex_lock(&lock);
    long seen = balance;
    seen += amount;
    balance = seen;
    if (mended)
        pthread_mutex_unlock(&lock);
}

static void *worker(void *arg)
{
    deposit((long)arg);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t small, large;
    mended = argc > 1 && strcmp(argv[1], "mended") == 0;
    pthread_create(&small, NULL, worker, (void *)1);
    pthread_create(&large, NULL, worker, (void *)10);
    pthread_join(small, NULL);
    pthread_join(large, NULL);
    return balance == 11 ? 0 : 1;
}
