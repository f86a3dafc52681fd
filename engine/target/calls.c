/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/target.h"

/* One that was left by a jump over it, as longjmp() makes, is behind the one that has returned. */
const struct target_call *target_call_at(const struct target *target, struct ptid thread, uint64_t pc,
                                         uint64_t sp)
{
    const struct target_call *best = NULL;
    for (size_t i = 0; i < target->calls.count; i++) {
        const struct target_call *c = &target->calls.items[i];
        if (c->pc == pc && ptid_equal(c->thread, thread) && sp >= c->sp && sp < c->sp_before &&
            (!best || c->sp > best->sp))
            best = c;
    }
    return best;
}

static void drop_at(struct target_calls *calls, size_t i)
{
    struct target_call *c = &calls->items[i];
    free(c->function);
    free(c->bytes);
    free(c->known);
    free(c->memory);
    free(c->standing.previous);
    calls->count--;
    memmove(c, c + 1, (calls->count - i) * sizeof *c);
}

void target_call_drop(struct target *target, const struct target_call *call)
{
    size_t first = (size_t)(call - target->calls.items);
    struct ptid thread = call->thread;
    for (size_t i = target->calls.count; i-- > first;)
        if (ptid_equal(target->calls.items[i].thread, thread))
            drop_at(&target->calls, i);
}

void target_calls_prune(struct target *target)
{
    for (size_t i = target->calls.count; i-- > 0;)
        if (!threads_find(&target->threads, target->calls.items[i].thread))
            drop_at(&target->calls, i);
}

void target_calls_keep_returned(struct target *target, const unsigned char *bytes, size_t size)
{
    free(target->calls.returned);
    target->calls.returned = bytes ? xmemdup(bytes, size) : NULL;
    target->calls.returned_size = bytes ? size : 0;
}

void target_calls_forget(struct target *target)
{
    target_calls_keep_returned(target, NULL, 0);
    while (target->calls.count)
        drop_at(&target->calls, target->calls.count - 1);
}

void thread_standing_note(const struct thread *t, struct thread_standing *ret)
{
    *ret = (struct thread_standing){.at_site = t->at_site,
                                    .at_trap = t->at_trap,
                                    .in_handler = t->in_handler,
                                    .has_last_pc = t->has_last_pc,
                                    .own_trap_flag = t->own_trap_flag,
                                    .steps = t->steps,
                                    .has_previous = t->has_previous,
                                    .site_address = t->site_address,
                                    .trap_address = t->trap_address,
                                    .handler_pc = t->handler_pc,
                                    .handler_sp = t->handler_sp,
                                    .last_pc = t->last_pc,
                                    .hidden_pc = t->hidden_pc,
                                    .inlined_hidden = t->inlined_hidden,
                                    .pending_signal = t->pending_signal};
    if (t->previous)
        ret->previous = xmemdup(t->previous, t->size);
}

void thread_standing_restore(struct thread *t, const struct thread_standing *from)
{
    t->at_site = from->at_site;
    t->at_trap = from->at_trap;
    t->in_handler = from->in_handler;
    t->has_last_pc = from->has_last_pc;
    t->own_trap_flag = from->own_trap_flag;
    t->steps = from->steps;
    t->site_address = from->site_address;
    t->trap_address = from->trap_address;
    t->handler_pc = from->handler_pc;
    t->handler_sp = from->handler_sp;
    t->last_pc = from->last_pc;
    t->hidden_pc = from->hidden_pc;
    t->inlined_hidden = from->inlined_hidden;
    t->pending_signal = from->pending_signal;
    t->has_previous = from->has_previous && t->previous;
    if (t->has_previous)
        memcpy(t->previous, from->previous, t->size);
}
