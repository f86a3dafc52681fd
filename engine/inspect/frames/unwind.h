/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/unwind.h - from one frame's registers to its caller's (for frames.c).
 *
 * Rules in order: call frame information; the instructions of the function (prologue.h); tables that speak of
 * calls alone, which for a frame that has called come before those; the frame-pointer convention. Nothing is
 * kept. Reads target memory through the session's cache. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_UNWIND_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_UNWIND_H

#include "engine/inspect/frames/frames.h"

/* Fills the registers of the innermost frame. */
struct error *unwind_start(struct target *target, struct thread *t,
                           struct frame_registers *ret) BASE_MUST_CHECK;
/*
 * One step outwards: NULL and *ret, *cfa (0: unknown), *rule; or why there is no caller (a constant string).
 * `innermost`: the pc is exact; `interrupted`: the frame below is a signal handler's, so the pc is exact as
 * well.
 */
const char *unwind_step(struct target *target, const struct frame_registers *from, bool innermost,
                        bool interrupted, struct frame_registers *ret, uint64_t *cfa, enum frame_rule *rule);

/* A register's value in a frame by its DWARF number; false: not known there. */
bool unwind_register(struct target *target, const struct frame_registers *from, unsigned number,
                     uint64_t *ret);
/* True where the processor's register still holds what this frame had in it. */
bool unwind_is_live(const struct frame_registers *from, unsigned number);
/* The address a register of this frame was saved at; false: it was not. */
bool unwind_saved_at(const struct frame_registers *from, unsigned number, uint64_t *ret);
/* A DWARF expression over a frame's registers; `cfa` is pushed first where given. False: it cannot be
 * computed. */
bool unwind_expression(struct target *target, const struct frame_registers *from,
                       const unsigned char *expression, size_t size, const uint64_t *cfa, uint64_t *ret);
/* A word of the stack; false: it cannot be read. */
bool unwind_load(struct target *target, uint64_t address, uint64_t *ret);
/* That reason is one of what could not be read, and no end of the stack. */
bool unwind_was_cut(const char *why);

#endif
