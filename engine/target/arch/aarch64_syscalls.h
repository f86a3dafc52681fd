/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/arch/aarch64_syscalls.h - Linux's system calls on aarch64, for its struct arch. Constant
 * data.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_AARCH64_SYSCALLS_H
#define ALLSTOP_ENGINE_TARGET_ARCH_AARCH64_SYSCALLS_H

#include "engine/target/arch/linux_user.h"

extern const struct syscall_abi aarch64_syscalls;

#endif
