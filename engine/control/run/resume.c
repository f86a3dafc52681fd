/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Letting the target run as the plan's phase wants it: who has to be stepped off a site first, which threads
 * run, and the packet with what is pending of sites in front of it.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/run/step_parts.h"
#include "engine/control/breakpoints/dr7.h"
#include "engine/control/control.h"
#include "engine/control/run/step_flags.h"
#include "engine/control/run/interrupt.h"
#include "engine/inspect/disassembly/disassembly.h"
#include "engine/control/kernel/sealed_text.h"
#include "engine/target/registers.h"
#include "engine/control/run/watch_steps.h"

enum { PENDING_AT_ONCE = 64 };

struct actions {
    struct rsp_action *items;
    size_t count, capacity;
};

static void actions_free(struct actions *a)
{
    free(a->items);
}
#define ACTIONS __attribute__((cleanup(actions_free)))

static struct rsp_action *add_action(struct actions *a, struct ptid thread, enum rsp_resume_how how)
{
    ARRAY_RESERVE(a->items, a->count, a->capacity);
    a->items[a->count] = (struct rsp_action){.thread = thread, .how = how};
    return &a->items[a->count++];
}

static enum rsp_tristate *step_off_trait(struct control *c)
{
    return &rsp_features(c->target->connection)->state[FEATURE_STEP_OFF].works;
}

/* Nobody but the plan's own thread runs in it. */
static bool runs_alone(const struct control *c, const struct plan *p)
{
    return p->kind == PLAN_CALL || c->schedule == SCHEDULE_ONE;
}

/* True when the thread would run in this phase of the plan. */
static bool would_run(const struct control *c, const struct plan *p, const struct thread *t)
{
    bool is_own = p->has_thread && ptid_equal(t->id, p->thread);
    if (t->state == THREAD_HELD)
        return false;
    if (is_own || !p->has_thread)
        return true;
    if (runs_alone(c, p) || c->schedule == SCHEDULE_ALL)
        return !runs_alone(c, p);
    return c->schedule == SCHEDULE_STEP && p->phase == PHASE_RUN;
}

/* Where the stub does not tell it, or nobody knows which register it is. */
static struct error *pc_if_known(struct control *c, struct thread *t, uint64_t *ret, bool *known)
{
    *known = false;
    struct error *e = thread_pc(c->target, t, ret);
    if (error_is(e, ERR_OPTIMISED_OUT) || error_is(e, ERR_NO_SYMBOL) || error_is(e, ERR_UNSUPPORTED)) {
        error_free(e);
        return NULL;
    }
    *known = !e;
    return e;
}

/*
 * The site this thread stands on and has been told about, so that running on must not report it again:
 * where its last stop was told there, or (when a command begins, for the selected thread, as gdb does) where
 * it just stands.
 */
static struct error *site_under(struct control *c, struct thread *t, struct site **ret)
{
    *ret = NULL;
    bool selected =
        !c->plan.under_way && c->target->threads.has_current && ptid_equal(t->id, c->target->threads.current);
    if (!t->at_site && !selected)
        return NULL;
    uint64_t pc;
    bool known;
    TRY(pc_if_known(c, t, &pc, &known));
    if (!known)
        return NULL;
    if (t->at_site && pc != t->site_address)
        t->at_site = false;
    *ret = site_at(c, pc);
    if (*ret && !(*ret)->users && !(*ret)->stuck)
        *ret = NULL; /* on its way out with this very resume */
    return NULL;
}

static void begin_off(struct control *c, struct plan *p, struct thread *t, uint64_t pc)
{
    p->after_off = p->phase;
    p->phase = PHASE_OFF;
    p->off_thread = t->id;
    p->off_pc = pc;
    p->off_with_signal = t->pending_signal != 0;
    p->off_removed = p->off_must_remove || *step_off_trait(c) == TRI_NO;
    p->off_must_remove = p->off_own_trap = false;
    if (p->off_removed)
        sites_remove_at(c, pc, true);
}

