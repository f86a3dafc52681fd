/*
 * A guest that makes history: it counts, writes some places often and some only once, and ends the machine by
 * itself after as many rounds as the word at ROUNDS says (`-device loader` puts it there), so that a
 * recording of a given length ends at the same instruction each time.
 */
#include "machine.h"

typedef unsigned int u32;

enum { MIDDLE_ROUNDS = 16 };

volatile u64 counter;    /* every round */
volatile u64 sixteenths; /* sixteen times in all */
volatile u64 early;      /* in round 100 */
volatile u64 late;       /* once, when nine tenths have passed */
volatile u32 hash = 2166136261u;
volatile u64 table[64];

__attribute__((noinline)) void print(const char *text)
{
    while (*text)
        machine_print(*text++);
}

__attribute__((noinline)) u32 mix(u32 h, u64 value)
{
    u32 mixed = h ^ (u32)value;
    table[0] = mixed;
    return mixed * 16777619u;
}

__attribute__((noinline)) void once_early(void)
{
    early = 0x1234;
}

__attribute__((noinline)) void once_late(void)
{
    late = counter;
}

__attribute__((noinline)) void sixteenth(void)
{
    sixteenths++;
    machine_print('.');
}

__attribute__((noinline)) void inner(u64 i)
{
    table[i & 63] += i;
    hash = mix(hash, i);
    counter++;
}

void kmain(void)
{
    u64 rounds = *(volatile u64 *)ROUNDS, part = rounds / MIDDLE_ROUNDS, until = part;
    u64 nearly = rounds - rounds / 10;
    print("start\n");
    for (u64 i = 0; i < rounds; i++) {
        inner(i);
        if (i == 100)
            once_early();
        if (i == nearly)
            once_late();
        if (i == until) {
            sixteenth();
            until += part;
        }
    }
    print("end\n");
    machine_end();
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
