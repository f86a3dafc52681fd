/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pump that waits for stops, and what a stop brings with it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/breakpoints/insertion.h"
#include "engine/control/stop/stop_report.h"
#include "engine/session/session_private.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/control/run/interrupt.h"
#include "engine/target/libraries.h"
#include "engine/target/names.h"

/* How long a target is waited for that was interrupted because a step ran out of time. */
enum { INTERRUPT_GRACE_NS = 1000000000 };

/* How long one is waited for that Ctrl-C was pressed for: a kernel behind a line may need several tries, and
 * who leaves does not wait so long. */
#define DEAF_AFTER_NS    INT64_C(5000000000)
#define DEAF_LINE_NS     INT64_C(20000000000)
#define DEAF_LEAVING_NS  INT64_C(2000000000)
#define PRESSED_AGAIN_NS INT64_C(1000000000)

bool session_is_leaving(const struct session *s)
{
    return s->options.leaving && s->options.leaving(s->options.context);
}

bool session_is_deaf(const struct session *s)
{
    return s->control->interrupt.deaf;
}

void session_limit_interrupt(struct session *s)
{
    if (s->control->interrupt.deaf_ns || s->target->state != TARGET_RUNNING || !s->target->connection)
        return;
    int64_t patience = rsp_interrupts_by_break(s->target->connection) ? DEAF_LINE_NS : DEAF_AFTER_NS;
    interrupt_wait(s->control, session_is_leaving(s) ? DEAF_LEAVING_NS : patience);
}

void session_count_from_here(struct session *s)
{
    s->stop_stats = session_stats(s);
    s->stop_started_ns = clock_now_ns();
}

/* The stop is told all the same: what could not be done now is tried at the next one. */
static void upgrade_insertion(struct session *s)
{
    struct error *e = insertion_upgrade(s->control);
    error_free(e);
}

static void reinsert(struct session *s)
{
    struct error *e = breakpoints_reinsert(s->control);
    error_free(e);
}

static void finish_stop(struct session *s, const struct stop *final)
{
    plan_end(s->control);
    pty_drain(s); /* what the program printed came before its stop */
    stop_taken(s->control, final);
    bool gone = final->reason == STOP_EXITED || final->reason == STOP_KILLED;
    if (s->control->interrupt.count > 1 && s->target->is_process && !gone)
        interrupt_owe(s->control, true); /* the second SIGINT may still be to come */
    interrupt_settled(s->control);
    if (gone)
        target_has_ended(s->target);
    else
        target_stands(s->target);
    if (final->has_pc && !gone)
        libraries_cover(s->target, final->pc);
    bool moved = !gone && kernel_find_slide(s->target, final, false);
    stop_report(s->control);
    audit_at_stop(s->control);
    if (s->target->state == TARGET_STOPPED) {
        if (moved)
            reinsert(s);
        upgrade_insertion(s);
        hold_check_run(s->control, final);
        ladder_at_stop(s->control);
    }
    if (gone)
        session_drop_connection(s, TARGET_EXITED);
    breakpoints_drop_spent(s->control);
}

/* A plan that failed half-way leaves the target stopped or running; the session says which. */
struct error *session_run_failed(struct session *s, struct error *e)
{
    plan_end(s->control);
    if (s->target->connection && s->target->state == TARGET_RUNNING && !s->target->attaching &&
        rsp_state(s->target->connection) == RSP_STATE_STOPPED)
        target_stands(s->target);
    if (s->target->connection && s->target->state == TARGET_RUNNING && !s->target->attaching)
        plan_adopt(s->control);
    return e;
}

/* The steps of the breakpoint that this stop is of, malloc'd JSON text, or NULL. */
static char *steps_of(struct session *s, const struct stop *stop)
{
    int id = stop->breakpoint ? stop->breakpoint : stop->watchpoint;
    bool hit = stop->reason == STOP_BREAKPOINT || stop->reason == STOP_WATCHPOINT;
    const struct breakpoint *b = hit && id ? breakpoint_find(s->control, id) : NULL;
    return b ? xstrdup_or_null(b->commands) : NULL;
}

bool session_tell_stop(struct session *s, struct stop *stop)
{
    BASE_FREE char *steps = steps_of(s, stop);
    finish_stop(s, stop);
    *stop = s->control->last_stop;
    return steps && s->target->state == TARGET_STOPPED && s->options.run_steps &&
           s->options.run_steps(s, stop->breakpoint ? stop->breakpoint : stop->watchpoint, steps);
}

struct error *session_does_not_stop(struct session *s, struct error *e)
{
    error_free(e);
    interrupt_was_not_heard(s->control);
    e = error_new(ERR_TIMEOUT, "%s was interrupted and does not stop: it counts as running", s->target->spec);
    if (!rsp_interrupts_by_break(s->target->connection))
        return error_hint(e, "another Ctrl-C offers to drop the connection to it");
    BASE_FREE char *advice = break_in_advice(s);
    return error_hint(e, "%s", advice);
}

