/* SPDX-License-Identifier: GPL-3.0-or-later */
/* x86, 32 and 64 bit: Intel SDM volume 2, chapters 2 to 5 and appendix A. */
#include <capstone/capstone.h>

#include "engine/target/arch/effects.h"
#include "engine/target/arch/x86.h"

/* Numbers of the encoding; those of DWARF differ in 64-bit code. */
enum { HW_SP = 4, HW_BP = 5, NONE = 0xff };

struct insn {
    const unsigned char *b;
    size_t n, at;                 /* `at`: behind what was read */
    bool is_64, operand_16, wide; /* 0x66, REX.W */
    bool elsewhere;               /* memory is that of a segment of its own, or of a short address */
    unsigned rex_r, rex_x, rex_b; /* 8 or 0 */
    unsigned op;
    unsigned mod, reg, rm; /* of ModRM: fields */
    unsigned base;         /* of memory: NONE where it cannot be said */
    int64_t displacement;
};

static unsigned dwarf(const struct insn *i, unsigned hw)
{
    static const unsigned char numbers[] = {0, 2, 1, 3, 7, 6, 4, 5};
    return i->is_64 && hw < 8 ? numbers[hw] : hw;
}

static int64_t number(struct insn *i, unsigned bytes)
{
    if (i->at + bytes > i->n) {
        i->at = i->n + 1;
        return 0;
    }
    int64_t value = effect_signed(arch_load(i->b + i->at, bytes, false), bytes * 8);
    i->at += bytes;
    return value;
}

/* False: a prefix makes it something that prologues do not have. */
static bool read_prefixes(struct insn *i)
{
    for (; i->at < i->n; i->at++) {
        unsigned char b = i->b[i->at];
        if (b == 0x66)
            i->operand_16 = true;
        else if (b == 0x64 || b == 0x65 || (b == 0x67 && i->is_64))
            i->elsewhere = true;
        else if (b == 0x67)
            return false; /* operands of 16-bit code */
        else if (b != 0x2e && b != 0x36 && b != 0x3e && b != 0x26 && b != 0xf0 && b != 0xf2 && b != 0xf3)
            break;
    }
    if (i->is_64 && i->at < i->n && (i->b[i->at] & 0xf0) == 0x40) {
        unsigned rex = i->b[i->at++];
        i->wide = rex & 8;
        i->rex_r = rex & 4 ? 8 : 0;
        i->rex_x = rex & 2 ? 8 : 0;
        i->rex_b = rex & 1 ? 8 : 0;
    }
    return true;
}

static void read_modrm(struct insn *i)
{
    unsigned modrm = (unsigned)number(i, 1) & 0xff, sib = 0;
    i->mod = modrm >> 6;
    i->reg = modrm >> 3 & 7;
    i->rm = modrm & 7;
    i->base = i->rm | i->rex_b;
    if (i->mod == 3)
        return;
    if (i->rm == 4) {
        sib = (unsigned)number(i, 1) & 0xff;
        bool indexed = (sib >> 3 & 7) != 4 || i->rex_x;
        i->base = indexed ? NONE : (sib & 7) | i->rex_b;
    }
    bool none = i->mod == 0 && (i->rm == 5 || (i->rm == 4 && (sib & 7) == 5));
    if (none || i->elsewhere)
        i->base = NONE;
    if (none || i->mod == 2)
        i->displacement = number(i, 4);
    else if (i->mod == 1)
        i->displacement = number(i, 1);
}

static bool has_modrm(unsigned op)
{
    static const unsigned char singles[] = {0x62, 0x63, 0x69, 0x6b, 0xc0, 0xc1,
                                            0xc6, 0xc7, 0xf6, 0xf7, 0xfe, 0xff};
    for (unsigned k = 0; k < sizeof singles; k++)
        if (op == singles[k])
            return true;
    return (op < 0x40 && (op & 7) < 4) || (op >= 0x80 && op <= 0x8f) || (op >= 0xd0 && op <= 0xd3) ||
           (op >= 0xd8 && op <= 0xdf);
}

/* Bytes of the immediate of a one-byte opcode; FULL: an operand's, of four bytes at most. */
enum { FULL = 0x80 };

