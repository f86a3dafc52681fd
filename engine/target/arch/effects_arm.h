/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/target/arch/effects_arm.h - what both instruction sets of 32-bit Arm have in common (effects.h). */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_EFFECTS_ARM_H
#define ALLSTOP_ENGINE_TARGET_ARCH_EFFECTS_ARM_H

#include "engine/target/arch/effects.h"

enum { ARM_SP = 13, ARM_LR = 14, ARM_PC = 15 };

/* A register that is written; of the pc it is a jump. */
static inline void arm_lose(struct effect *e, unsigned reg)
{
    if (reg == ARM_PC) {
        e->flow = EFFECT_LEAVE;
        e->computed = true;
    } else {
        effect_lose(e, reg);
    }
}

static inline void arm_load(struct effect *e, unsigned reg, unsigned base, int64_t by)
{
    if (reg == ARM_PC) {
        e->flow = EFFECT_LEAVE;
        e->computed = base != ARM_SP;
    } else {
        effect_load(e, reg, base, by);
    }
}

/* How memory is addressed: bits P, U and W of the manual. */
struct arm_mode {
    bool before, up, writes_back;
};

/* Several registers. What is loaded into the base is the base then. */
static inline void arm_many(struct effect *e, struct arm_mode m, bool load, unsigned base, unsigned list)
{
    int64_t bytes = 4 * __builtin_popcount(list);
    int64_t at = m.up ? (m.before ? 4 : 0) : m.before ? -bytes : 4 - bytes;
    bool writes_back = m.writes_back && !(load && list >> base & 1);
    int64_t moved = m.up ? bytes : -bytes;
    if (writes_back) {
        effect_add(e, base, base, moved);
        at -= moved;
    }
    for (unsigned i = 0; i < 16; i++)
        if (list >> i & 1) {
            if (load && i == base)
                effect_lose(e, i);
            else if (load)
                arm_load(e, i, base, at);
            else
                effect_store(e, i, base, at);
            at += 4;
        }
}

/* `count` registers from `reg` on, at `by` from the base. */
static inline void arm_few(struct effect *e, struct arm_mode m, bool load, unsigned reg, unsigned count,
                           unsigned base, int64_t by)
{
    int64_t at = m.up ? by : -by;
    bool moves = m.writes_back || !m.before;
    if (moves)
        effect_add(e, base, base, at);
    int64_t from = !m.before ? -at : moves ? 0 : at;
    for (unsigned i = 0; i < count; i++) {
        if (load)
            arm_load(e, reg + i, base, from + 4 * (int64_t)i);
        else
            effect_store(e, reg + i, base, from + 4 * (int64_t)i);
    }
}

/* effects_thumb.c */
bool arm_decode_thumb(const struct effect_code *code, struct effect *ret);

#endif
