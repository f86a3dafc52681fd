/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/stop/own_trap.h - stops at trap instructions that are the program's own.
 *
 * Part of the classification of a stop; engine thread, target stopped. Errors are those of reading memory and
 * writing the pc.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_STOP_OWN_TRAP_H
#define ALLSTOP_ENGINE_CONTROL_STOP_OWN_TRAP_H

#include <stdbool.h>

#include "base/error.h"
#include "engine/target/stop.h"

struct control;
struct thread;

/* Puts the pc where it belongs after a trap. A stop is told whether or not that is possible: where the stub
 * does not do it, that is said and *done is false. Errors: those that end all asking. */
struct error *trap_set_pc(struct control *c, struct thread *t, uint64_t pc, bool *done) BASE_MUST_CHECK;
/* The stub says that a trap was hit here and none of ours is: the pc goes behind the program's own. *late:
 * there is none of those either, so that it was one of ours that is gone by now. */
struct error *own_trap_passed(struct control *c, struct thread *t, struct stop *stop,
                              bool *late) BASE_MUST_CHECK;
/* Remembers of the thread that it stands at a trap of the program's own which the stub will not go past by
 * itself; `own_step`: what has ended is a step of ours. */
void own_trap_note(struct control *c, const struct stop *stop, bool own_step);

#endif
