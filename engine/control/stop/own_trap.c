/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/stop/own_trap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/target/registers.h"

struct error *trap_set_pc(struct control *c, struct thread *t, uint64_t pc, bool *done)
{
    struct error *e = register_write_value(c->target, t, c->target->arch->pc, pc);
    *done = !e;
    if (!e || error_ends_asking(e))
        return e;
    char name[48];
    thread_name(t->id, name, sizeof name);
    BASE_FREE char *text = xasprintf("after a trap the pc of thread %s belongs to 0x%" PRIx64
                                     " and could not be put there: %s; `set $pc` before it runs on\n",
                                     name, pc, e->message);
    error_free(e);
    target_say(c->target, text);
    return NULL;
}

/* Where the pc belongs behind a trap of the program's own, 0: there is none. A stub that sets the pc back by
 * the length of the usual trap is inside of a longer one (INT 3 of two bytes under gdbserver). */
static struct error *behind_own_trap(struct control *c, uint64_t pc, uint64_t *ret)
{
    const struct arch *arch = c->target->arch;
    unsigned char bytes[TRAP_MAX] = {0}, usual[TRAP_MAX];
    *ret = 0;
    TRY(memory_read(c->target, pc, bytes, arch->trap_size));
    trap_bytes(c, arch->trap_size, usual);
    unsigned length = memcmp(bytes, usual, arch->trap_size) == 0 ? arch->trap_size : 0;
    if (!length) {
        unsigned own = trap_own_at(c, pc - arch->pc_behind_trap);
        length = own > arch->pc_behind_trap ? own - arch->pc_behind_trap : 0;
    }
    if (length)
        *ret = pc + length;
    return NULL;
}

/*
 * A trap of the program's own: a stub that negotiated `swbreak` has set the pc back to it (gdbserver), where
 * it would trap for ever. A site that is gone by now can still be reported late: then there is no trap in
 * memory.
 */
struct error *own_trap_passed(struct control *c, struct thread *t, struct stop *stop, bool *late)
{
    uint64_t behind;
    TRY(behind_own_trap(c, stop->pc, &behind));
    *late = behind == 0;
    if (*late)
        return NULL;
    bool done;
    TRY(trap_set_pc(c, t, behind, &done));
    if (done)
        stop->pc = behind;
    return NULL;
}

/*
 * Other stubs stay at a trap of the program's own, and come back to it however often they are resumed: how to
 * go past is seen when that is asked for (engine/control/run/plan.c). A step that has moved has not executed
 * it.
 */
void own_trap_note(struct control *c, const struct stop *stop, bool own_step)
{
    struct thread *t = threads_find(&c->target->threads, stop->thread);
    const struct plan *p = &c->plan;
    bool moved = own_step && (p->knows_from ? stop->pc != p->stepped_from
                                            : !t || !t->has_last_pc || stop->pc != t->last_pc);
    bool may_be = t && stop->has_pc && c->plan_active && !c->target->arch->pc_behind_trap &&
                  stop->reason == STOP_SIGNAL && stop->signal == TARGET_SIGTRAP && !stop->late_hit &&
                  !site_at(c, stop->pc) && !moved;
    if (!t)
        return;
    t->at_trap = may_be && trap_own_at(c, stop->pc) != 0;
    t->trap_address = stop->pc;
}
