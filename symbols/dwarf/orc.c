/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/dwarf/orc.h"

#include <string.h>

#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/elf/bytes.h"

enum orc_register {
    ORC_UNDEFINED,
    ORC_PREVIOUS_SP,
    ORC_DX,
    ORC_DI,
    ORC_BP,
    ORC_SP,
    ORC_R10,
    ORC_R13,
    ORC_BP_INDIRECT,
    ORC_SP_INDIRECT,
};

enum orc_kind { KIND_CALL, KIND_REGS, KIND_REGS_PARTIAL, KIND_END };

/* DWARF numbers of x86-64. */
enum {
    DWARF_RDX = 1,
    DWARF_RDI = 5,
    DWARF_RBP = 6,
    DWARF_RSP = 7,
    DWARF_R10 = 10,
    DWARF_R13 = 13,
    DWARF_RIP = 16
};

enum { ENTRY_SIZE = 6, IP_SIZE = 4 };

struct orc_entry {
    int16_t sp_offset, bp_offset;
    enum orc_register sp, bp;
    enum orc_kind kind;
};

struct orc_tables {
    const uint8_t *ips, *entries;
    uint64_t ips_address;
    size_t count;
    bool newer;
};

static bool open_tables(struct symbol_file *f, struct orc_tables *ret)
{
    size_t ips_size, entries_size;
    struct elf_section *ips = elf_image_section(f->image, ".orc_unwind_ip");
    struct elf_section *entries = elf_image_section(f->image, ".orc_unwind");
    if (f->image->machine != EM_X86_64 || !ips || !entries)
        return false;
    ret->ips = elf_image_bytes(f->image, ips, &ips_size);
    ret->entries = elf_image_bytes(f->image, entries, &entries_size);
    ret->ips_address = ips->address;
    ret->count = ips_size / IP_SIZE;
    ret->newer = elf_image_section(f->image, ".orc_header") != NULL;
    return ret->ips && ret->entries && ret->count && entries_size / ENTRY_SIZE >= ret->count;
}

/* Each address is stored relative to where it stands. */
static uint64_t ip_at(const struct orc_tables *t, size_t i)
{
    struct cursor c = cursor_of(t->ips + i * IP_SIZE, IP_SIZE, false);
    return t->ips_address + i * IP_SIZE + (uint64_t)(int64_t)(int32_t)cursor_u32(&c);
}

static enum orc_kind kind_of(bool newer, unsigned flags)
{
    static const enum orc_kind old_kinds[] = {KIND_CALL, KIND_REGS, KIND_REGS_PARTIAL, KIND_CALL};
    static const enum orc_kind new_kinds[] = {KIND_END,          KIND_END, KIND_CALL, KIND_REGS,
                                              KIND_REGS_PARTIAL, KIND_END, KIND_END,  KIND_END};
    if (newer)
        return new_kinds[flags & 7];
    return flags & 4 ? KIND_END : old_kinds[flags & 3];
}

static struct orc_entry entry_at(const struct orc_tables *t, size_t i)
{
    struct cursor c = cursor_of(t->entries + i * ENTRY_SIZE, ENTRY_SIZE, false);
    struct orc_entry e;
    e.sp_offset = (int16_t)cursor_u16(&c);
    e.bp_offset = (int16_t)cursor_u16(&c);
    unsigned registers = cursor_u8(&c);
    e.sp = registers & 15;
    e.bp = registers >> 4;
    e.kind = kind_of(t->newer, cursor_u8(&c));
    return e;
}

/* [number] + offset, as an expression: DW_OP_bregN offset, and what `more` says. */
static void by_expression(struct cfi_rule *rule, unsigned char *bytes, unsigned reg, int16_t before,
                          bool dereference, int16_t after)
{
    size_t n = 0;
    bytes[n++] = (unsigned char)(DW_OP_breg0 + reg);
    bytes[n++] = (unsigned char)((before & 0x7f) | 0x80);
    bytes[n++] = (unsigned char)((before >> 7 & 0x7f) | 0x80);
    bytes[n++] = (unsigned char)(before >> 14 & 0x7f);
    if (dereference)
        bytes[n++] = DW_OP_deref;
    if (after) {
        bytes[n++] = DW_OP_const2s;
        bytes[n++] = (unsigned char)after;
        bytes[n++] = (unsigned char)((uint16_t)after >> 8);
        bytes[n++] = DW_OP_plus;
    }
    rule->kind = CFI_EXPRESSION;
    rule->expression = bytes;
    rule->expression_size = n;
}

