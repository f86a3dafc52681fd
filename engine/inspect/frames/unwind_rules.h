/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/unwind_rules.h - what an operating system's kernel adds to unwinding: rules for code
 * that has no call frame information, installed by the room that knows it (engine/inspect/kernel/entry.h).
 *
 * Engine thread; may read memory.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_UNWIND_RULES_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_UNWIND_RULES_H

#include <stdbool.h>
#include <stdint.h>

struct frame_registers;
struct target;

enum entry_found {
    ENTRY_NONE,        /* the frame is not of such code */
    ENTRY_INTERRUPTED, /* *ret is what was interrupted */
    ENTRY_OUTERMOST,   /* a kernel thread began here */
};

struct unwind_rules {
    /* Code by which the kernel is entered. `exact`: nothing was called from `from`, it may stand anywhere in
     * the code. */
    enum entry_found (*entry_step)(struct target *target, const struct frame_registers *from, bool exact,
                                   struct frame_registers *ret);
    /* A frame of user space that a frame of the kernel led to, and of which no file is loaded. */
    bool (*is_user)(struct target *target, uint64_t pc);
    /* Interrupts have stacks of their own: the stack pointer may go anywhere from one frame to its caller. */
    bool (*switches_stack)(struct target *target, const struct frame_registers *from,
                           const struct frame_registers *to);
    /* A task that sleeps, of which the stub tells only the stack pointer: the rest is what switching away
     * left there. */
    void (*wake_registers)(struct target *target, struct frame_registers *r);
};

#endif
