/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/kernel/entry.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/target/arch/linux_kernel.h"
#include "engine/target/target.h"
#include "engine/inspect/frames/unwind.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/layout.h"

enum { WORD = 8, SLACK_WORDS = 4, SCAN_WORDS = 24 };
enum { SLEEPER_STACK = 200, STACK_DISTANCE = 4096 };
enum { TOP_OF_USER = 63 };

static bool is_kernel(struct target *target)
{
    return target->arch && target->arch->linux_entry && !target->is_process && kernel_file(target, NULL);
}

static bool read_words(struct target *target, uint64_t address, uint64_t *words, size_t count)
{
    struct memory_want want = {address, count * WORD};
    struct error *e = memory_prefetch_ram(target, &want, 1);
    for (size_t i = 0; !e && i < count; i++)
        e = memory_cached(target, address + i * WORD, WORD)
                ? memory_read_number(target, address + i * WORD, WORD, &words[i])
                : error_new(ERR_NO_MEMORY, "the stack cannot be read");
    bool ok = !e;
    error_free(e);
    return ok;
}

static void set(struct frame_registers *r, unsigned number, uint64_t value, uint64_t address)
{
    r->value[number] = value;
    r->known[number] = true;
    r->is_live[number] = false;
    r->saved_at[number] = address;
}

static void take_place(const struct arch_linux_entry *l, struct frame_registers *ret)
{
    ret->pc = ret->value[l->pc];
    ret->sp = ret->value[l->sp];
}

static bool take_pt_regs(struct target *target, const struct frame_registers *from, uint64_t regs,
                         struct frame_registers *ret)
{
    const struct arch_linux_entry *l = target->arch->linux_entry;
    uint64_t words[ENTRY_REGS_WORDS_MAX];
    if (!read_words(target, regs, words, l->regs_bytes / WORD) || !l->is_pushed(words + l->pushed_at / WORD))
        return false;
    *ret = (struct frame_registers){.thread = from->thread};
    for (unsigned i = 0; i < l->saved_count; i++)
        set(ret, i, words[l->saved_at[i] / WORD], regs + l->saved_at[i]);
    take_place(l, ret);
    return true;
}

/* Code that was stopped in: the registers may be pushed in part. */
static bool scan_stack(struct target *target, const struct frame_registers *from, struct frame_registers *ret)
{
    const struct arch_linux_entry *l = target->arch->linux_entry;
    uint64_t words[SCAN_WORDS + ENTRY_PUSHED_WORDS];
    size_t i = 0;
    if (!read_words(target, from->sp, words, ARRAY_LENGTH(words)))
        return false;
    while (i < SCAN_WORDS && !l->is_pushed(words + i))
        i++;
    if (i == SCAN_WORDS)
        return false;
    if (i >= l->pushed_at / WORD && take_pt_regs(target, from, from->sp + i * WORD - l->pushed_at, ret))
        return true;
    /* While they are pushed none but one is changed. */
    *ret = *from;
    if (i > 1)
        ret->known[l->changed_early] = ret->is_live[l->changed_early] = false;
    set(ret, l->pc, words[i], from->sp + i * WORD);
    set(ret, l->sp, words[i + l->pushed_sp], from->sp + (i + l->pushed_sp) * WORD);
    take_place(l, ret);
    return true;
}

/* A system call leaves the stack pointer as it was, and the pc in a register. */
static bool at_syscall(struct target *target, const struct frame_registers *from, struct frame_registers *ret)
{
    const struct arch_linux_entry *l = target->arch->linux_entry;
    uint64_t back;
    if (from->sp >> TOP_OF_USER || !unwind_register(target, from, l->syscall_return, &back) ||
        back >> TOP_OF_USER)
        return false;
    *ret = *from;
    set(ret, l->pc, back, 0);
    take_place(l, ret);
    return true;
}

/* Behind that the kernel has its own stack, and has not pushed all yet: the user's stack pointer is put away.
 */
