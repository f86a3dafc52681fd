/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread that takes it for granted that the other one was first. Sessions refer to the lines. */
#include <pthread.h>
#include <stddef.h>

static const char *volatile greeting;
static volatile char first;

__attribute__((noinline)) static void provide(void)
{
    greeting = "hello";
    first = first ? first : 'p';
}

__attribute__((noinline)) static void consume(void)
{
    first = *greeting;
    first = first ? first : 'c';
}

static void *worker(void *arg)
{
    if (arg)
        consume();
    else
        provide();
    return NULL;
}

int main(void)
{
    pthread_t provider, consumer;
    pthread_create(&provider, NULL, worker, NULL);
    pthread_create(&consumer, NULL, worker, (void *)1);
    pthread_join(provider, NULL);
    pthread_join(consumer, NULL);
    return first != 'h';
}
