/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stops of a stub that does not stop its threads (rsp/connection_race.c): a resume may have let another
 * thread go than the one that was meant. Where that thread stood at a breakpoint it is back at once, and
 * where an earlier step of it was still under way this is its end.
 */
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/control/run/plan.h"

static bool is_target(const struct plan *p, uint64_t pc)
{
    for (unsigned i = 0; i < p->target_count; i++)
        if (p->targets[i]->address == pc)
            return true;
    return false;
}

/* It has not moved from where its last stop was told, or where it was to be stepped off. */
static bool stands_still(const struct plan *p, const struct thread *t, uint64_t pc)
{
    bool off = p->phase == PHASE_OFF && ptid_equal(p->off_thread, t->id);
    return (t->at_site && t->site_address == pc) || (off && p->off_pc == pc);
}

void plan_tell_race(struct control *c)
{
    if (c->told_race || !rsp_races(c->target->connection))
        return;
    c->told_race = true;
    target_say(c->target, "this stub lets threads run on while the target counts as stopped: what they write "
                          "may change, and a breakpoint that one of them passes meanwhile may be missed\n");
}

bool plan_is_raced(struct control *c, const struct stop *stop)
{
    struct plan *p = &c->plan;
    bool trap = stop->reason == STOP_BREAKPOINT ||
                (stop->reason == STOP_SIGNAL && stop->signal == TARGET_SIGTRAP && !stop->late_hit);
    if (!rsp_races(c->target->connection) || !trap || !stop->has_pc ||
        p->taken_by_others >= RESUMES_TAKEN_MOST)
        return false;
    struct thread *t = threads_find(&c->target->threads, stop->thread);
    bool off_own_trap = p->phase == PHASE_OFF && p->off_own_trap; /* which does not move by itself */
    if (!t || t->in_handler || t->at_trap || off_own_trap)
        return false;
    bool own = (p->phase == PHASE_OFF && ptid_equal(p->off_thread, t->id)) ||
               (p->phase == PHASE_STEP && p->has_thread && ptid_equal(p->thread, t->id));
    bool stray = stop->reason == STOP_SIGNAL && !own && !is_target(p, stop->pc) && !site_at(c, stop->pc);
    if (!stray && !stands_still(p, t, stop->pc))
        return false;
    t->at_site = t->at_site && !stray;
    p->taken_by_others++;
    return true;
}
