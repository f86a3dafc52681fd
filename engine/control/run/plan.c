/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/run/plan.h"

#include <inttypes.h>
#include <string.h>

#include "engine/control/breakpoints/hits.h"
#include "engine/control/breakpoints/dr7.h"
#include "engine/control/call/call.h"
#include "engine/control/libraries/libraries_events.h"
#include "engine/control/control.h"
#include "engine/control/run/interrupt.h"
#include "engine/control/stop/classify.h"
#include "engine/control/stop/own_trap.h"
#include "engine/target/libraries.h"
#include "engine/target/registers.h"
#include "engine/control/run/fork.h"
#include "engine/control/run/step_flags.h"
#include "engine/control/run/step_parts.h"
#include "engine/control/run/watch_steps.h"

static void drop_targets(struct control *c, struct plan *p)
{
    for (unsigned i = 0; i < p->target_count; i++)
        site_release(c, p->targets[i]);
    p->target_count = 0;
}

static void drop_off_trap(struct control *c, struct plan *p)
{
    if (p->off_trap)
        site_release(c, p->off_trap);
    p->off_trap = NULL;
}

static void put_back_all(struct control *c, struct plan *p)
{
    if (p->off_unknown)
        sites_withhold(c, false);
    p->off_unknown = false;
}

void plan_end(struct control *c)
{
    if (!c->plan_active)
        return;
    if (c->plan.off_removed && c->plan.phase == PHASE_OFF)
        sites_remove_at(c, c->plan.off_pc, false);
    if (c->plan.off_changes_dr7)
        dr7_remove_all(c, false);
    put_back_all(c, &c->plan);
    drop_off_trap(c, &c->plan);
    drop_targets(c, &c->plan);
    jumps_drop(c, &c->plan);
    c->plan_active = false;
}

/* A signal that the last stop told of is passed on with the step, which goes into its handler. */
static struct error *begin(struct control *c, struct plan *p)
{
    const struct thread *t = threads_find(&c->target->threads, p->thread);
    p->delivers = t && t->pending_signal;
    return plan_begin_step(c, p);
}

/* A plan that waits for a caller. */
static struct error *begin_to_wait(struct control *c, struct plan *p)
{
    struct thread *t = threads_find(&c->target->threads, p->thread);
    uint64_t pc;
    if (!t)
        return error_new(ERR_NO_THREAD, "the thread to run is gone");
    TRY(thread_pc(c->target, t, &pc));
    return jumps_wait(c, p, t, pc, p->caller_sp);
}

/* What has to be so before the target runs; the guest of a replay must not run into the end of its record. */
static struct error *set_off(struct control *c)
{
    TRY(c->run_hooks->before_run(c, &c->time.ended));
    if (c->time.ended)
        return NULL; /* session_begin() tells that */
    if (plan_is_step(&c->plan))
        TRY(begin(c, &c->plan));
    if (c->plan.waits)
        TRY(begin_to_wait(c, &c->plan));
    TRY(watch_steps_begin(c));
    TRY(hold_begin(c, &c->plan));
    return plan_resume(c);
}

struct error *plan_start(struct control *c, const struct plan *plan)
{
    TRY(breakpoints_complete(c));
    bool had_jumps = c->plan.jumps.wanted;
    c->plan = *plan;
    if (had_jumps && plan_is_step(plan) && plan->kind != PLAN_STEPI)
        jumps_keep(c, &c->plan); /* they are still in: nothing is sent */
    c->plan_active = true;
    if (plan->kind != PLAN_CALL)
        threads_leave(c->target);
    if (!plan_is_step(plan))
        libraries_may_have_changed(c->target);
    interrupt_settled(c);
    if (c->plan.times == 0)
        c->plan.times = 1;
    c->plan.phase = PHASE_RUN;
    struct error *e = set_off(c);
    if (e && c->target->state != TARGET_RUNNING)
        plan_end(c);
    return e;
}

/* A stop that crossed the user's interrupt on the wire is not run on from: QEMU has dropped the interrupt,
 * and where a false condition is hit all the time every one would be lost like that. From behind a trap whose
 * pc could not be set back it would run on within an instruction. */
static struct error *run_on(struct control *c)
{
    if (c->interrupt.sent || c->plan.stays) {
        c->plan.held = true;
        return NULL;
    }
    return plan_resume(c);
}