static unsigned immediate_kind(unsigned op)
{
    static const struct {
        unsigned char first, last, size;
    } ranges[] = {{0x68, 0x69, FULL}, {0x6a, 0x6b, 1},    {0x70, 0x80, 1}, {0x81, 0x81, FULL},
                  {0x82, 0x83, 1},    {0x9a, 0x9a, 6},    {0xa8, 0xa8, 1}, {0xa9, 0xa9, FULL},
                  {0xb0, 0xb7, 1},    {0xb8, 0xbf, FULL}, {0xc0, 0xc1, 1}, {0xc2, 0xc2, 2},
                  {0xc6, 0xc6, 1},    {0xc7, 0xc7, FULL}, {0xc8, 0xc8, 3}, {0xca, 0xca, 2},
                  {0xcd, 0xcd, 1},    {0xd4, 0xd5, 1},    {0xe0, 0xe7, 1}, {0xea, 0xea, 6},
                  {0xeb, 0xeb, 1}};
    if (op < 0x40)
        return (op & 7) == 4 ? 1 : (op & 7) == 5 ? FULL : 0;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (op >= ranges[i].first && op <= ranges[i].last)
            return ranges[i].size;
    return 0;
}

static unsigned immediate_size(const struct insn *i)
{
    unsigned full = i->operand_16 ? 2 : 4, kind = immediate_kind(i->op);
    switch (i->op) {
    case 0xa0:
    case 0xa1:
    case 0xa2:
    case 0xa3:
        return i->is_64 ? 8 : 4;
    case 0xf6:
        return i->reg < 2 ? 1 : 0;
    case 0xf7:
        return i->reg < 2 ? full : 0;
    case 0xe8:
    case 0xe9:
        return i->is_64 ? 4 : full;
    default:
        return i->wide && i->op >= 0xb8 && i->op <= 0xbf ? 8 : kind == FULL ? full : kind;
    }
}

/* -- what it does ------------------------------------------------------------------------------------- */

static bool is_whole(const struct insn *i)
{
    return i->is_64 ? i->wide : !i->operand_16;
}

static int64_t word(const struct insn *i)
{
    return i->is_64 ? 8 : 4;
}

static void lose(const struct insn *i, struct effect *e, unsigned hw)
{
    effect_lose(e, dwarf(i, hw));
}

/* One of 8 bits: the upper half of one of the first four, or the lowest of one of the second, which nobody
 * makes of the stack pointer. */
static void lose_byte(const struct insn *i, struct effect *e, unsigned hw)
{
    lose(i, e, hw & 3);
    if (hw != HW_SP)
        lose(i, e, hw);
}

static void push(const struct insn *i, struct effect *e, unsigned hw)
{
    unsigned sp = dwarf(i, HW_SP);
    effect_add(e, sp, sp, i->operand_16 ? -2 : -word(i));
    if (hw != NONE && hw != HW_SP && !i->operand_16)
        effect_store(e, dwarf(i, hw), sp, 0);
}

static void pop(const struct insn *i, struct effect *e, unsigned hw)
{
    unsigned sp = dwarf(i, HW_SP);
    if (hw != NONE && i->operand_16)
        lose(i, e, hw);
    else if (hw != NONE)
        effect_load(e, dwarf(i, hw), sp, 0);
    if (hw != HW_SP)
        effect_add(e, sp, sp, i->operand_16 ? 2 : word(i));
}

/* 89, 8b, 8d: a whole register and another, or memory. */
static void move(const struct insn *i, struct effect *e)
{
    unsigned reg = dwarf(i, i->reg | i->rex_r), other = dwarf(i, i->base);
    bool to_reg = i->op == 0x8b || i->op == 0x8d;
    if (i->op == 0x89 && i->mod == 3 && is_whole(i))
        effect_add(e, other, reg, 0);
    else if (i->op == 0x8b && i->mod == 3 && is_whole(i))
        effect_add(e, reg, other, 0);
    else if (i->mod == 3)
        effect_lose(e, to_reg ? reg : other);
    else if (i->base == NONE || !is_whole(i)) {
        if (to_reg)
            effect_lose(e, reg);
    } else if (i->op == 0x8d)
        effect_add(e, reg, other, i->displacement);
    else if (i->op == 0x8b)
        effect_load(e, reg, other, i->displacement);
    else if (i->op == 0x89)
        effect_store(e, reg, other, i->displacement);
}

