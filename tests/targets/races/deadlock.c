/* Two transfers that take the same two locks, each its own first. Sessions refer to the lines. */
#include <pthread.h>

struct account {
    pthread_mutex_t lock;
    long balance;
};

static struct account accounts[2] = {{PTHREAD_MUTEX_INITIALIZER, 100}, {PTHREAD_MUTEX_INITIALIZER, 100}};

__attribute__((noinline)) static void transfer(struct account *from, struct account *to)
{
    pthread_mutex_lock(&from->lock);
    from->balance--;
    pthread_mutex_lock(&to->lock);
    to->balance++;
    pthread_mutex_unlock(&to->lock);
    pthread_mutex_unlock(&from->lock);
}

static void *worker(void *arg)
{
    long number = (long)arg;
    transfer(&accounts[number], &accounts[1 - number]);
    return NULL;
}

int main(void)
{
    pthread_t threads[2];
    for (long i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, worker, (void *)i);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return accounts[0].balance + accounts[1].balance != 200;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
