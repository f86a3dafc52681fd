/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/control/stop/classify.h"
#include "engine/control/stop/own_trap.h"
#include "engine/control/kernel/sealed_text.h"
#include "engine/target/processor.h"
#include "engine/target/registers.h"
#include "rsp/native_signals.h"
#include "engine/inspect/values/values.h"

static bool knows_not(const struct error *e)
{
    return error_is(e, ERR_UNSUPPORTED) || error_is(e, ERR_REFUSED);
}

/* The first thread of the list; one without a name where there is no list either. */
static struct error *first_thread(struct control *c, struct ptid *ret)
{
    struct thread_table *t = &c->target->threads;
    struct error *e = threads_list(c->target);
    if (e && !knows_not(e))
        return e;
    error_free(e);
    *ret = t->count ? t->items[0]->id : (struct ptid){0};
    t->nameless = ret->tid <= 0;
    if (t->count == 1)
        rsp_note_spoken_of(c->target->connection, *ret);
    return NULL;
}

/*
 * A stub that neither names a thread nor answers qC (simavr, mspdebug) has, as far as we can know, the one
 * that was selected. OpenOCD without an operating system, and others before that has started, say 0 or -1: no
 * thread in particular.
 */
static struct error *ask_current(struct control *c, struct ptid *ret)
{
    struct thread_table *t = &c->target->threads;
    *ret = (struct ptid){0};
    struct error *e =
        t->nameless ? NULL : target_check(c->target, rsp_query_current(c->target->connection, ret));
    if (e && !knows_not(e))
        return e;
    error_free(e);
    if (ret->tid > 0) {
        rsp_note_spoken_of(c->target->connection, *ret);
        return NULL;
    }
    if (!t->has_current)
        return first_thread(c, ret);
    *ret = t->current;
    return NULL;
}

static struct error *note_thread(struct control *c, const struct rsp_stop *from, struct stop *ret)
{
    struct ptid id = from->thread;
    if (!from->has_thread || id.tid <= 0) {
        if (c->plan_active && c->plan.has_thread)
            id = c->plan.phase == PHASE_OFF ? c->plan.off_thread : c->plan.thread;
        else
            TRY(ask_current(c, &id));
    } else {
        /* gdbserver, QEMU and kgdb have the thread of a stop reply selected for `g` and `m`. */
        rsp_note_selected(c->target->connection, id);
    }
    for (size_t i = 0; i < c->target->threads.count; i++)
        if (c->target->threads.items[i]->state == THREAD_RUNNING)
            c->target->threads.items[i]->state = THREAD_STOPPED;
    struct thread *known = threads_find(&c->target->threads, id);
    if (known && from->has_thread)
        hold_check_stop(c, from, known);
    struct thread *t = threads_note_stopped(c->target, id);
    if (t->state != THREAD_HELD)
        t->state = THREAD_STOPPED;
    if (from->core >= 0)
        t->core = from->core;
    description_note_first(c->target, id.pid);
    c->target->threads.stopped = id;
    c->target->threads.has_stopped = true;
    TRY(threads_select(c->target, id));
    threads_expedited(c->target, t, from);
    ret->has_thread = true;
    ret->thread = id;
    return NULL;
}

static int signal_of(const struct control *c, const struct rsp_stop *from)
{
    return c->target->connection ? rsp_signal_from_stub(c->target->connection, from->signal) : from->signal;
}

/* A watched store, a limit in time or Ctrl-C can stop right behind an instruction of one byte, too. */
static bool may_be_trap(struct control *c, const struct rsp_stop *from)
{
    return from->reason == RSP_REASON_SWBREAK ||
           (from->reason == RSP_REASON_NONE && signal_of(c, from) == TARGET_SIGTRAP);
}

/*
 * Some stubs (kgdb) report a trap of ours with the pc behind it. While the target ran freely no other way
 * leads there; after a single step the byte behind a site is a place like any other.
 */
static struct error *rewind_trap(struct control *c, struct thread *t, const struct rsp_stop *from,
                                 struct stop *stop)
{
    unsigned behind = c->target->arch->pc_behind_trap;
    bool stepping =
        c->plan_active && (c->plan.phase == PHASE_STEP || (c->plan.phase == PHASE_OFF && !c->plan.off_trap));
    if (!behind || !may_be_trap(c, from) || site_at(c, stop->pc) ||
        (stepping && from->reason != RSP_REASON_SWBREAK))
        return NULL;
    struct site *p = site_at(c, stop->pc - behind);
    if (!p || (p->type != SITE_SOFTWARE && p->type != SITE_MEMORY) || !p->inserted)
        return NULL;
    stop->pc -= behind;
    stop->was_rewound = true;
    bool done;
    TRY(trap_set_pc(c, t, stop->pc, &done));
    stop->not_rewound = c->plan.stays = !done;
    return NULL;
}

