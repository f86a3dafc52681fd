/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The call frame instructions (DWARF 5, section 6.4.2).
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/dwarf/cfi.h"
#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/limits.h"

struct state {
    struct cfi_rule cfa;
    bool cfa_is_expression;
    struct cfi_rule rules[CFI_REGISTERS];
};

struct machine {
    const struct cfi_section *section;
    const struct cfi_cie *cie;
    struct state now, initial;
    struct state *remembered;
    size_t remembered_count, remembered_capacity;
    uint64_t at, pc;
    bool damaged;
};

enum { BANK = 32, ARM_VFP = 256, ARM_VFP_COLUMN = 96, PPC_VR = 1124, PPC_VR_COLUMN = 77 };

unsigned symbols_register_column(uint64_t dwarf_number)
{
    if (dwarf_number >= ARM_VFP && dwarf_number - ARM_VFP < BANK)
        return (unsigned)dwarf_number - ARM_VFP + ARM_VFP_COLUMN;
    if (dwarf_number >= PPC_VR && dwarf_number - PPC_VR < BANK)
        return (unsigned)dwarf_number - PPC_VR + PPC_VR_COLUMN;
    return dwarf_number < CFI_REGISTERS ? (unsigned)dwarf_number : CFI_REGISTERS;
}

/* Registers we have no room for are read and forgotten. */
static struct cfi_rule *rule(struct machine *m, uint64_t reg, struct cfi_rule *nowhere)
{
    unsigned column = symbols_register_column(reg);
    return column < CFI_REGISTERS ? &m->now.rules[column] : nowhere;
}

static void set(struct machine *m, uint64_t reg, enum cfi_rule_kind kind, int64_t offset)
{
    struct cfi_rule nowhere;
    *rule(m, reg, &nowhere) = (struct cfi_rule){.kind = kind, .offset = offset};
}

static int64_t factored(const struct machine *m, uint64_t offset)
{
    return (int64_t)(offset * (uint64_t)m->cie->data_align);
}

static void set_register(struct machine *m, struct cursor *c)
{
    struct cfi_rule nowhere;
    uint64_t reg = cursor_uleb(c), from = cursor_uleb(c);
    *rule(m, reg, &nowhere) = (struct cfi_rule){.kind = CFI_REGISTER, .reg = (unsigned)from};
}

static void set_expression(struct machine *m, struct cursor *c, enum cfi_rule_kind kind)
{
    struct cfi_rule nowhere;
    uint64_t reg = cursor_uleb(c), size = cursor_uleb(c);
    const uint8_t *bytes = cursor_take(c, size);
    *rule(m, reg, &nowhere) =
        (struct cfi_rule){.kind = kind, .expression = bytes, .expression_size = bytes ? (size_t)size : 0};
}

static void set_cfa(struct machine *m, uint64_t reg, int64_t offset)
{
    m->now.cfa = (struct cfi_rule){.kind = CFI_VALUE_OFFSET, .reg = (unsigned)reg, .offset = offset};
    m->now.cfa_is_expression = false;
}

static void set_cfa_expression(struct machine *m, struct cursor *c)
{
    uint64_t size = cursor_uleb(c);
    const uint8_t *bytes = cursor_take(c, size);
    m->now.cfa = (struct cfi_rule){
        .kind = CFI_VALUE_EXPRESSION, .expression = bytes, .expression_size = bytes ? (size_t)size : 0};
    m->now.cfa_is_expression = true;
}

static void restore(struct machine *m, uint64_t reg)
{
    unsigned column = symbols_register_column(reg);
    if (column < CFI_REGISTERS)
        m->now.rules[column] = m->initial.rules[column];
}

static void remember(struct machine *m)
{
    if (m->remembered_count >= CFI_REMEMBER_LIMIT) {
        m->damaged = true;
        return;
    }
    ARRAY_RESERVE(m->remembered, m->remembered_count, m->remembered_capacity);
    m->remembered[m->remembered_count++] = m->now;
}

/* Compilers count on the CFA coming back too, whatever the standard's text says. */
static void recall(struct machine *m)
{
    if (m->remembered_count)
        m->now = m->remembered[--m->remembered_count];
    else
        m->damaged = true;
}

static void advance(struct machine *m, uint64_t delta)
{
    m->at += delta * m->cie->code_align;
}

/* Instructions that define the CFA or move the location; false: not one of them. */
static bool step_location(struct machine *m, uint8_t op, struct cursor *c)
{
    uint64_t reg;
    switch (op) {
    case DW_CFA_nop:
        return true;
    case DW_CFA_set_loc:
        m->at = cfi_pointer(m->section, c, m->cie->pointer_encoding, m->cie->word);
        return true;
    case DW_CFA_advance_loc1:
        advance(m, cursor_u8(c));
        return true;
    case DW_CFA_advance_loc2:
        advance(m, cursor_u16(c));
        return true;
    case DW_CFA_advance_loc4:
        advance(m, cursor_u32(c));
        return true;
    case DW_CFA_MIPS_advance_loc8:
        advance(m, cursor_u64(c));
        return true;
    case DW_CFA_def_cfa:
        reg = cursor_uleb(c);
        set_cfa(m, reg, (int64_t)cursor_uleb(c));
        return true;
    case DW_CFA_def_cfa_sf:
        reg = cursor_uleb(c);
        set_cfa(m, reg, factored(m, (uint64_t)cursor_sleb(c)));
        return true;
    case DW_CFA_def_cfa_register:
        set_cfa(m, cursor_uleb(c), m->now.cfa.offset);
        return true;
    case DW_CFA_def_cfa_offset:
        set_cfa(m, m->now.cfa.reg, (int64_t)cursor_uleb(c));
        return true;
    case DW_CFA_def_cfa_offset_sf:
        set_cfa(m, m->now.cfa.reg, factored(m, (uint64_t)cursor_sleb(c)));
        return true;
    case DW_CFA_def_cfa_expression:
        set_cfa_expression(m, c);
        return true;
    default:
        return false;
    }
}

