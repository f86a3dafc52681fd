/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/local_process.h - the debugged process, where it is one of this machine.
 *
 * Engine thread; reads /proc, sends nothing to the stub.
 */
#ifndef ALLSTOP_ENGINE_SESSION_LOCAL_PROCESS_H
#define ALLSTOP_ENGINE_SESSION_LOCAL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct session;

/* The process that is debugged, as the stub numbers it; 0: it does not say. */
int64_t local_process_of(const struct session *s);
/*
 * gdbserver's interrupt is a SIGINT to the group that the process leads (kill(-pid)). One that leads none
 * never gets it. True where that is known: the process is one of this machine, and traced.
 */
bool local_process_hears_no_interrupt(const struct session *s);
/* The same, and its tracer is the stub that we started, so that a SIGINT of ours does what the stub's should:
 * its pid. 0: no. */
pid_t local_process_to_signal(const struct session *s);

#endif
