/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/arch/x86.h"

#include <capstone/capstone.h>

enum { CR0_PE = 1, EFER_LMA = 1 << 10 };

/* Each vector register is described in pieces (gdb manual, "i386 Features"). */
const struct arch_wide x86_wide[] = {
    {"xmm", "ymm", "h", false, NULL, 0}, {"xmm", "zmm", "h", false, NULL, 0}, {.of = NULL}};

const struct arch_llvm x86_llvm = {.target = "X86",
                                   .cpu = "",
                                   .features = "",
                                   .second_syntax = true,
                                   .modes = {{CS_MODE_64, false, "x86_64"},
                                             {CS_MODE_32, false, "i386"},
                                             {CS_MODE_16, false, "i386-unknown-unknown-code16"}}};

bool x86_is_return(const unsigned char *code)
{
    const unsigned char *p = code[0] == 0xf2 || code[0] == 0xf3 ? code + 1 : code;
    return *p == 0xc3 || *p == 0xc2;
}

int x86_mode_now(const struct arch *arch, arch_read_register *read, void *context)
{
    uint64_t cr0, efer;
    if (!read(context, "cr0", &cr0))
        return arch->capstone_mode;
    if (!(cr0 & CR0_PE))
        return CS_MODE_16;
    if (arch->address_size == 8 && read(context, "efer", &efer) && !(efer & EFER_LMA))
        return CS_MODE_32;
    return arch->capstone_mode;
}
