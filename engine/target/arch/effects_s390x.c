/* SPDX-License-Identifier: GPL-3.0-or-later */
/* s390x: z/Architecture Principles of Operation (SA22-7832), chapter 7 and appendix B; its ELF ABI, 1.2. */
#include "engine/target/arch/arch.h"
#include "engine/target/arch/effects.h"

enum { FP = 11, LINK = 14, SP = 15 };

struct fields {
    const unsigned char *b;
    unsigned size, op, r1, r2; /* r1: bits 8 to 11 */
};

static int64_t signed_at(const struct fields *f, unsigned at, unsigned bytes)
{
    return effect_signed(arch_load(f->b + at, bytes, true), bytes * 8);
}

/* The displacement of 12 bits, and that of 20, whose upper part stands behind. */
static int64_t short_distance(const struct fields *f)
{
    return (f->b[2] & 15) << 8 | f->b[3];
}

static int64_t long_distance(const struct fields *f)
{
    return effect_signed((uint64_t)f->b[4] << 12 | (uint64_t)short_distance(f), 20);
}

static void add(struct effect *e, unsigned reg, unsigned base, int64_t by)
{
    if (base)
        effect_add(e, reg, base, by);
    else
        effect_set(e, reg, by);
}

/* By an index as well, it cannot be said where. */
static void indexed(const struct fields *f, struct effect *e, enum effect_kind kind, int64_t by)
{
    unsigned base = f->b[2] >> 4;
    if (f->r2 && base) {
        if (kind != EFFECT_STORE)
            effect_lose(e, f->r1);
    } else if (kind == EFFECT_ADD) {
        add(e, f->r1, base ? base : f->r2, by);
    } else {
        effect_step(e, (struct effect_step){kind, (uint8_t)f->r1, (uint8_t)(base ? base : f->r2), 0, by});
    }
}

/* Registers from r1 round to r3, those that are loaded relative to what the base was. */
static void many(const struct fields *f, struct effect *e, bool load)
{
    unsigned base = f->b[2] >> 4, reg = f->r1, count = ((f->r2 - f->r1) & 15) + 1;
    int64_t at = long_distance(f), base_at = 0;
    bool has_base = false;
    for (unsigned i = 0; i < count; i++, reg = (reg + 1) & 15, at += 8) {
        if (load && reg == base) {
            has_base = true;
            base_at = at;
        } else if (load) {
            effect_load(e, reg, base, at);
        } else {
            effect_store(e, reg, base, at);
        }
    }
    if (has_base)
        effect_load(e, base, base, base_at);
}

static void lose_many(const struct fields *f, struct effect *e)
{
    for (unsigned i = 0; i <= ((f->r2 - f->r1) & 15); i++)
        effect_lose(e, (f->r1 + i) & 15);
}

/* By a mask of conditions: to where, if that is known. */
static void on_condition(struct effect *e, unsigned mask, enum effect_flow flow, uint64_t target)
{
    if (mask)
        effect_goes(e, flow, mask != 15, target);
}

static bool branches_short(const struct fields *f, uint64_t pc, struct effect *e)
{
    switch (f->op) {
    case 0x07: /* bcr; with register 0 it is none */
        on_condition(e, f->r2 ? f->r1 : 0, EFFECT_LEAVE, 0);
        e->computed = f->r2 != LINK && f->r2 && f->r1;
        return true;
    case 0x0d: /* basr, balr, bassm; with register 0 only where it stands is taken */
    case 0x05:
    case 0x0c:
        if (f->r2)
            e->flow = EFFECT_CALL;
        if (f->r1 != LINK || !f->r2)
            effect_lose(e, f->r1);
        return true;
    case 0x47: /* bc */
        on_condition(e, f->r1, EFFECT_LEAVE, 0);
        e->computed = f->r1 != 0;
        return true;
    case 0x4d: /* bas, bal */
    case 0x45:
        e->flow = EFFECT_CALL;
        if (f->r1 != LINK)
            effect_lose(e, f->r1);
        return true;
    case 0x84: /* brxh, brxle */
    case 0x85:
        effect_lose(e, f->r1);
        effect_goes(e, EFFECT_BRANCH, true, pc + (uint64_t)(signed_at(f, 2, 2) * 2));
        return true;
    default:
        return false;
    }
}

