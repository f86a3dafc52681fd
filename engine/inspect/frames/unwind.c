/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/unwind.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/frames/prologue.h"
#include "engine/inspect/frames/trampoline.h"
#include "engine/inspect/frames/unwind_rules.h"
#include "engine/target/libraries.h"
#include "engine/target/registers.h"

/* Leaf functions keep variables below the stack pointer: 128 bytes on x86-64, 288 on 64-bit Power. */
enum { STACK_PREFETCH = 1024, STACK_PREFETCH_WIDE = 4096, RED_ZONE = 288, STACK_THRIFTY = 64 };

static int dwarf_number(const struct arch *arch, const char *name)
{
    for (unsigned i = 0; i < arch->dwarf_count; i++)
        if (arch->dwarf_names[i] && strcmp(arch->dwarf_names[i], name) == 0)
            return (int)i;
    return -1;
}

static void set(struct frame_registers *r, int number, uint64_t value)
{
    if (number < 0 || number >= FRAME_REGISTERS)
        return;
    r->value[number] = value;
    r->known[number] = true;
    r->is_live[number] = false;
    r->saved_at[number] = 0;
}

struct error *unwind_start(struct target *target, struct thread *t, struct frame_registers *ret)
{
    ret->thread = t;
    TRY(thread_pc(target, t, &ret->pc));
    TRY(thread_sp(target, t, &ret->sp));
    /* What came with the stop is often all that the rules need; the rest is asked for when one does. */
    for (unsigned i = 0; i < target->arch->dwarf_count && i < FRAME_REGISTERS; i++) {
        const char *name = target->arch->dwarf_names[i];
        const struct rsp_register *r = name ? register_find(target, name) : NULL;
        unsigned char bytes[REGISTER_VALUE_MOST];
        if (!r || r->size > 8 || !register_cached(t, r))
            continue;
        struct error *e = register_read(target, t, r, bytes);
        if (!e)
            set(ret, (int)i, arch_load(bytes, r->size, target->big_endian));
        error_free(e);
    }
    set(ret, dwarf_number(target->arch, target->arch->sp), ret->sp);
    memset(ret->is_live, true, sizeof ret->is_live);
    if (ret->pc == 0)
        target->unwind_rules->wake_registers(target, ret);
    /* Nearly every unwind step reads near the stack pointer: one read serves many frames. */
    struct memory_want want = {ret->sp - RED_ZONE, STACK_PREFETCH + RED_ZONE};
    return target_is_thrifty(target) ? NULL : memory_prefetch(target, &want, 1);
}

/* What is not there yet is read with much of what lies behind it: the next frames live there. Where bytes are
 * dear that is what one function saves, and as a rule its return address. */
bool unwind_load(struct target *target, uint64_t address, uint64_t *ret)
{
    if (address + target->arch->address_size < address)
        return false;
    struct memory_want want = {address, target_is_thrifty(target) ? STACK_THRIFTY : STACK_PREFETCH_WIDE};
    if (!memory_cached(target, address, target->arch->address_size)) {
        struct error *failed = memory_prefetch(target, &want, 1);
        error_free(failed);
    }
    struct error *e = memory_read_number(target, address, target->arch->address_size, ret);
    error_free(e);
    return !e;
}

static uint64_t wrap(const struct target *target, uint64_t value)
{
    return target->arch->address_size == 4 ? value & 0xffffffffu : value;
}

/* s390x keeps registers in floating-point ones, which QEMU leaves out of `g`. */
bool unwind_register(struct target *target, const struct frame_registers *from, unsigned number,
                     uint64_t *ret)
{
    if (number >= FRAME_REGISTERS)
        return false;
    *ret = from->value[number];
    if (from->known[number] || !from->is_live[number] || !from->thread ||
        number >= target->arch->dwarf_count || !target->arch->dwarf_names[number])
        return from->known[number];
    const struct rsp_register *r = register_find(target, target->arch->dwarf_names[number]);
    unsigned char bytes[REGISTER_VALUE_MOST];
    if (!r || r->size > sizeof bytes)
        return false;
    struct error *e = register_read(target, from->thread, r, bytes);
    size_t n = r->size < 8 ? r->size : 8; /* of vector registers the lowest 64 bits */
    if (!e)
        *ret = arch_load(bytes + (target->big_endian ? r->size - n : 0), n, target->big_endian);
    error_free(e);
    return !e;
}