static struct error *note_pc(struct control *c, const struct rsp_stop *from, struct stop *stop)
{
    struct thread *t = threads_find(&c->target->threads, stop->thread);
    if (!t || !c->target->arch || !description_is_of(c->target, t->id.pid))
        return NULL;
    struct error *e = thread_pc(c->target, t, &stop->pc);
    if (error_is(e, ERR_OPTIMISED_OUT) || knows_not(e)) {
        error_free(e); /* a `g` that ends before it, or is refused: what else there is can be looked at */
        return NULL;
    }
    TRY(e);
    stop->has_pc = true;
    return rewind_trap(c, t, from, stop);
}

static enum site_type watch_type(enum rsp_stop_reason reason)
{
    return reason == RSP_REASON_WATCH ? SITE_WRITE : reason == RSP_REASON_RWATCH ? SITE_READ : SITE_ACCESS;
}

static void classify_trap(struct control *c, const struct rsp_stop *from, struct stop *stop)
{
    switch (from->reason) {
    case RSP_REASON_WATCH:
    case RSP_REASON_RWATCH:
    case RSP_REASON_AWATCH: {
        struct breakpoint *b = watchpoint_at(c, from->address, watch_type(from->reason));
        c->breakpoints.reasons_told = true;
        stop->reason = STOP_WATCHPOINT;
        stop->watchpoint = b ? b->id : 0;
        return;
    }
    case RSP_REASON_LIBRARY:
        stop->reason = STOP_LIBRARY;
        return;
    case RSP_REASON_FORK:
    case RSP_REASON_VFORK:
        stop->reason = STOP_FORK;
        return;
    case RSP_REASON_EXEC:
        stop->reason = STOP_EXEC;
        return;
    case RSP_REASON_SYSCALL_ENTRY:
    case RSP_REASON_SYSCALL_RETURN:
        stop->reason = STOP_SYSCALL;
        return;
    case RSP_REASON_REPLAYLOG:
        stop->reason = STOP_HISTORY_END;
        return;
    case RSP_REASON_NONE:
    case RSP_REASON_SWBREAK:
    case RSP_REASON_HWBREAK:
    case RSP_REASON_VFORKDONE:
    case RSP_REASON_CREATE:
        break;
    }
    struct breakpoint *b = stop->has_pc ? breakpoint_at(c, stop->pc) : NULL;
    if (stop->has_pc)
        sites_seen_at(c, stop->pc);
    if (b) {
        stop->reason = STOP_BREAKPOINT;
        stop->breakpoint = b->id;
        return;
    }
    struct site *left = stop->has_pc ? site_stuck_at(c, stop->pc) : NULL;
    struct thread *t = left && !left->users ? threads_find(&c->target->threads, stop->thread) : NULL;
    if (t) { /* nobody's any more, and the stub would not take it out */
        stop->late_hit = true;
        t->at_site = true;
        t->site_address = stop->pc;
    }
    stop->reason = STOP_SIGNAL; /* the plan may know it as its own step */
    stop->signal = TARGET_SIGTRAP;
}

/* Before anything is read by it, the processor is the one that the user has named meanwhile, or that the stub
 * names now, where it did not before. */
static void stands(struct control *c)
{
    target_stands(c->target);
    processor_settle(c->target);
    description_new_stop(c->target);
}

/* Of the threads that were let run none is left (gdb manual, "Stop Reply Packets", N), which happens where
 * one runs alone. Another one that is still there is selected. */
static struct error *nothing_left(struct control *c, struct stop *ret)
{
    struct thread_table *table = &c->target->threads;
    stands(c);
    ret->reason = STOP_THREAD_EXITED;
    ret->has_thread = c->plan_active && c->plan.has_thread;
    ret->thread = c->plan.thread;
    for (size_t i = 0; i < table->count; i++)
        if (table->items[i]->state == THREAD_RUNNING)
            table->items[i]->state = THREAD_STOPPED;
    TRY(threads_list(c->target));
    table->has_current = table->count > 0;
    return table->has_current ? threads_select(c->target, table->items[0]->id) : NULL;
}

