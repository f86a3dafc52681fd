#include "engine/control/run/unmasked.h"

#include "engine/control/control.h"
#include "engine/target/registers.h"

enum { PSTATE_I = 1 << 7 };

/* Arm Architecture Reference Manual (DDI 0487), "A64 instruction set encoding". */
bool unmasked_is_plain(uint32_t i)
{
    if ((i & 0xff000000) == 0xd4000000) /* exception generation: svc, brk … */
        return false;
    if ((i & 0xfffff000) == 0xd69f0000) /* eret and its like */
        return false;
    if ((i & 0xffffe000) == 0xd5032000) /* hints and barriers, of the system instructions */
        return true;
    if ((i & 0xffc00000) == 0xd5000000) /* the others: msr and mrs, caches */
        return false;
    return (i & 0x3b200c00) != 0x38000800; /* ldtr, sttr: as user space would */
}

static bool concerned(struct control *c, const struct plan *p)
{
    return (p->phase == PHASE_OFF || p->phase == PHASE_STEP) && c->target->arch == &arch_aarch64 &&
           !c->target->is_process && !rsp_feature_usable(rsp_features(c->target->connection), FEATURE_VCONT);
}

struct error *unmasked_before_step(struct control *c, struct plan *p)
{
    if (!concerned(c, p))
        return NULL;
    struct thread *t = threads_find(&c->target->threads, p->phase == PHASE_OFF ? p->off_thread : p->thread);
    uint64_t flags, pc;
    unsigned char bytes[4];
    if (!t)
        return NULL;
    TRY(register_value(c->target, t, "cpsr", &flags));
    if (flags & PSTATE_I)
        return NULL;
    TRY(thread_pc(c->target, t, &pc));
    TRY(memory_read(c->target, pc, bytes, sizeof bytes));
    if (!unmasked_is_plain((uint32_t)arch_load(bytes, sizeof bytes, false)))
        return NULL;
    TRY(register_write_value(c->target, t, "cpsr", flags | PSTATE_I));
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
    TRY(register_value(c->target, t, "cpsr", &flags));
    return register_write_value(c->target, t, "cpsr", flags & ~(uint64_t)PSTATE_I);
}
