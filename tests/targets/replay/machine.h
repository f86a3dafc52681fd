/* What differs between the two machines: where the word about the rounds is, the console, and the way out. */
typedef unsigned long u64;

#ifdef __x86_64__
#define ROUNDS 0xf00000ul

static inline void outb(unsigned short port, unsigned char value)
{
    __asm__ volatile("outb %0,%1" ::"a"(value), "Nd"(port));
}

static inline void machine_print(char c)
{
    outb(0x3f8, (unsigned char)c);
}

/* -device isa-debug-exit,iobase=0xf4 */
static inline void machine_end(void)
{
    outb(0xf4, 0);
}
#else
#define ROUNDS 0x40f00000ul

/* `virt` has a PL011 there */
static inline void machine_print(char c)
{
    *(volatile unsigned int *)0x09000000ul = (unsigned char)c;
}

/* PSCI SYSTEM_OFF (Arm DEN 0022) */
static inline void machine_end(void)
{
    register u64 function __asm__("x0") = 0x84000008;
    __asm__ volatile("hvc #0" : "+r"(function)::"memory");
}
#endif
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