static void look_for_late_hit(struct control *c, const struct rsp_stop *from, bool own_step, struct stop *ret)
{
    bool maybe_late = from->reason == RSP_REASON_SWBREAK ||
                      (from->reason == RSP_REASON_NONE && signal_of(c, from) == TARGET_SIGTRAP && !own_step &&
                       ret->has_pc && site_was_at(c, ret->pc));
    if (!maybe_late || !ret->has_pc || site_at(c, ret->pc))
        return;
    struct error *e = own_trap_passed(c, threads_find(&c->target->threads, ret->thread), ret, &ret->late_hit);
    error_free(e); /* unreadable code is no trap of ours either */
}

struct error *stop_classify(struct control *c, const struct rsp_stop *from, struct stop *ret)
{
    *ret = (struct stop){0};
    int signal = signal_of(c, from);
    switch (from->kind) {
    case RSP_STOP_EXITED:
        ret->reason = STOP_EXITED;
        ret->has_exit_code = from->has_status;
        ret->exit_code = from->status;
        return NULL;
    case RSP_STOP_KILLED:
        ret->reason = STOP_KILLED;
        ret->signal = signal;
        return NULL;
    case RSP_STOP_NO_RESUMED:
        return nothing_left(c, ret);
    case RSP_STOP_THREAD_EXITED:
    case RSP_STOP_SIGNAL:
        break;
    }
    stands(c);
    TRY(note_thread(c, from, ret));
    TRY(note_pc(c, from, ret));
    TRY(sealed_text_check(c, ret));
    bool own_step = c->plan_active && c->plan.has_thread && ptid_equal(c->plan.thread, ret->thread) &&
                    c->plan.phase == PHASE_STEP;
    look_for_late_hit(c, from, own_step, ret);
    bool guard;
    TRY(c->run_hooks->guard_hit(c, from, &guard));
    if (guard && !own_step) {
        ret->reason = STOP_HISTORY_END;
        ret->has_position = true;
        ret->position = c->time.position;
        return NULL;
    }
    if (from->kind != RSP_STOP_SIGNAL ||
        (!guard && signal != TARGET_SIGTRAP && from->reason == RSP_REASON_NONE)) {
        ret->reason = STOP_SIGNAL;
        ret->signal = from->kind == RSP_STOP_SIGNAL ? signal : 0;
        return NULL;
    }
    classify_trap(c, from, ret);
    own_trap_note(c, ret, c->plan_active && (c->plan.phase == PHASE_STEP || c->plan.phase == PHASE_OFF));
    return NULL;
}

/* The thread and the condition of one breakpoint. */
static struct error *is_meant(struct control *c, const struct breakpoint *b, const struct stop *stop,
                              bool *ret)
{
    *ret = true;
    if (b->has_thread && !ptid_equal(b->thread, stop->thread)) {
        *ret = false;
        return NULL;
    }
    if (b->condition) {
        struct error *e = values_truth(c->target, b->condition, ret);
        if (e) {
            struct error *told = error_while(e, "the condition of breakpoint %d (%s)", b->id, b->condition);
            target_say(c->target, told->message);
            error_free(told);
            *ret = true; /* a condition that cannot be decided stops, so that nothing is missed */
        }
    }
    return NULL;
}

bool watch_stops_behind(const struct control *c)
{
    const struct arch *a = c->target->arch;
    return a && (a->stops_behind_access || a->stops_before_access); /* there it was finished (plan.c) */
}

/*
 * A write of what stood there already is passed by (gdb manual, "Set Watchpoints": it stops when the value
 * changes), where the stub says itself that it stops for the watchpoint: else that is concluded from less.
 */
static bool changes_nothing(const struct control *c, const struct breakpoint *b)
{
    return b->is_watch && b->watch_type == SITE_WRITE && b->watch_old_known && b->watch_new_known &&
           c->breakpoints.reasons_told && watch_stops_behind(c) &&
           memcmp(b->watch_old, b->watch_new, b->watch_length) == 0;
}

static struct error *one_stops(struct control *c, struct breakpoint *b, const struct stop *stop, bool *ret)
{
    if (b->is_watch)
        watchpoint_note(c, b, true); /* also where nobody is told: it is the value before the next one */
    TRY(is_meant(c, b, stop, ret));
    *ret = *ret && !changes_nothing(c, b);
    if (!*ret)
        return NULL;
    b->hits++;
    if (b->ignore) {
        b->ignore--;
        *ret = false;
    }
    b->spent = *ret && b->once;
    c->breakpoints.any_spent |= b->spent;
    return NULL;
}

