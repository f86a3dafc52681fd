/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/stop.h - a stop as the user sees it.
 *
 * Plain data, made by engine/control/run/ from what the stub said and what is inserted; copied freely. What
 * is not known is marked as such, never made up.
 */
#ifndef ALLSTOP_ENGINE_TARGET_STOP_H
#define ALLSTOP_ENGINE_TARGET_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/target/limits.h"
#include "rsp/stop_reply.h"

struct target;

enum stop_reason {
    STOP_NONE,
    STOP_BREAKPOINT,
    STOP_WATCHPOINT,
    STOP_STEP,
    STOP_SIGNAL,
    STOP_INTERRUPT,
    STOP_SYSCALL,
    STOP_FORK,
    STOP_EXEC,
    STOP_LIBRARY,
    STOP_EXITED,
    STOP_KILLED,
    STOP_THREAD_EXITED, /* the only one that ran; the others are stopped */
    STOP_HISTORY_END,
    STOP_GOTO,
    STOP_ATTACH,
    STOP_CALL_RETURNED, /* a function that was called for an expression, and the program had stopped in */
};

/* What a watched place held before and after, in the target's byte order. */
struct stop_watched {
    unsigned length; /* bytes */
    bool old_known, new_known;
    unsigned char old[STOP_WATCHED_MOST], new[STOP_WATCHED_MOST];
};

struct stop {
    uint64_t epoch; /* which of the stops it was, from 1; 0: it was shown to nobody yet */
    enum stop_reason reason;
    bool has_thread;
    struct ptid thread;
    bool has_pc;
    uint64_t pc;
    int breakpoint; /* id, 0: none */
    int watchpoint; /* id, 0: none */
    struct stop_watched watched;
    int signal;      /* gdb's number, 0: none */
    bool others_ran; /* a watched change that another thread may have made */
    uint64_t
        vector; /* the step ended at this interrupt vector (engine/control/run/step_flags.h), 0: at none */
    bool was_rewound;     /* by a trap instruction, and the pc set back to it by us */
    bool not_rewound;     /* but the stub did not let us: `pc` is the trap's until the stop is told */
    bool late_hit;        /* of a site that is no longer there: nobody needs to see it */
    bool call_is_awaited; /* STOP_CALL_RETURNED: whoever called waits for it, and it is told to nobody */
    bool has_exit_code;
    uint64_t exit_code;
    /* An address in the function that has just returned to this pc, 0: none has; and where it was told to put
     * what it returns, 0: in registers, or that is not known (engine/inspect/values/returned.h). */
    uint64_t returned_from, returned_memory;
    bool returned_kept;      /* it was a called function, and struct target_calls has what it returned */
    unsigned inlined_hidden; /* of the inlined calls that begin at `pc` so many are not shown */
    bool has_position;
    uint64_t position; /* in time (engine/control/time/time.h) */
};

const char *stop_reason_name(enum stop_reason reason);

#endif
