/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways to end with a target: detach and let it run, or kill it. */
#include "base/text.h"
#include "engine/control/breakpoints/dr7.h"
#include "engine/control/call/call.h"
#include "engine/control/run/interrupt.h"
#include "engine/session/local_process.h"
#include "engine/session/session_private.h"

enum { SETTLE_TRIES = 16, OWED_TRIES = 8 };
/* For a signal that is on its way to come, and for a target to stop that was interrupted once more. */
#define OWED_NS INT64_C(300000000)
#define STOP_NS INT64_C(2000000000)

/* A running target is stopped first: nothing may be sent to it while it runs. */
static struct error *stop_it(struct session *s)
{
    if (s->target->state != TARGET_RUNNING)
        return NULL;
    if (!s->control->interrupt.sent || session_is_deaf(s)) /* else one is on its way */
        TRY(interrupt_send(s->control));
    session_limit_interrupt(s); /* a deaf one is left as it is */
    bool done = false;
    while (!done && s->target->state == TARGET_RUNNING) {
        struct stop stop;
        TRY(session_pump(s, s->target->deadline_ns, -1, &stop, &done));
    }
    return NULL;
}

/* A kernel that has had debug registers inserted is not left with them (breakpoints/dr7.h). */
static struct error *change_dr7(struct session *s)
{
    if (!dr7_change_needed_to_leave(s->control) || !s->target->threads.has_stopped)
        return NULL;
    struct plan plan = {.kind = PLAN_STEPI,
                        .times = 1,
                        .has_thread = true,
                        .thread = s->target->threads.stopped,
                        .changes_dr7 = true};
    struct stop stop;
    bool done = false;
    struct error *e = plan_start(s->control, &plan);
    if (!e)
        e = session_pump(s, s->target->deadline_ns, -1, &stop, &done);
    if (e && s->target->state != TARGET_STOPPED)
        return e;
    error_free(e); /* it is left in any case */
    return NULL;
}

/* A branch has to be stepped over before it can be done. */
static struct error *change_dr7_back(struct session *s)
{
    for (int i = 0;
         i < SETTLE_TRIES && s->target->state == TARGET_STOPPED && dr7_change_needed_to_leave(s->control);
         i++)
        TRY(change_dr7(s));
    return NULL;
}

/* Runs, with nothing inserted, to the stop that another processor has waited to tell of. */
static struct error *run_to_waiting(struct session *s)
{
    struct plan plan = {.kind = PLAN_CONTINUE, .times = 1, .ends_late = true};
    struct stop stop;
    bool done;
    sites_withhold(s->control, true);
    struct error *e = plan_start(s->control, &plan);
    if (!e)
        e = session_pump(s, clock_now_ns() + STOP_NS, -1, &stop, &done);
    if (s->target->state == TARGET_RUNNING) { /* there was none after all */
        error_free(e);
        e = stop_it(s);
    }
    sites_withhold(s->control, false);
    if (e && s->target->state != TARGET_STOPPED)
        return e;
    error_free(e); /* it is left in any case */
    return NULL;
}

/* A processor that waits to tell of its hit would do that when we are gone, and the kernel wait for ever for
 * somebody to answer. */
static struct error *settle_processors(struct session *s)
{
    TRY(change_dr7_back(s));
    for (int i = 0; i < SETTLE_TRIES && s->target->state == TARGET_STOPPED && dr7_others_wait(s->control);
         i++) {
        TRY(run_to_waiting(s));
        TRY(change_dr7_back(s));
    }
    return NULL;
}

/* One run, with nothing inserted any more, until something stops it. */
static struct error *run_once(struct session *s, int signal, struct rsp_stop *ret)
{
    struct rsp_action action = {.thread = {-1, -1}, .how = RSP_CONTINUE, .signal = signal};
    bool stopped = false;
    TRY(rsp_resume_actions(s->target->connection, &action, 1));
    struct error *e = rsp_wait_stop(s->target->connection, clock_now_ns() + OWED_NS, -1, ret, &stopped);
    if (!error_is(e, ERR_TIMEOUT))
        return e;
    error_free(e);
    TRY(rsp_interrupt(s->target->connection)); /* nothing was owed after all */
    return rsp_wait_stop(s->target->connection, clock_now_ns() + STOP_NS, -1, ret, &stopped);
}

/*
 * An interrupt crossed another stop on the wire: gdbserver has sent the SIGINT to the process, no thread has
 * taken it yet, and it would end a process that is let go now. So it is let run into it first.
 */
