/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is particular to s390x, 64-bit IBM Z (arch.h): registers, their DWARF numbers, traps. */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

#include <capstone/capstone.h>
#include <elf.h>

#include "engine/target/arch/linux_user.h"

/* Register numbers: s390x ELF ABI supplement, table "DWARF register number mapping"; the trap is 0x0001,
 * shown here in little-endian order as every trap is. */
static const char *const dwarf_names[] = {
    "r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",  "r7",  "r8",   "r9",   "r10", "r11", "r12", "r13",
    "r14", "r15", "f0",  "f2",  "f4",  "f6",  "f1",  "f3",  "f5",   "f7",   "f8",  "f10", "f12", "f14",
    "f9",  "f11", "f13", "f15", NULL,  NULL,  NULL,  NULL,  NULL,   NULL,   NULL,  NULL,  NULL,  NULL,
    NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,   NULL,   NULL,  NULL,  NULL,  NULL,
    NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  "pswm", "pswa", NULL,  NULL,  "v16", "v18",
    "v20", "v22", "v17", "v19", "v21", "v23", "v24", "v26", "v28",  "v30",  "v25", "v27", "v29", "v31"};

/* The first 16 vector registers go on where the floating-point registers end (z/Architecture, "Vector
 * Registers"); the lower halves have names of their own in target descriptions. */
static const struct arch_wide wide[] = {{"f", "v", "l", true, NULL, 0}, {.of = NULL}};

static const char *const general[] = {"pswm", "pswa", "r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6", "r7",
                                      "r8",   "r9",   "r10", "r11", "r12", "r13", "r14", "r15", NULL};

static const struct arch_register layout[] = {
    {"pswm", 8},  {"pswa", 8},  {"r0", 8},    {"r1", 8},    {"r2", 8},    {"r3", 8},    {"r4", 8},
    {"r5", 8},    {"r6", 8},    {"r7", 8},    {"r8", 8},    {"r9", 8},    {"r10", 8},   {"r11", 8},
    {"r12", 8},   {"r13", 8},   {"r14", 8},   {"r15", 8},   {"acr0", 4},  {"acr1", 4},  {"acr2", 4},
    {"acr3", 4},  {"acr4", 4},  {"acr5", 4},  {"acr6", 4},  {"acr7", 4},  {"acr8", 4},  {"acr9", 4},
    {"acr10", 4}, {"acr11", 4}, {"acr12", 4}, {"acr13", 4}, {"acr14", 4}, {"acr15", 4}, {"fpc", 4},
    {"f0", 8},    {"f1", 8},    {"f2", 8},    {"f3", 8},    {"f4", 8},    {"f5", 8},    {"f6", 8},
    {"f7", 8},    {"f8", 8},    {"f9", 8},    {"f10", 8},   {"f11", 8},   {"f12", 8},   {"f13", 8},
    {"f14", 8},   {"f15", 8},   {NULL, 0}};

static const unsigned char trap[] = {0x01, 0x00};

/* No operation has this code: Linux takes it for a breakpoint (arch/s390/include/asm/ptrace.h). */
static const struct arch_trap traps[] = {{0x0001, 0xffff, 2}, {0, 0, 0}};

/* r0 to r5 and f0 to f7 (ELF ABI s390x supplement; gdb does so too). */
static bool is_clobbered(unsigned number)
{
    return number <= 5 || (number >= 16 && number <= 23);
}

static const struct arch_tls tls = {.halves = {"acr0", "acr1"}, .below = true, .dtv = 8};

static const struct arch_sigframe sigframes[] = {
    /* svc 173, and 119 with a pointer to the registers */
    {2, 1, {0x0aad}, 0, 8, 344, {{16, 352, 0, NULL}}},
    {2, 1, {0x0a77}, 168, 8, 8, {{16, 16, 0, NULL}}},
    {.count = 0},
};

/* The two highest bits of an instruction (z/Architecture Principles of Operation, "Instruction Formats"). */
static unsigned unknown_size(const unsigned char *code, size_t n, int mode)
{
    (void)mode;
    unsigned size = !n ? 0 : code[0] < 0x40 ? 2 : code[0] < 0xc0 ? 4 : 6;
    return size <= n ? size : 0;
}

static const struct arch_llvm llvm = {
    .target = "SystemZ", .cpu = "arch14", .features = "", .modes = {{0, true, "s390x"}}};

const struct arch arch_s390x = {
    .name = "s390x",
    .descriptions = "s390:64-bit s390x",
    .elf_machine = EM_S390,
    .elf_class = ELFCLASS64,
    .qemu_user = "s390x",
    .qemu_user_big = "s390x",
    .machines = "s390x",
    .address_size = 8,
    .code_align = 2,
    .pc = "pswa",
    .sp = "r15",
    .fp = "r11",
    .link_register = "r14",
    .general = general,
    .dwarf_names = dwarf_names,
    .dwarf_count = sizeof dwarf_names / sizeof dwarf_names[0],
    .effects = &effects_s390x,
    .layout = layout,
    .returned = abi_returned_s390,
    .decimal_packed = true,
    .call = abi_call_s390,
    .stack_alignment = 8,
    .restart = "system_call",
    .second_argument = "r3", /* s390x ELF ABI */
    .wide = wide,
    /* A float is in the first half of its register (ELF ABI s390x supplement). */
    .float_place = DWARF_FLOAT_HIGH,
    .float_first = 16,
    .float_last = 31,
    .is_clobbered = is_clobbered,
    .cfa_above_sp = 160,
    .tls = &tls,
    .sigframes = sigframes,
    .breakpoint_kind = 2,
    .trap = trap,
    .trap_size = sizeof trap,
    .traps = traps,
    .capstone_arch = CS_ARCH_SYSZ,
    .capstone_mode = 0,
    .unknown_size = unknown_size,
    .llvm = &llvm,
    .longest_instruction = 6,
};
