/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/arch/riscv.h - what both sizes of RISC-V have in common, for their structs. As arch.h: no
 * state, nothing fails.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_RISCV_H
#define ALLSTOP_ENGINE_TARGET_ARCH_RISCV_H

#include "engine/target/arch/arch.h"

extern const struct arch_llvm riscv64_llvm, riscv32_llvm;

/* The two lowest bits of an instruction say whether it is a compressed one (RISC-V unprivileged ISA,
 * "Base Instruction-Length Encoding"). */
static inline unsigned riscv_instruction_size(const unsigned char *code)
{
    return (code[0] & 3) == 3 ? 4 : 2;
}

#endif
