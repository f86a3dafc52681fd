/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is particular to MIPS, 32 bit (arch.h): registers, their DWARF numbers, traps. */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

#include <capstone/capstone.h>
#include <elf.h>

#include "engine/target/arch/linux_user.h"

/* Register numbers: MIPS ABI, as gcc uses them; the trap is `break 5`, here in little-endian order. */
static const char *const dwarf_names[] = {
    "r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",  "r7",  "r8",  "r9",  "r10", "r11", "r12",
    "r13", "r14", "r15", "r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25",
    "r26", "r27", "r28", "r29", "r30", "r31", "f0",  "f1",  "f2",  "f3",  "f4",  "f5",  "f6",
    "f7",  "f8",  "f9",  "f10", "f11", "f12", "f13", "f14", "f15", "f16", "f17", "f18", "f19",
    "f20", "f21", "f22", "f23", "f24", "f25", "f26", "f27", "f28", "f29", "f30", "f31"};

static const char *const general[] = {
    "r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",     "r7",  "r8",  "r9",       "r10",   "r11", "r12",
    "r13", "r14", "r15", "r16", "r17", "r18", "r19",    "r20", "r21", "r22",      "r23",   "r24", "r25",
    "r26", "r27", "r28", "r29", "r30", "r31", "status", "lo",  "hi",  "badvaddr", "cause", "pc",  NULL};

static const struct arch_register layout[] = {
    {"r0", 4},     {"r1", 4},  {"r2", 4},  {"r3", 4},       {"r4", 4},    {"r5", 4},  {"r6", 4},  {"r7", 4},
    {"r8", 4},     {"r9", 4},  {"r10", 4}, {"r11", 4},      {"r12", 4},   {"r13", 4}, {"r14", 4}, {"r15", 4},
    {"r16", 4},    {"r17", 4}, {"r18", 4}, {"r19", 4},      {"r20", 4},   {"r21", 4}, {"r22", 4}, {"r23", 4},
    {"r24", 4},    {"r25", 4}, {"r26", 4}, {"r27", 4},      {"r28", 4},   {"r29", 4}, {"r30", 4}, {"r31", 4},
    {"status", 4}, {"lo", 4},  {"hi", 4},  {"badvaddr", 4}, {"cause", 4}, {"pc", 4},  {"f0", 4},  {"f1", 4},
    {"f2", 4},     {"f3", 4},  {"f4", 4},  {"f5", 4},       {"f6", 4},    {"f7", 4},  {"f8", 4},  {"f9", 4},
    {"f10", 4},    {"f11", 4}, {"f12", 4}, {"f13", 4},      {"f14", 4},   {"f15", 4}, {"f16", 4}, {"f17", 4},
    {"f18", 4},    {"f19", 4}, {"f20", 4}, {"f21", 4},      {"f22", 4},   {"f23", 4}, {"f24", 4}, {"f25", 4},
    {"f26", 4},    {"f27", 4}, {"f28", 4}, {"f29", 4},      {"f30", 4},   {"f31", 4}, {"fsr", 4}, {"fir", 4},
    {NULL, 0}};

/* A double is in two registers, the lower half in the even one, whatever the order of bytes (MIPS ABI). With
 * Status.FR each register is 64 bits wide, and a stub that describes 32 tells the lower half alone. */
static const struct arch_wide wide[] = {{"f", NULL, NULL, false, "status", 26}, {.of = NULL}};

static const unsigned char trap[] = {0x0d, 0x00, 0x05, 0x00};

/* BREAK of any code (MIPS32 volume II-A). */
static const struct arch_trap traps[] = {{0x0000000d, 0xfc00003f, 4}, {0, 0, 0}};

static const struct arch_tls tls = {.registers = {"userlocal"}, .bias = 0x7000, .dtv = -8};

static const struct arch_sigframe sigframes[] = {
    /* li v0, 4193 or 4119; syscall: registers of 8 bytes, also on 32-bit processors */
    {4, 2, {0x24021061, 0x0000000c}, 0, 8, 184, {{32, 192, 0, NULL}}},
    {4, 2, {0x24021017, 0x0000000c}, 0, 8, 32, {{32, 40, 0, NULL}}},
    {.count = 0},
};

static const struct arch_llvm llvm = {
    .target = "Mips",
    .cpu = "mips32r2",
    .features = "",
    .modes = {{CS_MODE_MIPS32, true, "mips"}, {CS_MODE_MIPS32, false, "mipsel"}}};

const struct arch arch_mips = {
    .name = "mips",
    .descriptions = "mips mips:isa32r2 mips:isa32 mips:3000",
    .elf_machine = EM_MIPS,
    .elf_class = ELFCLASS32,
    .qemu_user = "mipsel",
    .qemu_user_big = "mips",
    .machines = "mips mipsel",
    .address_size = 4,
    .code_align = 4,
    .pc = "pc",
    .sp = "r29",
    .fp = "r30",
    .link_register = "r31",
    .general = general,
    .dwarf_names = dwarf_names,
    .dwarf_count = sizeof dwarf_names / sizeof dwarf_names[0],
    .effects = &effects_mips,
    .layout = layout,
    .returned = abi_returned_mips,
    .call = abi_call_mips,
    .called_register = "r25",
    .stack_alignment = 8,
    .restart = "restart",
    .second_argument = "r5", /* o32: $5 */
    .wide = wide,
    .tls = &tls,
    .sigframes = sigframes,
    .breakpoint_kind = 4,
    .trap = trap,
    .trap_size = sizeof trap,
    .traps = traps,
    .virtual_bit_second = true,
    .capstone_arch = CS_ARCH_MIPS,
    .capstone_mode = CS_MODE_MIPS32,
    .llvm = &llvm,
    .longest_instruction = 4,
};
