/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page that one thread still writes to when the other has given it back. Sessions refer to the lines. */
#include <pthread.h>
#include <sys/mman.h>

enum { PAGE = 4096 };
static long *volatile page;
static volatile long seen;

__attribute__((noinline)) static void use(void)
{
    long *mine = page;
    if (mine)
        seen = *mine;
}

__attribute__((noinline)) static void give_back(void)
{
    long *mine = page;
    page = NULL;
    munmap(mine, PAGE);
}

static void *worker(void *arg)
{
    if (arg)
        give_back();
    else
        use();
    return NULL;
}

int main(void)
{
    pthread_t user, giver;
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *page = 7;
    pthread_create(&user, NULL, worker, NULL);
    pthread_create(&giver, NULL, worker, (void *)1);
    pthread_join(user, NULL);
    pthread_join(giver, NULL);
    return seen != 7;
}
