/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/arch/effects.h - what an instruction does to the stack pointer and to the registers that a
 * frame is found by, and where it goes on.
 *
 * For code of which no table speaks (engine/inspect/frames/prologue.h). Only what prologues and epilogues are
 * made of is understood; of every other instruction it is enough that the registers which it may write are
 * said to be lost: too many of them, never one too few of the stack pointer, the frame pointer and the link.
 * Registers are by DWARF number, with one of our own for a link register that has a high one. No state,
 * nothing fails. Source of each: the processor's manual, named in its file.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_EFFECTS_H
#define ALLSTOP_ENGINE_TARGET_ARCH_EFFECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EFFECT_REGISTERS = 33,
    EFFECT_RETURN = 32, /* where the return address is that no register below has: see `link` */
    EFFECT_STEPS = 40,
    EFFECT_CODE_BYTES = 16 /* the longest instruction, and a delay slot */
};

enum effect_kind {
    EFFECT_ADD,        /* reg = base + by */
    EFFECT_SET,        /* reg = by */
    EFFECT_SUM,        /* reg = base + other */
    EFFECT_DIFFERENCE, /* reg = base - other */
    EFFECT_STORE,      /* a whole word: [base + by] = reg */
    EFFECT_LOAD,       /* reg = [base + by] */
    EFFECT_LOSE,       /* reg = something */
};

struct effect_step {
    enum effect_kind kind;
    uint8_t reg, base, other;
    int64_t by;
};

enum effect_flow {
    EFFECT_NEXT,
    EFFECT_BRANCH, /* to `target`, and where `conditional` on as well */
    EFFECT_CALL,
    EFFECT_LEAVE, /* nobody knows where to: a return, a jump to what a register says */
};

struct effect {
    unsigned size; /* bytes, with a delay slot */
    enum effect_flow flow;
    bool conditional; /* it may be passed over */
    bool computed;    /* it leaves for what was computed, a table as a rule, and does not return */
    bool returns;     /* to where the top of the stack says: nothing of the frame is left on it */
    uint64_t target;
    unsigned popped;           /* with `returns`: bytes that it takes off the caller's stack */
    unsigned conditional_next; /* so many instructions behind it are conditional */
    unsigned count;
    struct effect_step steps[EFFECT_STEPS];
};

struct effect_code {
    const unsigned char *bytes;
    size_t n;
    uint64_t pc;
    bool is_thumb, big_endian, is_64;
};

struct arch_effects {
    unsigned sp, fp; /* the latter by convention, where code has one */
    unsigned link; /* has the return address at the first instruction; EFFECT_RETURN: the register of arch.h,
                      or where that has none the stack does */
    bool callee_pops;            /* functions may take something off the stack of their caller */
    uint64_t kept;               /* registers that a call leaves as they were, a bit each; without the link */
    unsigned alignment;          /* bytes: instructions begin at multiples of it */
    unsigned char call_sizes[8]; /* bytes of calls, with their delay slots; 0 ends them */
    unsigned delay_slot; /* bytes of an instruction behind a jump that is done before it; 0: there is none */
    unsigned address_bits; /* of a return address; above them it may be signed. 0: all */
    /* *ret is empty. False: there is no such instruction, or it is cut off. */
    bool (*decode)(const struct effect_code *code, struct effect *ret);
};

extern const struct arch_effects effects_x86_64, effects_i386, effects_arm, effects_aarch64, effects_riscv64,
    effects_riscv32, effects_ppc64, effects_s390x, effects_mips;

/* For the files of this folder: a step more. */
static inline void effect_step(struct effect *e, struct effect_step step)
{
    if (e->count < EFFECT_STEPS)
        e->steps[e->count++] = step;
}

static inline void effect_add(struct effect *e, unsigned reg, unsigned base, int64_t by)
{
    effect_step(e, (struct effect_step){EFFECT_ADD, (uint8_t)reg, (uint8_t)base, 0, by});
}

static inline void effect_set(struct effect *e, unsigned reg, int64_t by)
{
    effect_step(e, (struct effect_step){EFFECT_SET, (uint8_t)reg, 0, 0, by});
}

static inline void effect_sum(struct effect *e, unsigned reg, unsigned base, unsigned other)
{
    effect_step(e, (struct effect_step){EFFECT_SUM, (uint8_t)reg, (uint8_t)base, (uint8_t)other, 0});
}

static inline void effect_difference(struct effect *e, unsigned reg, unsigned base, unsigned other)
{
    effect_step(e, (struct effect_step){EFFECT_DIFFERENCE, (uint8_t)reg, (uint8_t)base, (uint8_t)other, 0});
}

static inline void effect_store(struct effect *e, unsigned reg, unsigned base, int64_t by)
{
    effect_step(e, (struct effect_step){EFFECT_STORE, (uint8_t)reg, (uint8_t)base, 0, by});
}

static inline void effect_load(struct effect *e, unsigned reg, unsigned base, int64_t by)
{
    effect_step(e, (struct effect_step){EFFECT_LOAD, (uint8_t)reg, (uint8_t)base, 0, by});
}

static inline void effect_lose(struct effect *e, unsigned reg)
{
    effect_step(e, (struct effect_step){EFFECT_LOSE, (uint8_t)reg, 0, 0, 0});
}

static inline void effect_goes(struct effect *e, enum effect_flow flow, bool conditional, uint64_t target)
{
    e->flow = flow;
    e->conditional = conditional;
    e->target = target;
}

/* The lowest `bits` of a number that is signed in them. */
static inline int64_t effect_signed(uint64_t value, unsigned bits)
{
    uint64_t top = 1ull << (bits - 1);
    value &= (top << 1) - 1;
    return (int64_t)((value ^ top) - top);
}

/* `count` bits from bit `from` of an instruction. */
static inline uint32_t effect_bits(uint32_t code, unsigned from, unsigned count)
{
    return code >> from & ((1u << count) - 1);
}

#endif
