/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two threads that see whether there is something to free, and free it. Sessions refer to the lines. */
#include <pthread.h>
#include <stdlib.h>

static void *volatile shared;
static volatile long freed_by;

__attribute__((noinline)) static void drop(long who)
{
    void *mine = shared;
    if (!mine)
        return;
    freed_by = 10 * freed_by + who;
    free(mine);
    shared = NULL;
}

static void *worker(void *arg)
{
    drop((long)arg);
    return NULL;
}

int main(void)
{
    pthread_t first, second;
    shared = malloc(2000000); /* of its own mapping: the second time it is no longer there */
    pthread_create(&first, NULL, worker, (void *)1);
    pthread_create(&second, NULL, worker, (void *)2);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    return freed_by > 10;
}
