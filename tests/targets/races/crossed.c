/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two locks, taken crosswise. The first thread waits its turn no longer than the second. Sessions refer to
 * the lines. */
#include <pthread.h>

static pthread_mutex_t locks[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static volatile long last;

__attribute__((noinline)) static void cross(long first)
{
    pthread_mutex_lock(&locks[first]);
    pthread_mutex_lock(&locks[1 - first]);
    last = first + 1;
    pthread_mutex_unlock(&locks[1 - first]);
    pthread_mutex_unlock(&locks[first]);
}

static void *worker(void *arg)
{
    cross((long)arg);
    return NULL;
}

int main(void)
{
    pthread_t threads[2];
    for (long i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, worker, (void *)i);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return last == 0;
}
