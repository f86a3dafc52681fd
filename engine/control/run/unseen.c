#include "engine/session/core.h"
#include "engine/control/run/plan.h"
#include "engine/control/run/watch_steps.h"

/* Many steps with nothing planted: only the count matters, the pc of each is not looked at. */
static bool may_skip_look(const struct session *s, const struct rsp_stop *stop)
{
    const struct plan *p = &s->plan;
    return p->kind == PLAN_STEPI && p->phase == PHASE_STEP && p->times > 1 && !s->interrupt_sent &&
           !p->masked && !plants_any(s) && stop->kind == RSP_STOP_SIGNAL && stop->signal == TARGET_SIGTRAP &&
           stop->reason == RSP_REASON_NONE && (!stop->has_thread || ptid_equal(stop->thread, p->thread));
}

/*
 * A step off a plant is over, in a stub that steps off without lifting and tells no registers (QEMU): it also
 * stops at a plant under the pc when it continues, so a plant right here is met anyway, and where "here" is
 * need not be asked.
 */
static bool may_go_on_unseen(struct session *s, const struct rsp_stop *stop)
{
    const struct plan *p = &s->plan;
    return p->phase == PHASE_OFF && p->after_off == PHASE_RUN && !p->off_lifted && !p->off_with_signal &&
           !s->interrupt_sent && !watch_steps_any(s) && stop->kind == RSP_STOP_SIGNAL &&
           stop->signal == TARGET_SIGTRAP && stop->reason == RSP_REASON_NONE && stop->expedited_count == 0 &&
           stop->has_thread && ptid_equal(stop->thread, p->off_thread) &&
           rsp_features(s->target.connection)->state[FEATURE_STEP_OFF].works == TRI_YES;
}

static struct error *go_on_from_plant(struct session *s)
{
    struct thread *t = threads_find(&s->target.threads, s->plan.off_thread);
    if (t)
        t->at_plant = false;
    for (size_t i = 0; i < s->target.threads.count; i++)
        if (s->target.threads.items[i]->state == THREAD_RUNNING)
            s->target.threads.items[i]->state = THREAD_STOPPED;
    s->plan.phase = s->plan.after_off;
    s->target.state = TARGET_STOPPED;
    return plan_resume(s);
}

struct error *plan_go_on_unseen(struct session *s, const struct rsp_stop *stop, bool *gone)
{
    *gone = true;
    if (may_skip_look(s, stop)) {
        s->plan.times--;
        s->target.state = TARGET_STOPPED;
        return plan_resume(s);
    }
    if (may_go_on_unseen(s, stop))
        return go_on_from_plant(s);
    *gone = false;
    return NULL;
}
