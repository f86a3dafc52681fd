/*
 * Eight threads in one hot function, so that several hit a breakpoint in it at the same time, and three
 * inside pause(), read() and poll(). The arguments: how many are hot, and 0 for no others.
 */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { HOT = 8, HOT_MOST = 64 };

volatile unsigned long counters[HOT_MOST];
static int pipe_ends[2];

__attribute__((noinline)) void hot(long number)
{
    counters[number]++;
}

static void *hot_thread(void *argument)
{
    for (;;)
        hot((long)argument);
    return NULL;
}

static void *pausing(void *unused)
{
    (void)unused;
    for (;;)
        pause();
    return NULL;
}

static void *reading(void *unused)
{
    (void)unused;
    for (char c;;)
        if (read(pipe_ends[0], &c, 1) == 0)
            return NULL;
}

static void *polling(void *unused)
{
    (void)unused;
    for (;;)
        poll(NULL, 0, 1);
    return NULL;
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : HOT;
    pthread_t thread;
    if (pipe(pipe_ends) != 0 || count > HOT_MOST)
        return 1;
    if (argc < 3 || atol(argv[2]) != 0) {
        pthread_create(&thread, NULL, pausing, NULL);
        pthread_create(&thread, NULL, reading, NULL);
        pthread_create(&thread, NULL, polling, NULL);
    }
    for (long i = 0; i < count; i++)
        pthread_create(&thread, NULL, hot_thread, (void *)i);
    pthread_join(thread, NULL);
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
