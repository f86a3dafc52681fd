/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A condition that is looked at without the lock: the signal may come before the wait. Sessions refer to the
 * lines. */
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static volatile long ready, woken;

__attribute__((noinline)) static void await(void)
{
    if (!ready) {
        pthread_mutex_lock(&lock);
        pthread_cond_wait(&changed, &lock);
        pthread_mutex_unlock(&lock);
    }
    woken = 1;
}

__attribute__((noinline)) static void announce(void)
{
    ready = 1;
    pthread_cond_signal(&changed);
    ready = 2;
}

static void *worker(void *arg)
{
    if (arg)
        announce();
    else
        await();
    return NULL;
}

int main(void)
{
    pthread_t waiter, announcer;
    pthread_create(&waiter, NULL, worker, NULL);
    pthread_create(&announcer, NULL, worker, (void *)1);
    pthread_join(waiter, NULL);
    pthread_join(announcer, NULL);
    return woken != 1;
}
