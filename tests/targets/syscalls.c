/*
 * Threads inside system calls that must not notice a stop: pause(), read() of what a child outside keeps
 * writing, nanosleep(), and with an argument epoll_wait(), which Linux does not begin again after a stop.
 * Each counts how often its call came back with EINTR. The main thread ticks, for a breakpoint.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

volatile long paused, read_eintr, slept_eintr, polled_eintr, ticks;
char buffer[64];
static int pipe_ends[2];

static void *pausing(void *unused)
{
    (void)unused;
    for (;;) {
        pause();
        paused++;
    }
    return NULL;
}

static void *reading(void *unused)
{
    (void)unused;
    for (;;)
        if (read(pipe_ends[0], buffer, sizeof buffer) < 0 && errno == EINTR)
            read_eintr++;
    return NULL;
}

static void *sleeping(void *unused)
{
    (void)unused;
    for (;;) {
        struct timespec long_time = {3600, 0};
        if (nanosleep(&long_time, NULL) != 0 && errno == EINTR)
            slept_eintr++;
    }
    return NULL;
}

static void *polling(void *unused)
{
    (void)unused;
    int fd = epoll_create1(0);
    for (;;) {
        struct epoll_event event;
        if (epoll_wait(fd, &event, 1, -1) != 0 && errno == EINTR)
            polled_eintr++;
    }
    return NULL;
}

/* Nobody stops this one. It ends when the last reader has. */
static void write_for_ever(void)
{
    char text[sizeof buffer];
    for (unsigned round = 0;; round++) {
        memset(text, 'a' + (int)(round % 26), sizeof text);
        if (write(pipe_ends[1], text, sizeof text) < 0)
            _exit(0);
        usleep(1000);
    }
}

__attribute__((noinline)) static void tick(void)
{
    ticks++;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    (void)argv;
    signal(SIGPIPE, SIG_IGN);
    if (pipe(pipe_ends) != 0)
        return 1;
    pid_t child = fork();
    if (child == 0) {
        close(pipe_ends[0]);
        write_for_ever();
    }
    close(pipe_ends[1]);
    pthread_create(&thread, NULL, pausing, NULL);
    pthread_create(&thread, NULL, reading, NULL);
    pthread_create(&thread, NULL, sleeping, NULL);
    if (argc > 1)
        pthread_create(&thread, NULL, polling, NULL);
    for (;;) {
        usleep(2000);
        tick();
    }
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
