/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/tls.h"

#include <elf.h>

#include "base/alloc.h"
#include "engine/target/arch/linux_user.h"
#include "engine/target/target.h"
#include "engine/target/registers.h"

static struct error *no_pointer(const struct target *target)
{
    return error_new(ERR_UNSUPPORTED, "the thread pointer of %s is not among the stub's registers",
                     target->arch ? target->arch->name : "the target");
}

static struct error *from_halves(struct target *target, struct thread *t, const char *const halves[2],
                                 uint64_t *ret)
{
    uint64_t high = 0, low = 0;
    if (!register_find(target, halves[0]) || !register_find(target, halves[1]))
        return no_pointer(target);
    TRY(register_value(target, t, halves[0], &high));
    TRY(register_value(target, t, halves[1], &low));
    *ret = high << 32 | (low & 0xffffffffu);
    return NULL;
}

static struct error *thread_pointer(struct target *target, const struct arch_tls *l, uint64_t *ret)
{
    struct thread *t;
    TRY(threads_current(target, &t));
    if (l->halves[0])
        return from_halves(target, t, l->halves, ret);
    for (size_t i = 0; i < ARRAY_LENGTH(l->registers); i++)
        if (l->registers[i] && register_find(target, l->registers[i]))
            return register_value(target, t, l->registers[i], ret);
    return no_pointer(target);
}

static uint64_t round_up(uint64_t n, uint64_t alignment)
{
    return (n + alignment - 1) & ~(alignment - 1);
}

/* The program itself, as opposed to a library: what is linked at a fixed place, or the first file that names
 * its linker (the C library does as well). */
static bool is_program(const struct target *target, const struct symbol_file *f)
{
    uint64_t offset;
    for (size_t i = 0; i < symbol_map_count(target->map); i++) {
        const struct symbol_file *other = symbol_map_file(target->map, i, &offset);
        if (symbol_file_type(other) == ET_EXEC || symbol_file_has_interpreter(other))
            return other == f;
    }
    return false;
}

/* As glibc's _dl_determine_tlsoffset places the first block: its address keeps its place within the
 * alignment. */
static uint64_t block_from_pointer(const struct arch_tls *l, const struct symbol_tls *block)
{
    uint64_t first = (0 - block->address) & (block->alignment - 1);
    if (l->below)
        return 0 - (round_up(block->size - first, block->alignment) + first);
    uint64_t at = round_up(l->header, block->alignment);
    at += at - l->header < first ? block->alignment : 0;
    return at - first - l->bias;
}

struct error *tls_address(struct target *target, const struct symbol_file *f, uint64_t offset, uint64_t *ret)
{
    const struct arch_tls *l = target->arch ? target->arch->tls : NULL;
    struct symbol_tls block;
    uint64_t pointer = 0;
    TRY(target_need_stopped(target));
    if (!l)
        return no_pointer(target);
    if (!f || !symbol_file_tls(f, &block) || (block.alignment & (block.alignment - 1)))
        return error_new(ERR_UNSUPPORTED, "the file of a thread-local variable has no such variables");
    if (!is_program(target, f))
        return error_hint(error_new(ERR_UNSUPPORTED, "only the C library knows where a shared library's "
                                                     "thread-local variables are"),
                          "look at what a function of the library has in its registers");
    TRY(thread_pointer(target, l, &pointer));
    *ret = pointer + block_from_pointer(l, &block) + offset;
    return NULL;
}
