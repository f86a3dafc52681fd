/* The demo: workers that must not be inside together, and sometimes are. Lines are referred to by the tests.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct account {
    const char *owner;
    long balance;
    unsigned flags : 3;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct account shared = {"everybody", 100, 5};
volatile int inside;
volatile long rounds;

__attribute__((noinline)) static void deposit(struct account *to, long amount)
{
    long balance = to->balance;
    rounds++;
    to->balance = balance + amount;
}

static void *worker(void *arg)
{
    long number = (long)arg;
    for (int round = 0; round < 1000000; round++) {
        pthread_mutex_lock(&lock);
        inside++;
        deposit(&shared, number);
        inside--;
        pthread_mutex_unlock(&lock);
        usleep(1000);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 4;
    pthread_t threads[64];
    if (count > 64)
        count = 64;
    printf("starting %ld workers\n", count);
    for (long i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, worker, (void *)(i + 1));
    for (long i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    printf("%s has %ld\n", shared.owner, shared.balance);
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