static bool branches_relative(const struct fields *f, uint64_t pc, struct effect *e)
{
    unsigned last = f->b[5];
    if (f->op == 0xc0 && (f->r2 == 4 || f->r2 == 5)) { /* brcl, brasl */
        uint64_t target = pc + (uint64_t)(signed_at(f, 2, 4) * 2);
        if (f->r2 == 4)
            on_condition(e, f->r1, EFFECT_BRANCH, target);
        else
            effect_goes(e, EFFECT_CALL, false, target);
        if (f->r2 == 5 && f->r1 != LINK)
            effect_lose(e, f->r1);
    } else if (f->op == 0xec && (last == 0x64 || last == 0x65 || (last >= 0x76 && last <= 0x7f))) {
        effect_goes(e, EFFECT_BRANCH, true, pc + (uint64_t)(signed_at(f, 2, 2) * 2)); /* compare and branch */
    } else if (f->op == 0xec && (last == 0x44 || last == 0x45)) {
        effect_lose(e, f->r1);
        effect_goes(e, EFFECT_BRANCH, true, pc + (uint64_t)(signed_at(f, 2, 2) * 2));
    } else {
        return false;
    }
    return true;
}

/* a7: with 16 bits behind */
static void halfword(const struct fields *f, uint64_t pc, struct effect *e)
{
    int64_t by = signed_at(f, 2, 2);
    uint64_t target = pc + (uint64_t)(by * 2);
    switch (f->r2) {
    case 4: /* brc */
        on_condition(e, f->r1, EFFECT_BRANCH, target);
        break;
    case 5: /* bras */
        effect_goes(e, EFFECT_CALL, false, target);
        if (f->r1 != LINK)
            effect_lose(e, f->r1);
        break;
    case 6: /* brct, brctg */
    case 7:
        effect_lose(e, f->r1);
        effect_goes(e, EFFECT_BRANCH, true, target);
        break;
    case 9: /* lghi */
        effect_set(e, f->r1, by);
        break;
    case 11: /* aghi */
        effect_add(e, f->r1, f->r1, by);
        break;
    default:
        if (f->r2 == 8 || f->r2 == 10 || f->r2 == 12 || f->r2 == 13)
            effect_lose(e, f->r1);
    }
}

/* Six bytes, of which the last says what they are. */
static void six(const struct fields *f, struct effect *e)
{
    unsigned which = f->op << 8 | f->b[5];
    switch (which) {
    case 0xeb24: /* stmg, lmg */
    case 0xeb04:
        many(f, e, which == 0xeb04);
        break;
    case 0xeb96: /* lmh, lmy */
    case 0xeb98:
        lose_many(f, e);
        break;
    case 0xe324: /* stg, lg, lay */
        indexed(f, e, EFFECT_STORE, long_distance(f));
        break;
    case 0xe304:
        indexed(f, e, EFFECT_LOAD, long_distance(f));
        break;
    case 0xe371:
        indexed(f, e, EFFECT_ADD, long_distance(f));
        break;
    case 0xecd9: /* aghik */
        effect_add(e, f->r1, f->r2, signed_at(f, 2, 2));
        break;
    default:
        if (f->op != 0xed && f->op != 0xe7 && f->op != 0xe6)
            effect_lose(e, f->r1);
        if (f->op == 0xe7 && f->b[5] == 0x21) /* out of a vector register */
            effect_lose(e, f->r1);
    }
}

/* Nothing is written into a register that counts: floats, storage to storage, immediates to storage. */
static bool writes_none(unsigned op)
{
    static const unsigned char none[] = {
        0x28, 0x38, 0x2d, 0x2a, 0x2b, 0x2c, 0x3d, 0x3a, 0x3b, 0x3c, 0x60, 0x70, 0x68, 0x78, 0x6a,
        0x6b, 0x6c, 0x6d, 0x7a, 0x7b, 0x7c, 0x7d, 0x50, 0x40, 0x42, 0x90, 0x91, 0x92, 0x94, 0x95,
        0x96, 0x97, 0x9b, 0x0a, 0x44, 0xaf, 0x19, 0x15, 0x59, 0x55, 0x39, 0x29, 0x49, 0x79, 0x69};
    for (unsigned i = 0; i < sizeof none; i++)
        if (op == none[i])
            return true;
    return op >= 0xd0 && op <= 0xdf;
}

/* Leaf functions keep registers in those of floats, whose DWARF numbers are in no order. */
static unsigned of_float(unsigned number)
{
    static const unsigned char numbers[] = {16, 20, 17, 21, 18, 22, 19, 23, 24, 28, 25, 29, 26, 30, 27, 31};
    return numbers[number];
}

static void lose_float(struct effect *e, unsigned number)
{
    effect_lose(e, of_float(number));
}