/* The stub kept the trap, and the step ran into it again: no second hit, and no way on from here. */
static struct error *cannot_leave(struct control *c, uint64_t pc)
{
    c->plan.stuck = true;
    return error_hint(
        error_new(ERR_REFUSED,
                  "the step off the breakpoint at 0x%" PRIx64 " did not move: the stub does not take it out",
                  pc),
        "`set $pc = ADDRESS` goes past it; a `kind` of hardware may be taken out where this is not");
}

/* The trap of the program's own was executed once more, and told before: now it is gone past. */
static struct error *pass_own_trap(struct control *c, struct thread *t, struct stop *stop)
{
    t->at_trap = false;
    uint64_t behind = stop->pc + trap_own_at(c, stop->pc);
    bool done;
    TRY(trap_set_pc(c, t, behind, &done));
    c->plan.stays = !done;
    if (done)
        stop->pc = behind;
    return NULL;
}

/* The step of one thread off a site is over: *handled when the plan has gone on by it. */
static struct error *after_off(struct control *c, struct stop *stop, bool *handled)
{
    struct plan *p = &c->plan;
    enum rsp_tristate *trait = &rsp_features(c->target->connection)->state[FEATURE_STEP_OFF].works;
    bool was_removed = p->off_removed;
    bool stuck = was_removed && site_stuck_at(c, p->off_pc);
    if (was_removed)
        sites_remove_at(c, p->off_pc, false);
    if (p->off_changes_dr7)
        dr7_remove_all(c, false);
    put_back_all(c, p);
    drop_off_trap(c, p);
    p->off_removed = p->off_changes_dr7 = false;
    p->phase = p->after_off;
    struct thread *t = threads_find(&c->target->threads, p->off_thread);
    bool own_step =
        t && ptid_equal(stop->thread, p->off_thread) &&
        (stop->reason == STOP_BREAKPOINT || (stop->reason == STOP_SIGNAL && stop->signal == TARGET_SIGTRAP));
    if (!own_step)
        return NULL;
    bool moved = !stop->has_pc || stop->pc != p->off_pc;
    if (stuck && !moved)
        return cannot_leave(c, p->off_pc);
    bool own_trap = p->off_own_trap;
    p->off_own_trap = false;
    if (own_trap && !moved)
        TRY(pass_own_trap(c, t, stop));
    else if (!was_removed && !moved) {
        /* gdbserver and KVM report the site again instead of stepping over it; in QEMU a signal that comes
         * with the step can do that. */
        if (*trait == TRI_UNKNOWN)
            *trait = TRI_NO;
        p->off_must_remove = true;
        t->at_site = true;
        t->site_address = stop->pc;
        *handled = true;
        return run_on(c);
    }
    if (!was_removed && !own_trap && !p->off_with_signal && *trait == TRI_UNKNOWN && stop->has_pc)
        *trait = TRI_YES;
    t->at_site = false;
    if (stop->reason == STOP_BREAKPOINT && moved)
        return NULL;            /* stepped onto the next one */
    stop->reason = STOP_SIGNAL; /* a jump to itself is the step, and the next round of it a new hit */
    stop->signal = TARGET_SIGTRAP;
    stop->breakpoint = 0;
    if (p->phase == PHASE_STEP && p->has_thread && ptid_equal(p->off_thread, p->thread))
        return NULL; /* that was the step itself */
    *handled = true;
    return run_on(c);
}

static struct error *on_signal(struct control *c, struct stop *stop, bool *done)
{
    struct thread *t = threads_find(&c->target->threads, stop->thread);
    bool known = stop->signal > 0 && stop->signal < SIGNAL_COUNT;
    struct signal_policy policy =
        known ? c->target->signals.policy[stop->signal] : (struct signal_policy){true, true, false};
    if (stop->signal == TARGET_SIGINT && c->interrupt.owed) {
        interrupt_owe(c, false);
        return run_on(c);
    }
    if (fork_caught(c, stop))
        return run_on(c);
    if (t)
        t->pending_signal = policy.pass ? stop->signal : 0;
    if (policy.stop || !t) {
        *done = true;
        return NULL;
    }
    struct plan *p = &c->plan;
    if (p->phase == PHASE_STEP && policy.pass && ptid_equal(stop->thread, p->thread))
        TRY(p->jumps.walks ? jumps_run_handler(c, p) : plan_run_handler(c, p));
    return run_on(c);
}

static bool at_target(const struct plan *p, uint64_t pc, uint64_t *least_sp)
{
    bool found = false;
    *least_sp = UINT64_MAX;
    for (unsigned i = 0; i < p->target_count; i++)
        if (p->targets[i]->address == pc) {
            found = true;
            *least_sp = p->target_sp[i] < *least_sp ? p->target_sp[i] : *least_sp;
        }
    return found;
}

