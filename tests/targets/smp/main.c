/* Both CPUs add to one counter, over and over, with nothing that keeps them apart. Sessions refer to the
 * lines. */
volatile long counter;
volatile long turns[2];

__attribute__((noinline)) static void add(long n)
{
    long seen = counter;
    seen += n;
    counter = seen;
}

void work(long cpu)
{
    for (;;) {
        add(1);
        turns[cpu]++;
    }
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
