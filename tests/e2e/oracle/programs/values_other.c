/* The second file: names that values.c has as well, and types that only one of them completes. */
#include "values.h"

static int hidden = 22;
enum local_enum { OTHER_ONE = 1, OTHER_TWO };
struct pair {
    long key;
    double other;
};
static struct pair local_pair = {1000, 0.25};
int *other_pointer = &hidden;

static __attribute__((noinline)) int same_name(int x)
{
    static int state = 100;
    enum local_enum kind = x & 1 ? OTHER_TWO : OTHER_ONE;
    state -= x + (int)kind;
    return state + hidden + per_thread;
}

int other_same_name(int x, const struct everything *e)
{
    struct pair pair = local_pair;
    int (*function)(int) = same_name;
    pair.key += x;
    local_pair.other += 0.5;
    return function(x) + (int)pair.key + (e != 0) + numbers[x & 7];
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