bool unwind_is_live(const struct frame_registers *from, unsigned number)
{
    return number < FRAME_REGISTERS && from->is_live[number];
}

bool unwind_saved_at(const struct frame_registers *from, unsigned number, uint64_t *ret)
{
    *ret = number < FRAME_REGISTERS ? from->saved_at[number] : 0;
    return *ret != 0;
}

static bool cfa_of(struct target *target, const struct cfi_row *row, const struct frame_registers *from,
                   uint64_t *ret)
{
    if (row->cfa_is_expression)
        return unwind_expression(target, from, row->cfa.expression, row->cfa.expression_size, NULL, ret);
    uint64_t base;
    if (!unwind_register(target, from, row->cfa.reg, &base))
        return false;
    *ret = wrap(target, base + (uint64_t)row->cfa.offset);
    return true;
}

/* The caller's register `number` by its rule. */
static void apply(struct target *target, const struct cfi_rule *rule, const struct frame_registers *from,
                  uint64_t cfa, unsigned number, struct frame_registers *ret)
{
    uint64_t address = wrap(target, cfa + (uint64_t)rule->offset), *value = &ret->value[number];
    bool *known = &ret->known[number];
    switch (rule->kind) {
    case CFI_UNDEFINED:
        break;
    case CFI_SAME:
        *value = from->value[number];
        *known = from->known[number];
        ret->is_live[number] = from->is_live[number];
        ret->saved_at[number] = from->saved_at[number];
        break;
    case CFI_VALUE_OFFSET:
        *value = address;
        *known = true;
        break;
    case CFI_REGISTER:
        *known = unwind_register(target, from, rule->reg, value);
        break;
    case CFI_OFFSET:
        *known = unwind_load(target, address, value);
        ret->saved_at[number] = *known ? address : 0;
        break;
    case CFI_EXPRESSION:
        *known = unwind_expression(target, from, rule->expression, rule->expression_size, &cfa, &address) &&
                 unwind_load(target, address, value);
        ret->saved_at[number] = *known ? address : 0;
        break;
    case CFI_VALUE_EXPRESSION:
        *known = unwind_expression(target, from, rule->expression, rule->expression_size, &cfa, value);
        break;
    }
}

static bool is_clobbered(const struct arch *arch, unsigned number)
{
    return arch->is_clobbered && arch->is_clobbered(number);
}

/* Why there is no caller where it is not the stack that ends. */
static const char unreadable[] = "the stack cannot be read",
                  no_cfa[] = "the frame's address cannot be computed",
                  no_link[] = "the link register is not known";

bool unwind_was_cut(const char *why)
{
    return why == unreadable || why == no_cfa || why == no_link;
}

static const char *by_cfi(struct target *target, const struct cfi_row *row,
                          const struct frame_registers *from, struct frame_registers *ret, uint64_t *cfa)
{
    unsigned column = row->return_register;
    if (!cfa_of(target, row, from, cfa))
        return no_cfa;
    if (column >= FRAME_REGISTERS || row->rules[column].kind == CFI_UNDEFINED)
        return "outermost frame: its caller is undefined";
    ret->thread = from->thread;
    for (unsigned i = 0; i < FRAME_REGISTERS; i++)
        if (row->signal_frame || row->rules[i].kind != CFI_SAME || !is_clobbered(target->arch, i))
            apply(target, &row->rules[i], from, *cfa, i, ret);
    if (!unwind_register(target, ret, column, &ret->pc))
        return unreadable;
    int sp = dwarf_number(target->arch, target->arch->sp);
    /* The CFA is the caller's stack pointer, unless a rule or the ABI says otherwise. */
    if (sp >= 0 && sp < FRAME_REGISTERS && row->rules[sp].kind == CFI_SAME && !target->arch->cfa_above_sp)
        set(ret, sp, *cfa);
    ret->sp = sp >= 0 && sp < FRAME_REGISTERS && ret->known[sp] ? ret->value[sp] : *cfa;
    return NULL;
}

/* At its first instruction a function has not touched what the call left behind. */
static const char *by_entry(struct target *target, const struct frame_registers *from,
                            struct frame_registers *ret, uint64_t *cfa)
{
    *ret = *from;
    if (target->arch->link_register) {
        int lr = dwarf_number(target->arch, target->arch->link_register);
        if (lr < 0 || !unwind_register(target, from, (unsigned)lr, &ret->pc))
            return no_link;
    } else if (!unwind_load(target, from->sp, &ret->pc)) {
        return unreadable;
    }
    ret->sp = from->sp + target->arch->stack_alignment_slot;
    set(ret, dwarf_number(target->arch, target->arch->sp), ret->sp);
    *cfa = ret->sp;
    return NULL;
}

