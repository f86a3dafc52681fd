/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/inlined.h - inlined calls that begin at the very instruction where a thread stands.
 *
 * Nothing of them is done yet, so who came there by lines is shown the line that calls, as gdb does, and
 * `step` goes into them without running. A thread remembers how many of the innermost are hidden so, until it
 * runs. Engine thread; nothing here fails.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_INLINED_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_INLINED_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/target/threads.h"
#include "symbols/map.h"

struct target;

/* How many of the inlined calls around `pc` begin there, from the innermost outwards. */
unsigned inlined_beginning(struct target *target, uint64_t pc);
/* How many the thread hides there. */
unsigned inlined_hidden(const struct thread *t, uint64_t pc);
void inlined_hide(struct thread *t, uint64_t pc, unsigned count);
/* Takes the innermost calls off a place: what is left is where the last of them is called. */
void inlined_take_off(struct symbol_place *place, unsigned count);
/* Where a thread whose pc that is stands, without what it hides. As symbols_lookup(). */
bool inlined_place(struct target *target, const struct thread *t, uint64_t pc, struct symbol_place *ret);

#endif
