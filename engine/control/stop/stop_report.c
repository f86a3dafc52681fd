/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The moment from which a stop counts. */
#include "engine/control/stop/stop_report.h"

#include <signal.h>
#include <string.h>

#include "base/text.h"
#include "engine/control/control.h"
#include "engine/inspect/convenience/convenience.h"

static void keep_watched(struct control *c, struct stop *stop)
{
    const struct breakpoint *b = stop->watchpoint ? breakpoint_find(c, stop->watchpoint) : NULL;
    if (!b)
        return;
    struct stop_watched *w = &stop->watched;
    w->length = (unsigned)b->watch_length;
    w->old_known = b->watch_old_known;
    w->new_known = b->watch_new_known;
    memcpy(w->old, b->watch_old, sizeof w->old);
    memcpy(w->new, b->watch_new, sizeof w->new);
}

/* A signal's number on the target, of which we know gdb's: Linux has the same ones on all processors but
 * MIPS. 0: not known. */
static int linux_signal(const struct target *target, int signal)
{
    const char *name = signal_name(signal);
    if (!target->arch || strncmp(target->arch->name, "mips", 4) == 0 || !name || strncmp(name, "SIG", 3) != 0)
        return 0;
    for (int i = 1; i < NSIG; i++) {
        const char *short_name = sigabbrev_np(i);
        if (short_name && strcmp(short_name, name + 3) == 0)
            return i;
    }
    return 0;
}

/* $_exitcode or $_exitsignal, the other of which is void from now on, as gdb has it. */
static void keep_end(struct target *target, const struct stop *stop)
{
    bool exited = stop->reason == STOP_EXITED && stop->has_exit_code;
    if (!exited && stop->reason != STOP_KILLED)
        return;
    convenience_forget(target, "_exitcode");
    convenience_forget(target, "_exitsignal");
    int signal = exited ? 0 : linux_signal(target, stop->signal);
    if (exited)
        convenience_set_integer(target, "_exitcode", (int64_t)stop->exit_code);
    else if (signal)
        convenience_set_integer(target, "_exitsignal", signal);
}

void stop_taken(struct control *c, const struct stop *stop)
{
    keep_end(c->target, stop);
    c->last_stop = *stop;
    c->last_stop.epoch = ++c->target->epoch;
    if (stop->not_rewound)
        c->last_stop.pc += c->target->arch->pc_behind_trap; /* where it really stands */
    c->stops++;
    c->stop_ended_ns = clock_now_ns();
    keep_watched(c, &c->last_stop);
}

void stop_report(struct control *c)
{
    target_emit(c->target, &(struct event){.kind = EVENT_STOPPED, .stop = &c->last_stop});
}
