/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which flags those are, struct arch says; a processor that has none is left alone. */
#include "engine/control/run/step_flags.h"

#include <inttypes.h>

#include "engine/control/control.h"
#include "engine/target/registers.h"

static bool takes_interrupts(struct control *c, const struct plan *p)
{
    return (p->phase == PHASE_OFF || p->phase == PHASE_STEP) && c->target->arch &&
           c->target->arch->step_mask.reg && !c->target->is_process &&
           !rsp_feature_usable(rsp_features(c->target->connection), FEATURE_VCONT);
}

struct error *step_mask_interrupts(struct control *c, struct plan *p)
{
    if (!takes_interrupts(c, p))
        return NULL;
    struct thread *t = threads_find(&c->target->threads, p->phase == PHASE_OFF ? p->off_thread : p->thread);
    const struct arch_step_mask *m = &c->target->arch->step_mask;
    uint64_t flags, pc;
    unsigned char bytes[4];
    if (!t)
        return NULL;
    TRY(register_value(c->target, t, m->reg, &flags));
    if (flags & m->mask)
        return NULL;
    TRY(thread_pc(c->target, t, &pc));
    TRY(memory_read(c->target, pc, bytes, sizeof bytes));
    if (!m->is_plain((uint32_t)arch_load(bytes, sizeof bytes, false)))
        return NULL;
    TRY(register_write_value(c->target, t, m->reg, flags | m->mask));
    p->masked = true;
    p->masked_thread = t->id;
    return NULL;
}

struct error *step_unmask_interrupts(struct control *c, struct plan *p)
{
    if (!p->masked)
        return NULL;
    p->masked = false;
    struct thread *t = threads_find(&c->target->threads, p->masked_thread);
    uint64_t flags;
    if (!t)
        return NULL;
    const struct arch_step_mask *m = &c->target->arch->step_mask;
    TRY(register_value(c->target, t, m->reg, &flags));
    return register_write_value(c->target, t, m->reg, flags & ~m->mask);
}

/* -- the trap flag ---------------------------------------------------------------------------------- */

/* An instruction of this thread was stepped, and that is what stopped it. */
static bool was_stepped(const struct control *c, const struct stop *stop)
{
    const struct plan *p = &c->plan;
    if (!c->plan_active || !stop->has_thread)
        return false;
    if (p->phase == PHASE_OFF)
        return ptid_equal(stop->thread, p->off_thread);
    if (p->phase == PHASE_STEP)
        return p->has_thread && ptid_equal(stop->thread, p->thread);
    return p->watch_stepping && ptid_equal(stop->thread, p->watch_thread);
}

static void violated(struct control *c, const struct thread *t, const struct buf *evidence)
{
    if (!c->plan.told_trap_flag)
        audit_tell(c, AUDIT_TRAP_FLAG_VISIBLE, t->id, buf_text(evidence), evidence->length);
    c->plan.told_trap_flag = true;
}

static void check_flag(struct control *c, struct thread *t, const struct stop *stop, bool stepped)
{
    const struct arch_step_flag *f = &c->target->arch->step_flag;
    uint64_t value;
    if (!f->reg || !register_cached_value(c->target, t, f->reg, &value))
        return;
    bool visible = (value & f->mask) != 0;
    if (!stepped)
        t->own_trap_flag = visible;
    if (!stepped || !visible || t->own_trap_flag)
        return;
    BASE_BUF struct buf evidence = {0};
    buf_printf(&evidence, "after a step, at pc 0x%" PRIx64 ": %s 0x%" PRIx64 ", so %s is visible", stop->pc,
               f->reg, value, f->field);
    violated(c, t, &evidence);
}

static bool is_sequential(struct control *c, const struct thread *t, uint64_t pc)
{
    const struct rsp_register *r = register_find(c->target, c->target->arch->pc);
    if (!t->has_previous || !r || r->size > 8)
        return false;
    return pc - arch_load(t->previous + r->offset, r->size, c->target->big_endian) ==
           c->target->arch->code_align;
}

static void check_vector(struct control *c, struct thread *t, struct stop *stop)
{
    const struct arch *arch = c->target->arch;
    uint64_t vector = arch->exception_vector && stop->has_pc ? arch->exception_vector(stop->pc) : 0;
    if (!vector || is_sequential(c, t, stop->pc))
        return;
    stop->vector = vector;
    if (vector != arch->trace_vector)
        return;
    BASE_BUF struct buf evidence = {0};
    buf_printf(&evidence, "after a step, at pc 0x%" PRIx64 ": the guest took the trace interrupt", stop->pc);
    violated(c, t, &evidence);
}

void step_check_trap_flag(struct control *c, struct stop *stop)
{
    bool trap = stop->reason == STOP_BREAKPOINT || stop->reason == STOP_WATCHPOINT ||
                (stop->reason == STOP_SIGNAL && stop->signal == TARGET_SIGTRAP);
    struct thread *t = stop->has_thread ? threads_find(&c->target->threads, stop->thread) : NULL;
    /* kgdb has no vCont, and its own flag in the registers of the kernel that it stops: that is how it steps
     */
    bool kernel = !rsp_feature_usable(rsp_features(c->target->connection), FEATURE_VCONT);
    if (c->target->is_process || kernel || !t || !c->target->arch || !c->target->description)
        return;
    bool stepped = trap && was_stepped(c, stop);
    check_flag(c, t, stop, stepped);
    if (stepped)
        check_vector(c, t, stop);
}
