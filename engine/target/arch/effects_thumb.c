/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thumb: Arm Architecture Reference Manual of version 7 (DDI 0406), A6, "Thumb Instruction Set Encoding". */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects_arm.h"

/* -- 16 bits ------------------------------------------------------------------------------------------ */

static const struct arm_mode push_mode = {.before = true, .up = false, .writes_back = true};
static const struct arm_mode pop_mode = {.before = false, .up = true, .writes_back = true};
static const struct arm_mode plain_mode = {.before = true, .up = true, .writes_back = false};

/* 1011xxxx */
static void miscellaneous(uint32_t h, uint64_t pc, struct effect *e)
{
    int64_t by = (int64_t)(h & 0x7f) * 4;
    if ((h & 0xff00) == 0xb000)
        effect_add(e, ARM_SP, ARM_SP, h & 0x80 ? -by : by);
    else if ((h & 0xfe00) == 0xb400)
        arm_many(e, push_mode, false, ARM_SP, (h & 0xff) | (h & 0x100 ? 1u << ARM_LR : 0));
    else if ((h & 0xfe00) == 0xbc00)
        arm_many(e, pop_mode, true, ARM_SP, (h & 0xff) | (h & 0x100 ? 1u << ARM_PC : 0));
    else if ((h & 0xf500) == 0xb100) /* cbz, cbnz */
        effect_goes(e, EFFECT_BRANCH, true, pc + 4 + (effect_bits(h, 9, 1) << 6 | effect_bits(h, 3, 5) << 1));
    else if ((h & 0xff00) == 0xbf00 && h & 15) /* it: as many as the lowest bit that is set says */
        e->conditional_next = 4 - (unsigned)__builtin_ctz(h & 15);
    else if ((h & 0xf700) == 0xb200) /* extensions, reversals */
        effect_lose(e, h & 7);
}

/* 010001xx: of all registers */
static void high_registers(uint32_t h, struct effect *e)
{
    unsigned reg = (h & 7) | (h >> 4 & 8), other = h >> 3 & 15;
    unsigned op = effect_bits(h, 8, 2);
    if (op == 3) { /* bx, blx */
        e->flow = h & 0x80 ? EFFECT_CALL : EFFECT_LEAVE;
        e->computed = other != ARM_LR;
    } else if (op != 1 && (reg == ARM_PC || other == ARM_PC))
        arm_lose(e, reg);
    else if (op == 2)
        effect_add(e, reg, other, 0);
    else if (op == 0)
        effect_sum(e, reg, reg, other);
}

/* 00xxxxxx and 010000xx: of the lower eight */
static void low_registers(uint32_t h, struct effect *e)
{
    unsigned top = h >> 11, reg = top >= 4 && top < 8 ? effect_bits(h, 8, 3) : h & 7;
    if (top == 4) /* mov */
        effect_set(e, reg, h & 0xff);
    else if (top == 5 || (h & 0xffc0) == 0x4200 || (h & 0xff80) == 0x4280) /* cmp, tst, cmn */
        return;
    else if (top == 6 || top == 7)
        effect_add(e, reg, reg, top == 6 ? (int64_t)(h & 0xff) : -(int64_t)(h & 0xff));
    else if ((h & 0xfc00) == 0x1c00)
        effect_add(e, reg, effect_bits(h, 3, 3), (int64_t)effect_bits(h, 6, 3) * (h & 0x200 ? -1 : 1));
    else
        effect_lose(e, reg);
}

static void short_memory(uint32_t h, struct effect *e)
{
    unsigned reg = h & 7, base = effect_bits(h, 3, 3);
    switch (h >> 12) {
    case 4: /* a literal */
        effect_lose(e, effect_bits(h, 8, 3));
        break;
    case 5:
        if (effect_bits(h, 9, 3) >= 3)
            effect_lose(e, reg);
        break;
    case 6:
        arm_few(e, plain_mode, h & 0x800, reg, 1, base, effect_bits(h, 6, 5) * 4);
        break;
    case 9:
        arm_few(e, plain_mode, h & 0x800, effect_bits(h, 8, 3), 1, ARM_SP, (int64_t)(h & 0xff) * 4);
        break;
    default:
        if (h & 0x800)
            effect_lose(e, reg);
    }
}

static void decode_16(uint32_t h, uint64_t pc, struct effect *e)
{
    unsigned top = h >> 12;
    if (top < 4 || (h & 0xfc00) == 0x4000)
        low_registers(h, e);
    else if ((h & 0xfc00) == 0x4400)
        high_registers(h, e);
    else if (top < 10)
        short_memory(h, e);
    else if (top == 10 && h & 0x800)
        effect_add(e, effect_bits(h, 8, 3), ARM_SP, (int64_t)(h & 0xff) * 4);
    else if (top == 10)
        effect_lose(e, effect_bits(h, 8, 3));
    else if (top == 11)
        miscellaneous(h, pc, e);
    else if (top == 12)
        arm_many(e, pop_mode, h & 0x800, effect_bits(h, 8, 3), h & 0xff);
    else if (top == 13 && effect_bits(h, 8, 4) < 14)
        effect_goes(e, EFFECT_BRANCH, true, pc + 4 + (uint64_t)(effect_signed(h, 8) * 2));
    else if (top == 13 && !(h & 0x100)) /* udf */
        e->flow = EFFECT_LEAVE;
    else if (top == 14)
        effect_goes(e, EFFECT_BRANCH, false, pc + 4 + (uint64_t)(effect_signed(h, 11) * 2));
}

