/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is particular to PowerPC, 64 bit (arch.h): registers, their DWARF numbers, traps. */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

#include <capstone/capstone.h>
#include <elf.h>

#include "engine/target/arch/linux_user.h"

/* Register numbers: OpenPOWER ELF V2 ABI, section 2.4 (lr is 65, ctr 66); the trap is `trap` (tw 31,0,0),
 * here in little-endian order. */
static const char *const dwarf_names[] = {
    "r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",  "r7",  "r8",  "r9",  "r10", "r11", "r12", "r13",
    "r14", "r15", "r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27",
    "r28", "r29", "r30", "r31", "f0",  "f1",  "f2",  "f3",  "f4",  "f5",  "f6",  "f7",  "f8",  "f9",
    "f10", "f11", "f12", "f13", "f14", "f15", "f16", "f17", "f18", "f19", "f20", "f21", "f22", "f23",
    "f24", "f25", "f26", "f27", "f28", "f29", "f30", "f31", NULL,  "lr",  "ctr"};

static const char *const general[] = {"r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",  "r7",  "r8",  "r9",
                                      "r10", "r11", "r12", "r13", "r14", "r15", "r16", "r17", "r18", "r19",
                                      "r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27", "r28", "r29",
                                      "r30", "r31", "pc",  "msr", "cr",  "lr",  "ctr", "xer", NULL};

static const struct arch_register layout[] = {
    {"r0", 8},  {"r1", 8},  {"r2", 8},  {"r3", 8},  {"r4", 8},  {"r5", 8},  {"r6", 8},    {"r7", 8},
    {"r8", 8},  {"r9", 8},  {"r10", 8}, {"r11", 8}, {"r12", 8}, {"r13", 8}, {"r14", 8},   {"r15", 8},
    {"r16", 8}, {"r17", 8}, {"r18", 8}, {"r19", 8}, {"r20", 8}, {"r21", 8}, {"r22", 8},   {"r23", 8},
    {"r24", 8}, {"r25", 8}, {"r26", 8}, {"r27", 8}, {"r28", 8}, {"r29", 8}, {"r30", 8},   {"r31", 8},
    {"f0", 8},  {"f1", 8},  {"f2", 8},  {"f3", 8},  {"f4", 8},  {"f5", 8},  {"f6", 8},    {"f7", 8},
    {"f8", 8},  {"f9", 8},  {"f10", 8}, {"f11", 8}, {"f12", 8}, {"f13", 8}, {"f14", 8},   {"f15", 8},
    {"f16", 8}, {"f17", 8}, {"f18", 8}, {"f19", 8}, {"f20", 8}, {"f21", 8}, {"f22", 8},   {"f23", 8},
    {"f24", 8}, {"f25", 8}, {"f26", 8}, {"f27", 8}, {"f28", 8}, {"f29", 8}, {"f30", 8},   {"f31", 8},
    {"pc", 8},  {"msr", 8}, {"cr", 4},  {"lr", 8},  {"ctr", 8}, {"xer", 4}, {"fpscr", 4}, {NULL, 0}};

static const unsigned char trap[] = {0x08, 0x00, 0xe0, 0x7f};

/* TW, TD and TWI that trap in any case (Power ISA, 3.3.11). */
static const struct arch_trap traps[] = {
    {0x7fe00008, 0xffe007fe, 4}, {0x7fe00088, 0xffe007fe, 4}, {0x0fe00000, 0xffe00000, 4}, {0, 0, 0}};

/* r0, r3 to r12, f0 to f13 and ctr (OpenPOWER ELF V2 ABI, section 2.2.1; gdb does so too). */
static bool is_clobbered(unsigned number)
{
    return number == 0 || (number >= 3 && number <= 12) || (number >= 32 && number <= 45) || number == 66;
}

static const struct arch_tls tls = {.registers = {"r13"}, .bias = 0x7000, .dtv = -8};

