/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/kernel/entry.h - stacks of a Linux kernel across the code by which it is entered (for
 * engine/frames).
 *
 * Interrupts, exceptions and system calls leave a struct pt_regs on the stack; the assembler that does so has
 * no call frame information, and where the kernel was built without ORC tables nothing else tells. It lies
 * where the stack pointer is when a handler returns, or the frame pointer has its address plus 1
 * (ENCODE_FRAME_POINTER of arch/x86/entry). A task that sleeps has left the rest of its registers there
 * (struct inactive_task_frame). Where struct arch has a linux_entry. Engine thread; reads memory; nothing is
 * kept.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_KERNEL_ENTRY_H
#define ALLSTOP_ENGINE_INSPECT_KERNEL_ENTRY_H

#include "engine/inspect/frames/unwind_rules.h"

/* What engine/inspect/frames asks. */
extern const struct unwind_rules kernel_unwind_rules;

#endif