/* -- 32 bits: the first halfword is the upper one -------------------------------------------------------- */

static struct arm_mode mode_of(uint32_t w)
{
    return (struct arm_mode){.before = w >> 24 & 1, .up = w >> 23 & 1, .writes_back = w >> 21 & 1};
}

/* ThumbExpandImm(), A6.3.2 */
static uint32_t expand(uint32_t w)
{
    uint32_t imm = effect_bits(w, 26, 1) << 11 | effect_bits(w, 12, 3) << 8 | (w & 0xff), low = imm & 0xff;
    static const uint32_t spread[] = {1, 0x00010001, 0x01000100, 0x01010101};
    if (imm >> 10 == 0)
        return low * spread[imm >> 8 & 3];
    unsigned by = imm >> 7;
    uint32_t value = 0x80 | (imm & 0x7f);
    return value >> by | value << (32 - by);
}

static void immediate(uint32_t w, struct effect *e)
{
    unsigned op = effect_bits(w, 21, 4), base = effect_bits(w, 16, 4), reg = effect_bits(w, 8, 4);
    bool is_plain = w >> 25 & 1;
    int64_t by = is_plain ? (int64_t)(effect_bits(w, 26, 1) << 11 | effect_bits(w, 12, 3) << 8 | (w & 0xff))
                          : (int64_t)expand(w);
    int64_t half = (int64_t)base << 12 | by;
    if (reg == ARM_PC)
        return; /* a comparison */
    if (is_plain && op == 2)
        effect_set(e, reg, half);
    else if (is_plain && op == 6)
        effect_add(e, reg, reg, half << 16);
    else if (!is_plain && op == 2 && base == ARM_PC)
        effect_set(e, reg, by);
    else if (base != ARM_PC && op == (is_plain ? 0 : 8))
        effect_add(e, reg, base, by);
    else if (base != ARM_PC && op == (is_plain ? 5 : 13))
        effect_add(e, reg, base, -by);
    else
        effect_lose(e, reg);
}

static void of_registers(uint32_t w, struct effect *e)
{
    unsigned op = effect_bits(w, 21, 4), base = effect_bits(w, 16, 4), reg = effect_bits(w, 8, 4);
    bool as_it_is = (w & 0x70f0) == 0;
    if (reg == ARM_PC)
        return;
    if (as_it_is && op == 2 && base == ARM_PC)
        effect_add(e, reg, w & 15, 0);
    else if (as_it_is && op == 8)
        effect_sum(e, reg, base, w & 15);
    else if (as_it_is && op == 13)
        effect_difference(e, reg, base, w & 15);
    else
        effect_lose(e, reg);
}

static uint64_t far_target(uint32_t w, uint64_t pc)
{
    uint64_t s = effect_bits(w, 26, 1), i1 = !(effect_bits(w, 13, 1) ^ s), i2 = !(effect_bits(w, 11, 1) ^ s);
    uint64_t by = s << 24 | i1 << 23 | i2 << 22 | (uint64_t)effect_bits(w, 16, 10) << 12 |
                  (uint64_t)effect_bits(w, 0, 11) << 1;
    return pc + 4 + (uint64_t)effect_signed(by, 25);
}

static void branch(uint32_t w, uint64_t pc, struct effect *e)
{
    uint64_t near = (uint64_t)effect_bits(w, 26, 1) << 20 | (uint64_t)effect_bits(w, 11, 1) << 19 |
                    (uint64_t)effect_bits(w, 13, 1) << 18 | (uint64_t)effect_bits(w, 16, 6) << 12 |
                    (uint64_t)effect_bits(w, 0, 11) << 1;
    if (w & 0x4000) /* bl, blx */
        effect_goes(e, EFFECT_CALL, false, far_target(w, pc));
    else if (w & 0x1000)
        effect_goes(e, EFFECT_BRANCH, false, far_target(w, pc));
    else if (effect_bits(w, 22, 4) < 14)
        effect_goes(e, EFFECT_BRANCH, true, pc + 4 + (uint64_t)effect_signed(near, 21));
    else if ((w & 0xfff0f000) == 0xf7f0a000) /* udf */
        e->flow = EFFECT_LEAVE;
    else if ((w & 0xffe00000) == 0xf3e00000) /* mrs */
        effect_lose(e, effect_bits(w, 8, 4) & 14);
}