/* Ctrl-C. Pressed again it is not waited any longer for what the first one has not brought. */
static struct error *pressed(struct session *s)
{
    int64_t now = clock_now_ns();
    bool again = s->control->interrupt.pressed_ns &&
                 (session_is_leaving(s) || now - s->control->interrupt.pressed_ns > PRESSED_AGAIN_NS);
    TRY(interrupt_send(s->control));
    session_limit_interrupt(s);
    if (again)
        interrupt_hurry(s->control);
    return NULL;
}

static bool out_of_patience(const struct session *s)
{
    return s->control->interrupt.deaf_ns && s->target->state == TARGET_RUNNING &&
           clock_now_ns() >= s->control->interrupt.deaf_ns;
}

/* What the stub says next, or why it says nothing: *stopped with *ret set, or the wait ended early. */
static struct error *next_reply(struct session *s, int64_t deadline_ns, int wake_fd, struct rsp_stop *ret,
                                bool *stopped)
{
    int64_t deaf_ns = s->control->interrupt.deaf_ns;
    TRY(target_check(s->target, console_type_waiting(s)));
    return rsp_wait_stop(s->target->connection, deaf_ns && deaf_ns <= deadline_ns ? deaf_ns : deadline_ns,
                         wake_fd, ret, stopped);
}

/* A function that an expression calls has returned: no stop that counts. */
static void end_quietly(struct session *s)
{
    plan_end(s->control);
    interrupt_settled(s->control);
    target_stands(s->target);
}

/* A stop of the stub's: *done when it is for the user, and no step of a breakpoint has let it go on. One that
 * its plan has lost its way at is told beside the error. */
static struct error *take_reply(struct session *s, const struct rsp_stop *reply, struct stop *ret, bool *done)
{
    bool attaching = s->target->attaching, final = false;
    struct error *e =
        attaching ? session_first_stop(s, reply, ret) : plan_on_stop(s->control, reply, ret, &final);
    final = attaching ? !e : final;
    if (e && !final)
        return session_run_failed(s, target_check(s->target, e));
    if (final && ret->call_is_awaited) {
        end_quietly(s);
        *done = true;
        return NULL;
    }
    bool goes_on = final && session_tell_stop(s, ret);
    *done = final && !goes_on && !e;
    return e;
}

struct error *session_pump(struct session *s, int64_t deadline_ns, int wake_fd, struct stop *ret, bool *done)
{
    *done = false;
    while (!*done && s->target->state == TARGET_RUNNING) {
        struct rsp_stop reply;
        bool stopped = false;
        struct error *e = next_reply(s, deadline_ns, wake_fd, &reply, &stopped);
        if (error_is(e, ERR_CANCELLED)) {
            error_free(e);
            target_cancelled(s->target);
            if (s->target->attaching && session_is_leaving(s))
                return NULL;
            TRY(pressed(s));
        } else if (error_is(e, ERR_TIMEOUT)) {
            return out_of_patience(s) ? session_does_not_stop(s, e) : e;
        } else if (e) {
            return session_run_failed(s, target_check(s->target, e));
        } else if (!stopped) {
            return NULL;
        } else {
            TRY(take_reply(s, &reply, ret, done));
        }
    }
    return NULL;
}

static struct error *still_running(struct session *s, struct error *timeout)
{
    if (!s->target->connection || !rsp_interrupts_by_break(s->target->connection))
        return error_hint(timeout, "the target did not stop when asked to and counts as running");
    BASE_FREE char *advice = break_in_advice(s);
    return error_hint(timeout, "%s", advice);
}

/* The time is up: the target is asked to stop, and given a little longer for it. */
static struct error *out_of_time(struct session *s, struct error *timeout)
{
    rsp_set_deadline(s->target->connection, INT64_MAX);
    struct error *e = interrupt_send(s->control);
    struct stop stop;
    bool done = false;
    if (!e)
        e = session_pump(s, clock_now_ns() + INTERRUPT_GRACE_NS, -1, &stop, &done);
    error_free(e);
    if (s->target->connection)
        rsp_set_deadline(s->target->connection, s->target->deadline_ns);
    if (!done)
        return still_running(s, timeout);
    return error_hint(timeout, "the target was interrupted; `timeout` allows more time");
}

struct error *session_wait(struct session *s, bool may_interrupt, struct stop *ret, bool *done)
{
    struct error *e = session_pump(s, s->target->deadline_ns, -1, ret, done);
    if (may_interrupt && error_is(e, ERR_TIMEOUT) && s->target->state == TARGET_RUNNING)
        return out_of_time(s, e);
    if (error_is(e, ERR_TIMEOUT) && s->control->interrupt.sent && s->target->state == TARGET_RUNNING)
        return still_running(s, e);
    return e;
}

void session_keep_stop(struct session *s, const struct stop *stop)
{
    s->untaken_stop = *stop;
    s->has_untaken_stop = true;
}

bool session_take_stop(struct session *s, struct stop *ret)
{
    *ret = s->untaken_stop;
    bool there = s->has_untaken_stop;
    s->has_untaken_stop = false;
    return there;
}
