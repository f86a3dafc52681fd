/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AArch64: Arm Architecture Reference Manual (DDI 0487), C4.1, "A64 instruction set encoding". */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

enum { FP = 29, LINK = 30, SP = 31 };

/* Register 31 is the stack pointer in some places, and zero in others. */
static void lose(struct effect *e, unsigned reg)
{
    if (reg != SP)
        effect_lose(e, reg);
}

static bool branches(uint32_t w, uint64_t pc, struct effect *e)
{
    uint64_t near = pc + (uint64_t)(effect_signed(w >> 5, 19) * 4);
    if ((w & 0x7c000000) == 0x14000000) /* b, bl */
        effect_goes(e, w >> 31 ? EFFECT_CALL : EFFECT_BRANCH, false,
                    pc + (uint64_t)(effect_signed(w, 26) * 4));
    else if ((w & 0xff000000) == 0x54000000 || (w & 0x7e000000) == 0x34000000) /* b.cond, cbz, cbnz */
        effect_goes(e, EFFECT_BRANCH, true, near);
    else if ((w & 0x7e000000) == 0x36000000) /* tbz, tbnz */
        effect_goes(e, EFFECT_BRANCH, true, pc + (uint64_t)(effect_signed(w >> 5, 14) * 4));
    else if ((w & 0xfe000000) == 0xd6000000) { /* br, blr, ret and those that authenticate */
        effect_goes(e, effect_bits(w, 21, 2) == 1 ? EFFECT_CALL : EFFECT_LEAVE, false, 0);
        e->computed = effect_bits(w, 21, 2) == 0;
    } else if ((w & 0xffff0000) == 0 || w == 0xd4207d00) /* udf; brk #1000 is the trap of compilers */
        effect_goes(e, EFFECT_LEAVE, false, 0);
    else
        return false;
    return true;
}

/* ldp, stp of every kind */
static bool pairs(uint32_t w, struct effect *e)
{
    if ((w & 0x3a000000) != 0x28000000)
        return false;
    bool vector = w >> 26 & 1, load = w >> 22 & 1;
    unsigned opc = w >> 30, mode = effect_bits(w, 23, 2), base = effect_bits(w, 5, 5);
    unsigned regs[] = {w & 31, effect_bits(w, 10, 5)}, scale = vector ? 4u << opc : opc == 2 ? 8 : 4;
    int64_t by = effect_signed(w >> 15, 7) * scale, at = mode == 1 ? 0 : by;
    if (mode == 3) {
        effect_add(e, base, base, by);
        at = 0;
    }
    for (unsigned i = 0; i < 2 && !vector; i++) {
        if (opc != 2 || regs[i] == SP) {
            if (load)
                lose(e, regs[i]);
        } else if (load) {
            effect_load(e, regs[i], base, at + 8 * (int64_t)i);
        } else {
            effect_store(e, regs[i], base, at + 8 * (int64_t)i);
        }
    }
    if (mode == 1)
        effect_add(e, base, base, by);
    return true;
}

static void one(uint32_t w, unsigned base, int64_t at, struct effect *e)
{
    unsigned reg = w & 31, opc = effect_bits(w, 22, 2);
    if (w >> 26 & 1) /* a vector register */
        return;
    if (w >> 30 == 3 && opc == 0 && reg != SP)
        effect_store(e, reg, base, at);
    else if (w >> 30 == 3 && opc == 1 && reg != SP)
        effect_load(e, reg, base, at);
    else if (opc != 0)
        lose(e, reg);
}