/* Where the frame pointer points at the saved pair (frame pointer, return address). */
static const char *by_frame_pointer(struct target *target, const struct frame_registers *from,
                                    struct frame_registers *ret, uint64_t *cfa)
{
    int fp = target->arch->fp ? dwarf_number(target->arch, target->arch->fp) : -1;
    unsigned word = target->arch->address_size;
    uint64_t saved, at;
    if (!target->arch->frame_pointer_pair || fp < 0 || !unwind_register(target, from, (unsigned)fp, &at) ||
        at < from->sp)
        return "no call frame information, and no frame pointer to go by";
    *ret = (struct frame_registers){.thread = from->thread};
    if (!unwind_load(target, at, &saved) || !unwind_load(target, at + word, &ret->pc))
        return unreadable;
    ret->sp = at + 2 * word;
    set(ret, fp, saved);
    set(ret, dwarf_number(target->arch, target->arch->sp), ret->sp);
    *cfa = ret->sp;
    return NULL;
}

/* A kernel's ORC tables speak of interrupts where call frame information speaks of signals. */
static enum frame_rule rule_of(const struct cfi_row *row)
{
    bool orc = strcmp(row->section, ".orc_unwind") == 0;
    if (row->at_calls)
        return FRAME_EXIDX;
    if (row->signal_frame)
        return orc ? FRAME_INTERRUPT : FRAME_SIGNAL;
    return orc ? FRAME_ORC : FRAME_CFI;
}

/* Where the instructions do not tell: at the first one, where the call left the return address, and by the
 * frame pointer. A function that has none may have anything in its register. */
static const char *by_convention(struct target *target, const struct frame_registers *from, bool exact,
                                 enum prologue_found found, struct frame_registers *ret, uint64_t *cfa,
                                 enum frame_rule *rule)
{
    struct symbol_place place;
    *rule = FRAME_ENTRY;
    if (!target->arch->effects && exact && symbols_lookup(target->map, from->pc, &place) && place.symbol &&
        place.offset == 0)
        return by_entry(target, from, ret, cfa);
    *rule = FRAME_POINTER;
    if (found == PROLOGUE_UNKNOWN || found == PROLOGUE_FP)
        return by_frame_pointer(target, from, ret, cfa);
    return "no call frame information, and the code cannot be followed";
}

static const char *by_instructions(enum prologue_found found, enum frame_rule *rule)
{
    *rule = found == PROLOGUE_LINK ? FRAME_LINK : found == PROLOGUE_ENTRY ? FRAME_ENTRY : FRAME_PROLOGUE;
    if (found == PROLOGUE_UNREAD)
        return unreadable;
    return found == PROLOGUE_LOST ? "no call frame information, and the code keeps no return address" : NULL;
}

/* Where no table speaks of the very pc: by what the code there is. `exact`: nothing was called there. `row`:
 * what a table has for calls, or NULL. */
static const char *by_code(struct target *target, const struct cfi_row *row,
                           const struct frame_registers *from, bool exact, struct frame_registers *ret,
                           uint64_t *cfa, enum frame_rule *rule)
{
    enum entry_found entry = target->unwind_rules->entry_step(target, from, exact, ret);
    if (entry != ENTRY_NONE) {
        *rule = FRAME_INTERRUPT;
        *cfa = from->sp;
        return entry == ENTRY_OUTERMOST ? "outermost frame: here the kernel began a thread" : NULL;
    }
    const char *why;
    enum prologue_found found = prologue_step(target, from, exact, ret, cfa);
    if (row && (found == PROLOGUE_UNKNOWN || found == PROLOGUE_ASTRAY || found == PROLOGUE_FP ||
                found == PROLOGUE_LOST)) {
        *rule = rule_of(row);
        memset(ret, 0, sizeof *ret);
        why = by_cfi(target, row, from, ret, cfa);
    } else if (found == PROLOGUE_UNKNOWN || found == PROLOGUE_ASTRAY || found == PROLOGUE_FP) {
        why = by_convention(target, from, exact, found, ret, cfa, rule);
    } else {
        why = by_instructions(found, rule);
    }
    return why;
}