/* One step, or one part of it, is over. */
static struct error *go_on_stepping(struct control *c, struct stop *stop, bool *done)
{
    struct plan *p = &c->plan;
    bool complete = false;
    TRY(plan_step_again(c, p, stop->pc, &complete));
    struct thread *t = threads_find(&c->target->threads, p->thread);
    if (complete && (--p->times == 0 || (t && plan_step_in_place(c, p, t, stop->pc)))) {
        stop->reason = STOP_STEP;
        stop->signal = 0;
        *done = true;
        return NULL;
    }
    if (complete)
        TRY(plan_begin_step(c, p));
    return run_on(c);
}

/* Whether a place that was hit is in a frame that counts. */
static struct error *counts_there(struct control *c, struct thread *t, uint64_t least_sp, bool *ret)
{
    uint64_t sp = 0, cfa;
    bool known;
    if (least_sp)
        TRY(thread_sp(c->target, t, &sp));
    *ret = sp >= least_sp;
    if (least_sp || !c->plan.least_cfa)
        return NULL;
    TRY(step_frame_cfa(c, t, &cfa, &known));
    *ret = !known || cfa >= c->plan.least_cfa;
    return NULL;
}

static struct error *on_target(struct control *c, struct stop *stop, uint64_t least_sp, bool *done)
{
    struct plan *p = &c->plan;
    struct thread *t = threads_find(&c->target->threads, stop->thread);
    bool mine = !p->has_thread || ptid_equal(stop->thread, p->thread);
    if (mine)
        TRY(counts_there(c, t, least_sp, &mine));
    if (!mine) {
        t->at_site = true;
        t->site_address = stop->pc;
        return run_on(c);
    }
    bool final = p->final_at_target;
    drop_targets(c, p);
    if (!plan_is_step(p) || final) {
        if (plan_is_step(p) && --p->times > 0) {
            TRY(plan_begin_step(c, p));
            return run_on(c);
        }
        stop->reason = p->starts ? STOP_ATTACH : STOP_STEP;
        stop->signal = 0;
        stop->returned_from = p->returned_from;
        stop->returned_memory = p->returned_memory;
        *done = true;
        return NULL;
    }
    p->phase = PHASE_STEP;
    if (p->kind == PLAN_STEPI || p->kind == PLAN_NEXTI)
        return run_on(c); /* back from a signal handler: the step is still to be done */
    return go_on_stepping(c, stop, done);
}

/* What was run through will not return: it has jumped to where the plan waited, or further out. */
static struct error *out_by_jump(struct control *c, struct stop *stop, bool *done)
{
    struct plan *p = &c->plan;
    drop_targets(c, p);
    p->phase = PHASE_RETURN;
    if (plan_is_step(p) && --p->times > 0) {
        TRY(plan_begin_step(c, p));
        return run_on(c);
    }
    stop->reason = STOP_STEP;
    stop->signal = 0;
    *done = true;
    return NULL;
}

/* The thread went from a site into a signal's handler, and is back: that hit was told before. */
static struct error *back_from_handler(struct control *c, struct thread *t, const struct stop *stop,
                                       bool *ret)
{
    *ret = false;
    if (!t->in_handler || stop->pc != t->handler_pc)
        return NULL;
    uint64_t sp;
    TRY(thread_sp(c->target, t, &sp));
    *ret = sp == t->handler_sp;
    t->in_handler = !*ret;
    return NULL;
}

static struct error *on_breakpoint(struct control *c, struct stop *stop, bool *done)
{
    struct thread *t = threads_find(&c->target->threads, stop->thread);
    if (t && stop->has_pc && stop->reason == STOP_BREAKPOINT) {
        t->at_site = true;
        t->site_address = stop->pc;
        bool told;
        TRY(back_from_handler(c, t, stop, &told));
        if (told)
            return NULL;
    }
    bool stops;
    TRY(breakpoint_stops(c, stop, &stops));
    if (stops && c->plan.kind == PLAN_CONTINUE && c->plan.times > 1) {
        c->plan.times--;
        stops = false;
        breakpoints_drop_spent(c);
    }
    *done = stops;
    return NULL;
}

