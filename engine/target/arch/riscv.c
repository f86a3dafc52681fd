/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/arch/riscv.h"

unsigned riscv_instruction_size(const unsigned char *code)
{
    return (code[0] & 3) == 3 ? 4 : 2;
}
