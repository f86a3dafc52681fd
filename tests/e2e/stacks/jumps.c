/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions whose last act is a jump to another one. */
volatile int sink;

__attribute__((noinline)) void stop(int a)
{
    sink = a;
}

__attribute__((noinline)) int last(int x)
{
    stop(x);
    sink++;
    stop(2);
    return sink + 1;
}

/* One way: once -> last. */
__attribute__((noinline)) int once(int x)
{
    sink = x;
    return last(sink * 3 + 7);
}

/* A chain: first -> once -> last. */
__attribute__((noinline)) int first(int x)
{
    sink = x + 1;
    return once(sink + 2);
}

/* Two ways, which end alike: fork -> (left | right) -> once -> last. */
__attribute__((noinline)) int left(int x)
{
    sink = x;
    return once(x + 3);
}

__attribute__((noinline)) int right(int x)
{
    sink = -x;
    return once(x + 4);
}

__attribute__((noinline)) int fork_way(int x)
{
    sink = x;
    return x & 1 ? left(x + 1) : right(x + 2);
}

/* A jump to who knows where. */
int (*volatile anywhere)(int) = last;
__attribute__((noinline)) int unknown(int x)
{
    sink = x;
    return anywhere(x + 5);
}

/* Round and round, and out of it: even -> odd -> even … -> last. */
__attribute__((noinline)) int odd(int x);
__attribute__((noinline)) int even(int x)
{
    sink = x;
    return x <= 0 ? last(x) : odd(x - 1);
}

__attribute__((noinline)) int odd(int x)
{
    sink = x + 1;
    return x <= 0 ? last(x + 1) : even(x - 1);
}

int main(int count, char **words)
{
    (void)words;
    int kept = once(count) + 1;
    kept += first(count) + 2;
    kept += fork_way(count) + 3;
    kept += unknown(count) + 4;
    kept += even(count + 2) + 5;
    kept += last(count);
    return kept == 0;
}