/*
 * A thread that takes a signal with it leaves its site by the handler and comes back to it, or meets it at
 * once when nothing handles the signal. Either way that hit is an old one, and stepped off then.
 */
static struct error *leave_by_handler(struct control *c, struct thread *t, uint64_t pc)
{
    t->in_handler = true;
    t->handler_pc = pc;
    return thread_sp(c->target, t, &t->handler_sp);
}

/* It stands at a trap of the program's own that it was stopped by: that is stepped off like a site. */
static struct error *leave_own_trap(struct control *c, struct plan *p, bool *found)
{
    *found = false;
    for (size_t i = 0; i < c->target->threads.count && !*found; i++) {
        struct thread *t = c->target->threads.items[i];
        uint64_t pc;
        if (!t->at_trap || !would_run(c, p, t))
            continue;
        TRY(thread_pc(c->target, t, &pc));
        t->at_trap = pc == t->trap_address && !site_at(c, pc);
        *found = t->at_trap && !t->pending_signal;
        if (*found) {
            begin_off(c, p, t, pc);
            p->off_removed = false;
            p->off_own_trap = true;
        }
    }
    return NULL;
}

/* It may stand on a site, and nobody can say: the first instruction is done with nothing inserted. */
static struct error *leave_unknown(struct control *c, struct plan *p)
{
    struct thread_table *table = &c->target->threads;
    struct thread *t = table->has_current ? threads_find(table, table->current) : NULL;
    uint64_t pc;
    bool known;
    if (p->under_way || !t || !would_run(c, p, t))
        return NULL;
    TRY(pc_if_known(c, t, &pc, &known));
    if (known)
        return NULL;
    begin_off(c, p, t, 0);
    p->off_removed = false;
    p->off_unknown = true;
    sites_withhold(c, true);
    return NULL;
}

/* Where the stub does not stop its threads a resume may let go whom it does not name: while another thread is
 * stepped off, the one to be stepped would run. It stays at its site, and meets it again. */
static bool stays_on_site(const struct control *c, const struct plan *p, bool steps)
{
    return rsp_races(c->target->connection) && p->phase == PHASE_STEP && !steps;
}

static struct error *find_thread_to_step_off(struct control *c, struct plan *p)
{
    bool found;
    TRY(leave_own_trap(c, p, &found));
    if (found || !sites_any(c))
        return NULL;
    TRY(leave_unknown(c, p));
    for (size_t i = 0; i < c->target->threads.count && p->phase != PHASE_OFF; i++) {
        struct thread *t = c->target->threads.items[i];
        if (!would_run(c, p, t))
            continue;
        struct site *site;
        TRY(site_under(c, t, &site));
        bool steps = p->phase == PHASE_STEP && ptid_equal(t->id, p->thread);
        if (site && stays_on_site(c, p, steps))
            continue;
        if (site && t->pending_signal && !steps) {
            TRY(leave_by_handler(c, t, site->address));
        } else if (site) {
            begin_off(c, p, t, site->address);
            return NULL;
        }
    }
    return NULL;
}

/* A set of debug registers that is another than the target ran with last comes about only by a step without
 * any: the one off a site, where there is one to be made. */
static struct error *change_dr7(struct control *c, struct plan *p)
{
    struct thread *t =
        c->target->threads.has_stopped ? threads_find(&c->target->threads, c->target->threads.stopped) : NULL;
    if (!t || (p->phase == PHASE_OFF && !ptid_equal(p->off_thread, t->id)) ||
        !(dr7_change_needed(c) || (p->changes_dr7 && dr7_change_needed_to_leave(c))))
        return NULL;
    bool by_trap = dr7_change_by_trap(c),
         is_step = (p->phase == PHASE_OFF ? p->after_off : p->phase) == PHASE_STEP;
    if (by_trap && is_step && !p->changes_dr7)
        return NULL;
    uint64_t pc, next;
    TRY(thread_pc(c->target, t, &pc));
    if (p->phase != PHASE_OFF)
        begin_off(c, p, t, pc);
    if (by_trap && !instruction_falls_through(c->target, pc, &next))
        return NULL; /* after this step, then */
    if (by_trap)
        p->off_trap = site_acquire(c, SITE_SOFTWARE, next, site_length_at(c, next, false, NULL));
    TRY(dr7_clear_others(c));
    p->off_changes_dr7 = true;
    p->changes_dr7 = false;
    dr7_remove_all(c, true);
    return NULL;
}

