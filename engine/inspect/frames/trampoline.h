/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/trampoline.h - the code a signal handler returns to, where no call frame information
 * tells.
 *
 * Linux leaves the interrupted registers on the stack, at a place each architecture fixes; the trampoline is
 * recognised by its instructions (for unwind.c). Nothing is kept. Engine thread; reads target memory.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_TRAMPOLINE_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_TRAMPOLINE_H

#include "engine/inspect/frames/frames.h"

/* True when `from` stands in a trampoline: *ret becomes the interrupted frame. `ask`: the code may be read
 * from the target, else only where a file has it. */
bool trampoline_step(struct target *target, const struct frame_registers *from, bool ask,
                     struct frame_registers *ret);

/* True when one begins at `pc`, where a file has it. */
bool trampoline_is_at(struct target *target, uint64_t pc);

#endif
