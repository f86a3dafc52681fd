/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/run/jumps.h - longjmp() and exceptions while a plan waits for a function to return.
 *
 * A call that is stepped over may never come back: then the plan ends where the jump arrives, if that is the
 * frame that waited or one further out, and goes on if it is inside of what was called. While such a wait
 * lasts, sites stand where the files of the map jump (symbols/jumps.h). Where a jump goes a register tells,
 * or, as most C libraries hide it, the thread is stepped from the beginning of longjmp() until it has jumped;
 * the instruction that did so is remembered, and later jumps are followed from there.
 *
 * Not seen: jumps of a bare machine's program, of code that comes its own way (setcontext(),
 * __builtin_longjmp(), exceptions by setjmp()), and of a library that was loaded after the step began. Part
 * of a plan; engine thread. Errors are those of reading registers and memory.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_JUMPS_H
#define ALLSTOP_ENGINE_CONTROL_RUN_JUMPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/control/limits.h"

struct control;
struct plan;
struct site;
struct stop;
struct thread;

/* What a plan knows of jumps. */
struct jumps {
    bool wanted; /* the sites below are in, also when there are none to be had */
    struct site *sites[PLAN_JUMPS];
    unsigned count;
    uint64_t outside; /* the stack pointer that the frame has that waits, once what it called has returned */
    struct site *target,
        *back;    /* where the jump goes; where a signal's handler returns to meanwhile; or NULL */
    bool walks;   /* the thread is stepped through longjmp() */
    bool at_last; /* from its last instruction on */
    int before;   /* enum plan_phase, to go on in */
    uint64_t begin, begin_sp, from;
    unsigned steps;
};

enum jump_stop {
    JUMP_STOP_NONE,   /* the stop has nothing to do with jumps */
    JUMP_STOP_RUN_ON, /* the phase is set: the target is to run on */
    JUMP_STOP_ARRIVED /* the plan's thread has come out where it waited, or further out */
};

/* The plan's thread, which stands at `pc`, is about to run until it is back at a frame that will have this
 * stack pointer: sites are wanted. The phase is the one to run in; it becomes a step where the thread is to
 * be followed at once. */
struct error *jumps_wait(struct control *c, struct plan *p, struct thread *t, uint64_t pc,
                         uint64_t outside) BASE_MUST_CHECK;
/* The sites alone: a plan that is likely to wait soon begins, and the one before had them. */
void jumps_keep(struct control *c, struct plan *p);
/* What a stop with a trap, whose pc is known, has to do with jumps. */
struct error *jumps_at_stop(struct control *c, const struct stop *stop, enum jump_stop *ret) BASE_MUST_CHECK;
/* A signal is about to be passed to the thread while it is followed: its handler runs to the end first. */
struct error *jumps_run_handler(struct control *c, struct plan *p) BASE_MUST_CHECK;
/* The sites are no longer wanted. */
void jumps_drop(struct control *c, struct plan *p);

#endif
