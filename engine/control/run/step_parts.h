/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/run/step_parts.h - the parts of a step, for each other.
 *
 * step.c says when a step by line or instruction is complete, step_calls.c how it goes on behind a call or a
 * return, step_linker.c how it gets through the linker's stubs. Each function is asked where the plan's
 * thread stands at `pc` behind an instruction of the step; it sets the plan's phase, or *done. Engine thread;
 * errors are those of reading registers and memory.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_STEP_PARTS_H
#define ALLSTOP_ENGINE_CONTROL_RUN_STEP_PARTS_H

#include "engine/control/run/plan.h"

/* A step that ends at a line, as opposed to one of an instruction. */
static inline bool step_by_line(const struct plan *p)
{
    return p->kind == PLAN_STEP || p->kind == PLAN_NEXT || p->kind == PLAN_UNTIL_NEXT;
}

/* In the function that is stepped, behind its first instruction. */
static inline bool step_in_function(const struct plan *p, uint64_t pc)
{
    return p->function_high && pc > p->function_low && pc < p->function_high;
}

/* -- step_calls.c ---------------------------------------------------------------------------------- */

/* The return address as it is at a function's first instruction. */
struct error *step_return_address(struct control *c, struct thread *t, uint64_t *ret) BASE_MUST_CHECK;
/* Runs to an address of ours next; a hit counts where sp is at least `least_sp` (0: always). */
void step_return_to(struct control *c, struct plan *p, uint64_t address, uint64_t least_sp, bool final);
/* At the first instruction of a function that was called with this stack pointer: runs until it returns, or
 * is left by a jump (jumps.h). */
struct error *step_over_call(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                             uint64_t return_address, uint64_t sp, bool final) BASE_MUST_CHECK;
/*
 * Whether the step came through a call: the return address lies in, or just behind, what was stepped. That
 * holds for stubs of the linker, code without symbols and recursion alike, and needs no decoding.
 */
struct error *step_came_by_call(struct control *c, struct plan *p, struct thread *t, uint64_t pc, bool *ret,
                                uint64_t *return_address) BASE_MUST_CHECK;
/* The CFA of the innermost function that really exists; *known false where nothing tells it. */
struct error *step_frame_cfa(struct control *c, struct thread *t, uint64_t *ret, bool *known) BASE_MUST_CHECK;
/* A line is known there; asks for libraries where no file is. */
bool step_has_line(struct control *c, uint64_t pc);
/* At the first instruction of a function that returns to `return_address`: into it or over it. */
struct error *step_entered_function(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                                    uint64_t return_address, bool *done) BASE_MUST_CHECK;
/* Out of the function by a return or a jump. */
struct error *step_left_function(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                                 bool *done) BASE_MUST_CHECK;

/* -- range_traps.c --------------------------------------------------------------------------------- */

/* A range that is not to be stepped by the stub, as a trap of the program's own stands in it. Asks nothing.
 */
bool range_holds_trap(struct control *c, const struct address_range *range);

/* -- step_linker.c --------------------------------------------------------------------------------- */

/* In the linker's stubs, through which functions of shared libraries are called. */
bool step_in_stub(struct control *c, uint64_t pc);
/* Out of the stub: into the function that was called, or into the linker, which looks for it first. */
struct error *step_through_stub(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                                bool *done) BASE_MUST_CHECK;

#endif