/* ldr, str and the like of one register */
static bool singles(uint32_t w, struct effect *e)
{
    unsigned base = effect_bits(w, 5, 5), mode = effect_bits(w, 10, 2);
    int64_t by = effect_signed(w >> 12, 9);
    if ((w & 0x3b000000) == 0x39000000) {
        one(w, base, (int64_t)effect_bits(w, 10, 12) << (w >> 30), e);
        return true;
    }
    if ((w & 0x3b000000) != 0x38000000)
        return false;
    if (w >> 21 & 1) { /* by a register; or an atomic, which writes one always */
        if (!(w >> 26 & 1) && (mode != 2 || effect_bits(w, 22, 2)))
            lose(e, w & 31);
        return true;
    }
    if (mode == 3)
        effect_add(e, base, base, by);
    one(w, base, mode & 1 ? 0 : by, e);
    if (mode == 1)
        effect_add(e, base, base, by);
    return true;
}

/* Additions and moves of 64 bits, as prologues have them. */
static bool arithmetic(uint32_t w, struct effect *e)
{
    unsigned reg = w & 31, base = effect_bits(w, 5, 5);
    if ((w & 0xbf800000) == 0x91000000) {
        int64_t by = (int64_t)effect_bits(w, 10, 12) << (w >> 22 & 1 ? 12 : 0);
        effect_add(e, reg, base, w >> 30 & 1 ? -by : by);
    } else if ((w & 0xffe0ffe0) == 0xaa0003e0 && effect_bits(w, 16, 5) != SP && reg != SP) {
        effect_add(e, reg, effect_bits(w, 16, 5), 0);
    } else if ((w & 0xffe00000) == 0xd2800000 || (w & 0xffe00000) == 0xd2a00000) { /* movz */
        effect_set(e, reg, (int64_t)effect_bits(w, 5, 16) << (w >> 21 & 1 ? 16 : 0));
    } else if ((w & 0xffe00000) == 0xf2a00000) { /* movk, as the upper half behind a movz */
        effect_add(e, reg, reg, (int64_t)effect_bits(w, 5, 16) << 16);
    } else if ((w & 0xbfe0fc00) == 0x8b206000) { /* add, sub of a whole register to the stack pointer */
        if (w >> 30 & 1)
            effect_difference(e, reg, base, effect_bits(w, 16, 5));
        else
            effect_sum(e, reg, base, effect_bits(w, 16, 5));
    } else {
        return false;
    }
    return true;
}

/* Which register anything else may write. */
static void others(uint32_t w, struct effect *e)
{
    unsigned group = effect_bits(w, 25, 4), reg = w & 31;
    bool may_be_sp = (w & 0xff800000) == 0x92000000 || (w & 0x1f200000) == 0x0b200000 || /* and; extended */
                     (w & 0x3f800000) == 0x11000000 || (w & 0xffa0f800) == 0x04205000;   /* addvl, addpl */
    if (may_be_sp && reg == SP)
        effect_lose(e, SP);
    else if ((group & 14) == 8 || (group & 7) == 5) /* with an immediate; of registers */
        lose(e, reg);
    else if ((group & 7) == 7 && ((w & 0x5f20fc00) == 0x1e200000 || (w & 0xbfe0dc00) == 0x0e001c00))
        lose(e, reg); /* from a vector register */
    else if ((w & 0xfff00000) == 0xd5300000 || (w & 0x3b000000) == 0x18000000 ||
             (w & 0x3f000000) == 0x08000000)
        lose(e, reg); /* mrs, a literal, exclusives */
    else if (group == 2)
        lose(e, reg); /* counts of SVE, into any */
}

static bool decode(const struct effect_code *code, struct effect *ret)
{
    if (code->n < 4)
        return false;
    uint32_t w = (uint32_t)arch_load(code->bytes, 4, false);
    ret->size = 4;
    if (!branches(w, code->pc, ret) && !pairs(w, ret) && !singles(w, ret) && !arithmetic(w, ret))
        others(w, ret);
    return true;
}

/* Procedure Call Standard for the Arm 64-bit Architecture (IHI 0055), 6.1.1: x19 to x29. */
const struct arch_effects effects_aarch64 = {.sp = SP,
                                             .fp = FP,
                                             .link = LINK,
                                             .kept = 0xbff80000u,
                                             .alignment = 4,
                                             .call_sizes = {4},
                                             .address_bits = 48,
                                             .decode = decode};
