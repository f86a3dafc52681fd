/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RISC-V: The RISC-V Instruction Set Manual, volume I, chapters 2, 5 and 16 (compressed). */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

enum { RA = 1, SP = 2, T0 = 5, FP = 8 };

static void lose(struct effect *e, unsigned reg)
{
    if (reg)
        effect_lose(e, reg);
}

/* What is kept in `link` decides what a jump is; `t0` is that of routines that save registers for their
 * caller, and so move its stack pointer. */
static void jumps(struct effect *e, unsigned link, uint64_t target)
{
    effect_goes(e, link ? EFFECT_CALL : EFFECT_BRANCH, false, target);
    if (link == T0)
        effect_lose(e, SP);
}

static void jumps_by(struct effect *e, unsigned link, unsigned reg)
{
    if (link) {
        jumps(e, link, 0);
        return;
    }
    effect_goes(e, EFFECT_LEAVE, false, 0);
    e->computed = reg != RA && reg != T0;
}

static void add(struct effect *e, unsigned reg, unsigned base, int64_t by)
{
    if (reg && base)
        effect_add(e, reg, base, by);
    else if (reg)
        effect_set(e, reg, by);
}

static void moves_memory(struct effect *e, bool load, bool word, unsigned reg, unsigned base, int64_t by)
{
    if (load && word && reg)
        effect_load(e, reg, base, by);
    else if (load)
        lose(e, reg);
    else if (word && reg)
        effect_store(e, reg, base, by);
}

static int64_t jump_distance(uint32_t w)
{
    return effect_signed((uint64_t)effect_bits(w, 31, 1) << 20 | (uint64_t)effect_bits(w, 12, 8) << 12 |
                             (uint64_t)effect_bits(w, 20, 1) << 11 | (uint64_t)effect_bits(w, 21, 10) << 1,
                         21);
}

static int64_t branch_distance(uint32_t w)
{
    return effect_signed((uint64_t)effect_bits(w, 31, 1) << 12 | (uint64_t)effect_bits(w, 7, 1) << 11 |
                             (uint64_t)effect_bits(w, 25, 6) << 5 | (uint64_t)effect_bits(w, 8, 4) << 1,
                         13);
}

static void of_registers(uint32_t w, struct effect *e)
{
    unsigned reg = effect_bits(w, 7, 5), a = effect_bits(w, 15, 5), b = effect_bits(w, 20, 5);
    if ((w & 0xfe007000) == 0 && reg)
        effect_sum(e, reg, a, b);
    else if ((w & 0xfe007000) == 0x40000000 && reg)
        effect_difference(e, reg, a, b);
    else
        lose(e, reg);
}

/* Into an integer register: moves, comparisons, conversions of floats. */
static bool from_float(uint32_t w)
{
    unsigned kind = w >> 27;
    return kind == 0x1c || kind == 0x14 || kind == 0x18;
}

static void whole(uint32_t w, const struct effect_code *code, struct effect *e)
{
    unsigned reg = effect_bits(w, 7, 5), base = effect_bits(w, 15, 5), kind = effect_bits(w, 12, 3);
    int64_t by = effect_signed(w >> 20, 12);
    unsigned word = code->is_64 ? 3 : 2;
    switch (w & 0x7f) {
    case 0x03:
        moves_memory(e, true, kind == word, reg, base, by);
        break;
    case 0x23:
        moves_memory(e, false, kind == word, effect_bits(w, 20, 5), base,
                     effect_signed((uint64_t)(w >> 25) << 5 | reg, 12));
        break;
    case 0x13:
    case 0x1b:
        if (kind == 0)
            add(e, reg, base, by);
        else
            lose(e, reg);
        break;
    case 0x37:
        add(e, reg, 0, (int32_t)(w & 0xfffff000));
        break;
    case 0x33:
        of_registers(w, e);
        break;
    case 0x63:
        effect_goes(e, EFFECT_BRANCH, true, code->pc + (uint64_t)branch_distance(w));
        break;
    case 0x6f:
        jumps(e, reg, code->pc + (uint64_t)jump_distance(w));
        break;
    case 0x67:
        jumps_by(e, reg, base);
        break;
    case 0x53:
        if (from_float(w))
            lose(e, reg);
        break;
    case 0x07: /* floats and vectors: loads, stores, products */
    case 0x27:
    case 0x43:
    case 0x47:
    case 0x4b:
    case 0x4f:
        break;
    default:
        lose(e, reg);
    }
}

static int64_t compressed_jump(uint32_t c)
{
    return effect_signed(effect_bits(c, 12, 1) << 11 | effect_bits(c, 8, 1) << 10 |
                             effect_bits(c, 9, 2) << 8 | effect_bits(c, 6, 1) << 7 |
                             effect_bits(c, 7, 1) << 6 | effect_bits(c, 2, 1) << 5 |
                             effect_bits(c, 11, 1) << 4 | effect_bits(c, 3, 3) << 1,
                         12);
}

static int64_t compressed_branch(uint32_t c)
{
    return effect_signed(effect_bits(c, 12, 1) << 8 | effect_bits(c, 5, 2) << 6 | effect_bits(c, 2, 1) << 5 |
                             effect_bits(c, 10, 2) << 3 | effect_bits(c, 3, 2) << 1,
                         9);
}

/* Offsets of words of 4 and 8 bytes from one of eight registers. */
static int64_t near_offset(uint32_t c, bool is_double)
{
    if (is_double)
        return effect_bits(c, 10, 3) << 3 | effect_bits(c, 5, 2) << 6;
    return effect_bits(c, 10, 3) << 3 | effect_bits(c, 6, 1) << 2 | effect_bits(c, 5, 1) << 6;
}