/* Instructions about one register. */
static bool step_register(struct machine *m, uint8_t op, struct cursor *c)
{
    uint64_t reg;
    switch (op) {
    case DW_CFA_offset_extended:
        reg = cursor_uleb(c);
        set(m, reg, CFI_OFFSET, factored(m, cursor_uleb(c)));
        return true;
    case DW_CFA_offset_extended_sf:
        reg = cursor_uleb(c);
        set(m, reg, CFI_OFFSET, factored(m, (uint64_t)cursor_sleb(c)));
        return true;
    case DW_CFA_GNU_negative_offset_extended:
        reg = cursor_uleb(c);
        set(m, reg, CFI_OFFSET, -factored(m, cursor_uleb(c)));
        return true;
    case DW_CFA_val_offset:
        reg = cursor_uleb(c);
        set(m, reg, CFI_VALUE_OFFSET, factored(m, cursor_uleb(c)));
        return true;
    case DW_CFA_val_offset_sf:
        reg = cursor_uleb(c);
        set(m, reg, CFI_VALUE_OFFSET, factored(m, (uint64_t)cursor_sleb(c)));
        return true;
    case DW_CFA_restore_extended:
        restore(m, cursor_uleb(c));
        return true;
    case DW_CFA_undefined:
        set(m, cursor_uleb(c), CFI_UNDEFINED, 0);
        return true;
    case DW_CFA_same_value:
        set(m, cursor_uleb(c), CFI_SAME, 0);
        return true;
    case DW_CFA_register:
        set_register(m, c);
        return true;
    case DW_CFA_expression:
        set_expression(m, c, CFI_EXPRESSION);
        return true;
    case DW_CFA_val_expression:
        set_expression(m, c, CFI_VALUE_EXPRESSION);
        return true;
    default:
        return false;
    }
}

/* Instructions about the state as a whole, and those that change nothing for us. */
static bool step_state(struct machine *m, uint8_t op, struct cursor *c)
{
    switch (op) {
    case DW_CFA_remember_state:
        remember(m);
        return true;
    case DW_CFA_restore_state:
        recall(m);
        return true;
    case DW_CFA_GNU_args_size:
        cursor_uleb(c);
        return true;
    case DW_CFA_GNU_window_save: /* on AArch64: the return address is signed from here; no operand */
        return true;
    default:
        return false;
    }
}

static void step(struct machine *m, struct cursor *c)
{
    uint8_t op = cursor_u8(c);
    uint8_t low = op & 0x3f;
    switch (op & 0xc0) {
    case DW_CFA_advance_loc:
        advance(m, low);
        break;
    case DW_CFA_offset:
        set(m, low, CFI_OFFSET, factored(m, cursor_uleb(c)));
        break;
    case DW_CFA_restore:
        restore(m, low);
        break;
    default:
        if (!step_location(m, op, c) && !step_register(m, op, c) && !step_state(m, op, c))
            m->damaged = true;
        break;
    }
}

/* Runs until the program ends or the location has passed `pc`. */
static bool run(struct machine *m, struct cursor c)
{
    while (cursor_left(&c) && !c.bad && !m->damaged) {
        struct cursor ahead = c;
        uint64_t before = m->at;
        step(m, &ahead);
        if (m->at > m->pc && m->at != before)
            return true;
        c = ahead;
    }
    return !c.bad && !m->damaged;
}

bool cfi_run(const struct cfi_section *s, const struct cfi_fde *fde, uint64_t pc, struct cfi_row *ret)
{
    struct machine *m = xcalloc(1, sizeof *m);
    *m = (struct machine){.section = s, .cie = &fde->cie, .at = fde->low, .pc = pc};
    for (size_t i = 0; i < CFI_REGISTERS; i++)
        m->now.rules[i].kind = m->initial.rules[i].kind = CFI_SAME;
    bool ok = run(m, fde->cie.program);
    m->initial = m->now;
    m->at = fde->low;
    ok = ok && run(m, fde->program);
    *ret = (struct cfi_row){.return_register = (unsigned)fde->cie.return_register,
                            .signal_frame = fde->cie.signal_frame,
                            .cfa_is_expression = m->now.cfa_is_expression,
                            .cfa = m->now.cfa,
                            .section = s->name};
    memcpy(ret->rules, m->now.rules, sizeof ret->rules);
    free(m->remembered);
    free(m);
    return ok;
}
