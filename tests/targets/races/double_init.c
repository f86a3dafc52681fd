/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Something made once, by two threads that both look first. Sessions refer to the lines. */
#include <pthread.h>

static volatile long made, owner;

__attribute__((noinline)) static void make(long who)
{
    if (owner)
        return;
    made++;
    owner = who;
}

static void *worker(void *arg)
{
    make((long)arg);
    return NULL;
}

int main(void)
{
    pthread_t first, second;
    pthread_create(&first, NULL, worker, (void *)1);
    pthread_create(&second, NULL, worker, (void *)2);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    return made != 1;
}
