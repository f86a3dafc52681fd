/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/frames.h - the call stack of a stopped thread.
 *
 * Frames are found by call frame information first, then by other tables, then by what the instructions of a
 * function have done to the stack, then by the frame-pointer convention; each says by which rule it was
 * found. Inlined calls are frames of their own. A stack ends at `main` (unless asked to go past), where
 * the caller is undefined, at unreadable memory, on a cycle, or at the depth asked for, and says why.
 * Results are the caller's; strings belong to the symbol files. Engine thread, target stopped.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_FRAMES_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/inspect/limits.h"
#include "engine/target/threads.h"
#include "symbols/map.h"

enum frame_rule {
    FRAME_TOP,
    FRAME_CFI,
    FRAME_POINTER,
    FRAME_ENTRY,
    FRAME_SIGNAL,
    FRAME_INLINE,
    FRAME_ORC,
    FRAME_INTERRUPT,
    FRAME_CALLED,   /* a function that was called for an expression returns to it (engine/target/calls.h) */
    FRAME_LINK,     /* the return address is in its register still */
    FRAME_PROLOGUE, /* by what the function's instructions did (prologue.h) */
    FRAME_EXIDX,    /* the exception tables of Arm */
    FRAME_TAIL_CALL /* it jumped to the one below: known by what compilers say of calls (symbols/tail_calls.h)
                     */
};

/* What stands in a stack for whoever called. */
#define FRAME_CALLED_NAME "<function called from the debugger>"

enum { FRAME_REGISTERS = CFI_REGISTERS };

/* Register values in one frame, by DWARF number. */
struct frame_registers {
    uint64_t value[FRAME_REGISTERS];
    bool known[FRAME_REGISTERS];
    /* Where it is: still in the processor's register, or saved in memory at `saved_at` (0: neither). */
    bool is_live[FRAME_REGISTERS];
    uint64_t saved_at[FRAME_REGISTERS];
    uint64_t pc, sp;
    struct thread *thread; /* whose registers outside `g` are asked for when a rule needs them */
};

struct frame {
    unsigned level;
    enum frame_rule rule; /* how this frame was found from the one below it; or a signal's trampoline */
    uint64_t pc;
    bool exact;   /* the pc is the very instruction, and not the one behind a call */
    uint64_t cfa; /* 0: unknown */
    bool has_cfa;
    const char *function, *file;
    unsigned line;
    bool inlined;
    struct frame_registers *registers; /* shared by the inlined frames of one function; owned by the list */
};

struct frame_list {
    struct frame *items;
    size_t count, capacity;
    size_t left_out; /* frames further in that are not among them */
    char end[96];    /* why it ended */
};

const char *frame_rule_name(enum frame_rule rule);
/* Up to `depth` frames. */
struct error *frames_read(struct target *target, struct thread *t, unsigned depth, bool past_main,
                          struct frame_list *ret) BASE_MUST_CHECK;
/* The outermost `most` frames, however many there are further in: what those hold is not kept. After half a
 * second `progress` events tell how many were gone through. ERR_CANCELLED, where the user interrupts it. */
struct error *frames_read_outermost(struct target *target, struct thread *t, unsigned most, bool past_main,
                                    struct frame_list *ret) BASE_MUST_CHECK;
void frames_free(struct frame_list *list);
/* Where the innermost function returns to, and the stack pointer it will then have at least. */
struct error *frame_return_address(struct target *target, struct thread *t, uint64_t *address,
                                   uint64_t *sp) BASE_MUST_CHECK;

#endif
