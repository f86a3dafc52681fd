/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/frame_registers.h - the registers of a selected frame, under the stub's names.
 *
 * The innermost function has those of its thread. In a caller the pc and the stack pointer are those it will
 * have when the call returns, what a callee saved comes from the stack, and what no call changes (or nobody
 * saved, and so nobody changed) is still in the processor; the rest is not known. Engine thread, target
 * stopped. Errors: ERR_OPTIMISED_OUT the value is not known in that frame; those of register_read() else.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_FRAME_REGISTERS_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_FRAME_REGISTERS_H

#include "engine/inspect/frames/frames.h"

struct rsp_register;

/* The frames up to a level, so that many registers of it can be asked for. *ret is NULL where the thread's
 * own registers are meant; else it belongs to `list`, which the caller frees. ERR_USAGE: no such frame. */
struct error *frame_select(struct target *target, struct thread *t, unsigned level, struct frame_list *list,
                           const struct frame **ret) BASE_MUST_CHECK;
/* Bytes of one register (at most 64, r->size of them, in target order) in `f`, NULL being the thread's own.
 */
struct error *frame_register_read(struct target *target, struct thread *t, const struct frame *f,
                                  const struct rsp_register *r, unsigned char *bytes) BASE_MUST_CHECK;

#endif
