/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions that jump to each other in circles: how often they did can be told by nobody. */
#include <stdlib.h>
#include <unistd.h>

void a(int n);
void b(int n);
void c(int n);

__attribute__((noinline)) void end(int n)
{
    if (write(1, "", n) < 0)
        abort();
    exit(0);
}

__attribute__((noinline)) void a(int n)
{
    if (n == 100) {
        end(0);
        __asm__("");
    }
    if (n & 1)
        c(n + 1);
    else
        b(n + 1);
}

__attribute__((noinline)) void b(int n)
{
    if (n == 55) {
        end(0);
        __asm__("");
    }
    if (n & 2)
        a(n + 1);
    else
        c(n + 1);
}

__attribute__((noinline)) void c(int n)
{
    if (n == 77) {
        end(0);
        __asm__("");
    }
    if (n & 4)
        a(n + 1);
    else
        b(n + 1);
}

int main(void)
{
    a(0);
    return 1;
}
