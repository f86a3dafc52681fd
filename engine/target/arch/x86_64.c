/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is particular to x86-64 (arch.h): registers, their DWARF numbers, traps. */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

#include <capstone/capstone.h>
#include <elf.h>

#include "engine/target/arch/linux_user.h"
#include "engine/target/arch/x86.h"
#include "engine/target/arch/x86_64_linux.h"

/* Register numbers: System V ABI for AMD64, figure 3.36; layout: gdb's amd64 `g` (also kgdb's, whose segment
 * registers are 4 bytes). */
static const char *const dwarf_names[] = {
    "rax",  "rdx",    "rcx",  "rbx",   "rsi",   "rdi",   "rbp",   "rsp",   "r8",    "r9",   "r10",  "r11",
    "r12",  "r13",    "r14",  "r15",   "rip",   "xmm0",  "xmm1",  "xmm2",  "xmm3",  "xmm4", "xmm5", "xmm6",
    "xmm7", "xmm8",   "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "st0",  "st1",  "st2",
    "st3",  "st4",    "st5",  "st6",   "st7",   "mm0",   "mm1",   "mm2",   "mm3",   "mm4",  "mm5",  "mm6",
    "mm7",  "eflags", "es",   "cs",    "ss",    "ds",    "fs",    "gs"};

static const char *const general[] = {
    "rax",     "rbx",     "rcx",       "rdx", "rsi", "rdi",    "rbp", "rsp", "r8",   "r9", "r10", "r11",
    "r12",     "r13",     "r14",       "r15", "rip", "eflags", "cs",  "ss",  "ds",   "es", "fs",  "gs",
    "fs_base", "gs_base", "k_gs_base", "cr0", "cr2", "cr3",    "cr4", "cr8", "efer", NULL};

/* Those of AVX-512 (System V ABI for AMD64, figure 3.36). */
static const struct arch_bank banks[] = {{67, 16, "xmm", 16, 1}, {118, 8, "k", 0, 1}, {.count = 0}};

static const struct arch_register layout[] = {{"rax", 8}, {"rbx", 8}, {"rcx", 8},    {"rdx", 8}, {"rsi", 8},
                                              {"rdi", 8}, {"rbp", 8}, {"rsp", 8},    {"r8", 8},  {"r9", 8},
                                              {"r10", 8}, {"r11", 8}, {"r12", 8},    {"r13", 8}, {"r14", 8},
                                              {"r15", 8}, {"rip", 8}, {"eflags", 4}, {"cs", 4},  {"ss", 4},
                                              {"ds", 4},  {"es", 4},  {"fs", 4},     {"gs", 4},  {NULL, 0}};

static const unsigned char trap[] = {0xcc};

/* INT3, and INT with the number 3 (Intel SDM volume 2). */
static const struct arch_trap traps[] = {{0xcc, 0xff, 1}, {0x03cd, 0xffff, 2}, {0, 0, 0}};

static const struct arch_tls tls = {.registers = {"fs_base"}, .below = true, .dtv = 8};

/* DWARF numbers in the order of struct sigcontext (linux, arch/x86/include/uapi/asm/sigcontext.h). */
static const unsigned char sigcontext_order[] = {8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7};

static const struct arch_sigframe sigframes[] = {
    /* mov $15, %rax; syscall: the context lies at the stack pointer */
    {1, 9, {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05}, 0, 8, 40 + 16 * 8, {{16, 40, 0, sigcontext_order}}},
    {.count = 0},
};

const struct arch arch_x86_64 = {
    .name = "x86-64",
    .descriptions = "i386:x86-64 i386:x86-64:intel i386:x64-32 x86_64",
    .elf_machine = EM_X86_64,
    .elf_class = ELFCLASS64,
    .qemu_user = "x86_64",
    .machines = "x86_64",
    .family = "x86",
    .address_size = 8,
    .code_align = 1,
    .pc = "rip",
    .sp = "rsp",
    .fp = "rbp",
    .general = general,
    .dwarf_names = dwarf_names,
    .dwarf_count = sizeof dwarf_names / sizeof dwarf_names[0],
    .effects = &effects_x86_64,
    .layout = layout,
    .returned = abi_returned_amd64,
    .call = abi_call_amd64,
    .stack_alignment = 16,
    .red_zone = 128,
    .restart = "orig_rax",
    .no_restart = -1,
    .banks = banks,
    .stack = {"st", 8, "fstat", "ftag", 11}, /* Intel SDM volume 1, 8.1.3 */
    .wide = x86_wide,
    .float_place = DWARF_FLOAT_AS_X87,
    .float_first = 33,
    .float_last = 40,
    /* System V ABI for AMD64, 3.1.2 and 3.2.3. */
    .long_double = LONG_DOUBLE_X87,
    .first_argument = "rdi",
    .second_argument = "rsi",
    .frame_pointer_pair = true,
    .tls = &tls,
    .syscalls = &x86_64_syscalls,
    .sigframes = sigframes,
    .breakpoint_kind = 1,
    .trap = trap,
    .trap_size = 1,
    .traps = traps,
    .is_return = x86_is_return,
    .pc_behind_trap = 1,
    .stops_behind_access = true,
    .stack_alignment_slot = 8,
    /* DR0 to DR3, enabled by DR7, whose R/W field has no code for reads alone (Intel SDM volume 3, 18.2.1
       and 18.2.4). */
    .slots_shared = true,
    .slots = 4,
    .no_read_watch = true,
    .linux_restores_slots = true,
    .step_flag = {"eflags", "TF", 0x100}, /* Intel SDM volume 1, 3.4.3.3 */
    .kernel_slide_limit = 1 << 30,        /* KERNEL_IMAGE_SIZE (arch/x86/include/asm/page_64_types.h) */
    .gate_handler = x86_64_gate_handler,
    .linux_entry = &x86_64_linux_entry,
    .linux_leaves_traps = true,
    .capstone_arch = CS_ARCH_X86,
    .capstone_mode = CS_MODE_64,
    .capstone_mode_now = x86_mode_now,
    .unknown_size = x86_unknown_size,
    .llvm = &x86_llvm,
    .longest_instruction = 15,
};
