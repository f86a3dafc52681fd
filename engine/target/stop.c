/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/target/target.h"

const char *stop_reason_name(enum stop_reason reason)
{
    static const char *const names[] = {
        [STOP_NONE] = "none",
        [STOP_BREAKPOINT] = "breakpoint",
        [STOP_WATCHPOINT] = "watchpoint",
        [STOP_STEP] = "step",
        [STOP_SIGNAL] = "signal",
        [STOP_INTERRUPT] = "interrupt",
        [STOP_SYSCALL] = "syscall",
        [STOP_FORK] = "fork",
        [STOP_EXEC] = "exec",
        [STOP_LIBRARY] = "library",
        [STOP_EXITED] = "exited",
        [STOP_KILLED] = "killed",
        [STOP_THREAD_EXITED] = "thread-exited",
        [STOP_GOTO] = "goto",
        [STOP_HISTORY_END] = "history-end",
        [STOP_ATTACH] = "attach",
        [STOP_CALL_RETURNED] = "call-returned",
    };
    return names[reason];
}