/* Of instructions that have floats or vectors: those that they may write. */
static void floats(const struct fields *f, struct effect *e)
{
    bool many = f->op == 0xe7 && (f->b[5] == 0x36 || f->b[5] == 0x06);
    for (unsigned i = 0; many && i < 16; i++)
        lose_float(e, i);
    if (f->op == 0xb3) {
        lose_float(e, f->b[3] >> 4);
        lose_float(e, f->b[2] >> 4);
    } else if (f->op == 0xed) {
        lose_float(e, f->b[4] >> 4);
        lose_float(e, f->r1);
        lose_float(e, (f->r1 + 2) & 15); /* pairs */
    } else if ((f->op >= 0x20 && f->op < 0x40) || (f->op >= 0x68 && f->op < 0x80) || f->op >= 0xe6) {
        lose_float(e, f->r1);
        lose_float(e, (f->r1 + 2) & 15);
    }
}

/* b9xx and b3xx: registers in the last byte. */
static void four(const struct fields *f, struct effect *e)
{
    unsigned second = f->b[1], r1 = f->b[3] >> 4, r2 = f->b[3] & 15;
    if (f->op == 0xb3 && (second == 0xc1 || second == 0xcd)) { /* ldgr, lgdr */
        effect_add(e, second == 0xc1 ? of_float(r1) : r1, second == 0xc1 ? r2 : of_float(r2), 0);
        return;
    }
    if (f->op == 0xb9 && second == 0x04) /* lgr */
        effect_add(e, r1, r2, 0);
    else if (f->op == 0xb9 && second == 0xe8) /* agrk */
        effect_sum(e, r1, r2, f->b[2] >> 4);
    else if (f->op == 0xb9 && second == 0x08) /* agr, sgr */
        effect_sum(e, r1, r1, r2);
    else if (f->op == 0xb9 && (second == 0x09 || second == 0x0b))
        effect_difference(e, r1, r1, r2);
    else if (f->op != 0xb3 || second == 0xcd || (second >= 0x98 && second <= 0xad) || second >= 0xe0)
        effect_lose(e, r1);
}

static void decode_one(const struct fields *f, uint64_t pc, struct effect *e)
{
    if (branches_short(f, pc, e))
        return;
    if (f->op == 0x41) /* la */
        indexed(f, e, EFFECT_ADD, short_distance(f));
    else if (f->op == 0xa7)
        halfword(f, pc, e);
    else if (f->op == 0xb9 || f->op == 0xb3 || f->op == 0xb2)
        four(f, e);
    else if (f->op == 0xc2 && (f->r2 == 8 || f->r2 == 4)) /* agfi, slgfi */
        effect_add(e, f->r1, f->r1, f->r2 == 8 ? signed_at(f, 2, 4) : -(int64_t)arch_load(f->b + 2, 4, true));
    else if (f->op == 0xc0 && f->r2 == 1) /* lgfi */
        effect_set(e, f->r1, signed_at(f, 2, 4));
    else if (f->op == 0x98) /* lm */
        lose_many(f, e);
    else if (f->op >= 0xe3 && f->op <= 0xed)
        six(f, e);
    else if (!writes_none(f->op))
        effect_lose(e, f->r1);
}

static bool decode(const struct effect_code *code, struct effect *ret)
{
    static const unsigned char sizes[] = {2, 4, 4, 6}; /* by the first two bits */
    if (code->n < 2)
        return false;
    struct fields f = {.b = code->bytes,
                       .size = sizes[code->bytes[0] >> 6],
                       .op = code->bytes[0],
                       .r1 = code->bytes[1] >> 4,
                       .r2 = code->bytes[1] & 15};
    ret->size = f.size;
    if (code->n < f.size)
        return false;
    if (f.op == 0xb3 ? code->bytes[1] != 0xc1 && code->bytes[1] != 0xcd
                     : f.op < 0x80 || f.op == 0xed || f.op == 0xe6 || f.op == 0xe7)
        floats(&f, ret);
    if (f.op == 0 && f.r1 == 0 && f.r2 == 0)
        ret->flow = EFFECT_LEAVE;
    else if (f.size != 6 || !branches_relative(&f, code->pc, ret))
        decode_one(&f, code->pc, ret);
    return true;
}

/* r6 to r13, and the stack pointer; f8 to f15. */
const struct arch_effects effects_s390x = {.sp = SP,
                                           .fp = FP,
                                           .link = LINK,
                                           .kept = 0xff00bfc0u,
                                           .alignment = 2,
                                           .call_sizes = {6, 4, 2},
                                           .decode = decode};