static bool fill_cfa(const struct orc_entry *e, struct cfi_row *ret)
{
    ret->cfa.kind = CFI_REGISTER;
    ret->cfa.offset = e->sp_offset;
    switch (e->sp) {
    case ORC_SP:
        ret->cfa.reg = DWARF_RSP;
        return true;
    case ORC_BP:
        ret->cfa.reg = DWARF_RBP;
        return true;
    case ORC_SP_INDIRECT:
        ret->cfa_is_expression = true;
        by_expression(&ret->cfa, ret->made[0], DWARF_RSP, 0, true, e->sp_offset);
        return true;
    case ORC_BP_INDIRECT:
        ret->cfa_is_expression = true;
        by_expression(&ret->cfa, ret->made[0], DWARF_RBP, e->sp_offset, true, 0);
        return true;
    /* The kernel takes these as they are, without the offset. */
    case ORC_R10:
    case ORC_R13:
    case ORC_DI:
    case ORC_DX:
        ret->cfa.offset = 0;
        ret->cfa.reg = e->sp == ORC_R10   ? DWARF_R10
                       : e->sp == ORC_R13 ? DWARF_R13
                       : e->sp == ORC_DI  ? DWARF_RDI
                                          : DWARF_RDX;
        return true;
    default:
        return false;
    }
}

static void saved_at(struct cfi_row *ret, unsigned reg, int64_t offset)
{
    ret->rules[reg].kind = CFI_OFFSET;
    ret->rules[reg].offset = offset;
}

/* struct pt_regs of x86-64, by DWARF number: rax rdx rcx rbx rsi rdi rbp rsp r8 … r15 rip. */
static void fill_pt_regs(struct cfi_row *ret)
{
    static const unsigned char offsets[] = {80, 96, 88, 40, 104, 112, 32, 152, 72,
                                            64, 56, 48, 24, 16,  8,   0,  128};
    for (unsigned i = 0; i < sizeof offsets; i++)
        saved_at(ret, i, offsets[i]);
    ret->signal_frame = true;
}

static void fill_call(const struct orc_entry *e, struct cfi_row *ret)
{
    saved_at(ret, DWARF_RIP, -8);
    ret->rules[DWARF_RSP].kind = CFI_SAME; /* the CFA itself */
    if (e->bp == ORC_UNDEFINED)
        ret->rules[DWARF_RBP].kind = CFI_SAME;
    else if (e->bp == ORC_PREVIOUS_SP)
        saved_at(ret, DWARF_RBP, e->bp_offset);
    else if (e->bp == ORC_BP)
        by_expression(&ret->rules[DWARF_RBP], ret->made[1], DWARF_RBP, e->bp_offset, false, 0);
}

static bool fill(const struct orc_entry *e, struct cfi_row *ret)
{
    memset(ret, 0, sizeof *ret); /* every rule CFI_UNDEFINED: ORC follows no other register */
    ret->section = ".orc_unwind";
    ret->return_register = DWARF_RIP;
    if (e->kind == KIND_END || e->sp == ORC_UNDEFINED) {
        ret->cfa.kind = CFI_REGISTER;
        ret->cfa.reg = DWARF_RSP;
        return true;
    }
    if (!fill_cfa(e, ret))
        return false;
    if (e->kind == KIND_CALL) {
        fill_call(e, ret);
    } else if (e->kind == KIND_REGS) {
        fill_pt_regs(ret);
    } else {
        /* Only what the processor pushes: rip cs flags rsp ss. */
        saved_at(ret, DWARF_RIP, 0);
        saved_at(ret, DWARF_RSP, 24);
        ret->rules[DWARF_RBP].kind = CFI_SAME;
        ret->signal_frame = true;
    }
    return true;
}

static bool find(struct symbol_file *f, uint64_t pc, struct orc_entry *ret)
{
    struct orc_tables t = {0};
    if (!open_tables(f, &t) || pc < ip_at(&t, 0))
        return false;
    size_t low = 0, high = t.count; /* ip_at(low) <= pc < ip_at(high) */
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (ip_at(&t, mid) <= pc)
            low = mid;
        else
            high = mid;
    }
    *ret = entry_at(&t, low);
    const struct symbol_section *s = file_section_at(f, pc);
    return s && s->executable;
}

bool orc_row(struct symbol_file *f, uint64_t pc, struct cfi_row *ret)
{
    struct orc_entry e;
    return find(f, pc, &e) && fill(&e, ret);
}

void orc_mend(struct symbol_file *f, uint64_t pc, struct cfi_row *row)
{
    struct orc_entry e;
    if (!find(f, pc, &e))
        return;
    if (e.kind == KIND_REGS || e.kind == KIND_REGS_PARTIAL) {
        fill(&e, row);
    } else if (e.kind == KIND_CALL && (e.sp == ORC_SP_INDIRECT || e.sp == ORC_BP_INDIRECT)) {
        row->cfa_is_expression = false;
        fill_cfa(&e, row);
    }
}
