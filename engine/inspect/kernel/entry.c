#include "engine/inspect/kernel/entry.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/target/target.h"
#include "engine/inspect/frames/unwind.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/layout.h"

enum { RBX = 3, RSI = 4, RBP = 6, RSP = 7, RCX = 2, RIP = 16 }; /* DWARF numbers */
enum {
    WORD = 8,
    PT_REGS_BYTES = 168,
    PT_REGS_IP = 128,
    SLACK_WORDS = 4,
    SCAN_WORDS = 24,
    HARDWARE_WORDS = 5
};
enum { SLEEPER_STACK = 200, STACK_DISTANCE = 4096 };
enum { TOP_OF_USER = 63 };

/* struct pt_regs of x86-64, by DWARF number (arch/x86/include/asm/ptrace.h): rax rdx rcx rbx rsi rdi rbp rsp
 * r8 … r15 rip. */
static const unsigned char saved_at[] = {80, 96, 88, 40, 104, 112, 32, 152, 72,
                                         64, 56, 48, 24, 16,  8,   0,  128};

static bool is_kernel(struct target *target)
{
    return target->arch == &arch_x86_64 && !target->is_process && kernel_file(target, NULL);
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

/* ip cs flags sp ss as the processor pushes them: segments are those of arch/x86/include/asm/segment.h. */
static bool is_hardware_frame(const uint64_t *w)
{
    uint64_t cs = w[1] & 0xffff, ss = w[4] & 0xffff;
    bool kernel = cs == 0x10 && (ss == 0x18 || ss == 0) && w[0] >> TOP_OF_USER;
    bool user = (cs == 0x33 || cs == 0x23) && ss == 0x2b && !(w[0] >> TOP_OF_USER);
    return (kernel || user) && (w[2] & 2) && w[2] < 1 << 22;
}

static void set(struct frame_registers *r, unsigned number, uint64_t value, uint64_t address)
{
    r->value[number] = value;
    r->known[number] = true;
    r->is_live[number] = false;
    r->saved_at[number] = address;
}

static void take_place(struct frame_registers *ret)
{
    ret->pc = ret->value[RIP];
    ret->sp = ret->value[RSP];
}

static bool take_pt_regs(struct target *target, const struct frame_registers *from, uint64_t regs,
                         struct frame_registers *ret)
{
    uint64_t words[PT_REGS_BYTES / WORD];
    if (!read_words(target, regs, words, ARRAY_LENGTH(words)) ||
        !is_hardware_frame(words + PT_REGS_IP / WORD))
        return false;
    *ret = (struct frame_registers){.thread = from->thread};
    for (unsigned i = 0; i < ARRAY_LENGTH(saved_at); i++)
        set(ret, i, words[saved_at[i] / WORD], regs + saved_at[i]);
    take_place(ret);
    return true;
}

/* Code that was stopped in: the registers may be pushed in part. */
static bool scan_stack(struct target *target, const struct frame_registers *from, struct frame_registers *ret)
{
    uint64_t words[SCAN_WORDS + HARDWARE_WORDS];
    size_t i = 0;
    if (!read_words(target, from->sp, words, ARRAY_LENGTH(words)))
        return false;
    while (i < SCAN_WORDS && !is_hardware_frame(words + i))
        i++;
    if (i == SCAN_WORDS)
        return false;
    if (i >= PT_REGS_IP / WORD && take_pt_regs(target, from, from->sp + i * WORD - PT_REGS_IP, ret))
        return true;
    /* While they are pushed none but rsi is changed (PUSH_REGS of arch/x86/entry/calling.h). */
    *ret = *from;
    if (i > 1)
        ret->known[RSI] = ret->is_live[RSI] = false;
    set(ret, RIP, words[i], from->sp + i * WORD);
    set(ret, RSP, words[i + 3], from->sp + (i + 3) * WORD);
    take_place(ret);
    return true;
}

/* syscall leaves the stack pointer as it was, and rip in rcx. */
static bool at_syscall(struct target *target, const struct frame_registers *from, struct frame_registers *ret)
{
    uint64_t back;
    if (from->sp >> TOP_OF_USER || !unwind_register(target, from, RCX, &back) || back >> TOP_OF_USER)
        return false;
    *ret = *from;
    set(ret, RIP, back, 0);
    take_place(ret);
    return true;
}

/* Behind that the kernel has its own stack, and has not pushed all yet: the user's stack pointer is put away.
 */
static bool in_syscall(struct target *target, const struct frame_registers *from, struct frame_registers *ret)
{
    struct symbol_place place;
    uint64_t back;
    if (!symbols_lookup(target->map, from->pc, &place) || !place.symbol ||
        strcmp(place.symbol, "entry_SYSCALL_64") != 0 || !unwind_register(target, from, RCX, &back) ||
        back >> TOP_OF_USER)
        return false;
    *ret = *from;
    ret->known[RSP] = ret->is_live[RSP] = false;
    set(ret, RIP, back, 0);
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
    struct symbol_place place;
    return symbols_lookup(target->map, pc - 1, &place) && place.symbol &&
           (strncmp(place.symbol, "ret_from_fork", 13) == 0 ||
            strncmp(place.symbol, "secondary_startup_64", 20) == 0);
}

static enum entry_found entry_step(struct target *target, const struct frame_registers *from, bool exact,
                                   struct frame_registers *ret)
{
    if (!is_kernel(target))
        return ENTRY_NONE;
    bool entry = in_entry_text(target, from->pc), begins = !entry && began_here(target, from->pc);
    uint64_t bp;
    bool encoded = unwind_register(target, from, RBP, &bp) && bp & 1 && bp >> TOP_OF_USER;
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
    static const struct {
        const char *name;
        unsigned number;
    } saved[] = {{"r15", 15}, {"r14", 14}, {"r13", 13},      {"r12", 12},
                 {"bx", RBX}, {"bp", RBP}, {"ret_addr", RIP}};
    struct kernel_field fields[ARRAY_LENGTH(saved)];
    uint64_t values[ARRAY_LENGTH(saved)], size;
    struct memory_want want = {r->sp, SLEEPER_STACK};
    if (!is_kernel(target) || !(size = kernel_type_size(target, "struct inactive_task_frame")))
        return;
    struct error *e = memory_prefetch_ram(target, &want, 1);
    for (size_t i = 0; !e && i < ARRAY_LENGTH(saved); i++) {
        if (!kernel_field(target, "struct inactive_task_frame", saved[i].name, &fields[i]))
            return;
        e = kernel_number(target, r->sp, &fields[i], &values[i]);
    }
    bool ok = !e;
    error_free(e);
    if (!ok)
        return;
    struct frame_registers old = *r;
    *r = (struct frame_registers){.thread = old.thread};
    for (size_t i = 0; i < ARRAY_LENGTH(saved); i++)
        set(r, saved[i].number, values[i], old.sp + fields[i].offset);
    set(r, RSP, old.sp + size, 0);
    take_place(r);
}

const struct unwind_rules kernel_unwind_rules = {
    .entry_step = entry_step,
    .is_user = is_user,
    .switches_stack = switches_stack,
    .wake_registers = wake_registers,
};
