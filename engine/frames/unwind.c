#include "engine/frames/unwind.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/core.h"
#include "engine/libraries.h"
#include "engine/registers.h"

enum { STACK_PREFETCH = 1024, STACK_PREFETCH_MAX = 4096 };

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
}

struct error *unwind_start(struct session *s, struct thread *t, struct frame_registers *ret)
{
    ret->live = t;
    TRY(thread_pc(s, t, &ret->pc));
    TRY(thread_sp(s, t, &ret->sp));
    TRY(registers_fetch(s, t));
    for (unsigned i = 0; i < s->arch->dwarf_count && i < FRAME_REGISTERS; i++) {
        const char *name = s->arch->dwarf_names[i];
        const struct rsp_register *r = name ? register_find(s, name) : NULL;
        unsigned char bytes[64];
        if (!r || r->size > 8 || !register_cached(t, r))
            continue;
        struct error *e = register_read(s, t, r, bytes);
        if (!e)
            set(ret, (int)i, arch_load(bytes, r->size, s->big_endian));
        error_free(e);
    }
    set(ret, dwarf_number(s->arch, s->arch->sp), ret->sp);
    /* Nearly every unwind step reads near the stack pointer: one read serves many frames. */
    struct memory_want want = {ret->sp, STACK_PREFETCH};
    return memory_prefetch(s, &want, 1);
}

/* What is not there yet is read with much of what lies behind it: the next frames live there. */
static bool load(struct session *s, uint64_t address, uint64_t *ret)
{
    if (address + s->arch->address_size < address)
        return false;
    struct memory_want want = {address, STACK_PREFETCH_MAX};
    if (!memory_cached(s, address, s->arch->address_size)) {
        struct error *failed = memory_prefetch(s, &want, 1);
        error_free(failed);
    }
    struct error *e = memory_read_number(s, address, s->arch->address_size, ret);
    error_free(e);
    return !e;
}

static uint64_t wrap(const struct session *s, uint64_t value)
{
    return s->arch->address_size == 4 ? value & 0xffffffffu : value;
}

/* s390x keeps registers in floating-point ones, which QEMU leaves out of `g`. */
bool unwind_register(struct session *s, const struct frame_registers *from, unsigned number, uint64_t *ret)
{
    if (number >= FRAME_REGISTERS)
        return false;
    *ret = from->value[number];
    if (from->known[number] || !from->live || number >= s->arch->dwarf_count || !s->arch->dwarf_names[number])
        return from->known[number];
    struct error *e = register_value(s, from->live, s->arch->dwarf_names[number], ret);
    error_free(e);
    return !e;
}

static bool cfa_of(struct session *s, const struct cfi_row *row, const struct frame_registers *from,
                   uint64_t *ret)
{
    if (row->cfa_is_expression)
        return unwind_expression(s, from, row->cfa.expression, row->cfa.expression_size, NULL, ret);
    uint64_t base;
    if (!unwind_register(s, from, row->cfa.reg, &base))
        return false;
    *ret = wrap(s, base + (uint64_t)row->cfa.offset);
    return true;
}

static bool apply(struct session *s, const struct cfi_rule *rule, const struct frame_registers *from,
                  uint64_t cfa, unsigned number, uint64_t *ret)
{
    uint64_t address;
    switch (rule->kind) {
    case CFI_UNDEFINED:
        return false;
    case CFI_SAME:
        *ret = from->value[number];
        return from->known[number];
    case CFI_OFFSET:
        return load(s, wrap(s, cfa + (uint64_t)rule->offset), ret);
    case CFI_VALUE_OFFSET:
        *ret = wrap(s, cfa + (uint64_t)rule->offset);
        return true;
    case CFI_REGISTER:
        return unwind_register(s, from, rule->reg, ret);
    case CFI_EXPRESSION:
        return unwind_expression(s, from, rule->expression, rule->expression_size, &cfa, &address) &&
               load(s, address, ret);
    case CFI_VALUE_EXPRESSION:
        return unwind_expression(s, from, rule->expression, rule->expression_size, &cfa, ret);
    }
    return false;
}

