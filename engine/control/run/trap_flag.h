/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/run/trap_flag.h - what a single step must not leave behind in the state of a full system.
 *
 * Whoever steps a CPU may do it with the guest's own trap flag: x86 EFLAGS.TF, Power MSR.SE and BE, Arm
 * MDSCR_EL1.SS. The guest must never see it (KVM on Power let it: the flag stayed in MSR when two CPUs were
 * stepped at once, and the guest took the trace interrupt at 0xd00). After an instruction step the registers
 * that were read for that stop are looked at; nothing is asked for it. A flag that was there at a stop that
 * no step led to is the guest's own. Told as the violation `trap-flag-visible`, once a run command.
 *
 * A step that ends at another of Power's interrupt vectors is told in the stop's note: it may be right (a
 * page fault), but nobody should miss it.
 *
 * Engine thread; nothing fails.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_TRAP_FLAG_H
#define ALLSTOP_ENGINE_CONTROL_RUN_TRAP_FLAG_H

#include "engine/target/stop.h"

struct control;

/* A stop was classified, and the plan has not gone on yet. */
void trap_flag_check(struct control *c, struct stop *stop);

#endif