static void quadrant_0(uint32_t c, bool is_64, struct effect *e)
{
    unsigned reg = 8 + effect_bits(c, 2, 3), base = 8 + effect_bits(c, 7, 3), kind = effect_bits(c, 13, 3);
    if (kind == 0)
        effect_add(e, reg, SP,
                   effect_bits(c, 11, 2) << 4 | effect_bits(c, 7, 4) << 6 | effect_bits(c, 6, 1) << 2 |
                       effect_bits(c, 5, 1) << 3);
    else if (kind == 2 || (kind == 3 && is_64))
        moves_memory(e, true, is_64 == (kind == 3), reg, base, near_offset(c, kind == 3));
    else if (kind == 6 || (kind == 7 && is_64))
        moves_memory(e, false, is_64 == (kind == 7), reg, base, near_offset(c, kind == 7));
    else if (kind == 4) /* bytes and halfwords of Zcb */
        lose(e, reg);
}

static int64_t stack_adjustment(uint32_t c)
{
    return effect_signed(effect_bits(c, 12, 1) << 9 | effect_bits(c, 3, 2) << 7 | effect_bits(c, 5, 1) << 6 |
                             effect_bits(c, 2, 1) << 5 | effect_bits(c, 6, 1) << 4,
                         10);
}

static void quadrant_1(uint32_t c, const struct effect_code *code, struct effect *e)
{
    unsigned reg = effect_bits(c, 7, 5);
    int64_t by = effect_signed(effect_bits(c, 12, 1) << 5 | effect_bits(c, 2, 5), 6);
    switch (effect_bits(c, 13, 3)) {
    case 0:
        add(e, reg, reg, by);
        break;
    case 1:
        if (code->is_64)
            add(e, reg, reg, by);
        else
            jumps(e, RA, code->pc + (uint64_t)compressed_jump(c));
        break;
    case 2:
        add(e, reg, 0, by);
        break;
    case 3:
        if (reg == SP)
            effect_add(e, SP, SP, stack_adjustment(c));
        else
            add(e, reg, 0, by * 4096);
        break;
    case 4:
        lose(e, 8 + effect_bits(c, 7, 3));
        break;
    case 5:
        jumps(e, 0, code->pc + (uint64_t)compressed_jump(c));
        break;
    default:
        effect_goes(e, EFFECT_BRANCH, true, code->pc + (uint64_t)compressed_branch(c));
    }
}

/* c.jr, c.mv, c.jalr, c.add */
static void register_form(uint32_t c, struct effect *e)
{
    unsigned reg = effect_bits(c, 7, 5), other = effect_bits(c, 2, 5);
    bool second = c >> 12 & 1;
    if (other == 0 && reg)
        jumps_by(e, second ? RA : 0, reg);
    else if (other && reg && second)
        effect_sum(e, reg, reg, other);
    else if (other && reg)
        effect_add(e, reg, other, 0);
}

static void quadrant_2(uint32_t c, bool is_64, struct effect *e)
{
    unsigned reg = effect_bits(c, 7, 5), other = effect_bits(c, 2, 5), kind = effect_bits(c, 13, 3);
    int64_t in4 = effect_bits(c, 12, 1) << 5 | effect_bits(c, 4, 3) << 2 | effect_bits(c, 2, 2) << 6;
    int64_t in8 = effect_bits(c, 12, 1) << 5 | effect_bits(c, 5, 2) << 3 | effect_bits(c, 2, 3) << 6;
    int64_t out4 = effect_bits(c, 9, 4) << 2 | effect_bits(c, 7, 2) << 6;
    int64_t out8 = effect_bits(c, 10, 3) << 3 | effect_bits(c, 7, 3) << 6;
    if (kind == 0)
        lose(e, reg);
    else if (kind == 2 || (kind == 3 && is_64))
        moves_memory(e, true, is_64 == (kind == 3), reg, SP, kind == 3 ? in8 : in4);
    else if (kind == 4)
        register_form(c, e);
    else if (kind == 6 || (kind == 7 && is_64))
        moves_memory(e, false, is_64 == (kind == 7), other, SP, kind == 7 ? out8 : out4);
}

static bool decode(const struct effect_code *code, struct effect *ret)
{
    if (code->n < 2)
        return false;
    uint32_t w = (uint32_t)arch_load(code->bytes, 2, false);
    ret->size = (w & 3) == 3 ? 4 : 2;
    if (w == 0 || code->n < ret->size || (w & 0x1f) == 0x1f)
        return false; /* never an instruction; longer ones are not in use */
    if (ret->size == 4)
        whole((uint32_t)arch_load(code->bytes, 4, false), code, ret);
    else if ((w & 3) == 0)
        quadrant_0(w, code->is_64, ret);
    else if ((w & 3) == 1)
        quadrant_1(w, code, ret);
    else
        quadrant_2(w, code->is_64, ret);
    return true;
}

/* RISC-V calling convention: gp, tp, s0 to s11. */
enum { KEPT = 0x0ffc031cu };

const struct arch_effects effects_riscv64 = {
    .sp = SP, .fp = FP, .link = RA, .kept = KEPT, .alignment = 2, .call_sizes = {4, 2}, .decode = decode};
const struct arch_effects effects_riscv32 = {
    .sp = SP, .fp = FP, .link = RA, .kept = KEPT, .alignment = 2, .call_sizes = {4, 2}, .decode = decode};
