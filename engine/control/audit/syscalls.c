#include "engine/control/audit/syscalls.h"

#include "base/alloc.h"
#include "engine/target/arch/arch.h"

static const unsigned char x86_64_syscall[] = {0x0f, 0x05};
static const unsigned char aarch64_svc_0[] = {0x01, 0x00, 0x00, 0xd4};

static const struct syscall_abi x86_64 = {
    .original = "orig_rax",
    .number = "rax",
    .result = "rax",
    .buffer = "rsi",
    .length = "rdx",
    .instruction = x86_64_syscall,
    .instruction_size = sizeof x86_64_syscall,
};

static const struct syscall_abi aarch64 = {
    .number = "x8",
    .result = "x0",
    .buffer = "x1",
    .length = "x2",
    .instruction = aarch64_svc_0,
    .instruction_size = sizeof aarch64_svc_0,
};

static const struct syscall_row x86_64_rows[] = {
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
};

static const struct syscall_row aarch64_rows[] = {
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
};

const struct syscall_abi *syscall_abi_of(const struct arch *arch)
{
    return arch == &arch_x86_64 ? &x86_64 : arch == &arch_aarch64 ? &aarch64 : NULL;
}

const struct syscall_row *syscall_row_of(const struct arch *arch, uint64_t number)
{
    const struct syscall_row *rows = arch == &arch_aarch64 ? aarch64_rows : x86_64_rows;
    size_t count = arch == &arch_aarch64 ? ARRAY_LENGTH(aarch64_rows) : ARRAY_LENGTH(x86_64_rows);
    for (size_t i = 0; syscall_abi_of(arch) && i < count; i++)
        if ((uint64_t)rows[i].number == number)
            return &rows[i];
    return NULL;
}
