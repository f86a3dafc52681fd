/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MIPS32 and its 64-bit words: MIPS Architecture for Programmers, volume II-A, and the o32 ABI. */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

enum { SP = 29, FP = 30, RA = 31 };

static void lose(struct effect *e, unsigned reg)
{
    if (reg)
        effect_lose(e, reg);
}

static void add(struct effect *e, unsigned reg, unsigned base, int64_t by)
{
    if (reg && base)
        effect_add(e, reg, base, by);
    else if (reg)
        effect_set(e, reg, by);
}

/* A move is an addition of zero, or an `or` with it. */
static void sum(struct effect *e, unsigned reg, unsigned a, unsigned b)
{
    if (a == 0 || b == 0)
        add(e, reg, a ? a : b, 0);
    else if (reg)
        effect_sum(e, reg, a, b);
}

/* True: a delay slot follows. */
static bool special(uint32_t w, struct effect *e)
{
    unsigned a = effect_bits(w, 21, 5), b = effect_bits(w, 16, 5), reg = effect_bits(w, 11, 5);
    switch (w & 63) {
    case 8: /* jr */
        effect_goes(e, EFFECT_LEAVE, false, 0);
        e->computed = a != RA;
        return true;
    case 9: /* jalr */
        effect_goes(e, reg == 0 ? EFFECT_LEAVE : EFFECT_CALL, false, 0);
        if (reg != RA)
            lose(e, reg);
        return true;
    case 0x21: /* addu, daddu */
    case 0x2d:
        sum(e, reg, a, b);
        return false;
    case 0x23: /* subu, dsubu */
    case 0x2f:
        if (reg)
            effect_difference(e, reg, a, b);
        return false;
    case 0x25: /* or */
        if (a == 0 || b == 0)
            sum(e, reg, a, b);
        else
            lose(e, reg);
        return false;
    default:
        lose(e, reg);
        return false;
    }
}

static bool branches(uint32_t w, uint64_t pc, struct effect *e)
{
    unsigned op = w >> 26, a = effect_bits(w, 21, 5), b = effect_bits(w, 16, 5);
    uint64_t near = pc + 4 + (uint64_t)(effect_signed(w, 16) * 4);
    uint64_t far = ((pc + 4) & ~UINT64_C(0xfffffff)) | (w & 0x3ffffff) << 2;
    if (op == 2 || op == 3)
        effect_goes(e, op == 3 ? EFFECT_CALL : EFFECT_BRANCH, false, far);
    else if (op == 1 && (b & 0x1c) == 0x10) /* bltzal, bgezal: `bal` where it tests zero */
        effect_goes(e, EFFECT_CALL, false, near);
    else if ((op == 1 && b < 4) || (op >= 4 && op <= 7) || (op >= 0x14 && op <= 0x17))
        effect_goes(e, EFFECT_BRANCH, !(op == 4 && a == b), near);
    else if ((op == 0x11 || op == 0x12) && (a == 8 || a == 9 || a == 13)) /* by the coprocessor's flags */
        effect_goes(e, EFFECT_BRANCH, true, near);
    else
        return false;
    return true;
}

static void immediate(uint32_t w, bool is_64, struct effect *e)
{
    unsigned op = w >> 26, base = effect_bits(w, 21, 5), reg = effect_bits(w, 16, 5);
    int64_t by = effect_signed(w, 16);
    unsigned load = is_64 ? 0x37 : 0x23, store = is_64 ? 0x3f : 0x2b;
    if (op == 9 || op == 0x19) /* addiu, daddiu */
        add(e, reg, base, by);
    else if (op == 15) /* lui */
        add(e, reg, 0, by * 65536);
    else if (op == 13) /* ori, as the lower half behind a lui */
        add(e, reg, base, w & 0xffff);
    else if (op == load && reg)
        effect_load(e, reg, base, by);
    else if (op == store && reg)
        effect_store(e, reg, base, by);
    else if (op == 0x1c) /* `special2` */
        lose(e, effect_bits(w, 11, 5));
    else if (op == 0x1f) { /* `special3`: either */
        lose(e, effect_bits(w, 11, 5));
        lose(e, reg);
    } else if ((op >= 8 && op < 16) || (op >= 0x10 && op <= 0x12 && base < 4) || op == 0x18 || op == 0x1a ||
               op == 0x1b || (op >= 0x20 && op < 0x28) || op == 0x30 || op == 0x34 || op == 0x37 ||
               op == 0x38 || op == 0x3c)
        lose(e, reg); /* arithmetic, from a coprocessor, loads, a conditional store */
}

/* True: a delay slot follows. */
static bool one(uint32_t w, const struct effect_code *code, struct effect *e)
{
    if (w >> 26 == 0)
        return special(w, e);
    if (branches(w, code->pc, e))
        return true;
    immediate(w, code->is_64, e);
    return false;
}

/* What is in the delay slot is done before the jump is. */
static bool decode(const struct effect_code *code, struct effect *ret)
{
    if (code->n < 4)
        return false;
    ret->size = 4;
    if (!one((uint32_t)arch_load(code->bytes, 4, code->big_endian), code, ret))
        return true;
    if (code->n < 8)
        return false;
    struct effect slot = {0};
    if (one((uint32_t)arch_load(code->bytes + 4, 4, code->big_endian), code, &slot))
        return false; /* a jump in a delay slot: the manual says nothing of it */
    for (unsigned i = 0; i < slot.count; i++)
        effect_step(ret, slot.steps[i]);
    ret->size = 8;
    return true;
}

/* s0 to s7, gp (o32 callers put it back themselves), s8. */
const struct arch_effects effects_mips = {.sp = SP,
                                          .fp = FP,
                                          .link = RA,
                                          .kept = 0x60ff0000u,
                                          .alignment = 4,
                                          .call_sizes = {8},
                                          .delay_slot = 4,
                                          .decode = decode};
