/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/arch/aarch64_syscalls.h"

static const unsigned char instruction[] = {0x01, 0x00, 0x00, 0xd4}; /* svc #0 */

/* Linux, include/uapi/asm-generic/unistd.h. */
static const struct syscall_row rows[] = {
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

const struct syscall_abi aarch64_syscalls = {
    .number = "x8",
    .result = "x0",
    .buffer = "x1",
    .length = "x2",
    .instruction = instruction,
    .instruction_size = sizeof instruction,
    .rows = rows,
};
