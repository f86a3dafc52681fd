/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan that has lost its way: it stands somewhere, and cannot see where, or how to go on from there. */
#include <inttypes.h>
#include <stdio.h>

#include "engine/control/control.h"
#include "engine/control/run/interrupt.h"
#include "engine/control/run/plan.h"
#include "engine/target/registers.h"

enum { PLACE = 32 };

struct error *plan_need_pc(struct control *c, struct stop *stop)
{
    const struct plan *p = &c->plan;
    bool looks = p->target_count > 0 || c->call_site ||
                 (plan_is_step(p) && p->kind != PLAN_STEPI && p->phase == PHASE_STEP);
    struct thread *t = threads_find(&c->target->threads, stop->thread);
    if (stop->has_pc || stop->reason != STOP_SIGNAL || !looks || !c->target->arch || !t)
        return NULL;
    TRY(thread_pc(c->target, t, &stop->pc));
    stop->has_pc = true;
    return NULL;
}

static const char *name_of(const struct plan *p)
{
    static const char *const names[] = {
        [PLAN_CONTINUE] = "continue", [PLAN_STEPI] = "stepi",   [PLAN_NEXTI] = "nexti",
        [PLAN_STEP] = "step",         [PLAN_NEXT] = "next",     [PLAN_UNTIL_NEXT] = "until",
        [PLAN_TO] = "until",          [PLAN_FINISH] = "finish", [PLAN_CALL] = "call",
    };
    return names[p->kind];
}

struct error *plan_astray(struct control *c, struct error *e, struct stop *final, bool *done)
{
    bool stands = c->target->connection && rsp_state(c->target->connection) == RSP_STATE_STOPPED;
    bool ended = final->reason == STOP_EXITED || final->reason == STOP_KILLED;
    if (error_ends_asking(e) || !stands || !final->has_thread || ended || c->plan.stuck)
        return e;
    const struct thread *t = threads_find(&c->target->threads, final->thread);
    char from[PLACE] = "", here[PLACE] = "somewhere";
    if (t && t->has_last_pc)
        snprintf(from, sizeof from, " from 0x%" PRIx64, t->last_pc);
    if (final->has_pc)
        snprintf(here, sizeof here, "at 0x%" PRIx64, final->pc);
    if (final->reason == STOP_BREAKPOINT) { /* that it counts has not been found out */
        final->reason = STOP_SIGNAL;
        final->signal = TARGET_SIGTRAP;
        final->breakpoint = 0;
    }
    *done = true;
    e = error_while(e, "`%s`%s, which now stands %s", name_of(&c->plan), from, here);
    return e->hint ? e : error_hint(e, "`stepi` and `continue` can do without");
}

void plan_adopt(struct control *c)
{
    plan_end(c);
    c->plan = (struct plan){.kind = PLAN_CONTINUE, .times = 1};
    c->plan_active = true;
}

void plan_runs_unasked(struct control *c)
{
    plan_adopt(c);
    plan_mark_running(c);
    interrupt_was_not_heard(c);
}
