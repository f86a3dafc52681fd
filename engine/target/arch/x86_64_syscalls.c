/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/arch/x86_64_syscalls.h"

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
