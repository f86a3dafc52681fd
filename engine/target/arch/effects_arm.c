/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arm, 32 bit: Arm Architecture Reference Manual of version 7 (DDI 0406), A5, "ARM Instruction Set Encoding".
 */
#include "engine/target/arch/effects_arm.h"

#include "engine/target/arch/arch.h"

static struct arm_mode mode_of(uint32_t w)
{
    return (struct arm_mode){.before = w >> 24 & 1, .up = w >> 23 & 1, .writes_back = w >> 21 & 1};
}

static uint32_t immediate(uint32_t w)
{
    unsigned by = effect_bits(w, 8, 4) * 2;
    uint32_t value = w & 0xff;
    return by ? value >> by | value << (32 - by) : value;
}

/* add, sub, mov of an immediate or of a register as it is; false: another. */
static bool sums(uint32_t w, struct effect *e)
{
    unsigned op = effect_bits(w, 21, 4), base = effect_bits(w, 16, 4), reg = effect_bits(w, 12, 4);
    bool is_immediate = w >> 25 & 1, plain = is_immediate || (w & 0xff0) == 0;
    if (w == 0xe1a0f00e) { /* mov pc, lr */
        e->flow = EFFECT_LEAVE;
        return true;
    }
    if (reg == ARM_PC || !plain || (base == ARM_PC && op != 13) || (!is_immediate && (w & 15) == ARM_PC))
        return false;
    if (op == 13 && is_immediate)
        effect_set(e, reg, immediate(w));
    else if (op == 13)
        effect_add(e, reg, w & 15, 0);
    else if (op == 4 && is_immediate)
        effect_add(e, reg, base, immediate(w));
    else if (op == 2 && is_immediate)
        effect_add(e, reg, base, -(int64_t)immediate(w));
    else if (op == 4)
        effect_sum(e, reg, base, w & 15);
    else if (op == 2)
        effect_difference(e, reg, base, w & 15);
    else
        return false;
    return true;
}

/* What stands where comparisons would, without their flags: bx, blx, mrs, clz, movw, movt … */
static void miscellaneous(uint32_t w, struct effect *e)
{
    unsigned reg = effect_bits(w, 12, 4);
    int64_t half = effect_bits(w, 16, 4) << 12 | (w & 0xfff);
    if ((w & 0x0fffffd0) == 0x012fff10) { /* bx, blx is 0x30 */
        e->flow = w & 0x20 ? EFFECT_CALL : EFFECT_LEAVE;
        e->computed = (w & 15) != ARM_LR;
    } else if ((w & 0x0ff00000) == 0x03000000)
        effect_set(e, reg, half);
    else if ((w & 0x0ff00000) == 0x03400000) /* behind a movw */
        effect_add(e, reg, reg, half << 16);
    else if ((w & 0x0fb00000) != 0x03200000 && (w & 0x0fb000f0) != 0x01200000) /* no msr, no hint */
        arm_lose(e, reg);
}

static bool is_extra_memory(uint32_t w)
{
    return (w & 0x0e000090) == 0x00000090 && (w & 0x60);
}

/* Halfwords, and pairs of words. */
static void extra_memory(uint32_t w, struct effect *e)
{
    struct arm_mode m = mode_of(w);
    unsigned base = effect_bits(w, 16, 4), reg = effect_bits(w, 12, 4), kind = effect_bits(w, 5, 2);
    bool load = w >> 20 & 1, by_number = w >> 22 & 1;
    int64_t by = effect_bits(w, 8, 4) << 4 | (w & 15);
    if (!load && kind >= 2 && by_number) { /* ldrd, strd */
        arm_few(e, m, kind == 2, reg, 2, base, by);
        return;
    }
    if (load || kind == 2)
        arm_lose(e, reg);
    if (!load && kind == 2)
        arm_lose(e, (reg + 1) & 15);
    if (by_number && (m.writes_back || !m.before))
        effect_add(e, base, base, m.up ? by : -by);
    else if (m.writes_back || !m.before)
        effect_lose(e, base);
}

