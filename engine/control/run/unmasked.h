/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/run/unmasked.h - steps of a kernel whose interrupts stay enabled while its kgdb steps.
 *
 * Linux 6.1 on arm64 (arch/arm64/kernel/kgdb.c) only sets the bit for a single step. After a stop over a
 * serial line an interrupt is always pending: it is taken before the instruction, and the step ends in its
 * handler (__el1_irq), each time; a `continue` off a breakpoint comes back to the same hit. So where PSTATE.I
 * is clear it is set for the step and cleared at the stop. Not for instructions that see the flags or leave
 * by an exception, nor for those that access user memory, whose page fault would find interrupts off.
 *
 * Part of a plan; engine thread; target stopped. Errors: those of registers and memory.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_UNMASKED_H
#define ALLSTOP_ENGINE_CONTROL_RUN_UNMASKED_H

#include "base/error.h"
#include "engine/control/run/plan.h"

/* The plan is about to step. */
struct error *unmasked_before_step(struct control *c, struct plan *p) BASE_MUST_CHECK;
/* The target stopped. */
struct error *unmasked_at_stop(struct control *c, struct plan *p) BASE_MUST_CHECK;

#endif