static bool in_syscall(struct target *target, const struct frame_registers *from, struct frame_registers *ret)
{
    const struct arch_linux_entry *l = target->arch->linux_entry;
    struct symbol_place place;
    uint64_t back;
    if (!symbols_lookup(target->map, from->pc, &place) || !place.symbol ||
        strcmp(place.symbol, l->syscall_entry) != 0 ||
        !unwind_register(target, from, l->syscall_return, &back) || back >> TOP_OF_USER)
        return false;
    *ret = *from;
    ret->known[l->sp] = ret->is_live[l->sp] = false;
    set(ret, l->pc, back, 0);
    ret->pc = back;
    return true;
}

static bool in_entry_text(struct target *target, uint64_t pc)
{
    uint64_t low, high;
    return kernel_symbol(target, "__entry_text_start", &low) &&
           kernel_symbol(target, "__entry_text_end", &high) && pc >= low && pc < high;
}

static bool began_here(struct target *target, uint64_t pc)
{
    const char *startup = target->arch->linux_entry->startup;
    struct symbol_place place;
    return symbols_lookup(target->map, pc - 1, &place) && place.symbol &&
           (strncmp(place.symbol, "ret_from_fork", 13) == 0 ||
            strncmp(place.symbol, startup, strlen(startup)) == 0);
}

static enum entry_found entry_step(struct target *target, const struct frame_registers *from, bool exact,
                                   struct frame_registers *ret)
{
    if (!is_kernel(target))
        return ENTRY_NONE;
    bool entry = in_entry_text(target, from->pc), begins = !entry && began_here(target, from->pc);
    uint64_t bp;
    bool encoded =
        unwind_register(target, from, target->arch->linux_entry->fp, &bp) && bp & 1 && bp >> TOP_OF_USER;
    if (!entry && !begins && !encoded)
        return ENTRY_NONE;
    if (entry && exact &&
        (at_syscall(target, from, ret) || scan_stack(target, from, ret) || in_syscall(target, from, ret)))
        return ENTRY_INTERRUPTED;
    for (unsigned i = 0; (entry || begins) && i < SLACK_WORDS; i++)
        if (take_pt_regs(target, from, from->sp + i * WORD, ret))
            return ENTRY_INTERRUPTED;
    if (encoded && bp > from->sp && take_pt_regs(target, from, bp & ~(uint64_t)1, ret))
        return ENTRY_INTERRUPTED;
    return begins ? ENTRY_OUTERMOST : ENTRY_NONE;
}

static bool is_user(struct target *target, uint64_t pc)
{
    uint64_t offset;
    return !(pc >> TOP_OF_USER) && is_kernel(target) && !symbol_map_file_at(target->map, pc, &offset);
}

static bool switches_stack(struct target *target, const struct frame_registers *from,
                           const struct frame_registers *to)
{
    return is_kernel(target) && to->pc != from->pc && to->sp + STACK_DISTANCE < from->sp;
}

static void wake_registers(struct target *target, struct frame_registers *r)
{
    struct kernel_field fields[ENTRY_SLEEPER_MAX];
    uint64_t values[ENTRY_SLEEPER_MAX], size;
    struct memory_want want = {r->sp, SLEEPER_STACK};
    if (!is_kernel(target) || !(size = kernel_type_size(target, "struct inactive_task_frame")))
        return;
    const struct arch_linux_entry *l = target->arch->linux_entry;
    struct error *e = memory_prefetch_ram(target, &want, 1);
    for (size_t i = 0; !e && i < l->sleeper_count; i++) {
        if (!kernel_field(target, "struct inactive_task_frame", l->sleeper[i].member, &fields[i]))
            return;
        e = kernel_number(target, r->sp, &fields[i], &values[i]);
    }
    bool ok = !e;
    error_free(e);
    if (!ok)
        return;
    struct frame_registers old = *r;
    *r = (struct frame_registers){.thread = old.thread};
    for (size_t i = 0; i < l->sleeper_count; i++)
        set(r, l->sleeper[i].number, values[i], old.sp + fields[i].offset);
    set(r, l->sp, old.sp + size, 0);
    take_place(l, r);
}

const struct unwind_rules kernel_unwind_rules = {
    .entry_step = entry_step,
    .is_user = is_user,
    .switches_stack = switches_stack,
    .wake_registers = wake_registers,
};
