/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is particular to RISC-V, 64 bit (arch.h): registers, their DWARF numbers, traps. */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

#include <capstone/capstone.h>
#include <elf.h>

#include "engine/target/arch/linux_user.h"
#include "engine/target/arch/riscv.h"

/* Register numbers: RISC-V ABIs, chapter "DWARF Register Numbers"; the trap is EBREAK. */
static const char *const dwarf_names[] = {
    "zero", "ra",  "sp",  "gp",  "tp",  "t0",  "t1",   "t2",   "fp",  "s1",  "a0",   "a1",  "a2",
    "a3",   "a4",  "a5",  "a6",  "a7",  "s2",  "s3",   "s4",   "s5",  "s6",  "s7",   "s8",  "s9",
    "s10",  "s11", "t3",  "t4",  "t5",  "t6",  "ft0",  "ft1",  "ft2", "ft3", "ft4",  "ft5", "ft6",
    "ft7",  "fs0", "fs1", "fa0", "fa1", "fa2", "fa3",  "fa4",  "fa5", "fa6", "fa7",  "fs2", "fs3",
    "fs4",  "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};

static const char *const general[] = {
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1",  "a0",  "a1", "a2", "a3", "a4", "a5", "a6",
    "a7",   "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6", "pc", NULL};

/* Vector registers (RISC-V ELF psABI, "DWARF Register Numbers"). */
static const struct arch_bank banks[] = {{96, 32, "v", 0, 1}, {.count = 0}};

static const struct arch_register layout[] = {
    {"zero", 8}, {"ra", 8}, {"sp", 8}, {"gp", 8}, {"tp", 8}, {"t0", 8}, {"t1", 8}, {"t2", 8}, {"fp", 8},
    {"s1", 8},   {"a0", 8}, {"a1", 8}, {"a2", 8}, {"a3", 8}, {"a4", 8}, {"a5", 8}, {"a6", 8}, {"a7", 8},
    {"s2", 8},   {"s3", 8}, {"s4", 8}, {"s5", 8}, {"s6", 8}, {"s7", 8}, {"s8", 8}, {"s9", 8}, {"s10", 8},
    {"s11", 8},  {"t3", 8}, {"t4", 8}, {"t5", 8}, {"t6", 8}, {"pc", 8}, {NULL, 0}};

static const unsigned char trap[] = {0x73, 0x00, 0x10, 0x00};
static const unsigned char short_trap[] = {0x02, 0x90};

/* EBREAK and C.EBREAK (RISC-V unprivileged ISA). */
static const struct arch_trap traps[] = {{0x00100073, 0xffffffff, 4}, {0x9002, 0xffff, 2}, {0, 0, 0}};

static const struct arch_tls tls = {.registers = {"tp"}, .dtv = -16};

static const struct arch_sigframe sigframes[] = {
    /* li a7, 139; ecall: the pc stands where x0 would */
    {4, 2, {0x08b00893, 0x00000073}, 0, 8, 304, {{31, 312, 1, NULL}}},
    {.count = 0},
};

const struct arch arch_riscv64 = {
    .name = "riscv64",
    .descriptions = "riscv:rv64 riscv riscv64",
    .elf_machine = EM_RISCV,
    .elf_class = ELFCLASS64,
    .qemu_user = "riscv64",
    .machines = "riscv64",
    .address_size = 8,
    .code_align = 2,
    .pc = "pc",
    .sp = "sp",
    .fp = "fp",
    .link_register = "ra",
    .general = general,
    .dwarf_names = dwarf_names,
    .dwarf_count = sizeof dwarf_names / sizeof dwarf_names[0],
    .effects = &effects_riscv64,
    .layout = layout,
    .returned = abi_returned_riscv,
    .call = abi_call_riscv,
    .stack_alignment = 16,
    .second_argument = "a1", /* RISC-V ELF psABI */
    .banks = banks,
    .tls = &tls,
    .sigframes = sigframes,
    .breakpoint_kind = 4,
    .trap = trap,
    .trap_size = sizeof trap,
    .traps = traps,
    .short_trap = short_trap,
    .short_trap_size = sizeof short_trap,
    /* The triggers are of any kind (RISC-V Debug Specification, chapter "Sdtrig"). */
    .slots_shared = true,
    .instruction_size = riscv_instruction_size,
    .capstone_arch = CAPSTONE_NONE,
    .capstone_mode = 0,
    .llvm = &riscv64_llvm,
    .longest_instruction = 4,
};
