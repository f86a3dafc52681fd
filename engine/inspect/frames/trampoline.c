/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/trampoline.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/target/arch/linux_user.h"
#include "engine/target/target.h"

enum { CODE_BYTES = 12 };

static bool read_code(struct target *target, uint64_t pc, bool ask, unsigned char *bytes)
{
    if (memory_from_file(target, pc, bytes, CODE_BYTES))
        return true;
    struct error *e = ask ? memory_read(target, pc, bytes, CODE_BYTES) : NULL;
    bool got = ask && !e;
    error_free(e);
    return got;
}

static bool matches(const struct target *target, const struct arch_sigframe *f, const unsigned char *bytes)
{
    for (unsigned i = 0; i < f->count; i++)
        if (arch_load(bytes + (size_t)i * f->unit, f->unit, target->big_endian) != f->code[i])
            return false;
    return true;
}

static bool load(struct target *target, uint64_t address, uint64_t *ret)
{
    struct error *e = memory_read_number(target, address, target->arch->address_size, ret);
    error_free(e);
    return !e;
}

/* A big-endian 32-bit processor's register in 8 bytes is in the second half. */
static uint64_t place(const struct target *target, const struct arch_sigframe *f, uint64_t base, unsigned at)
{
    unsigned spare = f->stride > target->arch->address_size && target->big_endian
                         ? f->stride - target->arch->address_size
                         : 0;
    return base + at + spare;
}

static void take_registers(struct target *target, const struct arch_sigframe *f, uint64_t base,
                           struct frame_registers *ret)
{
    for (size_t b = 0; b < ARRAY_LENGTH(f->blocks); b++) {
        const struct arch_saved_block *block = &f->blocks[b];
        for (unsigned i = 0; i < block->count; i++) {
            unsigned number = block->order ? block->order[i] : block->first + i;
            uint64_t address = place(target, f, base, block->at + i * f->stride);
            ret->known[number] = load(target, address, &ret->value[number]);
            ret->saved_at[number] = ret->known[number] ? address : 0;
        }
    }
}

static bool take_frame(struct target *target, const struct arch_sigframe *f,
                       const struct frame_registers *from, struct frame_registers *ret)
{
    uint64_t base = from->sp;
    if (f->pointer_at && !load(target, from->sp + f->pointer_at, &base))
        return false;
    memset(ret, 0, sizeof *ret);
    ret->thread = from->thread;
    if (!load(target, place(target, f, base, f->pc_at), &ret->pc))
        return false;
    take_registers(target, f, base, ret);
    for (unsigned i = 0; i < target->arch->dwarf_count && i < FRAME_REGISTERS; i++)
        if (target->arch->dwarf_names[i] && strcmp(target->arch->dwarf_names[i], target->arch->sp) == 0)
            ret->sp = ret->value[i];
    return true;
}

bool trampoline_step(struct target *target, const struct frame_registers *from, bool ask,
                     struct frame_registers *ret)
{
    unsigned char bytes[CODE_BYTES];
    const struct arch_sigframe *f = target->arch->sigframes;
    if (!f || !read_code(target, from->pc, ask, bytes))
        return false;
    for (; f->count; f++)
        if (matches(target, f, bytes))
            return take_frame(target, f, from, ret);
    return false;
}

bool trampoline_is_at(struct target *target, uint64_t pc)
{
    unsigned char bytes[CODE_BYTES];
    const struct arch_sigframe *f = target->arch->sigframes;
    if (!f || !read_code(target, pc, false, bytes))
        return false;
    while (f->count && !matches(target, f, bytes))
        f++;
    return f->count > 0;
}
