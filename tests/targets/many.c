/* Many threads in a few places, all asleep when settled() is called: what `stacks` groups. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <dirent.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static int nothing[2];
static volatile int waiting = 1;

__attribute__((noinline)) static void wait_for_work(int depth)
{
    if (depth > 0) {
        wait_for_work(depth - 1);
        return;
    }
    pthread_mutex_lock(&lock);
    while (waiting)
        pthread_cond_wait(&never, &lock);
}

__attribute__((noinline)) static void wait_for_input(void)
{
    char byte;
    while (read(nothing[0], &byte, 1) != 0) {
    }
}

__attribute__((noinline)) static void wait_for_ever(void)
{
    for (;;)
        pause();
}

static void *worker(void *arg)
{
    long me = (long)arg;
    if (me % 50 == 1)
        wait_for_ever();
    else if (me % 10 == 2)
        wait_for_input();
    else
        wait_for_work(4);
    return NULL;
}

/* True when every thread but this one sleeps. */
static int all_asleep(void)
{
    DIR *d = opendir("/proc/self/task");
    int asleep = d != NULL;
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        char path[300], text[512] = "";
        if (e->d_name[0] == '.' || atoi(e->d_name) == (int)gettid())
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%s/stat", e->d_name);
        FILE *f = fopen(path, "r");
        if (f && fread(text, 1, sizeof text - 1, f) > 0) {
            const char *state = strrchr(text, ')');
            asleep = asleep && state && state[2] == 'S';
        }
        if (f)
            fclose(f);
    }
    if (d)
        closedir(d);
    return asleep;
}

__attribute__((noinline)) static void settled(void)
{
    __asm__ volatile("");
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 16;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 << 10);
    if (pipe(nothing) != 0)
        return 1;
    for (long i = 0; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, &attributes, worker, (void *)i) != 0)
            return 1;
    }
    while (!all_asleep())
        usleep(1000);
    settled();
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