/* What no call frame information says may be wrong: a return address is looked at. */
static const char *check_return(struct target *target, enum frame_rule rule,
                                const struct frame_registers *ret)
{
    bool told = rule == FRAME_CFI || rule == FRAME_SIGNAL || rule == FRAME_ORC || rule == FRAME_INTERRUPT;
    return told ? NULL : prologue_no_return(target, ret->pc);
}

/* What the thread was when a function was called for an expression. */
static bool before_call(struct target *target, const struct frame_registers *from,
                        struct frame_registers *ret)
{
    const struct target_call *call =
        from->thread ? target_call_at(target, from->thread->id, from->pc, from->sp) : NULL;
    if (!call || call->laid_by != target->description)
        return false;
    *ret = (struct frame_registers){.thread = from->thread};
    for (unsigned i = 0; i < target->arch->dwarf_count && i < FRAME_REGISTERS; i++) {
        const char *name = target->arch->dwarf_names[i];
        const struct rsp_register *r = name ? register_find(target, name) : NULL;
        if (r && r->size <= 8 && r->offset + r->size <= call->size && call->known[r->offset])
            set(ret, (int)i, arch_load(call->bytes + r->offset, r->size, target->big_endian));
    }
    const struct rsp_register *pc = register_find(target, target->arch->pc);
    if (!pc || pc->offset + pc->size > call->size)
        return false;
    ret->pc = arch_load(call->bytes + pc->offset, pc->size, target->big_endian);
    int sp = dwarf_number(target->arch, target->arch->sp);
    ret->sp = sp >= 0 && sp < FRAME_REGISTERS ? ret->value[sp] : 0;
    return true;
}

/* By the row of a table where that tells of `from`, else by the code. NULL, or why not. */
static const char *by_tables(struct target *target, const struct cfi_row *row,
                             const struct frame_registers *from, bool exact, struct frame_registers *ret,
                             uint64_t *cfa, enum frame_rule *rule)
{
    const char *why;
    enum cfi_rule_kind of_return = row ? row->rules[row->return_register].kind : CFI_UNDEFINED;
    if (row && (!row->at_calls || (!exact && of_return != CFI_UNDEFINED))) {
        *rule = rule_of(row);
        why = by_cfi(target, row, from, ret, cfa);
    } else {
        why = by_code(target, row, from, exact, ret, cfa, rule);
    }
    /* What has called keeps its return address somewhere else than where the call put another. */
    bool unsaved = row && !exact && of_return == CFI_SAME;
    return !why && unsaved && ret->pc == from->pc ? "the return address was not saved" : why;
}

const char *unwind_step(struct target *target, const struct frame_registers *from, bool innermost,
                        bool interrupted, struct frame_registers *ret, uint64_t *cfa, enum frame_rule *rule)
{
    BASE_FREE struct cfi_row *row = xcalloc(1, sizeof *row);
    *cfa = 0;
    if (from->pc == 0 && !innermost)
        return "the caller's pc is 0";
    if (!innermost && target->calls.count && before_call(target, from, ret)) {
        *rule = FRAME_CALLED;
        *cfa = from->sp;
        return NULL;
    }
    if (!innermost && target->unwind_rules->is_user(target, from->pc))
        return "user space";
    libraries_cover(target, from->pc);
    /* A handler returns to the trampoline's first instruction, of which nothing else speaks reliably; call
     * frame information that knows it for what it is tells of more registers. */
    bool known = symbols_unwind_row(target->map, from->pc, row), by_signal = known && row->signal_frame;
    if (!by_signal && trampoline_step(target, from, !known && !innermost, ret)) {
        *rule = FRAME_SIGNAL;
        *cfa = from->sp;
        return ret->pc ? NULL : "the caller's pc is 0";
    }
    bool exact = innermost || interrupted || by_signal;
    if (!exact)
        known = symbols_unwind_row(target->map, from->pc - 1, row);
    const char *why = by_tables(target, known ? row : NULL, from, exact, ret, cfa, rule);
    if (!why && ret->pc == 0)
        why = "the caller's pc is 0";
    if (!why)
        ret->pc = prologue_address(target, ret->pc);
    if (!why && target->arch->code_align > 1)
        ret->pc &= ~(uint64_t)1; /* the Thumb bit is no part of an address */
    return why ? why : check_return(target, *rule, ret);
}
