/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/breakpoints/hits.h - what watched bytes say where the stub says nothing.
 *
 * A debugger inside the kernel it debugs (Linux's kgdb) names no reason at a stop: `T05thread:…` is all.
 * After each stop of such a stub the bytes under hardware watchpoints are compared with what they were:
 *
 * - They changed, and the stop is no trap instruction: that is the watchpoint's hit.
 * - They changed, and the stop is another's: the watch was accepted and did not fire. That is proof by
 * itself, and nobody had to run the target for it: the watchpoint is suspect, `slots` says that hardware does
 * not fire here, and breakpoints that may choose are not inserted in hardware any more. Linux 6.1.192 as
 * Debian ships it is like that: perf_swevent_event() in kernel/events/core.c drops an event that is not
 * ACTIVE, and those of kgdb never are, so its handler is not called.
 * - Nothing changed, and nothing else explains the stop: it is the only watchpoint's (a read, or the same
 * value written again).
 * - The same behind the removal of one: it is that one's, late, and nobody needs to see it. Its processor
 * still has what was removed (dr7.h).
 *
 * A hit, later, takes the suspicion back: two processors can stop for different reasons at once, and then the
 * second stop comes behind the next resume. For a hardware breakpoint there is no such evidence; the command
 * `verify` runs the target to a place that must be hit (verify.h). Part of a plan; engine thread; one read
 * for each hardware watchpoint, at stubs without reasons only.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_HITS_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_HITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct control;
struct stop;

/* After a stop by SIGTRAP or at a breakpoint: perhaps it is a watchpoint's. */
struct error *hits_at_stop(struct control *c, struct stop *stop) BASE_MUST_CHECK;
/* The user writes there: that is no change of the target's. */
void hits_note_written(struct control *c, uint64_t address, const unsigned char *bytes, size_t n);

#endif
