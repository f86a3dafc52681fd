/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The moment from which a stop counts. */
#include "engine/control/stop/stop_report.h"

#include <string.h>

#include "base/text.h"
#include "engine/control/control.h"

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

void stop_taken(struct control *c, const struct stop *stop)
{
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
