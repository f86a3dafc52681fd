/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/run/unmasked.h"

#include "engine/control/control.h"
#include "engine/target/registers.h"

static bool concerned(struct control *c, const struct plan *p)
{
    return (p->phase == PHASE_OFF || p->phase == PHASE_STEP) && c->target->arch &&
           c->target->arch->step_mask.reg && !c->target->is_process &&
           !rsp_feature_usable(rsp_features(c->target->connection), FEATURE_VCONT);
}

struct error *unmasked_before_step(struct control *c, struct plan *p)
{
    if (!concerned(c, p))
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

struct error *unmasked_at_stop(struct control *c, struct plan *p)
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
