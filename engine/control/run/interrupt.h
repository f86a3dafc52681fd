/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/run/interrupt.h - asking a running target to stop.
 *
 * Engine thread. How a stop is asked for is the connection's affair and, behind a serial line, the session's,
 * which is asked before (prepare_interrupt).
 */
#ifndef ALLSTOP_ENGINE_CONTROL_RUN_INTERRUPT_H
#define ALLSTOP_ENGINE_CONTROL_RUN_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct control;

/*
 * Written by interrupt.c alone. `sent` and `count` are of this run of the target; `pressed_ns` and `deaf_ns`
 * are 0 unless somebody waits for what he asked for; `owed` lasts over stops, until the SIGINT has come.
 */
struct interrupt {
    void (*prepare)(void *context); /* before one is sent; of the control's context */
    bool sent;
    unsigned count;     /* gdbserver makes a SIGINT of each */
    int64_t pressed_ns; /* when Ctrl-C was pressed that no stop has answered yet */
    int64_t deaf_ns;    /* when the target counts as one that does not stop */
    bool deaf;          /* that moment has passed */
    bool owed;          /* it crossed another stop on the wire: its late SIGINT is ours, and swallowed */
};

/* Asks the running target to stop; the stop comes as any other. ERR_NOT_RUNNING. */
struct error *interrupt_send(struct control *c) BASE_MUST_CHECK;
/* A stop, a resume, another target: none is under way. */
void interrupt_settled(struct control *c);
/* From now on it is waited for, so long; nothing where it is already. */
void interrupt_wait(struct control *c, int64_t patience_ns);
/* It is waited for no longer than until now. */
void interrupt_hurry(struct control *c);
/* The time is over: the target is deaf, until it stops or is left. */
void interrupt_was_not_heard(struct control *c);
/* A SIGINT may still come for one that another stop has overtaken; or it has come, or nobody is left to send
 * it. */
void interrupt_owe(struct control *c, bool owed);

#endif
