/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/audit/syscalls.h - a stopped thread inside a system call: which one, and what it is waiting
 * to fill.
 *
 * Known for Linux where struct arch has its system calls: the pc is just behind a system call instruction,
 * and the number is in orig_rax where the stub tells it (ptrace stubs do), else in the register that carried
 * it in, which QEMU's user emulator leaves alone until the call is over. Plain functions of register values;
 * no state, nothing fails.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_AUDIT_SYSCALLS_H
#define ALLSTOP_ENGINE_CONTROL_AUDIT_SYSCALLS_H

#include <stdint.h>

#include "engine/target/arch/linux_user.h"

struct arch;

/* NULL where system calls are not known. */
const struct syscall_abi *syscall_abi_of(const struct arch *arch);
/* A call that blocks, or NULL. */
const struct syscall_row *syscall_row_of(const struct arch *arch, uint64_t number);

#endif
