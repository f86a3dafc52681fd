/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/guard.h - mappings of files that somebody else may cut short.
 *
 * Reading a mapped page that the file no longer has raises SIGBUS. For mappings registered here the handler
 * puts a page of zeros in the place, notes it, and the read goes on; any other SIGBUS goes to who had the
 * signal before. A handler can reach nothing but static data, so the list of mappings is process-wide: the
 * one exception to the rule of no globals beside the terminal's.
 * Thread: any; threads that read such mappings must not block SIGBUS. Nothing fails: without a free place a
 * mapping is just not guarded.
 */
#ifndef ALLSTOP_BASE_GUARD_H
#define ALLSTOP_BASE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

struct guard;

/* Whole pages from `start`; NULL when it cannot be guarded. */
struct guard *guard_add(void *start, size_t size);
/* Before the mapping goes; NULL is fine. */
void guard_remove(struct guard *g);
/* Were pages missing? */
bool guard_was_hit(const struct guard *g);
/* For other handlers of SIGBUS: true when the address was a guarded one, and can be read now.
 * Async-signal-safe.
 */
bool guard_mend(void *address);

#endif