/* 80 to 83: with an immediate. */
static void arithmetic(const struct insn *i, struct effect *e, int64_t by)
{
    unsigned reg = dwarf(i, i->base);
    if (i->reg == 7 || i->mod != 3) /* a comparison; memory */
        return;
    if (i->op == 0x80 || i->op == 0x82)
        lose_byte(i, e, i->base);
    else if (is_whole(i) && (i->reg == 0 || i->reg == 5))
        effect_add(e, reg, reg, i->reg ? -by : by);
    else
        effect_lose(e, reg);
}

/* ff: increments, calls, jumps, pushes. */
static void group_5(const struct insn *i, struct effect *e)
{
    if (i->reg == 2 || i->reg == 3)
        e->flow = EFFECT_CALL;
    else if (i->reg == 4 || i->reg == 5) {
        e->flow = EFFECT_LEAVE;
        e->computed = true;
    } else if (i->reg == 6)
        push(i, e, i->mod == 3 ? i->base : NONE);
    else if (i->mod == 3)
        lose(i, e, i->base);
}

static void leave(const struct insn *i, struct effect *e)
{
    effect_add(e, dwarf(i, HW_SP), dwarf(i, HW_BP), 0);
    pop(i, e, HW_BP);
}

/* A call to the very next instruction is how 32-bit code learns where it is. */
static void call(const struct insn *i, struct effect *e, uint64_t next, int64_t by)
{
    if (by == 0)
        push(i, e, NONE);
    else
        effect_goes(e, EFFECT_CALL, false, next + (uint64_t)by);
}

/* Jumps and returns; false: it is none. */
static bool flows(const struct insn *i, struct effect *e, uint64_t next, int64_t by)
{
    switch (i->op) {
    case 0xe8:
        call(i, e, next, by);
        return true;
    case 0xe9:
    case 0xeb:
        effect_goes(e, EFFECT_BRANCH, false, next + (uint64_t)by);
        return true;
    case 0xc2:
    case 0xc3:
        e->returns = true;
        e->popped = i->op == 0xc2 ? (unsigned)by & 0xffff : 0;
        effect_goes(e, EFFECT_LEAVE, false, 0);
        return true;
    case 0xca:
    case 0xcb:
    case 0xcf:
    case 0xea:
    case 0xf4: /* hlt: what programs end with that cannot end */
        effect_goes(e, EFFECT_LEAVE, false, 0);
        return true;
    case 0x9a:
        effect_goes(e, EFFECT_CALL, false, 0);
        return true;
    default:
        if ((i->op & 0xf0) == 0x70 || (i->op >= 0xe0 && i->op <= 0xe3))
            effect_goes(e, EFFECT_BRANCH, true, next + (uint64_t)by);
        return (i->op & 0xf0) == 0x70;
    }
}

static bool stacks(const struct insn *i, struct effect *e)
{
    unsigned op = i->op;
    if (op >= 0x50 && op <= 0x57)
        push(i, e, (op & 7) | i->rex_b);
    else if (op >= 0x58 && op <= 0x5f)
        pop(i, e, (op & 7) | i->rex_b);
    else if (op == 0x68 || op == 0x6a || op == 0x9c || (!i->is_64 && op < 0x20 && (op & 7) == 6))
        push(i, e, NONE);
    else if (op == 0x8f && i->mod != 3)
        pop(i, e, NONE);
    else if (op == 0x9d || (!i->is_64 && op < 0x20 && (op & 7) == 7 && op != 0x0f))
        pop(i, e, NONE);
    else if (op == 0xc9)
        leave(i, e);
    else if (op == 0xc8 || op == 0x60 || op == 0x61) /* enter, pusha, popa: nobody uses them any more */
        lose(i, e, HW_SP);
    else
        return false;
    return true;
}

static bool compares(const struct insn *i)
{
    return (i->op >= 0x38 && i->op < 0x40) || i->op == 0x84 || i->op == 0x85 ||
           (i->op >= 0xd8 && i->op <= 0xdf) || ((i->op == 0xf6 || i->op == 0xf7) && i->reg < 2);
}

/* What one with ModRM may write: the register, or what else is named. */
static void lose_operands(const struct insn *i, struct effect *e)
{
    unsigned op = i->op;
    bool exchanges = op == 0x86 || op == 0x87;
    bool to_reg = (op < 0x40 && op & 2) || op == 0x63 || op == 0x69 || op == 0x6b || op == 0x8a || exchanges;
    bool is_byte = !(op & 1) && op != 0x8c && op != 0x8e && op != 0x62;
    void (*lost)(const struct insn *, struct effect *, unsigned) = is_byte ? lose_byte : lose;
    if (to_reg)
        lost(i, e, i->reg | i->rex_r);
    if (i->mod == 3 && (!to_reg || exchanges))
        lost(i, e, i->base);
}