static const char *by_cfi(struct session *s, const struct cfi_row *row, const struct frame_registers *from,
                          struct frame_registers *ret, uint64_t *cfa)
{
    unsigned column = row->return_register;
    if (!cfa_of(s, row, from, cfa))
        return "the frame's address cannot be computed";
    if (column >= FRAME_REGISTERS || row->rules[column].kind == CFI_UNDEFINED)
        return "outermost frame: its caller is undefined";
    for (unsigned i = 0; i < FRAME_REGISTERS; i++)
        ret->known[i] = apply(s, &row->rules[i], from, *cfa, i, &ret->value[i]);
    if (!ret->known[column])
        return "the stack cannot be read";
    ret->pc = ret->value[column];
    int sp = dwarf_number(s->arch, s->arch->sp);
    /* The CFA is the caller's stack pointer, unless a rule says otherwise. */
    if (sp >= 0 && sp < FRAME_REGISTERS && row->rules[sp].kind == CFI_SAME)
        set(ret, sp, *cfa);
    ret->sp = sp >= 0 && sp < FRAME_REGISTERS && ret->known[sp] ? ret->value[sp] : *cfa;
    return NULL;
}

/* At its first instruction a function has not touched what the call left behind. */
static const char *by_entry(struct session *s, const struct frame_registers *from,
                            struct frame_registers *ret, uint64_t *cfa)
{
    *ret = *from;
    ret->live = NULL;
    if (s->arch->link_register) {
        int lr = dwarf_number(s->arch, s->arch->link_register);
        if (lr < 0 || !from->known[lr])
            return "the link register is not known";
        ret->pc = from->value[lr];
    } else if (!load(s, from->sp, &ret->pc)) {
        return "the stack cannot be read";
    }
    ret->sp = from->sp + s->arch->stack_alignment_slot;
    set(ret, dwarf_number(s->arch, s->arch->sp), ret->sp);
    *cfa = ret->sp;
    return NULL;
}

/* x86 and aarch64: the frame pointer points at the saved pair (frame pointer, return address). */
static const char *by_frame_pointer(struct session *s, const struct frame_registers *from,
                                    struct frame_registers *ret, uint64_t *cfa)
{
    int fp = s->arch->fp ? dwarf_number(s->arch, s->arch->fp) : -1;
    unsigned word = s->arch->address_size;
    bool pair = s->arch == &arch_x86_64 || s->arch == &arch_i386 || s->arch == &arch_aarch64;
    if (!pair || fp < 0 || !from->known[fp] || from->value[fp] < from->sp)
        return "no call frame information, and no frame pointer to go by";
    uint64_t saved;
    *ret = (struct frame_registers){0};
    if (!load(s, from->value[fp], &saved) || !load(s, from->value[fp] + word, &ret->pc))
        return "the stack cannot be read";
    ret->sp = from->value[fp] + 2 * word;
    set(ret, fp, saved);
    set(ret, dwarf_number(s->arch, s->arch->sp), ret->sp);
    *cfa = ret->sp;
    return NULL;
}

const char *unwind_step(struct session *s, const struct frame_registers *from, bool innermost,
                        bool interrupted, struct frame_registers *ret, uint64_t *cfa, enum frame_rule *rule)
{
    bool exact = innermost || interrupted;
    BASE_FREE struct cfi_row *row = xcalloc(1, sizeof *row);
    const char *why;
    struct symbol_place place;
    *cfa = 0;
    if (from->pc == 0 && !innermost)
        return "the caller's pc is 0";
    libraries_cover(s, from->pc);
    if (symbols_unwind_row(s->map, from->pc - (exact ? 0 : 1), row)) {
        bool orc = strcmp(row->section, ".orc_unwind") == 0;
        *rule = row->signal_frame ? FRAME_SIGNAL : orc ? FRAME_ORC : FRAME_CFI;
        why = by_cfi(s, row, from, ret, cfa);
    } else if (exact && symbols_lookup(s->map, from->pc, &place) && place.symbol && place.offset == 0) {
        *rule = FRAME_ENTRY;
        why = by_entry(s, from, ret, cfa);
    } else {
        *rule = FRAME_POINTER;
        why = by_frame_pointer(s, from, ret, cfa);
    }
    if (!why && ret->pc == 0)
        why = "the caller's pc is 0";
    if (!why && s->arch->code_align > 1)
        ret->pc &= ~(uint64_t)1; /* the Thumb bit is no part of an address */
    return why;
}
