/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is particular to i386, x86 with 32 bit (arch.h): registers, their DWARF numbers, traps. */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

#include <capstone/capstone.h>
#include <elf.h>

#include "engine/target/arch/linux_user.h"
#include "engine/target/arch/x86.h"

/* Register numbers: System V ABI for Intel386, table 2.14. */
static const char *const dwarf_names[] = {"eax",  "ecx",    "edx",  "ebx",  "esp", "ebp",  "esi",  "edi",
                                          "eip",  "eflags", NULL,   "st0",  "st1", "st2",  "st3",  "st4",
                                          "st5",  "st6",    "st7",  NULL,   NULL,  "xmm0", "xmm1", "xmm2",
                                          "xmm3", "xmm4",   "xmm5", "xmm6", "xmm7"};

static const char *const general[] = {"eax",    "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip",
                                      "eflags", "cs",  "ss",  "ds",  "es",  "fs",  "gs",  NULL};

static const struct arch_register layout[] = {{"eax", 4}, {"ecx", 4}, {"edx", 4}, {"ebx", 4}, {"esp", 4},
                                              {"ebp", 4}, {"esi", 4}, {"edi", 4}, {"eip", 4}, {"eflags", 4},
                                              {"cs", 4},  {"ss", 4},  {"ds", 4},  {"es", 4},  {"fs", 4},
                                              {"gs", 4},  {NULL, 0}};

static const unsigned char trap[] = {0xcc};

/* INT3, and INT with the number 3 (Intel SDM volume 2). */
static const struct arch_trap traps[] = {{0xcc, 0xff, 1}, {0x03cd, 0xffff, 2}, {0, 0, 0}};

static const struct arch_tls tls = {.registers = {"gs_base"}, .below = true, .dtv = 4};

/* DWARF numbers in the order of struct sigcontext (linux, arch/x86/include/uapi/asm/sigcontext.h). */
static const unsigned char sigcontext_order[] = {7, 6, 5, 4,
                                                 3, 1, 2, 0}; /* edi esi ebp esp ebx edx ecx eax */

static const struct arch_sigframe sigframes[] = {
    /* mov $173, %eax; int $0x80: the arguments of the handler, the third one points to the context */
    {1, 7, {0xb8, 0xad, 0, 0, 0, 0xcd, 0x80}, 8, 4, 20 + 56, {{8, 20 + 16, 0, sigcontext_order}}},
    /* pop %eax; mov $119, %eax; int $0x80: the signal's number, then struct sigcontext */
    {1, 8, {0x58, 0xb8, 0x77, 0, 0, 0, 0xcd, 0x80}, 0, 4, 4 + 56, {{8, 4 + 16, 0, sigcontext_order}}},
    {.count = 0},
};

const struct arch arch_i386 = {
    .name = "i386",
    .descriptions = "i386 i386:intel i8086",
    .elf_machine = EM_386,
    .elf_class = ELFCLASS32,
    .qemu_user = "i386",
    .machines = "x86_64 i386",
    .family = "x86",
    .address_size = 4,
    .code_align = 1,
    .pc = "eip",
    .sp = "esp",
    .fp = "ebp",
    .general = general,
    .dwarf_names = dwarf_names,
    .dwarf_count = sizeof dwarf_names / sizeof dwarf_names[0],
    .effects = &effects_i386,
    .layout = layout,
    .returned = abi_returned_i386,
    .call = abi_call_i386,
    .stack_alignment = 16,
    .restart = "orig_eax",
    .no_restart = -1,
    .stack = {"st", 8, "fstat", "ftag", 11}, /* Intel SDM volume 1, 8.1.3 */
    .wide = x86_wide,
    .float_place = DWARF_FLOAT_AS_X87,
    .float_first = 11,
    .float_last = 18,
    .long_double = LONG_DOUBLE_X87,
    .frame_pointer_pair = true,
    .tls = &tls,
    .sigframes = sigframes,
    .breakpoint_kind = 1,
    .trap = trap,
    .trap_size = 1,
    .traps = traps,
    .is_return = x86_is_return,
    .pc_behind_trap = 1,
    .stops_behind_access = true,
    .stack_alignment_slot = 4,
    /* DR0 to DR3, enabled by DR7, whose R/W field has no code for reads alone (Intel SDM volume 3, 18.2.1
       and 18.2.4). */
    .slots_shared = true,
    .slots = 4,
    .no_read_watch = true,
    .linux_restores_slots = true,
    .step_flag = {"eflags", "TF", 0x100}, /* Intel SDM volume 1, 3.4.3.3 */
    .linux_leaves_traps = true,
    .capstone_arch = CS_ARCH_X86,
    .capstone_mode = CS_MODE_32,
    .capstone_mode_now = x86_mode_now,
    .unknown_size = x86_unknown_size,
    .llvm = &x86_llvm,
    .longest_instruction = 15,
};
