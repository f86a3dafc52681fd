/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/arch/x86_64_syscalls.h - Linux's system calls on x86-64, for its struct arch. Constant data.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_X86_64_SYSCALLS_H
#define ALLSTOP_ENGINE_TARGET_ARCH_X86_64_SYSCALLS_H

#include "engine/target/arch/linux_user.h"

extern const struct syscall_abi x86_64_syscalls;

#endif
