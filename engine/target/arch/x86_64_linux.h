/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/arch/x86_64_linux.h - Linux on x86-64, the kernel and its system calls, for its struct
 * arch. As arch.h: no state, nothing fails.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_X86_64_LINUX_H
#define ALLSTOP_ENGINE_TARGET_ARCH_X86_64_LINUX_H

#include "engine/target/arch/linux_kernel.h"
#include "engine/target/arch/linux_user.h"

extern const struct arch_linux_entry x86_64_linux_entry;
extern const struct syscall_abi x86_64_syscalls;
/* Intel SDM volume 3, "64-Bit IDT Gate Descriptor". */
uint64_t x86_64_gate_handler(const unsigned char *gate);

#endif
