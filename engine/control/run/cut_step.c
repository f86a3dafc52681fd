/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Steps that another thread's stop cut off. QEMU's system emulators (7.2) step one CPU while the others run;
 * where one of those stops first, the CPU keeps its single-step mode (gdb_vm_state_change() of QEMU's
 * gdbstub.c ends it for the CPU that is told alone), and the next time it runs it stops behind one
 * instruction, or, where it had done that one already, at once: with a plain T05. Nobody asked for that stop
 * any more, and a step that is asked for now is not done by it. The same is told of a CPU that has not moved
 * where another one came to its breakpoint just when the target was stopping.
 */
#include <string.h>

#include "engine/control/control.h"
#include "engine/control/run/plan.h"
#include "engine/target/registers.h"

enum { AGAIN = 3 };

void plan_note_step(struct control *c, struct ptid id)
{
    struct thread *t = threads_find(&c->target->threads, id);
    const struct arch *arch = c->target->arch;
    c->plan.was_cut = t && t->steps;
    c->plan.knows_from = t && arch && register_cached_value(c->target, t, arch->pc, &c->plan.stepped_from);
    if (t)
        t->steps = true;
}

/* An instruction that repeats itself moves another register; one that jumps to itself is done a few times. */
static bool stands_still(struct control *c, const struct thread *t, const struct stop *stop)
{
    const struct plan *p = &c->plan;
    bool alone = p->phase == PHASE_OFF || c->schedule != SCHEDULE_ALL || c->target->threads.count < 2;
    bool same_pc = p->knows_from && stop->has_pc && stop->pc == p->stepped_from;
    bool compared = t->has_g && t->has_previous;
    if (!same_pc || p->still >= AGAIN || (alone && !p->was_cut))
        return false;
    return compared ? memcmp(t->previous, t->bytes, t->size) == 0 : p->was_cut;
}

static void note_end(struct control *c, const struct stop *stop)
{
    struct plan *p = &c->plan;
    struct thread *t = stop->has_thread ? threads_find(&c->target->threads, stop->thread) : NULL;
    p->cut_step = false;
    if (!t)
        return;
    bool own = (p->phase == PHASE_OFF && ptid_equal(p->off_thread, t->id)) ||
               (p->phase == PHASE_STEP && p->has_thread && ptid_equal(p->thread, t->id)) ||
               (p->watch_stepping && ptid_equal(p->watch_thread, t->id));
    p->unmoved = own && t->steps && stands_still(c, t, stop);
    p->cut_step = t->steps && (!own || p->unmoved) && !c->target->is_process;
    p->still = p->unmoved ? p->still + 1 : 0;
    t->steps = false;
}

static bool is_plain_trap(struct control *c, const struct stop *stop)
{
    const struct plan *p = &c->plan;
    if (p->unmoved && stop->reason == STOP_BREAKPOINT)
        return true; /* the one that it is to be stepped off */
    if (stop->reason != STOP_SIGNAL || stop->signal != TARGET_SIGTRAP || stop->late_hit || !stop->has_pc ||
        site_at(c, stop->pc))
        return false;
    for (unsigned i = 0; i < p->target_count; i++)
        if (p->targets[i]->address == stop->pc)
            return false;
    return trap_own_at(c, stop->pc - c->target->arch->pc_behind_trap) == 0; /* the guest's own is one */
}

/* The step of the plan may have been done by then, and the stop for that is not to come. */
static struct error *own_step_instead(struct control *c, struct stop *stop, bool *ret)
{
    struct plan *p = &c->plan;
    struct thread *t = threads_find(&c->target->threads, p->thread);
    uint64_t pc;
    *ret = false;
    if (p->phase != PHASE_STEP || !p->has_thread || !p->knows_from || !t)
        return NULL;
    TRY(thread_pc(c->target, t, &pc));
    if (pc == p->stepped_from)
        return NULL;
    *ret = true; /* it keeps its single-step mode, too */
    stop->thread = t->id;
    stop->pc = pc;
    return threads_select(c->target, t->id);
}

struct error *plan_pass_cut_step(struct control *c, struct stop *stop, bool *passed)
{
    bool instead;
    *passed = false;
    note_end(c, stop);
    if (!c->plan.cut_step || !is_plain_trap(c, stop))
        return NULL;
    TRY(own_step_instead(c, stop, &instead));
    *passed = !instead;
    return NULL;
}