static const struct arch_sigframe sigframes[] = {
    /* li r0, 172; sc: QEMU's; addi r1, r1, 128 before it: the kernel's. A pointer to struct pt_regs. */
    {4, 2, {0x380000ac, 0x44000002}, 144 + 224, 8, 32 * 8, {{32, 0, 0, NULL}, {1, 36 * 8, 65, NULL}}},
    {4, 2, {0x38210080, 0x380000ac}, 128 + 224, 8, 32 * 8, {{32, 0, 0, NULL}, {1, 36 * 8, 65, NULL}}},
    {.count = 0},
};

/*
 * Power ISA book III, 7.5: vectors begin at multiples of 0x20 from 0x100 on; with translation on they are at
 * 0xc000000000004000 and up (AIL 3), and Linux maps the low ones at 0xc000000000000000.
 */
static uint64_t exception_vector(uint64_t pc)
{
    enum { FIRST = 0x100, END = 0x3000, STEP = 0x20 };
    const uint64_t kernel = 0xc000000000000000u;
    uint64_t offset = pc >= kernel + 0x4000 ? pc - kernel - 0x4000 : pc >= kernel ? pc - kernel : pc;
    return offset >= FIRST && offset < END && offset % STEP == 0 ? offset : 0;
}

/* Vector registers: as LLVM numbers them (ELF V2 ABI, "DWARF register numbers"), and gcc. */
static const struct arch_bank banks[] = {{77, 32, "vr", 0, 1}, {1124, 32, "vr", 0, 1}, {.count = 0}};

/* A vector-scalar register begins as a floating-point one (Power ISA, 7.2.1). */
static const struct arch_wide wide[] = {{"f", "vs", "h", true, NULL, 0}, {.of = NULL}};

static const struct arch_llvm llvm = {
    .target = "PowerPC",
    .cpu = "pwr10",
    .features = "",
    .modes = {{CS_MODE_64, true, "powerpc64"}, {CS_MODE_64, false, "powerpc64le"}}};

const struct arch arch_ppc64 = {
    .name = "ppc64",
    .descriptions = "powerpc:common64 powerpc powerpc:e500mc64 powerpc64 powerpc64le",
    .elf_machine = EM_PPC64,
    .elf_class = ELFCLASS64,
    .qemu_user = "ppc64le",
    .qemu_user_big = "ppc64",
    .gnu_name = "powerpc64le",
    .gnu_name_big = "powerpc64",
    .machines = "ppc64 ppc64le",
    .address_size = 8,
    .code_align = 4,
    .pc = "pc",
    .sp = "r1",
    .fp = "r31",
    .link_register = "lr",
    .general = general,
    .dwarf_names = dwarf_names,
    .dwarf_count = sizeof dwarf_names / sizeof dwarf_names[0],
    .effects = &effects_ppc64,
    .layout = layout,
    .returned = abi_returned_power,
    .call = abi_call_power,
    .called_register = "r12",
    .table_register = "r2",
    .stack_alignment = 16,
    .red_zone = 288,
    .restart = "trap",
    .no_restart = -1,
    .second_argument = "r4", /* ELF V2 ABI */
    /* A floating-point register has a float as a double. The two instructions that set r2 come before the
     * local entry point (OpenPOWER ELF V2 ABI, section 2.3.2); descriptors are those of ELF ABI v1. */
    .long_double = LONG_DOUBLE_PAIR,
    .decimal_packed = true,
    .float_place = DWARF_FLOAT_AS_DOUBLE,
    .banks = banks,
    .wide = wide,
    .float_first = 32,
    .float_last = 63,
    .local_entry = 8,
    .descriptor_section = ".opd",
    .is_clobbered = is_clobbered,
    .tls = &tls,
    .sigframes = sigframes,
    .breakpoint_kind = 4,
    .trap = trap,
    .trap_size = sizeof trap,
    .traps = traps,
    .step_flag = {"msr", "SE or BE", 0x600}, /* Power ISA book III, 3.2.1: MSR bits 53 and 54 */
    .exception_vector = exception_vector,
    .trace_vector = 0xd00,
    .capstone_arch = CS_ARCH_PPC,
    .capstone_mode = CS_MODE_64,
    .llvm = &llvm,
    .longest_instruction = 4,
};
