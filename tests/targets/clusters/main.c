/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the CPUs of each cluster do: count, each in its place. Sessions refer to the line. */
volatile long turns[2];

__attribute__((noinline)) static void add(long cpu)
{
    long seen = turns[cpu];
    turns[cpu] = seen + 1;
}

void work(long cpu)
{
    for (;;)
        add(cpu);
}
