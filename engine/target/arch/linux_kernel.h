/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/arch/linux_kernel.h - what the kernel of Linux leaves on its stacks where a processor enters
 * it: for engine/inspect/kernel/entry.c. Constant data, for struct arch.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_LINUX_KERNEL_H
#define ALLSTOP_ENGINE_TARGET_ARCH_LINUX_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

enum { ENTRY_REGS_WORDS_MAX = 32, ENTRY_PUSHED_WORDS = 5, ENTRY_SLEEPER_MAX = 8 };

/* A member of struct inactive_task_frame, and the register that is saved in it. */
struct arch_sleeper_register {
    const char *member;
    unsigned number;
};

/* Registers are DWARF numbers, words are of 8 bytes. */
struct arch_linux_entry {
    const unsigned char *saved_at; /* struct pt_regs: bytes to each register, by number */
    unsigned saved_count;
    unsigned regs_bytes; /* all of it, at most ENTRY_REGS_WORDS_MAX words */
    unsigned pushed_at;  /* bytes to its last part, ENTRY_PUSHED_WORDS that the processor itself pushes */
    unsigned pushed_sp;  /* which of them is the stack pointer; the first is the pc */
    bool (*is_pushed)(const uint64_t *words);
    unsigned pc, sp, fp;
    unsigned syscall_return;   /* where a system call instruction leaves the pc */
    const char *syscall_entry; /* the function that it enters; the kernel's stack is not there at once */
    unsigned changed_early;    /* the one register that entry code changes before it has pushed all */
    const char *startup;       /* how the name of code begins that a processor's first thread begins in */
    const struct arch_sleeper_register *sleeper;
    unsigned sleeper_count; /* at most ENTRY_SLEEPER_MAX */
};

#endif
