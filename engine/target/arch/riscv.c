/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/arch/riscv.h"

#include <string.h>

static const char features[] = "+m,+a,+f,+d,+c,+v,+zba,+zbb,+zbc,+zbs,+zfh";

/* Conditional branches and jumps whose last operand is a distance (RISC-V unprivileged ISA, chapters 2 and
 * 25: with the pseudoinstructions of them). */
static bool is_branch(const char *mnemonic, size_t length)
{
    static const char *const all[] = {"j",    "jal",  "beq",  "bne",  "blt",  "bge", "bltu", "bgeu", "beqz",
                                      "bnez", "blez", "bgez", "bltz", "bgtz", "bgt", "ble",  "bgtu", "bleu"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strlen(all[i]) == length && memcmp(all[i], mnemonic, length) == 0)
            return true;
    return false;
}

const struct arch_llvm riscv64_llvm = {.target = "RISCV",
                                       .cpu = "",
                                       .features = features,
                                       .modes = {{0, false, "riscv64"}},
                                       .is_branch = is_branch};
const struct arch_llvm riscv32_llvm = {.target = "RISCV",
                                       .cpu = "",
                                       .features = features,
                                       .modes = {{0, false, "riscv32"}},
                                       .is_branch = is_branch};