/* Two registers, which are any two. */
static void pair(uint32_t w, struct effect *e)
{
    struct arm_mode m = mode_of(w);
    unsigned base = effect_bits(w, 16, 4), reg = effect_bits(w, 12, 4), second = effect_bits(w, 8, 4);
    int64_t by = (int64_t)(w & 0xff) * 4, at = m.up ? by : -by;
    bool load = w >> 20 & 1;
    arm_few(e, m, load, reg, 1, base, by);
    if (load)
        effect_lose(e, second);
    else /* behind the first, wherever the base is by now */
        effect_store(e, second, base, 4 + (!m.before ? -at : m.writes_back ? 0 : at));
}

/* ldrd, strd, exclusives, tables of branches */
static void doubles(uint32_t w, struct effect *e)
{
    struct arm_mode m = mode_of(w);
    unsigned base = effect_bits(w, 16, 4);
    if ((w & 0xfff0ffe0) == 0xe8d0f000) {
        e->flow = EFFECT_LEAVE;
        e->computed = true;
    } else if ((m.before || m.writes_back) && base != ARM_PC) {
        pair(w, e);
    } else {
        effect_lose(e, effect_bits(w, 12, 4) & 14);
        effect_lose(e, effect_bits(w, 8, 4) & 14);
        effect_lose(e, w & 14);
    }
}

/* 1111100x: one register */
static void memory(uint32_t w, struct effect *e)
{
    unsigned base = effect_bits(w, 16, 4), reg = effect_bits(w, 12, 4);
    bool load = w >> 20 & 1, word = effect_bits(w, 21, 2) == 2 && !(w >> 24 & 1);
    if (base != ARM_PC && (w >> 23 & 1)) {
        if (word)
            arm_few(e, plain_mode, load, reg, 1, base, w & 0xfff);
        else if (load && reg != ARM_PC)
            effect_lose(e, reg);
        return;
    }
    if (base != ARM_PC && w & 0x800) {
        struct arm_mode m = {.before = w >> 10 & 1, .up = w >> 9 & 1, .writes_back = w >> 8 & 1};
        if (word) {
            arm_few(e, m, load, reg, 1, base, w & 0xff);
            return;
        }
        if (m.writes_back || !m.before)
            effect_add(e, base, base, m.up ? (int64_t)(w & 0xff) : -(int64_t)(w & 0xff));
    }
    if (load && (word || reg != ARM_PC))
        arm_lose(e, reg);
}

static void coprocessor(uint32_t w, struct effect *e)
{
    struct arm_mode m = mode_of(w);
    unsigned base = effect_bits(w, 16, 4), reg = effect_bits(w, 12, 4);
    int64_t by = (int64_t)(w & 0xff) * 4;
    if ((w & 0x0f100010) == 0x0e100010 && reg != ARM_PC) {
        effect_lose(e, reg);
    } else if ((w & 0x0ff00000) == 0x0c500000) {
        effect_lose(e, reg);
        effect_lose(e, base);
    } else if ((w & 0x0e000000) == 0x0c000000 && m.writes_back) {
        effect_add(e, base, base, m.up ? by : -by);
    }
}

static void decode_32(uint32_t w, uint64_t pc, struct effect *e)
{
    if ((w & 0xfe400000) == 0xe8000000)
        arm_many(e, mode_of(w), w >> 20 & 1, effect_bits(w, 16, 4), w & 0xffff);
    else if ((w & 0xfe400000) == 0xe8400000)
        doubles(w, e);
    else if ((w & 0xfe000000) == 0xea000000)
        of_registers(w, e);
    else if ((w & 0xec000000) == 0xec000000)
        coprocessor(w, e);
    else if ((w & 0xf8008000) == 0xf0008000)
        branch(w, pc, e);
    else if ((w & 0xf8008000) == 0xf0000000)
        immediate(w, e);
    else if ((w & 0xfe000000) == 0xf8000000)
        memory(w, e);
    else { /* of registers, products: either of two fields */
        effect_lose(e, effect_bits(w, 8, 4) == ARM_PC ? 0 : effect_bits(w, 8, 4));
        if ((w & 0xff800000) == 0xfb800000)
            effect_lose(e, effect_bits(w, 12, 4));
    }
}

bool arm_decode_thumb(const struct effect_code *code, struct effect *ret)
{
    if (code->n < 2)
        return false;
    uint32_t first = (uint32_t)arch_load(code->bytes, 2, code->big_endian);
    ret->size = first >> 11 >= 0x1d ? 4 : 2;
    if (code->n < ret->size)
        return false;
    if (ret->size == 2)
        decode_16(first, code->pc, ret);
    else
        decode_32(first << 16 | (uint32_t)arch_load(code->bytes + 2, 2, code->big_endian), code->pc, ret);
    ret->target &= 0xffffffff;
    return true;
}
