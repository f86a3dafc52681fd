/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/processor.h - which processor the target has: the stub's word counts before the user's, and
 * that before what the program's file says.
 *
 * It is chosen when attaching, when the user says something else, and when a process executes another program
 * (description.h). All of it is about the session's own process: what another one is only the stub says.
 * Owned by the target; engine thread. Nothing here can fail: whether the words fit each other is asked before
 * (processor_told()).
 */
#ifndef ALLSTOP_ENGINE_TARGET_PROCESSOR_H
#define ALLSTOP_ENGINE_TARGET_PROCESSOR_H

struct arch;
struct target;

/* The stub's word, NULL: it has none, or a name that is in no table. */
const struct arch *processor_told(struct target *target);
/* What the program's file says, NULL: there is none. */
const struct arch *processor_of_program(struct target *target);
/* Chooses by what is known now, and lays the registers out where the stub does not. What its process has is
 * in force. */
void processor_choose(struct target *target);
/* The same behind an exec, when the file at `path` (it may be one that is not here) is not in the map yet.
 * `before` goes before that file: what the processor was, where the stub describes the same registers as
 * then, else NULL. A word of the user's that the stub gainsays is told. */
void processor_choose_executed(struct target *target, const char *path, const struct arch *before);
/* The user's word, NULL takes it back. What was made of the one before is made anew: at once where the target
 * stands, at its next stop where it runs, else for targets to come. */
void processor_say(struct target *target, const struct arch *said);
/* At each stop, before anything is read. */
void processor_settle(struct target *target);

#endif
