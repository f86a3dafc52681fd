/*
 * engine/inspect/kernel/entry.h - stacks of a Linux kernel across the code by which it is entered (for
 * engine/frames).
 *
 * Interrupts, exceptions and system calls leave a struct pt_regs on the stack; the assembler that does so has
 * no call frame information, and where the kernel was built without ORC tables nothing else tells. It lies
 * where the stack pointer is when a handler returns, or the frame pointer has its address plus 1
 * (ENCODE_FRAME_POINTER of arch/x86/entry). x86-64 alone. Engine thread; reads memory; nothing is kept.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_KERNEL_ENTRY_H
#define ALLSTOP_ENGINE_INSPECT_KERNEL_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/inspect/frames/frames.h"

enum entry_found {
    ENTRY_NONE,        /* the frame is not of such code */
    ENTRY_INTERRUPTED, /* *ret is what was interrupted */
    ENTRY_OUTERMOST,   /* a kernel thread began here */
};

/* `exact`: nothing was called from `from`, it may stand anywhere in the code. */
enum entry_found kernel_entry_step(struct target *target, const struct frame_registers *from, bool exact,
                                   struct frame_registers *ret);
/* A frame of user space that a frame of the kernel led to, and of which no file is loaded. */
bool kernel_is_user(struct target *target, uint64_t pc);
/* Interrupts have stacks of their own: the stack pointer may go anywhere from one frame to its caller. */
bool kernel_switches_stack(struct target *target, const struct frame_registers *from,
                           const struct frame_registers *to);
/* A task that sleeps, of which kgdb tells only the stack pointer: the rest is what switching away left there
 * (struct inactive_task_frame). */
void kernel_wake_registers(struct target *target, struct frame_registers *r);

#endif
