/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two threads with variables of their own: the program's, a library's, and one's of a library that is opened
 * later. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

int linked_add(int n);
__thread int mine = 11;
static long (*late_add)(long);

__attribute__((noinline)) void at(int n)
{
    __asm__ volatile("" : : "r"(n) : "memory");
}

static void *other(void *unused)
{
    (void)unused;
    mine = 12;
    linked_add(100);
    at(2);
    late_add(1000);
    at(3);
    return 0;
}

int main(int count, char **words)
{
    (void)count;
    pthread_t t;
    linked_add(1);
    errno = 25;
    at(1);
    void *library = dlopen(words[1], RTLD_NOW);
    late_add = (long (*)(long))dlsym(library, "late_add");
    late_add(5);
    pthread_create(&t, 0, other, 0);
    pthread_join(t, 0);
    at(4);
    return 0;
}
