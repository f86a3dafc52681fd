/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/audit/syscalls.h"

#include "engine/target/arch/arch.h"

const struct syscall_abi *syscall_abi_of(const struct arch *arch)
{
    return arch ? arch->syscalls : NULL;
}

const struct syscall_row *syscall_row_of(const struct arch *arch, uint64_t number)
{
    const struct syscall_abi *abi = syscall_abi_of(arch);
    for (const struct syscall_row *r = abi ? abi->rows : NULL; r && r->name; r++)
        if ((uint64_t)r->number == number)
            return r;
    return NULL;
}