static void data(uint32_t w, struct effect *e)
{
    unsigned op = effect_bits(w, 21, 4), reg = effect_bits(w, 12, 4);
    if (is_extra_memory(w)) {
        extra_memory(w, e);
    } else if ((w & 0x0e0000f0) == 0x00000090) { /* products, exclusives */
        arm_lose(e, effect_bits(w, 16, 4) == ARM_PC ? reg : effect_bits(w, 16, 4));
        arm_lose(e, reg == ARM_PC ? 0 : reg);
    } else if (op >= 8 && op <= 11) {
        if (!(w >> 20 & 1))
            miscellaneous(w, e);
    } else if (!sums(w, e)) {
        arm_lose(e, reg);
    }
}

static void memory(uint32_t w, struct effect *e)
{
    struct arm_mode m = mode_of(w);
    unsigned base = effect_bits(w, 16, 4), reg = effect_bits(w, 12, 4);
    bool load = w >> 20 & 1, word = !(w >> 22 & 1), by_register = w >> 25 & 1;
    if (by_register && w & 0x10) { /* media: either of two fields */
        arm_lose(e, reg == ARM_PC ? 0 : reg);
        arm_lose(e, base == ARM_PC ? 0 : base);
        return;
    }
    if (word && !by_register && base != ARM_PC) {
        arm_few(e, m, load, reg, 1, base, w & 0xfff);
        return;
    }
    if (load)
        arm_lose(e, reg);
    if (m.writes_back || !m.before) {
        if (by_register)
            effect_lose(e, base);
        else
            effect_add(e, base, base, m.up ? (int64_t)(w & 0xfff) : -(int64_t)(w & 0xfff));
    }
}

static void coprocessor(uint32_t w, struct effect *e)
{
    struct arm_mode m = mode_of(w);
    unsigned base = effect_bits(w, 16, 4), reg = effect_bits(w, 12, 4);
    int64_t by = (int64_t)(w & 0xff) * 4;
    if ((w & 0x0f000000) == 0x0f000000)
        return;                                            /* svc */
    if ((w & 0x0f100010) == 0x0e100010 && reg != ARM_PC) { /* mrc, vmov */
        effect_lose(e, reg);
    } else if ((w & 0x0ff00000) == 0x0c500000) { /* mrrc, vmov of two */
        effect_lose(e, reg);
        effect_lose(e, base);
    } else if ((w & 0x0e000000) == 0x0c000000 && m.writes_back) {
        effect_add(e, base, base, m.up ? by : -by);
    }
}

/* Without a condition: blx to Thumb code, and what writes no register that matters. */
static void unconditional(uint32_t w, struct effect *e)
{
    if ((w & 0x0e000000) == 0x0a000000)
        e->flow = EFFECT_CALL;
}

static void decode_arm(uint32_t w, uint64_t pc, struct effect *e)
{
    switch (effect_bits(w, 25, 3)) {
    case 0:
    case 1:
        data(w, e);
        break;
    case 2:
    case 3:
        if ((w & 0xfff000f0) == 0xe7f000f0) /* udf */
            e->flow = EFFECT_LEAVE;
        else
            memory(w, e);
        break;
    case 4:
        arm_many(e, mode_of(w), w >> 20 & 1, effect_bits(w, 16, 4), w & 0xffff);
        break;
    case 5:
        effect_goes(e, w >> 24 & 1 ? EFFECT_CALL : EFFECT_BRANCH, false,
                    pc + 8 + (uint64_t)(effect_signed(w, 24) * 4));
        break;
    default:
        coprocessor(w, e);
    }
}

static bool decode(const struct effect_code *code, struct effect *ret)
{
    if (code->is_thumb)
        return arm_decode_thumb(code, ret);
    if (code->n < 4)
        return false;
    uint32_t w = (uint32_t)arch_load(code->bytes, 4, code->big_endian);
    ret->size = 4;
    if (w >> 28 == 15)
        unconditional(w, ret);
    else
        decode_arm(w, code->pc, ret);
    ret->conditional = w >> 28 < 14;
    ret->target &= 0xffffffff;
    return true;
}

/* Procedure Call Standard for the Arm Architecture (IHI 0042), 6.1.1: r4 to r11, and the stack pointer. */
const struct arch_effects effects_arm = {.sp = ARM_SP,
                                         .fp = 11,
                                         .link = ARM_LR,
                                         .kept = 0x2ff0u,
                                         .alignment = 2,
                                         .call_sizes = {4, 2},
                                         .decode = decode};