/* A function that was called for an expression has returned: now, or long after the program stopped in it. */
static struct error *on_call(struct control *c, struct stop *stop, bool *done)
{
    const struct target_call *call;
    TRY(call_at_stop(c, stop, &call));
    if (!call)
        return NULL;
    *done = true;
    stop->reason = STOP_CALL_RETURNED;
    stop->signal = stop->breakpoint = 0;
    stop->call_is_awaited =
        c->plan.kind == PLAN_CALL && call == &c->target->calls.items[c->target->calls.count - 1];
    if (stop->call_is_awaited)
        return NULL;
    TRY(call_end(c, call, stop));
    struct thread *t = threads_find(&c->target->threads, stop->thread);
    return t ? thread_pc(c->target, t, &stop->pc) : NULL;
}

/* Where the plan waited for the target to come by, or that jumps are followed from; *handled: it was there.
 */
static struct error *on_own_place(struct control *c, struct stop *stop, bool *done, bool *handled)
{
    enum jump_stop jump;
    uint64_t least_sp;
    *handled = false;
    if (stop->reason == STOP_WATCHPOINT || !stop->has_pc)
        return NULL;
    TRY(jumps_at_stop(c, stop, &jump));
    *handled = jump != JUMP_STOP_NONE;
    if (jump == JUMP_STOP_ARRIVED)
        return out_by_jump(c, stop, done);
    if (jump == JUMP_STOP_RUN_ON)
        return run_on(c);
    *handled = at_target(&c->plan, stop->pc, &least_sp);
    return *handled ? on_target(c, stop, least_sp, done) : NULL;
}

/* At a trap of the program's own, in a stub that stays there (own_trap_note()). */
static bool at_own_trap(struct control *c, const struct stop *stop)
{
    const struct thread *t = threads_find(&c->target->threads, stop->thread);
    return t && t->at_trap && stop->reason == STOP_SIGNAL && stop->has_pc && stop->pc == t->trap_address;
}

static struct error *on_trap(struct control *c, struct stop *stop, bool *done)
{
    struct plan *p = &c->plan;
    bool linker = false;
    if (stop->has_pc && stop->reason != STOP_WATCHPOINT)
        TRY(libraries_at_stop(c, stop->thread, stop->pc, &linker));
    if (stop->reason == STOP_BREAKPOINT || stop->reason == STOP_WATCHPOINT) {
        TRY(on_breakpoint(c, stop, done));
        if (*done)
            return NULL;
    }
    bool handled;
    TRY(on_own_place(c, stop, done, &handled));
    if (handled)
        return NULL;
    bool own_step = p->phase == PHASE_STEP && p->has_thread && ptid_equal(stop->thread, p->thread);
    own_step = own_step && !at_own_trap(c, stop); /* which was executed, and no step goes past it */
    if (own_step && (stop->reason != STOP_WATCHPOINT || watch_stops_behind(c)))
        return go_on_stepping(c, stop, done);
    if (p->watch_stepping && stop->reason == STOP_SIGNAL && ptid_equal(stop->thread, p->watch_thread)) {
        if (!c->interrupt.sent)
            return run_on(c);
        stop->reason = STOP_INTERRUPT;
        stop->signal = 0;
        *done = true;
        return NULL;
    }
    if (stop->reason != STOP_SIGNAL || (stop->late_hit && !p->ends_late) || linker)
        return run_on(c); /* a condition that was false, or a site that is gone */
    *done = true;         /* a trap of the guest's own */
    if (c->interrupt.sent && !rsp_feature_usable(rsp_features(c->target->connection), FEATURE_VCONT)) {
        /* Linux 6.1's kgdb, where SysRq-g runs into a trap in the kernel, and valgrind 3.19 */
        stop->reason = STOP_INTERRUPT;
        stop->signal = 0;
    }
    return NULL;
}

static struct error *on_trap_or_return(struct control *c, struct stop *stop, bool *done)
{
    TRY(plan_need_pc(c, stop));
    if (stop->reason != STOP_WATCHPOINT)
        TRY(on_call(c, stop, done));
    return *done ? NULL : on_trap(c, stop, done);
}

/* Events that are ours to deal with: *handled when the target runs on. */
static struct error *on_event(struct control *c, const struct rsp_stop *stop, bool *handled)
{
    switch (stop->reason) {
    case RSP_REASON_FORK:
    case RSP_REASON_VFORK:
        TRY(fork_follow(c, stop));
        if (c->follow.stop)
            return NULL;
        break;
    case RSP_REASON_VFORKDONE:
        fork_vfork_done(c);
        break;
    case RSP_REASON_EXEC:
        return fork_after_exec(c, stop);
    case RSP_REASON_LIBRARY:
    case RSP_REASON_CREATE:
        break;
    default:
        return NULL;
    }
    *handled = true;
    return run_on(c);
}

