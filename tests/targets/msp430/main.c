/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program of a processor that allstop has no table for. */
volatile unsigned turns;

__attribute__((noinline)) static void add(unsigned n)
{
    unsigned seen = turns;
    turns = seen + n;
}

int main(void)
{
    for (;;)
        add(3);
}
