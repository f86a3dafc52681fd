/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/arch/arch.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct arch *const arch_table[] = {
    &arch_x86_64,  &arch_i386,  &arch_aarch64, &arch_arm,  &arch_riscv64,
    &arch_riscv32, &arch_ppc64, &arch_s390x,   &arch_mips,
};

enum { ARCH_COUNT = sizeof arch_table / sizeof arch_table[0] };

const struct arch *arch_row(size_t i)
{
    return i < ARCH_COUNT ? arch_table[i] : NULL;
}

const struct arch *arch_by_description(const char *architecture)
{
    for (size_t i = 0; i < ARCH_COUNT; i++)
        if (text_has_word(arch_table[i]->descriptions, architecture)) /* which may be "" */
            return arch_table[i];
    return NULL;
}

const struct arch *arch_by_elf(unsigned machine, unsigned elf_class)
{
    for (size_t i = 0; i < ARCH_COUNT; i++)
        if (arch_table[i]->elf_machine == machine && arch_table[i]->elf_class == elf_class)
            return arch_table[i];
    return NULL;
}

const struct arch *arch_by_name(const char *name)
{
    for (size_t i = 0; i < ARCH_COUNT; i++)
        if (strcmp(arch_table[i]->name, name) == 0)
            return arch_table[i];
    return NULL;
}

bool arch_runs_on(const struct arch *arch, const char *machine)
{
    return text_has_word(arch->machines, machine);
}

bool arch_has_big_only(const struct arch *arch)
{
    return arch && arch->qemu_user_big && strcmp(arch->qemu_user, arch->qemu_user_big) == 0;
}

bool arch_same_family(const struct arch *a, const struct arch *b)
{
    return a == b || (a->family && b->family && strcmp(a->family, b->family) == 0);
}

bool arch_dwarf_place(const struct arch *arch, unsigned number, struct arch_place *ret)
{
    *ret = (struct arch_place){.share = 1};
    if (number < arch->dwarf_count && arch->dwarf_names[number]) {
        snprintf(ret->name, sizeof ret->name, "%s", arch->dwarf_names[number]);
        return true;
    }
    for (const struct arch_bank *b = arch->banks; b && b->count; b++) {
        if (number < b->first || number - b->first >= b->count)
            continue;
        ret->share = b->share ? b->share : 1;
        ret->index = (number - b->first) % ret->share;
        snprintf(ret->name, sizeof ret->name, "%s%u", b->prefix, b->from + (number - b->first) / ret->share);
        return true;
    }
    return false;
}

enum dwarf_float_place arch_float_place(const struct arch *arch, unsigned number)
{
    return number >= arch->float_first && number <= arch->float_last ? arch->float_place : DWARF_FLOAT_LOW;
}

const char *arch_gnu_name(const char *qemu_user)
{
    for (size_t i = 0; i < ARCH_COUNT; i++) {
        const struct arch *a = arch_table[i];
        if (a->gnu_name && strcmp(a->qemu_user, qemu_user) == 0)
            return a->gnu_name;
        if (a->gnu_name_big && a->qemu_user_big && strcmp(a->qemu_user_big, qemu_user) == 0)
            return a->gnu_name_big;
    }
    return qemu_user;
}

uint64_t arch_load(const unsigned char *bytes, size_t n, bool big_endian)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n && i < 8; i++)
        value = value << 8 | bytes[big_endian ? i : n - 1 - i];
    return value;
}

void arch_store(unsigned char *bytes, size_t n, bool big_endian, uint64_t value)
{
    for (size_t i = 0; i < n; i++) {
        bytes[big_endian ? n - 1 - i : i] = (unsigned char)value;
        value >>= 8;
    }
}
