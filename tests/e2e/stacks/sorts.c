/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A function that the C library calls back. */
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

int main(void)
{
    int v[] = {5, 3, 4, 1, 2};
    qsort(v, 5, sizeof *v, compare);
    return v[0] != 1;
}
