/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is particular to Arm, 32 bit, with Thumb (arch.h): registers, their DWARF numbers, traps. */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

#include <capstone/capstone.h>
#include <elf.h>

#include "engine/target/arch/linux_user.h"

/* Register numbers: DWARF for the Arm Architecture, section 4.1; the trap is the permanently undefined
 * instruction that Linux takes for a breakpoint (arch/arm/kernel/ptrace.c). */
static const char *const dwarf_names[] = {"r0", "r1", "r2",  "r3",  "r4",  "r5", "r6", "r7",
                                          "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc"};

static const char *const general[] = {"r0", "r1",  "r2",  "r3",  "r4", "r5", "r6", "r7",   "r8",
                                      "r9", "r10", "r11", "r12", "sp", "lr", "pc", "cpsr", NULL};

static const struct arch_register layout[] = {
    {"r0", 4},  {"r1", 4},  {"r2", 4},  {"r3", 4},  {"r4", 4},   {"r5", 4},  {"r6", 4},
    {"r7", 4},  {"r8", 4},  {"r9", 4},  {"r10", 4}, {"r11", 4},  {"r12", 4}, {"sp", 4},
    {"lr", 4},  {"pc", 4},  {"f0", 12}, {"f1", 12}, {"f2", 12},  {"f3", 12}, {"f4", 12},
    {"f5", 12}, {"f6", 12}, {"f7", 12}, {"fps", 4}, {"cpsr", 4}, {NULL, 0}};

static const unsigned char trap[] = {0xf0, 0x01, 0xf0, 0xe7};
static const unsigned char short_trap[] = {0x01, 0xde};

/* What Linux takes for a breakpoint (arch/arm/kernel/ptrace.c), LLVM's, and BKPT of any immediate, each in
 * A32 and T32. */
static const struct arch_trap traps[] = {{0xe7f001f0, 0xffffffff, 4},
                                         {0xe7ffdefe, 0xffffffff, 4},
                                         {0xe1200070, 0xfff000f0, 4},
                                         {0xde01, 0xffff, 2},
                                         {0xdefe, 0xffff, 2},
                                         {0xbe00, 0xff00, 2},
                                         {0, 0, 0}};

/* CPSR.T (Arm ARM of version 7, B1.3.3). The M profile has an xPSR, and nothing but Thumb. */
static int mode_now(const struct arch *arch, arch_read_register *read, void *context)
{
    uint64_t cpsr;
    if (read(context, "xpsr", &cpsr))
        return arch->capstone_mode_thumb;
    return read(context, "cpsr", &cpsr) && cpsr & 0x20 ? arch->capstone_mode_thumb : arch->capstone_mode;
}

/* The VFP: single floats are halves of the first 16 doubles (DWARF for the Arm Architecture, section 4.1). */
static const struct arch_bank banks[] = {{64, 32, "d", 0, 2}, {256, 32, "d", 0, 1}, {.count = 0}};

static const struct arch_tls tls = {.registers = {"tpidruro", "TPIDRURO"}, .header = 8, .dtv = 0};

static const struct arch_sigframe sigframes[] = {
    /* mov r7, #173 (with siginfo) or #119; svc: as Arm and as Thumb code */
    {4, 1, {0xe3a070ad}, 0, 4, 160 + 60, {{16, 160, 0, NULL}}},
    {4, 1, {0xe3a07077}, 0, 4, 32 + 60, {{16, 32, 0, NULL}}},
    {2, 3, {0xf04f, 0x07ad, 0xdf00}, 0, 4, 160 + 60, {{16, 160, 0, NULL}}},
    {2, 3, {0xf04f, 0x0777, 0xdf00}, 0, 4, 32 + 60, {{16, 32, 0, NULL}}},
    {2, 2, {0x27ad, 0xdf00}, 0, 4, 160 + 60, {{16, 160, 0, NULL}}},
    {2, 2, {0x2777, 0xdf00}, 0, 4, 32 + 60, {{16, 32, 0, NULL}}},
    {.count = 0},
};

/* Thumb: five bits of the first halfword say that there is a second (Arm ARM of version 7, A6.1). */
static unsigned unknown_size(const unsigned char *code, size_t n, int mode)
{
    unsigned size = 4;
    if (n >= 2 && mode & CS_MODE_THUMB) {
        unsigned top = code[mode & (int)CS_MODE_BIG_ENDIAN ? 0 : 1] >> 3;
        size = top >= 0x1d ? 4 : 2;
    }
    return size <= n ? size : 0;
}

static const struct arch_llvm llvm = {
    .target = "ARM",
    .cpu = "",
    .features = "+neon,+fp-armv8,+crypto,+fullfp16,+dotprod,+bf16,+i8mm",
    .modes = {{CS_MODE_ARM, false, "armv8a"}, {CS_MODE_THUMB, false, "thumbv8a"}}};

const struct arch arch_arm = {
    .name = "arm",
    .descriptions = "arm armv4 armv4t armv5 armv5t armv5te armv6 armv7 iwmmxt",
    .elf_machine = EM_ARM,
    .elf_class = ELFCLASS32,
    .qemu_user = "arm",
    .qemu_user_big = "armeb",
    .machines = "arm",
    .address_size = 4,
    .code_align = 2,
    .pc = "pc",
    .sp = "sp",
    .fp = "r11",
    .link_register = "lr",
    .general = general,
    .dwarf_names = dwarf_names,
    .dwarf_count = sizeof dwarf_names / sizeof dwarf_names[0],
    .effects = &effects_arm,
    .layout = layout,
    .returned = abi_returned_arm,
    .call = abi_call_arm,
    .thumb_flags = "cpsr",
    .thumb_bit = 0x20,
    .stack_alignment = 8,
    .second_argument = "r1", /* AAPCS */
    .banks = banks,
    .tls = &tls,
    .sigframes = sigframes,
    .stops_before_access = true,
    .breakpoint_kind = 4,
    .trap = trap,
    .trap_size = sizeof trap,
    .traps = traps,
    .short_trap = short_trap,
    .short_trap_size = sizeof short_trap,
    .has_thumb = true,
    .virtual_bit_second = true,
    .code_align_arm = 4,
    .step_flag = {"MDSCR_EL1", "SS", 1}, /* Arm DDI 0487, MDSCR_EL1 */
    .capstone_arch = CS_ARCH_ARM,
    .capstone_mode = CS_MODE_ARM,
    .capstone_mode_thumb = CS_MODE_THUMB,
    .capstone_mode_now = mode_now,
    .unknown_size = unknown_size,
    .llvm = &llvm,
    .longest_instruction = 4,
};
