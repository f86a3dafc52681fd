/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/call/call.h - letting the program run a function for an expression, and putting back what it
 * was before.
 *
 * call_begin() writes the arguments below the thread's stack and into its registers; who resumes the target
 * then (a plan of kind PLAN_CALL, in which that thread runs alone) comes to a stop that either is the
 * function's return (STOP_CALL_RETURNED, `call_is_awaited`), after which call_take() reads what it returned
 * and puts everything back, or is one for the user: then the call stays in target->calls, its frame stands in
 * the stack, and when it returns later call_end() puts everything back. Who leaves the target before that
 * puts back what all of them have changed.
 *
 * A function returns to the program's entry point, where a site of ours is while there is any call: the
 * program does not come there by itself. Where no file tells of it, it is the place that the thread stands
 * at: who comes by there has a lower stack pointer than who returns. What strings and copies of structs were
 * put into memory is there as long as the call.
 *
 * Engine thread, target stopped. Errors: ERR_UNSUPPORTED where nothing can be called, and why; those of
 * registers and memory, after which all is put back as far as that can be done.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_CALL_CALL_H
#define ALLSTOP_ENGINE_CONTROL_CALL_CALL_H

#include "engine/inspect/values/calls.h"
#include "engine/target/calls.h"

struct control;
struct stop;

/* The selected thread is made to begin with the function at the next resume. */
struct error *call_begin(struct control *c, struct evaluation *e, const struct call *call) BASE_MUST_CHECK;
/* The innermost call of the selected thread has just returned. */
struct error *call_take(struct control *c, struct evaluation *e, const struct call *call,
                        struct value **ret) BASE_MUST_CHECK;
/* The call that was begun last is not to be made after all, or has returned: registers, memory, the selected
 * thread and frame are what they were. */
struct error *call_put_back(struct control *c, const struct target_call *call) BASE_MUST_CHECK;
/* One that nobody waits for has returned: what it returned is kept and told with the stop (`returned_kept`),
 * and all is put back. */
struct error *call_end(struct control *c, const struct target_call *call, struct stop *stop) BASE_MUST_CHECK;
/* All that are pending are put back, an outer one of a thread behind those that were called in it; what was
 * done, and what could not be, is said to the user. */
void calls_put_back_all(struct control *c);
/* A thread stands where calls return to: the one that has returned, or NULL. */
struct error *call_at_stop(struct control *c, const struct stop *stop,
                           const struct target_call **ret) BASE_MUST_CHECK;
/* Nothing is left of the calls: the program has ended, or another runs in its place. */
void calls_forget(struct control *c);
/* Those of threads that are gone are forgotten. */
void calls_prune(struct control *c);

#endif