/* What a stub tells after an interrupt; LLVM's stops its process by SIGSTOP. */
static bool is_interrupt(const struct control *c, int signal)
{
    return signal == TARGET_SIGINT || signal == 0 ||
           (signal == TARGET_SIGSTOP &&
            rsp_features(c->target->connection)->state[FEATURE_NATIVE_SIGNALS].advertised == TRI_YES);
}

static struct error *on_stopped(struct control *c, struct stop *final, bool *done)
{
    bool handled = false;
    TRY(hits_at_stop(c, final));
    TRY(plan_pass_cut_step(c, final, &handled));
    if (handled)
        return run_on(c);
    if (c->plan.phase == PHASE_OFF) {
        TRY(after_off(c, final, &handled));
        if (handled)
            return NULL;
    }
    bool crossed = c->interrupt.sent;
    struct error *e = NULL;
    if (final->reason == STOP_BREAKPOINT || (final->reason == STOP_SIGNAL && final->signal == TARGET_SIGTRAP))
        TRY(watch_steps_check(c, final));
    switch (final->reason) {
    case STOP_SIGNAL:
        if (crossed && is_interrupt(c, final->signal)) {
            final->reason = STOP_INTERRUPT;
            final->signal = 0;
            *done = true;
            return NULL;
        }
        e = final->signal == TARGET_SIGTRAP ? on_trap_or_return(c, final, done) : on_signal(c, final, done);
        break;
    case STOP_BREAKPOINT:
    case STOP_WATCHPOINT:
        e = on_trap_or_return(c, final, done);
        break;
    default:
        *done = true;
    }
    /* A stop that crossed our interrupt on the wire: the stub still owes a SIGINT. */
    if (!e && *done && crossed && final->reason != STOP_INTERRUPT)
        interrupt_owe(c, true);
    return e;
}

/* Other processes of the same target go on. */
static struct error *on_ended(struct control *c, const struct rsp_stop *stop, bool *done)
{
    bool others;
    TRY(fork_process_ended(c, stop, &others));
    *done = !others;
    return others ? run_on(c) : NULL;
}

static struct error *take_stop(struct control *c, const struct rsp_stop *stop, struct stop *final, bool *done)
{
    bool gone = false;
    TRY(plan_go_on_unseen(c, stop, &gone));
    if (gone)
        return NULL;
    if (stop->reason == RSP_REASON_EXEC)
        TRY(fork_describe_exec(c, stop));
    TRY(stop_classify(c, stop, final));
    plan_tell_race(c);
    TRY(fork_described_late(c));
    TRY(step_unmask_interrupts(c, &c->plan));
    if (plan_is_raced(c, final))
        return run_on(c);
    if (final->reason == STOP_WATCHPOINT && c->target->arch && c->target->arch->stops_before_access)
        TRY(c->run_hooks->finish_access(c, final));
    step_check_trap_flag(c, final);
    if (final->reason == STOP_EXITED || final->reason == STOP_KILLED)
        return on_ended(c, stop, done);
    bool handled = false;
    TRY(on_event(c, stop, &handled));
    return handled ? NULL : on_stopped(c, final, done);
}

static struct error *come_to_stop(struct control *c, const struct rsp_stop *stop, struct stop *final,
                                  bool *done)
{
    *done = false;
    *final = (struct stop){0};
    c->plan.held = c->plan.stays = c->plan.stuck = false;
    struct error *e = take_stop(c, stop, final, done);
    if (e)
        return plan_astray(c, e, final, done);
    if (!*done && c->time.ended) {
        *done = true;
        return c->run_hooks->end_of_record(c, stop, final);
    }
    if (*done || !c->plan.held)
        return NULL;
    if (c->plan.stays && !c->interrupt.sent) {
        *done = true;
        return NULL;
    }
    final->reason = STOP_INTERRUPT;
    final->signal = final->breakpoint = final->watchpoint = 0;
    interrupt_owe(c, true); /* gdbserver still owes its SIGINT */
    *done = true;
    return NULL;
}

struct error *plan_on_stop(struct control *c, const struct rsp_stop *stop, struct stop *final, bool *done)
{
    struct error *e = come_to_stop(c, stop, final, done);
    if (*done)
        plan_hide_inlined(c, final);
    return e;
}