/* Registers that anything else may write. */
static void others(const struct insn *i, struct effect *e)
{
    unsigned op = i->op;
    if (has_modrm(op) && !compares(i)) {
        lose_operands(i, e);
    } else if (op >= 0xb0 && op <= 0xb7) {
        lose_byte(i, e, (op & 7) | i->rex_b);
    } else if ((op >= 0xb8 && op <= 0xbf) || (op > 0x90 && op < 0x98)) {
        lose(i, e, (op & 7) | i->rex_b);
    } else if (!i->is_64 && op >= 0x40 && op < 0x50) { /* inc, dec */
        lose(i, e, op & 7);
    } else if ((op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf)) { /* strings */
        lose(i, e, 6);
        lose(i, e, 7);
    }
    lose(i, e, 0); /* many that name no register write this one */
}

static void one_byte(struct insn *i, uint64_t pc, struct effect *e)
{
    if (has_modrm(i->op))
        read_modrm(i);
    unsigned size = immediate_size(i);
    int64_t by = size == 8 || size == 6 || size == 3 ? 0 : size ? number(i, size) : 0;
    if (size == 8 || size == 6 || size == 3)
        i->at += size;
    if (flows(i, e, pc + i->at, by) || stacks(i, e))
        return;
    if (i->op == 0x89 || i->op == 0x8b || i->op == 0x8d)
        move(i, e);
    else if (i->op >= 0x80 && i->op <= 0x83)
        arithmetic(i, e, by);
    else if (i->op == 0xff)
        group_5(i, e);
    else
        others(i, e);
}

/* Of the two-byte map, general registers that are written: those in `reg`, those in `rm`. */
static bool writes_reg(unsigned op)
{
    return (op & 0xf0) == 0x40 || op == 0x02 || op == 0x03 || op == 0x2c || op == 0x2d || op == 0x50 ||
           op == 0xaf || (op >= 0xb2 && op <= 0xb8 && op != 0xb3) || (op >= 0xbc && op <= 0xc1) ||
           op == 0xc5 || op == 0xd7;
}

static bool writes_rm(unsigned op)
{
    return op == 0x00 || op == 0x01 || (op >= 0x20 && op <= 0x23) || op == 0x7e || (op & 0xf0) == 0x90 ||
           (op >= 0xa3 && op <= 0xa5) || (op >= 0xab && op <= 0xad) || op == 0xb0 || op == 0xb1 ||
           op == 0xb3 || op == 0xba || op == 0xbb || op == 0xc0 || op == 0xc1 || op == 0xc7;
}

/* Those with ModRM, in the two-byte map and behind it. */
static void two_bytes_operands(struct insn *i, unsigned op, struct effect *e)
{
    unsigned size = x86_unknown_size(i->b, i->n, i->is_64 ? CS_MODE_64 : CS_MODE_32);
    unsigned third = op == 0x38 || op == 0x3a ? (unsigned)number(i, 1) & 0xff : 0;
    read_modrm(i);
    i->at = size ? size : i->n + 1;
    if (op == 0x38 ? third >= 0xf0 : op != 0x3a && writes_reg(op))
        lose(i, e, i->reg | i->rex_r);
    if (i->mod == 3 && ((op & 0xf0) == 0x90 || op == 0xb0 || op == 0xc0))
        lose_byte(i, e, i->base);
    else if (i->mod == 3 && (op == 0x3a ? third >= 0x14 && third <= 0x17 : op != 0x38 && writes_rm(op)))
        lose(i, e, i->base);
}

