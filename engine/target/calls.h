/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/calls.h - functions of the program that the debugger has called and that have not returned:
 * what each thread was before, so that it can be put back, and what a stack goes on with behind them.
 *
 * Made and ended by engine/control/call; the stacks of engine/inspect/frames read it. A call returns to an
 * address that the program does not come to otherwise with a stack pointer from `sp` to below `sp_before`.
 * Owned by the target; engine thread. Nothing fails.
 */
#ifndef ALLSTOP_ENGINE_TARGET_CALLS_H
#define ALLSTOP_ENGINE_TARGET_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/target/limits.h"
#include "engine/target/threads.h"

/* What a thread has to do with sites and signals, besides its registers. */
struct thread_standing {
    bool at_site, at_trap, in_handler, has_last_pc, own_trap_flag, steps, has_previous;
    uint64_t site_address, trap_address, handler_pc, handler_sp, last_pc, hidden_pc;
    unsigned inlined_hidden;
    int pending_signal;
    unsigned char *previous; /* registers, `size` bytes; or NULL */
};

struct target_call {
    char *function; /* for people */
    struct ptid thread;
    uint64_t code;      /* its first instruction, without the bit that says Thumb */
    uint64_t return_to; /* with the bit that says Thumb */
    uint64_t pc, sp;    /* where it returns to, and the lowest stack pointer that it does so with */
    uint64_t sp_before; /* a higher one: the thread's, before it was made */
    uint64_t result_at; /* where it was told to put what it returns, 0: in registers */
    struct ptid selected;
    bool has_selected;
    unsigned frame; /* the selected one */
    /* Registers before: laid out as the description of then says. */
    const struct rsp_tdesc *laid_by;
    unsigned char *bytes, *known;
    size_t size;
    bool knows_beside; /* some that `g` leaves out are among them */
    /* Memory that was written for it, and what was there. */
    uint64_t memory_at;
    unsigned char *memory;
    size_t memory_size;
    struct thread_standing standing;
};

struct target_calls {
    struct target_call items[CALLS_PENDING_MOST]; /* an inner one of a thread behind the outer */
    size_t count;
    /* What the last that was put back had returned, where nobody waited for it: bytes of the type that its
     * function returns; NULL: that is not known. */
    unsigned char *returned;
    size_t returned_size;
};

struct target;

/* The call that has returned, where a thread is at `pc` with this stack pointer; NULL: none has. */
const struct target_call *target_call_at(const struct target *target, struct ptid thread, uint64_t pc,
                                         uint64_t sp);
/* Forgets it and those of its thread that it was made before. */
void target_call_drop(struct target *target, const struct target_call *call);
/* Keeps what one had returned, or with NULL nothing: the bytes are copied. */
void target_calls_keep_returned(struct target *target, const unsigned char *bytes, size_t size);
/* Those of threads that are gone; and all, with what was kept. */
void target_calls_prune(struct target *target);
void target_calls_forget(struct target *target);
/* Notes how a thread stands, and makes it stand so again. */
void thread_standing_note(const struct thread *t, struct thread_standing *ret);
void thread_standing_restore(struct thread *t, const struct thread_standing *from);

#endif
