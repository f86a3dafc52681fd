/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/sysroot.h"

#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/alloc.h"
#include "engine/target/target.h"

bool arch_runs_here(const struct arch *arch)
{
    struct utsname u;
    return uname(&u) == 0 && arch_runs_on(arch, u.machine);
}

char *sysroot_of_emulator(const char *emulated)
{
    static const char *const forms[] = {"gnu", "gnueabihf", "gnueabi"};
    const char *name = arch_gnu_name(emulated);
    for (size_t i = 0; i < ARRAY_LENGTH(forms); i++) {
        char *path = xasprintf("/usr/%s-linux-%s", name, forms[i]);
        if (access(path, R_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

const char *arch_emulator(const struct arch *arch, bool big)
{
    return big && arch->qemu_user_big ? arch->qemu_user_big : arch->qemu_user;
}

char *target_sysroot(const struct target *target)
{
    if (!target->arch || !target->arch->qemu_user || arch_runs_here(target->arch))
        return NULL;
    return sysroot_of_emulator(arch_emulator(target->arch, target->big_endian));
}
