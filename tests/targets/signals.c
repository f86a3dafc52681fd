/* Signals that stop, that pass, and a trap of the program's own. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

volatile int caught_usr1, caught_chld;

static void on_usr1(int number)
{
    (void)number;
    caught_usr1++;
}

static void on_chld(int number)
{
    (void)number;
    caught_chld++;
}

__attribute__((noinline)) static void after_child(void)
{
    caught_chld += 0;
}

__attribute__((noinline)) static void after_signal(void)
{
    caught_usr1 += 0;
}

int main(void)
{
    signal(SIGUSR1, on_usr1);
    signal(SIGCHLD, on_chld);
    pid_t child = fork();
    if (child == 0)
        _exit(3);
    waitpid(child, NULL, 0);
    after_child();
    raise(SIGUSR1);
    after_signal();
    __asm__ volatile("int3");
    return caught_usr1 * 10 + caught_chld;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
