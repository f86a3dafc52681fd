/*
 * engine/control/audit/syscalls.h - a stopped thread inside a system call: which one, and what it is waiting
 * to fill.
 *
 * Known for Linux on x86-64 and aarch64: the pc is just behind a system call instruction, and the number is
 * in orig_rax where the stub tells it (ptrace stubs do), else in the register that carried it in, which
 * QEMU's user emulator leaves alone until the call is over. Numbers: Linux,
 * arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h. Plain functions of register
 * values; no state, nothing fails.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_AUDIT_SYSCALLS_H
#define ALLSTOP_ENGINE_CONTROL_AUDIT_SYSCALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch;

struct syscall_abi {
    const char *original; /* register in which ptrace keeps the number, or NULL */
    const char *number, *result, *buffer, *length;
    const unsigned char *instruction; /* in memory order */
    size_t instruction_size;
};

struct syscall_row {
    int number;
    const char *name;
    bool reads; /* (fd, buffer, length, …) */
};

/* NULL where system calls are not known. */
const struct syscall_abi *syscall_abi_of(const struct arch *arch);
/* A call that blocks, or NULL. */
const struct syscall_row *syscall_row_of(const struct arch *arch, uint64_t number);

#endif