static int take_signal(struct control *c, struct ptid id)
{
    struct thread *t = threads_find(&c->target->threads, id);
    int signal = t ? t->pending_signal : 0;
    if (t)
        t->pending_signal = 0;
    return signal;
}

static bool may_step_range(struct control *c, const struct plan *p)
{
    bool by_line = p->kind == PLAN_STEP || p->kind == PLAN_NEXT || p->kind == PLAN_UNTIL_NEXT;
    return by_line && p->phase == PHASE_STEP && !p->jumps.walks && p->line.high > p->line.low &&
           !watch_steps_any(c) &&
           rsp_feature_usable(rsp_features(c->target->connection), FEATURE_VCONT_RANGE) &&
           !range_holds_trap(c, &p->line);
}

/* vCont has no action that means "stay": while some are held, those that run are named one by one. */
static void other_threads(struct control *c, struct actions *actions, int64_t only)
{
    bool named = hold_any(c);
    for (size_t i = 0; i < c->target->threads.count; i++) {
        struct thread *t = c->target->threads.items[i];
        bool is_first = actions->count && ptid_equal(actions->items[0].thread, t->id);
        if (t->state == THREAD_HELD || is_first)
            continue;
        if (t->pending_signal)
            add_action(actions, t->id, RSP_CONTINUE)->signal = take_signal(c, t->id);
        else if (named && (!only || t->id.pid == only))
            add_action(actions, t->id, RSP_CONTINUE);
    }
}

/* Signals of other threads, and that all of them run that are not held. */
static void other_actions(struct control *c, struct actions *actions)
{
    int64_t only = fork_only_running(c);
    other_threads(c, actions, only);
    if (!hold_any(c))
        add_action(actions, (struct ptid){only ? only : -1, -1}, RSP_CONTINUE);
}

static void step_actions(struct control *c, struct plan *p, struct actions *actions)
{
    struct ptid id = p->phase == PHASE_OFF    ? p->off_thread
                     : p->phase == PHASE_STEP ? p->thread
                                              : watch_steps_thread(c, p);
    struct rsp_action *own = add_action(actions, id, RSP_STEP);
    plan_note_step(c, id);
    own->signal = take_signal(c, id);
    if (p->phase == PHASE_OFF)
        return;
    if (may_step_range(c, p)) {
        own->range_start = p->line.low;
        own->range_end = p->line.high;
    }
    if (c->schedule == SCHEDULE_ALL)
        other_actions(c, actions);
}

static void continue_actions(struct control *c, const struct plan *p, struct actions *actions)
{
    bool only_own =
        p->has_thread && (runs_alone(c, p) || (c->schedule == SCHEDULE_STEP && p->phase == PHASE_RETURN));
    if (only_own)
        add_action(actions, p->thread, RSP_CONTINUE)->signal = take_signal(c, p->thread);
    else
        other_actions(c, actions);
}

static bool steps(const struct control *c, const struct plan *p)
{
    return (p->phase == PHASE_OFF && !p->off_trap) || p->phase == PHASE_STEP || watch_steps_any(c);
}

bool plan_steps(const struct control *c)
{
    return steps(c, &c->plan);
}

