/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers and layouts of the kernel, each with the file of its source that says so. */
#include "engine/target/arch/x86_64_linux.h"

#include "base/alloc.h"
#include "engine/target/arch/arch.h"

enum { RCX = 2, RBX = 3, RSI = 4, RBP = 6, RSP = 7, RIP = 16 }; /* DWARF numbers */
enum { TOP_OF_USER = 63 };

/* struct pt_regs of x86-64, by DWARF number (arch/x86/include/asm/ptrace.h): rax rdx rcx rbx rsi rdi rbp rsp
 * r8 … r15 rip. */
static const unsigned char saved_at[] = {80, 96, 88, 40, 104, 112, 32, 152, 72,
                                         64, 56, 48, 24, 16,  8,   0,  128};

/* ip cs flags sp ss as the processor pushes them: segments are those of arch/x86/include/asm/segment.h. */
static bool is_pushed(const uint64_t *w)
{
    uint64_t cs = w[1] & 0xffff, ss = w[4] & 0xffff;
    bool kernel = cs == 0x10 && (ss == 0x18 || ss == 0) && w[0] >> TOP_OF_USER;
    bool user = (cs == 0x33 || cs == 0x23) && ss == 0x2b && !(w[0] >> TOP_OF_USER);
    return (kernel || user) && (w[2] & 2) && w[2] < 1 << 22;
}

/* struct inactive_task_frame (arch/x86/include/asm/switch_to.h). */
static const struct arch_sleeper_register sleeper[] = {
    {"r15", 15}, {"r14", 14}, {"r13", 13}, {"r12", 12}, {"bx", RBX}, {"bp", RBP}, {"ret_addr", RIP}};

/* Of the code: entry_SYSCALL_64 of arch/x86/entry/entry_64.S, PUSH_REGS of calling.h there, and head_64.S. */
const struct arch_linux_entry x86_64_linux_entry = {
    .saved_at = saved_at,
    .saved_count = ARRAY_LENGTH(saved_at),
    .regs_bytes = 168,
    .pushed_at = 128,
    .pushed_sp = 3,
    .is_pushed = is_pushed,
    .pc = RIP,
    .sp = RSP,
    .fp = RBP,
    .syscall_return = RCX,
    .syscall_entry = "entry_SYSCALL_64",
    .changed_early = RSI,
    .startup = "secondary_startup_64",
    .sleeper = sleeper,
    .sleeper_count = ARRAY_LENGTH(sleeper),
};

uint64_t x86_64_gate_handler(const unsigned char *gate)
{
    return arch_load(gate, 2, false) | arch_load(gate + 6, 2, false) << 16 |
           arch_load(gate + 8, 4, false) << 32;
}

/* -- system calls --------------------------------------------------------------------------------- */

static const unsigned char instruction[] = {0x0f, 0x05}; /* syscall */

/* Linux, arch/x86/entry/syscalls/syscall_64.tbl. */
static const struct syscall_row rows[] = {
    {0, "read", true},
    {17, "pread64", true},
    {45, "recvfrom", true},
    {7, "poll", false},
    {23, "select", false},
    {34, "pause", false},
    {35, "nanosleep", false},
    {43, "accept", false},
    {47, "recvmsg", false},
    {61, "wait4", false},
    {202, "futex", false},
    {219, "restart_syscall", false},
    {230, "clock_nanosleep", false},
    {232, "epoll_wait", false},
    {270, "pselect6", false},
    {271, "ppoll", false},
    {281, "epoll_pwait", false},
    {288, "accept4", false},
    {0, NULL, false},
};

const struct syscall_abi x86_64_syscalls = {
    .original = "orig_rax",
    .number = "rax",
    .result = "rax",
    .buffer = "rsi",
    .length = "rdx",
    .instruction = instruction,
    .instruction_size = sizeof instruction,
    .rows = rows,
};