static void two_bytes(struct insn *i, uint64_t pc, struct effect *e)
{
    unsigned op = (unsigned)number(i, 1) & 0xff;
    if ((op & 0xf0) == 0x80) {
        int64_t by = number(i, i->operand_16 && !i->is_64 ? 2 : 4);
        effect_goes(e, EFFECT_BRANCH, true, pc + i->at + (uint64_t)by);
    } else if (op == 0x0b || op == 0xb9 || op == 0xff) { /* ud2 and the like */
        e->flow = EFFECT_LEAVE;
    } else if (op == 0xa0 || op == 0xa8) { /* push, pop of fs and gs */
        push(i, e, NONE);
    } else if (op == 0xa1 || op == 0xa9) {
        pop(i, e, NONE);
    } else if (op >= 0xc8 && op <= 0xcf) {
        lose(i, e, (op & 7) | i->rex_b);
    } else if ((op >= 0x05 && op <= 0x0c) || op == 0x0e || (op >= 0x30 && op <= 0x37) || op == 0x77 ||
               op == 0xa2 || op == 0xaa) {
        for (unsigned reg = 0; reg < 4; reg++) /* results of cpuid and its like */
            lose(i, e, reg);
    } else {
        two_bytes_operands(i, op, e);
    }
}

/* Of map 1, which instructions that are no vectors' write `reg`; of the others BMI's, and moves from vectors.
 */
static bool vector_writes_reg(unsigned map, unsigned op)
{
    if (map == 1)
        return op == 0x50 || op == 0x2c || op == 0x2d || op == 0xc5 || op == 0xd7;
    return (map == 2 && op >= 0xf2) || (map == 3 && op == 0xf0);
}

static bool vector_writes_rm(unsigned map, unsigned op)
{
    return (map == 1 && op == 0x7e) || (map == 3 && op >= 0x14 && op <= 0x17);
}

/* VEX and EVEX: `prefix` is what stands behind their first byte. */
static void vectors(struct insn *i, struct effect *e)
{
    unsigned size = x86_unknown_size(i->b, i->n, i->is_64 ? CS_MODE_64 : CS_MODE_32), first = i->op;
    unsigned bytes = first == 0xc5 ? 1 : first == 0xc4 ? 2 : 3, prefix[3] = {0};
    for (unsigned k = 0; k < bytes; k++)
        prefix[k] = (unsigned)number(i, 1) & 0xff;
    unsigned map = first == 0xc5 ? 1 : prefix[0] & (first == 0x62 ? 7 : 31),
             op = (unsigned)number(i, 1) & 0xff;
    i->rex_r = i->is_64 && !(prefix[0] & 0x80) ? 8 : 0;
    i->rex_b = i->is_64 && bytes > 1 && !(prefix[0] & 0x20) ? 8 : 0;
    read_modrm(i);
    i->at = size ? size : i->n + 1;
    if (vector_writes_reg(map, op))
        lose(i, e, i->reg | i->rex_r);
    if (vector_writes_reg(map, op) && map != 1) /* results in what the prefix names */
        lose(i, e, ~prefix[bytes > 1] >> 3 & (i->is_64 ? 15 : 7));
    if (i->mod == 3 && vector_writes_rm(map, op))
        lose(i, e, i->base);
}

static bool decode(const struct effect_code *code, struct effect *ret)
{
    struct insn i = {.b = code->bytes, .n = code->n, .is_64 = code->is_64, .base = NONE};
    if (!read_prefixes(&i) || i.at >= i.n)
        return false;
    i.op = i.b[i.at++];
    bool vex = (i.op == 0xc4 || i.op == 0xc5 || i.op == 0x62) &&
               (i.is_64 || (i.at < i.n && (i.b[i.at] & 0xc0) == 0xc0));
    if (i.op == 0x0f)
        two_bytes(&i, code->pc, ret);
    else if (vex)
        vectors(&i, ret);
    else
        one_byte(&i, code->pc, ret);
    ret->size = (unsigned)i.at;
    if (!code->is_64)
        ret->target &= 0xffffffff;
    return i.at <= i.n;
}

/* System V ABI: rbx, rbp, rsp, r12 to r15; ebx, esp, ebp, esi, edi. */
const struct arch_effects effects_x86_64 = {.sp = 7,
                                            .fp = 6,
                                            .link = EFFECT_RETURN,
                                            .kept = 0xf0c8u,
                                            .alignment = 1,
                                            .call_sizes = {5, 2, 3, 6, 4, 7, 8},
                                            .decode = decode};
const struct arch_effects effects_i386 = {.sp = 4,
                                          .fp = 5,
                                          .link = EFFECT_RETURN,
                                          .callee_pops = true,
                                          .kept = 0xf8u,
                                          .alignment = 1,
                                          .call_sizes = {5, 2, 3, 6, 4, 7},
                                          .decode = decode};
