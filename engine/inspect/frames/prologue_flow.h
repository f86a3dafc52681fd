/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/prologue_flow.h - what a function has done to its frame when it stands at an
 * instruction, by all ways that lead there from its start (for prologue.c).
 *
 * Each way carries what every register holds, in terms of what the caller had in them, and what was stored on
 * the stack; where ways meet, only what they agree on is known. Code that no way leads to is where a table of
 * jumps leads, if the function has such a jump; else nothing is said of it. No target and no state: bytes in,
 * an answer out. The work is bounded by the bytes, and by PROLOGUE_WORK_MOST.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_PROLOGUE_FLOW_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_PROLOGUE_FLOW_H

#include "engine/inspect/limits.h"
#include "engine/target/arch/effects.h"

enum prologue_holds {
    HOLDS_UNKNOWN,
    HOLDS_CALLERS, /* what the caller had in register `value` */
    HOLDS_STACK,   /* the stack pointer as the function was entered, and `value` */
    HOLDS_NUMBER,
};

struct prologue_value {
    enum prologue_holds holds;
    int64_t value;
};

struct prologue_slot {
    int64_t at;                  /* from the stack pointer as the function was entered */
    struct prologue_value value; /* what is there */
};

struct prologue_state {
    struct prologue_value registers[EFFECT_REGISTERS];
    struct prologue_slot slots[PROLOGUE_SLOTS_MOST];
    unsigned slot_count;
    unsigned conditional; /* instructions from here on that may be passed over */
};

/* The code of a function from its first instruction, as much of it as is wanted. */
struct prologue_code {
    const struct arch_effects *effects;
    const unsigned char *bytes;
    size_t size;
    uint64_t start;
    bool is_thumb, big_endian, is_64;
    bool pushed; /* the call left the return address on the stack */
    /* Where code goes on at or behind an address to which nothing leads but a table of jumps; 0: nobody knows
     * what is code there. NULL: at the address itself. */
    uint64_t (*next_code)(void *context, uint64_t address);
    /* Bytes that the function there takes off its caller's stack as it returns. NULL: none does. */
    unsigned (*popped)(void *context, uint64_t function);
    void *context;
};

/* The state right before the instruction at `pc` is executed; or, of a caller (not `exact`), right before the
 * call in front of `pc`, with what is in its delay slot. False: no way leads there. *has_fp: somewhere
 * in the function the frame pointer is one. */
bool prologue_follow(const struct prologue_code *code, uint64_t pc, bool exact, struct prologue_state *ret,
                     bool *has_fp);
/* Bytes that a function takes off its caller's stack, by the first return that there is. */
unsigned prologue_popped(const struct prologue_code *code);
/* The instruction in front of `at`, of the bytes that end there, may be a call. */
bool prologue_ends_in_call(const struct prologue_code *code, uint64_t at);

#endif
