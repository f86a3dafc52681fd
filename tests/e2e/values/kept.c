/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signal that is raised, and one from memory that cannot be written; it ends with the latter. */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

struct point {
    int x, y;
} point = {3, 4};

static int work(int n)
{
    return n * 2;
}

int main(int argc, char **argv)
{
    (void)argv;
    int sum = 0;
    for (int i = 0; i < 6; i++)
        sum += work(i);
    if (argc > 1)
        return sum;
    signal(SIGUSR1, SIG_IGN);
    raise(SIGUSR1);
    char *wall = mmap((void *)0x40000000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    wall[0x123] = 1;
    return 0;
}
