/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/breakpoints/journal.h - what was patched into somebody's memory, on disk before it is on the
 * wire.
 *
 * One file for each target (by how it is reached) under `$XDG_STATE_HOME/allstop/journal`: a line for each
 * trap that is about to be written, one for each that is gone; removed when none is left. A debugger that was
 * killed leaves the file behind, and the next one that attaches to that target finds the traps that are still
 * there. A path of the target is never opened. Part of the session; engine thread. Errors: ERR_INTERNAL with
 * path and errno where the file cannot be written: then no trap is.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_JOURNAL_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_JOURNAL_H

#include "engine/control/breakpoints/site.h"

struct journal {
    int fd; /* 0: not open */
    char *path;
};

/* Reads what stands under the trap, if that is not known yet, and has it on disk when it returns. */
struct error *journal_note(struct control *c, struct site *p) BASE_MUST_CHECK;
/* The trap is gone. A failure to say so on disk does no harm: only traps that are still there are restored.
 */
void journal_forget(struct control *c, struct site *p);
/* Who is left for good gets none of those back that were taken out. */
void journal_forget_removed(struct control *c);
/* The connection is closed: the file stays only where a trap does, or may (`gone`: the target ended). */
void journal_close(struct control *c, bool gone);

/* -- after a killed debugger ------------------------------------------------------------------------ */

struct journal_entry {
    uint64_t address;
    unsigned length;
    unsigned char saved[TRAP_MAX], trap[TRAP_MAX];
};
/* The entries an earlier session left behind for this target and whose trap is still in memory; malloc'd. One
 * batch of reads, none when there is no file. */
struct error *journal_left_behind(struct control *c, struct journal_entry **ret,
                                  size_t *count) BASE_MUST_CHECK;
/* Writes back what was there before, where the trap still is; *count: how many. The file is gone then. */
struct error *journal_restore(struct control *c, size_t *count) BASE_MUST_CHECK;

#endif
