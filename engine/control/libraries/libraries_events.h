/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/libraries/libraries_events.h - libraries, as they come and go while the target runs.
 *
 * Engine thread, target stopped.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_LIBRARIES_LIBRARIES_EVENTS_H
#define ALLSTOP_ENGINE_CONTROL_LIBRARIES_LIBRARIES_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "rsp/stop_reply.h"

struct control;

/*
 * Where the stub has no list, the dynamic linker's own is read from memory (struct r_debug of <link.h>), and
 * a breakpoint of ours stands where it tells of changes (r_brk): found by AT_BASE when the process is new and
 * the linker has not run yet. Called when a process was attached to, or has executed another program.
 */
void libraries_attached(struct control *c);
/* The same for stubs that have a list, but tell of no change to it: while a breakpoint waits for a library.
 */
void libraries_want_events(struct control *c);
/* A thread stopped with a trap at `pc`; when it is that place (*event), the list is read again and
 * breakpoints are placed anew. Errors: the connection's only. */
struct error *libraries_at_stop(struct control *c, struct ptid thread, uint64_t pc,
                                bool *event) BASE_MUST_CHECK;

#endif