static bool same_watch(const struct breakpoint *a, const struct breakpoint *b)
{
    return b->is_watch && b->enabled && a->watch_address == b->watch_address &&
           a->watch_length == b->watch_length && a->watch_type == b->watch_type;
}

/* A stub tells of one watch only: another over some of the same bytes is hit when those have changed. */
static bool also_hit(struct control *c, const struct breakpoint *first, const struct breakpoint *b)
{
    if (b == first || same_watch(first, b))
        return true;
    return b->is_watch && b->enabled && b->watch_type == SITE_WRITE && first->watch_type == SITE_WRITE &&
           b->watch_address < first->watch_address + first->watch_length &&
           first->watch_address < b->watch_address + b->watch_length && watchpoint_changed(c, b);
}

/* Asks one breakpoint, and tells of it when it is the first that stops. */
static struct error *ask(struct control *c, struct breakpoint *b, const struct stop *stop, int *told,
                         bool *ret)
{
    bool stops;
    TRY(one_stops(c, b, stop, &stops));
    if (stops && !*ret)
        *told = b->id;
    *ret = *ret || stops;
    return NULL;
}

static struct error *ask_watches(struct control *c, struct stop *stop, bool *ret)
{
    const struct breakpoint *first = breakpoint_find(c, stop->watchpoint);
    for (size_t i = 0; first && i < c->breakpoints.count; i++)
        if (also_hit(c, first, c->breakpoints.items[i]))
            TRY(ask(c, c->breakpoints.items[i], stop, &stop->watchpoint, ret));
    return NULL;
}

static int by_id(const void *a, const void *b)
{
    const int *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static struct error *ask_breakpoints(struct control *c, struct stop *stop, bool *ret)
{
    BASE_FREE int *ids = NULL;
    size_t count = breakpoints_at(c, stop->pc, &ids);
    if (count)
        qsort(ids, count, sizeof *ids, by_id);
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        struct breakpoint *b = breakpoint_find(c, ids[i]);
        if (b && (i == 0 || ids[i] != ids[i - 1]))
            TRY(ask(c, b, stop, &stop->breakpoint, &any));
    }
    *ret = *ret || any;
    return NULL;
}

/* All breakpoints of this place are asked, so that each counts its hits; the first that stops is told. A
 * store that is watched can end right at a breakpoint: both are told. */
struct error *breakpoint_stops(struct control *c, struct stop *stop, bool *ret)
{
    bool watch = stop->reason == STOP_WATCHPOINT;
    bool nobody = watch ? !breakpoint_find(c, stop->watchpoint) : !breakpoint_find(c, stop->breakpoint);
    *ret = nobody;
    if (nobody)
        return NULL;
    if (watch)
        TRY(ask_watches(c, stop, ret));
    bool watch_stops = *ret;
    if (stop->has_pc)
        TRY(ask_breakpoints(c, stop, ret));
    if (watch && *ret && !watch_stops)
        stop->reason = STOP_BREAKPOINT;
    return NULL;
}

struct error *breakpoint_would_stop(struct control *c, struct stop *stop, bool *ret)
{
    *ret = false;
    const struct breakpoint *first = breakpoint_find(c, stop->watchpoint);
    for (size_t i = 0; first && i < c->breakpoints.count && !*ret; i++) {
        const struct breakpoint *b = c->breakpoints.items[i];
        if (b != first && !same_watch(first, b))
            continue;
        TRY(is_meant(c, b, stop, ret));
        stop->watchpoint = *ret ? b->id : stop->watchpoint;
    }
    if (*ret || !stop->has_pc)
        return NULL;
    BASE_FREE int *ids = NULL;
    size_t count = breakpoints_at(c, stop->pc, &ids);
    if (count)
        qsort(ids, count, sizeof *ids, by_id);
    for (size_t i = 0; i < count && !*ret; i++) {
        const struct breakpoint *b = breakpoint_find(c, ids[i]);
        if (b)
            TRY(is_meant(c, b, stop, ret));
        if (*ret) {
            stop->reason = STOP_BREAKPOINT;
            stop->breakpoint = ids[i];
            stop->watchpoint = 0;
        }
    }
    return NULL;
}
