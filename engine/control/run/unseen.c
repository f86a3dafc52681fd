/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stops after which the target runs on without a look at where it stands, so that they cost no turn. */
#include "engine/control/control.h"
#include "engine/control/run/watch_steps.h"

/* Many steps with nothing inserted: only the count matters, the pc of each is not looked at. */
static bool may_skip_look(const struct control *c, const struct rsp_stop *stop)
{
    const struct plan *p = &c->plan;
    return p->kind == PLAN_STEPI && p->phase == PHASE_STEP && p->times > 1 && !c->interrupt.sent &&
           !p->masked && !sites_any(c) && stop->kind == RSP_STOP_SIGNAL && stop->signal == TARGET_SIGTRAP &&
           stop->reason == RSP_REASON_NONE && (!stop->has_thread || ptid_equal(stop->thread, p->thread));
}

/*
 * A step off a site is over, in a stub that steps off without removing and tells no registers (QEMU): it also
 * stops at a site under the pc when it continues, so a site right here is met anyway, and where "here" is
 * need not be asked.
 */
static bool may_go_on_unseen(struct control *c, const struct rsp_stop *stop)
{
    const struct plan *p = &c->plan;
    return p->phase == PHASE_OFF && p->after_off == PHASE_RUN && !rsp_races(c->target->connection) &&
           !p->off_removed && !p->off_unknown && !p->off_own_trap && !p->off_with_signal &&
           !c->interrupt.sent && !watch_steps_any(c) && stop->kind == RSP_STOP_SIGNAL &&
           stop->signal == TARGET_SIGTRAP && stop->reason == RSP_REASON_NONE && stop->expedited_count == 0 &&
           stop->has_thread && ptid_equal(stop->thread, p->off_thread) &&
           rsp_features(c->target->connection)->state[FEATURE_STEP_OFF].works == TRI_YES;
}

static struct error *go_on_from_site(struct control *c)
{
    struct thread *t = threads_find(&c->target->threads, c->plan.off_thread);
    if (t)
        t->at_site = t->steps = false;
    for (size_t i = 0; i < c->target->threads.count; i++)
        if (c->target->threads.items[i]->state == THREAD_RUNNING)
            c->target->threads.items[i]->state = THREAD_STOPPED;
    c->plan.phase = c->plan.after_off;
    target_stands(c->target);
    return plan_resume(c);
}

struct error *plan_go_on_unseen(struct control *c, const struct rsp_stop *stop, bool *gone)
{
    *gone = true;
    if (may_skip_look(c, stop)) {
        c->plan.times--;
        target_stands(c->target);
        return plan_resume(c);
    }
    if (may_go_on_unseen(c, stop))
        return go_on_from_site(c);
    *gone = false;
    return NULL;
}