void plan_mark_running(struct control *c)
{
    target_forget(c->target);
    threads_resumed(c->target);
    c->run_hooks->moved(c);
    c->time.unsettled = false;
    rsp_forget_selected(c->target->connection);
    for (size_t i = 0; i < c->target->threads.count; i++)
        if (c->target->threads.items[i]->state == THREAD_STOPPED)
            c->target->threads.items[i]->state = THREAD_RUNNING;
    target_runs(c->target);
}

/* A site of the plan that was refused would let the target run past its goal: it is stopped again. */
static struct error *resume_with_sites(struct control *c, const char *packet, size_t n)
{
    struct rsp_request requests[PENDING_AT_ONCE];
    size_t count = sites_requests(c, requests, PENDING_AT_ONCE);
    enum rsp_resumed resumed;
    struct error *e = target_check(
        c->target, rsp_batch_then_resume(c->target->connection, requests, count, packet, n, &resumed));
    if (e) {
        sites_cut_off(c, requests, count);
        if (resumed == RSP_RESUMED_SENT && target_is_connected(c->target))
            plan_mark_running(c); /* the resume had gone out behind them */
        return e;
    }
    plan_mark_running(c);
    e = sites_sent(c, requests, count);
    dr7_resumed(c);
    bool runs = resumed == RSP_RESUMED_SENT || resumed == RSP_RESUMED_ALREADY;
    if (e && runs)
        error_free(interrupt_send(c));
    if (!e && resumed == RSP_RESUMED_NOT) /* what was refused is no hindrance: a trap that is not there */
        e = target_check(c->target, rsp_resume(c->target->connection, packet, n));
    if (e && !runs && target_is_connected(c->target))
        target_stands(c->target);
    return e;
}

static struct error *send_actions(struct control *c, const struct actions *actions)
{
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf packet = {0};
    TRY(rsp_resume_packet(c->target->connection, actions->items, actions->count, &before, &packet));
    hold_resumed(c, actions->items, actions->count);
    if (before.length) {
        BASE_BUF struct buf reply = {0};
        TRY(target_check(
            c->target, rsp_call(c->target->connection, RSP_GRAMMAR_OK, 0, &reply, "%s", buf_text(&before))));
        TRY(rsp_take_chosen(c->target->connection, &reply));
    }
    if (sites_dirty(c) > PENDING_AT_ONCE)
        TRY(sites_flush(c));
    if (sites_dirty(c))
        return resume_with_sites(c, packet.data, packet.length);
    TRY(target_check(c->target, rsp_resume(c->target->connection, packet.data, packet.length)));
    plan_mark_running(c);
    dr7_resumed(c);
    return NULL;
}

static struct error *nobody_runs(struct control *c)
{
    return error_hint(error_new(ERR_USAGE, "all %zu threads are held: nothing would run", c->hold.count),
                      "`release` lets one go, `release all` all of them");
}

/* First a step off a site, where a thread that runs stands on one or the debug registers want it. */
static struct error *begin_off_if_needed(struct control *c, struct plan *p)
{
    TRY(find_thread_to_step_off(c, p));
    TRY(change_dr7(c, p));
    return !p->off_changes_dr7 && dr7_comes_back(c) ? dr7_clear_others(c) : NULL;
}

struct error *plan_resume(struct control *c)
{
    struct plan *p = &c->plan;
    TRY(sealed_text_leave(c));
    /* a thread that was born meanwhile has to be named too, or it would stay */
    if (hold_any(c))
        TRY(threads_list(c->target));
    if (p->phase != PHASE_OFF)
        TRY(begin_off_if_needed(c, p));
    TRY(step_mask_interrupts(c, p));
    if (steps(c, p)) {
        TRY(c->run_hooks->before_step(c, &c->time.ended));
        if (c->time.ended)
            return NULL; /* plan_on_stop() tells that this is the end of the record */
    }
    p->under_way = true;
    ACTIONS struct actions actions = {0};
    if (steps(c, p))
        step_actions(c, p, &actions);
    else
        continue_actions(c, p, &actions);
    return actions.count ? send_actions(c, &actions) : nobody_runs(c);
}
