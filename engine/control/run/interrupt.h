/*
 * engine/control/run/interrupt.h - asking a running target to stop.
 *
 * Engine thread. How a stop is asked for is the connection's affair and, behind a serial line, the session's,
 * which is asked before (prepare_interrupt).
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_INTERRUPT_H
#define ALLSTOP_ENGINE_CONTROL_RUN_INTERRUPT_H

#include "base/error.h"

struct control;

/* Asks the running target to stop; the stop comes as any other. ERR_NOT_RUNNING. */
struct error *interrupt_send(struct control *c) BASE_MUST_CHECK;
/* A stop, a resume, another target: no interrupt is under way. */
void interrupt_settled(struct control *c);

#endif
