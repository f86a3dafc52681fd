/* Two deposits of 1 into an account of 0: one of them can get lost. Sessions refer to the lines. */
#include <pthread.h>
#include <stdio.h>

static volatile long balance;

__attribute__((noinline)) static void deposit(long amount)
{
    long seen = balance;
    seen += amount;
    balance = seen;
}

static void *worker(void *arg)
{
    deposit(*(long *)arg);
    return NULL;
}

int main(void)
{
    static long one = 1;
    pthread_t a, b;
    pthread_create(&a, NULL, worker, &one);
    pthread_create(&b, NULL, worker, &one);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    printf("%ld\n", balance);
    return balance != 2;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
