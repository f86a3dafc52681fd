/* What the guest does: counts, prints a dot now and then, and (with -smp 2) counts on the other CPU as well.
 */
typedef unsigned long u64;
typedef unsigned int u32;

volatile u64 counter;
volatile u64 other_counter;
volatile u32 hash = 2166136261u;
volatile u64 table[64];
extern volatile u64 second_alive;

static inline void outb(unsigned short port, unsigned char value)
{
    __asm__ volatile("outb %0,%1" ::"a"(value), "Nd"(port));
}

__attribute__((noinline)) void print(const char *text)
{
    while (*text)
        outb(0x3f8, (unsigned char)*text++);
}

__attribute__((noinline)) u32 mix(u32 h, u64 value)
{
    return (h ^ (u32)value) * 16777619u;
}

__attribute__((noinline)) void inner(u64 i)
{
    table[i & 63] += i;
    hash = mix(hash, i);
    counter++;
}

__attribute__((noinline)) void tick(void)
{
    other_counter++;
}

/* INIT, then start-up at 0x8000, to all processors but this one (Intel SDM volume 3, "MP Initialization"). */
static void wake_second(void)
{
    volatile u32 *icr = (volatile u32 *)0xfee00300;
    icr[0] = 0xc4500;
    for (volatile int i = 0; i < 100000; i++) {
    }
    icr[0] = 0xc4608;
    for (volatile int i = 0; i < 100000; i++) {
    }
    icr[0] = 0xc4608;
}

void smain(void)
{
    for (;;)
        tick();
}

void kmain(void)
{
    print("start\n");
    wake_second();
    for (u64 i = 0;; i++) {
        inner(i);
        if ((i & 0xfffff) == 0xfffff)
            outb(0x3f8, '.');
    }
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
