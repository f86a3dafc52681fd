/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of which an optimiser makes more than one piece of code. Each is passed `passed` times. */
volatile int sink, zero, passed;

/* Two loops, one for either value of the condition. */
__attribute__((noinline)) int split(const int *a, int n, int twice)
{
    int sum = 0;
    for (int i = 0; i < n; i++) {
        int value = a[i]; /* in split */
        if (twice)
            sum ^= value * 3;
        sink = value;
    }
    return sum;
}

/* The loop's body several times, one behind the other. */
__attribute__((noinline)) int unrolled(const int *a)
{
    int sum = 0;
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        sink = a[i]; /* in unrolled */
        sum ^= i;
    }
    return sum;
}

#define PUT(c)                                                                                               \
    {                                                                                                        \
        int it = (c);                                                                                        \
        if (it != last && run == 1) {                                                                        \
            sink = last;                                                                                     \
            last = it;                                                                                       \
        } else if (it != last) {                                                                             \
            sink = -run;                                                                                     \
            last = it;                                                                                       \
            run = 1;                                                                                         \
        } else {                                                                                             \
            run++;                                                                                           \
        }                                                                                                    \
    }

/* A macro whose branches are laid out apart. */
__attribute__((noinline)) int branches(const char *text)
{
    int last = 256, run = 0;
    while (*text) {
        passed++;
        PUT(*text) /* in branches */
        text++;
    }
    return run;
}

int main(void)
{
    int a[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    int kept = split(a, 6, zero) + split(a, 5, zero + 1); /* 11 times */
    kept += unrolled(a);                                  /* 8 times */
    kept += branches("abcaabbccdddddefgh");               /* 18 times */
    return kept == 1;
}