static struct error *take_owed_interrupt(struct session *s)
{
    struct rsp_stop stop = {.signal = 0};
    if (s->control->interrupt.owed && !local_process_to_signal(s) && local_process_hears_no_interrupt(s))
        interrupt_owe(s->control, false);
    for (int i = 0; s->control->interrupt.owed && i < OWED_TRIES; i++) {
        TRY(target_check(s->target, run_once(s, stop.signal == TARGET_SIGTRAP ? 0 : stop.signal, &stop)));
        bool over = stop.kind == RSP_STOP_EXITED || stop.kind == RSP_STOP_KILLED;
        if (over)
            target_has_ended(s->target);
        interrupt_owe(s->control, !over && stop.signal != TARGET_SIGINT);
    }
    return NULL;
}

/* What is inserted cannot be taken out of what runs, or was not when it should have been. */
static void tell_what_stays(struct session *s)
{
    BASE_BUF struct buf left = {0}, text = {0};
    bool runs = s->target->state == TARGET_RUNNING;
    sites_name_inserted(s->control, &left);
    if (left.length == 0 || (!runs && s->target->state != TARGET_STOPPED))
        return;
    buf_printf(&text,
               "%s: still inserted are %s; the next that it meets may end it. `recover` takes out those in "
               "memory, in the next session, once it can be stopped\n",
               runs ? "it did not stop to be left" : "not all could be taken out", buf_text(&left));
    target_say(s->target, buf_text(&text));
}

/* A stub lets go those processes that it is told to: QEMU's machine runs on once none is left. */
static struct error *let_go_others(struct session *s, int64_t pid)
{
    const struct thread_table *table = &s->target->threads;
    int64_t last = pid;
    for (size_t i = 0; pid > 0 && i < table->count; i++) {
        int64_t other = table->items[i]->id.pid;
        if (other == last || other == pid || other <= 0)
            continue;
        last = other;
        struct error *e = rsp_detach(s->target->connection, other);
        if (error_ends_asking(e))
            return e;
        error_free(e); /* it may have ended meanwhile */
    }
    return NULL;
}

static struct error *kill_it(struct session *s, int64_t pid)
{
    pty_before_kill(s);
    struct error *e = rsp_kill(s->target->connection, pid);
    if (e)
        pty_not_killed(s);
    else
        journal_close(s->control, true);
    return e;
}

bool session_was_not_killed(const struct session *s, const struct error *e)
{
    return (error_is(e, ERR_UNSUPPORTED) || error_is(e, ERR_REFUSED)) && s->target->state == TARGET_STOPPED;
}

struct error *session_leave(struct session *s, bool kill)
{
    static const char without[] =
        "the breakpoints are out of it; `quit` closes the connection, and whether it "
        "runs then is up to the stub";
    if (!s->target->connection || s->target->state == TARGET_EXITED ||
        s->target->state == TARGET_DISCONNECTED)
        return NULL;
    if (rsp_never_spoke(s->target->connection))
        return NULL; /* nothing is inserted, and nobody listens */
    struct error *stands = stop_it(s);
    if (stands)
        tell_what_stays(s);
    TRY(stands);
    if (s->target->state == TARGET_EXITED)
        return NULL;
    calls_put_back_all(s->control);
    int64_t pid = local_process_of(s);
    time_leave(s->control);
    if (!s->target->connection)
        return NULL;
    if (kill)
        return kill_it(s, pid);
    TRY(settle_processors(s));
    if (s->target->state == TARGET_EXITED)
        return NULL;
    struct error *removed = sites_remove_all(s->control);
    if (removed)
        tell_what_stays(s);
    else
        journal_forget_removed(s->control);
    struct error *e = removed ? NULL : take_owed_interrupt(s);
    if (e || s->target->state == TARGET_EXITED)
        return e;
    e = let_go_others(s, pid);
    if (!e)
        e = rsp_detach(s->target->connection, pid);
    if (e) {
        error_free(removed);
        return error_is(e, ERR_UNSUPPORTED) || error_is(e, ERR_REFUSED) ? error_hint(e, without) : e;
    }
    pty_let_go(s);
    return removed;
}

struct error *session_leave_at_last(struct session *s, bool kill)
{
    struct error *e = session_leave(s, kill);
    if (!kill || !session_was_not_killed(s, e))
        return e;
    error_free(e);
    return session_leave(s, false);
}
