/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/run/watch_steps.h - watching bytes by stepping, where there are no slots for it.
 *
 * While a stepped watch is armed, whatever would run freely is stepped: one thread, the plan's own or the
 * current one, instruction by instruction, and the bytes are read after each. Where the other threads are let
 * run meanwhile, a change may be theirs, and the stop says so. Every 4096 steps a `progress` event tells how
 * many there were; an interrupt ends it at the next step. Part of a plan; engine thread.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_WATCH_STEPS_H
#define ALLSTOP_ENGINE_CONTROL_RUN_WATCH_STEPS_H

#include "engine/control/run/plan.h"

/* True when something is watched this way. */
bool watch_steps_any(const struct control *c);
/* A plan begins: what the bytes hold now is no change. */
struct error *watch_steps_begin(struct control *c) BASE_MUST_CHECK;
/* Which thread is to be stepped; noted in the plan. */
struct ptid watch_steps_thread(struct control *c, struct plan *p);
/* After a stop: a change makes it a watchpoint's. */
struct error *watch_steps_check(struct control *c, struct stop *stop) BASE_MUST_CHECK;

#endif
