/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 64-bit Power: Power ISA, book I; OpenPOWER ELF V2 ABI, 2.2. */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

enum { SP = 1, FP = 31, SPR_LR = 8, NOP = 0x60000000 };

static void add(struct effect *e, unsigned reg, unsigned base, int64_t by)
{
    if (base)
        effect_add(e, reg, base, by);
    else
        effect_set(e, reg, by);
}

static bool branches(uint32_t w, uint64_t pc, struct effect *e)
{
    unsigned op = w >> 26, extended = effect_bits(w, 1, 10);
    bool absolute = w & 2, links = w & 1;
    bool always = (effect_bits(w, 21, 5) & 0x14) == 0x14; /* BO */
    if (op == 18)
        effect_goes(e, links ? EFFECT_CALL : EFFECT_BRANCH, false,
                    (absolute ? 0 : pc) + (uint64_t)effect_signed(w & 0x3fffffc, 26));
    else if (op == 16)
        effect_goes(e, links ? EFFECT_CALL : EFFECT_BRANCH, !always,
                    (absolute ? 0 : pc) + (uint64_t)effect_signed(w & 0xfffc, 16));
    else if (op == 19 && (extended == 16 || extended == 528 || extended == 560)) { /* bclr, bcctr, bctar */
        effect_goes(e, links ? EFFECT_CALL : EFFECT_LEAVE, !always, 0);
        e->computed = !links && extended != 16;
    } else if (w == 0 || w == 0x7fe00008) /* trap */
        effect_goes(e, EFFECT_LEAVE, false, 0);
    else
        return false;
    return true;
}

/* Of floats and vectors, to and from memory by an index. */
static bool is_wide_memory(unsigned which)
{
    static const unsigned short all[] = {7,   39,  71,  103, 135, 167, 199, 231, 359, 487, 535, 599,
                                         663, 727, 855, 887, 983, 12,  76,  140, 268, 332, 364, 396,
                                         524, 588, 652, 716, 780, 812, 844, 876, 908, 940, 972, 1004};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (which == all[i])
            return true;
    return false;
}

/* Primary opcode 31. */
static void extended(uint32_t w, struct effect *e)
{
    unsigned reg = effect_bits(w, 21, 5), base = effect_bits(w, 16, 5), other = effect_bits(w, 11, 5);
    unsigned spr = base | other << 5;
    switch (effect_bits(w, 1, 10)) {
    case 339: /* mfspr */
        if (spr == SPR_LR)
            effect_add(e, reg, EFFECT_RETURN, 0);
        else
            effect_lose(e, reg);
        break;
    case 467: /* mtspr */
        if (spr == SPR_LR)
            effect_add(e, EFFECT_RETURN, reg, 0);
        break;
    case 444: /* or; a move, where both are the same */
        if (reg == other)
            effect_add(e, base, reg, 0);
        else
            effect_lose(e, base);
        break;
    case 181: /* stdux, stwux */
    case 183:
        effect_sum(e, base, base, other);
        effect_store(e, reg, base, 0);
        break;
    case 266: /* add */
        effect_sum(e, reg, base, other);
        break;
    case 149: /* stdx, stwx, stbx, sthx: nothing */
    case 151:
    case 215:
    case 407:
        break;
    case 28: /* and */
    case 60:
        effect_lose(e, base);
        break;
    default: /* either of two fields; the stack pointer is only ever read by the others */
        if (is_wide_memory(effect_bits(w, 1, 10)))
            return;
        effect_lose(e, reg == SP ? 0 : reg);
        if (base != SP)
            effect_lose(e, base);
    }
}

static void doubles(uint32_t w, struct effect *e)
{
    unsigned reg = effect_bits(w, 21, 5), base = effect_bits(w, 16, 5), kind = w & 3;
    int64_t by = effect_signed(w & 0xfffc, 16);
    bool load = w >> 26 == 58;
    if (load && kind == 2)
        effect_lose(e, reg);
    else if (load)
        effect_load(e, reg, base, by);
    else if (kind < 2) /* of the base what it was */
        effect_store(e, reg, base, by);
    if (kind == 1) /* with update */
        effect_add(e, base, base, by);
}

/* Loads and stores that are no doublewords: 32 to 55. */
static void memory(uint32_t w, struct effect *e)
{
    unsigned op = w >> 26, reg = effect_bits(w, 21, 5), base = effect_bits(w, 16, 5);
    bool floats = op >= 48, load = floats ? op < 52 : !(op & 4), update = op & 1 && op < 46;
    if (op == 46) /* lmw */
        for (unsigned i = reg; i < 32; i++)
            effect_lose(e, i);
    else if (load && !floats && op < 46)
        effect_lose(e, reg);
    if (update || (floats && op & 1))
        effect_add(e, base, base, effect_signed(w, 16));
}

static void decode_one(uint32_t w, struct effect *e)
{
    unsigned op = w >> 26, reg = effect_bits(w, 21, 5), base = effect_bits(w, 16, 5);
    switch (op) {
    case 14:
    case 15:
        add(e, reg, base, effect_signed(w, 16) * (op == 15 ? 65536 : 1));
        break;
    case 24: /* ori, as the lower half behind an addis */
        if (w != NOP)
            effect_add(e, base, reg, w & 0xffff);
        break;
    case 31:
        extended(w, e);
        break;
    case 58:
    case 62:
        doubles(w, e);
        break;
    case 7:
    case 8:
    case 12:
    case 13:
    case 56:
        effect_lose(e, reg);
        break;
    case 20:
    case 21:
    case 23:
    case 25:
    case 26:
    case 27:
    case 28:
    case 29:
    case 30:
        effect_lose(e, base);
        break;
    case 4: /* vectors; multiply-add is of general registers */
        if (effect_bits(w, 2, 4) == 12)
            effect_lose(e, reg);
        break;
    default:
        if (op >= 32 && op < 56)
            memory(w, e);
    }
}

static bool decode(const struct effect_code *code, struct effect *ret)
{
    if (code->n < 4)
        return false;
    uint32_t w = (uint32_t)arch_load(code->bytes, 4, code->big_endian);
    ret->size = 4;
    if (w >> 26 == 1) { /* a prefix: what follows is written as a whole */
        ret->size = 8;
        if (code->n < 8)
            return false;
        unsigned reg = effect_bits((uint32_t)arch_load(code->bytes + 4, 4, code->big_endian), 21, 5);
        effect_lose(ret, reg == SP ? 0 : reg);
    } else if (!branches(w, code->pc, ret)) {
        decode_one(w, ret);
    }
    return true;
}

const struct arch_effects effects_ppc64 = {.sp = SP,
                                           .fp = FP,
                                           .link = EFFECT_RETURN,
                                           .kept = 0xffffc006u,
                                           .alignment = 4,
                                           .call_sizes = {4},
                                           .decode = decode};
