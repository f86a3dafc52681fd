/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is particular to AArch64, 64-bit Arm (arch.h): registers, their DWARF numbers, traps. */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

#include <capstone/capstone.h>
#include <elf.h>

#include "engine/target/arch/linux_user.h"

/* Register numbers: DWARF for the Arm 64-bit Architecture, section 4.1; the trap is BRK #0. */
static const char *const dwarf_names[] = {
    "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10", "x11", "x12", "x13",
    "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27",
    "x28", "x29", "x30", "sp",  "pc",  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,
    NULL,  NULL,  NULL,  NULL,  "vg",  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,
    NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  NULL,  "v0",  "v1",  "v2",  "v3",  "v4",  "v5",
    "v6",  "v7",  "v8",  "v9",  "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19",
    "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31"};

static const char *const general[] = {"x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",   "x7",  "x8",
                                      "x9",  "x10", "x11", "x12", "x13", "x14", "x15",  "x16", "x17",
                                      "x18", "x19", "x20", "x21", "x22", "x23", "x24",  "x25", "x26",
                                      "x27", "x28", "x29", "x30", "sp",  "pc",  "cpsr", NULL};

static const struct arch_register layout[] = {
    {"x0", 8},  {"x1", 8},  {"x2", 8},  {"x3", 8},  {"x4", 8},  {"x5", 8},   {"x6", 8},
    {"x7", 8},  {"x8", 8},  {"x9", 8},  {"x10", 8}, {"x11", 8}, {"x12", 8},  {"x13", 8},
    {"x14", 8}, {"x15", 8}, {"x16", 8}, {"x17", 8}, {"x18", 8}, {"x19", 8},  {"x20", 8},
    {"x21", 8}, {"x22", 8}, {"x23", 8}, {"x24", 8}, {"x25", 8}, {"x26", 8},  {"x27", 8},
    {"x28", 8}, {"x29", 8}, {"x30", 8}, {"sp", 8},  {"pc", 8},  {"cpsr", 4}, {NULL, 0}};

static const unsigned char trap[] = {0x00, 0x00, 0x20, 0xd4};

/* BRK of any immediate (Arm ARM, C6.2): 0 is ours, LLVM has 0xf000 for __builtin_debugtrap(), Linux its own.
 */
static const struct arch_trap traps[] = {{0xd4200000, 0xffe0001f, 4}, {0, 0, 0}};

/* RET with any register (Arm ARM, C6.2). */
static bool is_return(const unsigned char *code)
{
    return (arch_load(code, 4, false) & 0xfffffc1f) == 0xd65f0000;
}

/* Of SVE: predicates, and the registers whose lowest 16 bytes are v0 to v31 (DWARF for the Arm 64-bit
 * Architecture, section 4.1). */
static const struct arch_bank banks[] = {{48, 16, "p", 0, 1}, {96, 32, "z", 0, 1}, {.count = 0}};

static const struct arch_tls tls = {.registers = {"tpidr", "tpidr_el0", "TPIDR_EL0"}, .header = 16, .dtv = 0};

static const struct arch_sigframe sigframes[] = {
    /* mov x8, #139; svc 0 */
    {4, 2, {0xd2801168, 0xd4000001}, 0, 8, 568, {{31, 312, 0, NULL}, {1, 560, 31, NULL}}},
    {.count = 0},
};

/* An instruction that does the same whether interrupts are masked or not, and is none that accesses memory as
 * user space would (Arm DDI 0487, "A64 instruction set encoding"). */
static bool is_plain(uint32_t i)
{
    if ((i & 0xff000000) == 0xd4000000) /* exception generation: svc, brk … */
        return false;
    if ((i & 0xfffff000) == 0xd69f0000) /* eret and its like */
        return false;
    if ((i & 0xffffe000) == 0xd5032000) /* hints and barriers, of the system instructions */
        return true;
    if ((i & 0xffc00000) == 0xd5000000) /* the others: msr and mrs, caches */
        return false;
    return (i & 0x3b200c00) != 0x38000800; /* ldtr, sttr: as user space would */
}

static const unsigned char svc[] = {0x01, 0x00, 0x00, 0xd4}; /* svc #0 */

/* Linux, include/uapi/asm-generic/unistd.h. */
static const struct syscall_row calls[] = {
    {63, "read", true},
    {67, "pread64", true},
    {207, "recvfrom", true},
    {22, "epoll_pwait", false},
    {72, "pselect6", false},
    {73, "ppoll", false},
    {98, "futex", false},
    {101, "nanosleep", false},
    {115, "clock_nanosleep", false},
    {128, "restart_syscall", false},
    {202, "accept", false},
    {212, "recvmsg", false},
    {242, "accept4", false},
    {260, "wait4", false},
    {0, NULL, false},
};

static const struct syscall_abi syscalls = {
    .number = "x8",
    .result = "x0",
    .buffer = "x1",
    .length = "x2",
    .instruction = svc,
    .instruction_size = sizeof svc,
    .rows = calls,
};

static const struct arch_llvm llvm = {
    .target = "AArch64",
    .cpu = "",
    .features = "+v8.7a,+sve2,+sve2-aes,+sve2-sha3,+sve2-sm4,+sve2-bitperm,+mte,+sm4,+sha3,+sme,+bf16,+i8mm,"
                "+ls64",
    .modes = {{0, false, "aarch64"}}};

const struct arch arch_aarch64 = {
    .name = "aarch64",
    .descriptions = "aarch64",
    .elf_machine = EM_AARCH64,
    .elf_class = ELFCLASS64,
    .qemu_user = "aarch64",
    .qemu_user_big = "aarch64_be",
    .machines = "aarch64",
    .address_size = 8,
    .code_align = 4,
    .pc = "pc",
    .sp = "sp",
    .fp = "x29",
    .link_register = "x30",
    .general = general,
    .dwarf_names = dwarf_names,
    .dwarf_count = sizeof dwarf_names / sizeof dwarf_names[0],
    .effects = &effects_aarch64,
    .layout = layout,
    .returned = abi_returned_aarch64,
    .call = abi_call_aarch64,
    .stack_alignment = 16,
    .saved_bytes = 8, /* AAPCS64: a call keeps the lower halves of v8 to v15 */
    .banks = banks,
    .narrow = "v",
    .wider = "z",
    .first_argument = "x0", /* AAPCS64 */
    .second_argument = "x1",
    .frame_pointer_pair = true,
    .tls = &tls,
    .syscalls = &syscalls,
    .sigframes = sigframes,
    .stops_before_access = true,
    .breakpoint_kind = 4,
    .trap = trap,
    .trap_size = sizeof trap,
    .traps = traps,
    .is_return = is_return,
    .step_flag = {"MDSCR_EL1", "SS", 1},     /* Arm DDI 0487, MDSCR_EL1 */
    .step_mask = {"cpsr", 1 << 7, is_plain}, /* PSTATE.I */
    .virtual_bit_second = true,
    .capstone_arch = CS_ARCH_ARM64,
    .capstone_mode = 0,
    .llvm = &llvm,
    .longest_instruction = 4,
};
