/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program that says when it begins and ends: whether it goes on where it was when a debugger left it within
 * a function that it had called. */
#include <stdio.h>

volatile int sum;

int breaks(int n)
{
    sum += n;
    return sum * 2;
}
int outer(int n)
{
    return breaks(n) + 1;
}
long adds(long a, long b)
{
    return a + b;
}

int main(int count, char **arguments)
{
    int kept = count + (arguments[0] != NULL);
    printf("begins %d\n", kept);
    fflush(stdout);
    kept += (int)adds(3, 4); /* in main */
    printf("ends %d\n", kept);
    return 0;
}
