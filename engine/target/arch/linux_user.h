/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/arch/linux_user.h - what Linux and its C library fix for the programs of a processor: where
 * thread-local variables and the registers that a signal interrupted are, and how system calls are made.
 * Constant data, one of each a processor, for its struct arch.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_LINUX_USER_H
#define ALLSTOP_ENGINE_TARGET_ARCH_LINUX_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* -- thread-local variables --------------------------------------------------------------------------- */

/* The processor supplements of the ELF ABI, and glibc's sysdeps/ARCH/nptl/tls.h. */
struct arch_tls {
    const char *registers[3]; /* what target descriptions call the thread pointer's register */
    const char *halves[2];    /* or the two that have its upper and lower 32 bits; NULL: it is one register */
    bool below;               /* variant II: the block ends at the thread pointer */
    unsigned header;          /* variant I: bytes of the thread's own between the pointer and the block */
    unsigned bias;            /* variant I: bytes that the pointer is ahead of the header's start */
    int dtv;                  /* where the pointer to the table of blocks (dtv) is, from there */
};

/* -- signals: each kernel's arch/ARCH/kernel/signal.c ------------------------------------------------- */

enum { SIGFRAME_UNITS = 9, SIGFRAME_BLOCKS = 2 };

/* Registers that lie one behind the other: DWARF numbers from `first` on, or those in `order`. */
struct arch_saved_block {
    unsigned count;
    unsigned at; /* bytes from the frame's start */
    unsigned first;
    const unsigned char *order; /* or NULL */
};

/* A trampoline, which is the code that a signal handler returns to, and what lies on the stack then. */
struct arch_sigframe {
    unsigned unit;  /* bytes of what `code` lists: instructions in the target's order */
    unsigned count; /* how many of them; 0 ends a table */
    uint32_t code[SIGFRAME_UNITS];
    unsigned pointer_at; /* the frame is where this word of the stack points; 0: at the stack pointer */
    unsigned stride;     /* bytes from one register to the next */
    unsigned pc_at;      /* bytes from the frame's start */
    struct arch_saved_block blocks[SIGFRAME_BLOCKS];
};

/* -- system calls ------------------------------------------------------------------------------------- */

/* A system call that blocks. */
struct syscall_row {
    int number;
    const char *name; /* NULL ends a table */
    bool reads;       /* (fd, buffer, length, …) */
};

/* How they are made: the names of registers, and the instruction. */
struct syscall_abi {
    const char *original; /* register in which ptrace keeps the number, or NULL */
    const char *number, *result, *buffer, *length;
    const unsigned char *instruction; /* in memory order */
    size_t instruction_size;
    const struct syscall_row *rows;
};

#endif
