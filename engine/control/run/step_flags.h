/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/run/step_flags.h - what a single step of a full system does to the processor's flags.
 *
 * Before a step. Linux 6.1 on arm64 (arch/arm64/kernel/kgdb.c) leaves interrupts enabled while its kgdb
 * steps. After a stop over a serial line an interrupt is always pending: it is taken before the instruction,
 * and the step ends in its handler (__el1_irq), each time; a `continue` off a breakpoint comes back to the
 * same hit. So where PSTATE.I is clear it is set for the step and cleared at the stop. Not for instructions
 * that see the flags or leave by an exception, nor for those that access user memory, whose page fault would
 * find interrupts off.
 *
 * After a step. Whoever steps a CPU may do it with the guest's own trap flag: x86 EFLAGS.TF, Power MSR.SE and
 * BE, Arm MDSCR_EL1.SS. The guest must never see it (KVM on Power let it: the flag stayed in MSR when two
 * CPUs were stepped at once, and the guest took the trace interrupt at 0xd00). The registers that were read
 * for that stop are looked at; nothing is asked for it. A flag that was there at a stop that no step led to
 * is the guest's own. Told as the violation `trap-flag-visible`, once a run command. A step that ends at
 * another of Power's interrupt vectors is told in the stop's note: it may be right (a page fault), but nobody
 * should miss it.
 *
 * Part of a plan; engine thread; target stopped. Errors: those of registers and memory.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_STEP_FLAGS_H
#define ALLSTOP_ENGINE_CONTROL_RUN_STEP_FLAGS_H

#include "base/error.h"
#include "engine/control/run/plan.h"
#include "engine/target/stop.h"

/* The plan is about to step: interrupts are masked where they have to be. */
struct error *step_mask_interrupts(struct control *c, struct plan *p) BASE_MUST_CHECK;
/* The target stopped: they are as they were. */
struct error *step_unmask_interrupts(struct control *c, struct plan *p) BASE_MUST_CHECK;
/* A stop was classified, and the plan has not gone on yet: no trap flag is to be left. */
void step_check_trap_flag(struct control *c, struct stop *stop);

#endif
