/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What drivers share: monitor commands, and resumes that are waited for. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/stop/stop_report.h"
#include "engine/control/control.h"
#include "engine/control/stop/classify.h"
#include "engine/control/time/driver.h"

/* A snapshot of much memory takes seconds, and QEMU answers when it is done. */
#define MONITOR_NS 120000000000
/* How long a command is waited for that only begins something, or whose time is up. */
#define ANSWER_NS 10000000000
#define LEAST_NS  200000000
/* How long an interrupted target is waited for: where its time is up, and where somebody pressed Ctrl-C and
 * waits. */
#define GRACE_NS   3000000000
#define PRESSED_NS 800000000
/* How long it may take to go back to where a search began. */
#define HOME_NS 60000000000

void time_snapshots_free(struct time_snapshot *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i].name);
    free(list);
}

static void drop_returns(struct buf *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->length; i++)
        if (b->data[i] != '\r')
            b->data[kept++] = b->data[i];
    b->length = kept;
    if (b->data)
        b->data[kept] = '\0';
}

int64_t time_patience(const struct control *c, int64_t most_ns)
{
    int64_t now = clock_now_ns(), end = c->target->deadline_ns;
    int64_t left = end == INT64_MAX ? most_ns : end - now;
    left = left < LEAST_NS ? LEAST_NS : left;
    return left < most_ns ? left : most_ns;
}

/* `replay_seek` and its like let the target run when they are cut off: those alone are not ended by Ctrl-C,
 * and QEMU answers them at once. */
static struct error *call_monitor(struct control *c, const char *command, int64_t most_ns, struct buf *out)
{
    struct rsp_connection *r = c->target->connection;
    int64_t timeout = rsp_timeout(r);
    bool runs = strncmp(command, "replay_", 7) == 0;
    rsp_set_timeout(r, time_patience(c, runs && most_ns > ANSWER_NS ? ANSWER_NS : most_ns));
    if (c->time.holds && !runs)
        transport_set_cancel_fd(rsp_transport(r), c->target->cancel_fd);
    struct error *e = target_check(c->target, rsp_monitor(r, command, out));
    if (c->target->connection)
        rsp_set_timeout(r, timeout);
    if (c->target->connection && c->time.holds)
        transport_set_cancel_fd(rsp_transport(r), -1);
    drop_returns(out);
    return e;
}

struct error *time_probe_monitor(struct control *c, const char *command, struct buf *out, bool *answered)
{
    struct error *e = call_monitor(c, command, rsp_timeout(c->target->connection), out);
    bool silent = error_is(e, ERR_TIMEOUT) && clock_now_ns() < c->target->deadline_ns;
    *answered = !e;
    if (!silent && !error_is(e, ERR_UNSUPPORTED) && !error_is(e, ERR_REFUSED))
        return e;
    error_free(e);
    return NULL;
}

static struct error *ask_monitor(struct control *c, struct buf *out, const char *format, va_list args)
{
    BASE_BUF struct buf command = {0};
    buf_vprintf(&command, format, args);
    return call_monitor(c, buf_text(&command), MONITOR_NS, out);
}

struct error *time_monitor(struct control *c, struct buf *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct error *e = ask_monitor(c, out, format, args);
    va_end(args);
    return e;
}

struct error *time_monitor_quiet(struct control *c, const char *format, ...)
{
    BASE_BUF struct buf out = {0};
    va_list args;
    va_start(args, format);
    struct error *e = ask_monitor(c, &out, format, args);
    va_end(args);
    TRY(e);
    while (out.length && out.data[out.length - 1] == '\n')
        out.data[--out.length] = '\0';
    if (out.length)
        return error_new(ERR_REFUSED, "the target's monitor said: %.400s", buf_text(&out));
    return NULL;
}

/* It does not stop when asked to: it runs, and whenever it stops that is told as the stop of any run. */
static struct error *does_not_stop(struct control *c, struct error *e)
{
    if (error_is(e, ERR_CANCELLED))
        target_cancelled(c->target);
    error_free(e);
    plan_runs_unasked(c);
    return error_hint(error_new(ERR_TIMEOUT,
                                "%s was interrupted on its way and does not stop: it counts as running",
                                c->target->spec),
                      "another Ctrl-C offers to drop the connection to it");
}

/* The time is up, or somebody pressed Ctrl-C: the target must not go on running. Pressed again it is not
 * waited for any longer. */
static struct error *stop_it(struct control *c, struct error *why)
{
    bool pressed = error_is(why, ERR_CANCELLED);
    if (pressed)
        target_cancelled(c->target);
    struct rsp_stop stop;
    bool stopped = false;
    struct transport *t = rsp_transport(c->target->connection);
    struct error *e = rsp_interrupt(c->target->connection);
    int64_t until = clock_now_ns() + (pressed ? PRESSED_NS : GRACE_NS);
    transport_set_cancel_fd(t, c->target->cancel_fd);
    if (!e)
        e = rsp_wait_stop(c->target->connection, until, -1, &stop, &stopped);
    if (c->time.holds)
        transport_set_cancel_fd(t, -1);
    if (!e)
        return why;
    error_free(why);
    e = target_check(c->target, e);
    bool runs = c->target->connection && rsp_state(c->target->connection) == RSP_STATE_RUNNING;
    return runs && (error_is(e, ERR_TIMEOUT) || error_is(e, ERR_CANCELLED)) ? does_not_stop(c, e) : e;
}

struct error *time_count_stops(struct control *c, uint64_t *ret)
{
    *ret = c->target->epoch;
    return NULL;
}

void time_way_home(struct control *c, bool begin, int64_t *saved)
{
    if (begin) {
        target_cancelled(c->target); /* it cut the search short, and not the way back from it */
        *saved = c->target->deadline_ns;
        c->target->deadline_ns = clock_now_ns() + HOME_NS;
    } else {
        c->target->deadline_ns = *saved;
    }
}

/* Told as every end is, and what was asked for fails with it. */
static struct error *target_ended(struct control *c, const struct rsp_stop *end)
{
    struct stop last;
    TRY(stop_classify(c, end, &last));
    stop_taken(c, &last);
    target_has_ended(c->target);
    stop_report(c);
    c->target->hooks.ended(c->target);
    return error_hint(error_new(ERR_LOST, "the target ended while it was taken to another moment"),
                      "start it again; bookmarks are kept");
}

struct error *time_wait(struct control *c, struct rsp_stop *ret)
{
    struct target *t = c->target;
    bool stopped = false;
    struct error *e = NULL;
    transport_set_cancel_fd(rsp_transport(t->connection), t->cancel_fd);
    while (!e && !stopped) {
        e = rsp_wait_stop(t->connection, t->deadline_ns, t->meanwhile_fd, ret, &stopped);
        if (!e && !stopped)
            t->hooks.meanwhile(t);
    }
    if (c->time.holds)
        transport_set_cancel_fd(rsp_transport(c->target->connection), -1);
    if (error_is(e, ERR_CANCELLED) || error_is(e, ERR_TIMEOUT))
        return stop_it(c, e);
    TRY(target_check(c->target, e));
    if (ret->kind == RSP_STOP_EXITED || ret->kind == RSP_STOP_KILLED)
        return target_ended(c, ret);
    return NULL;
}

struct error *time_resume(struct control *c, const char *packet, struct rsp_stop *ret)
{
    TRY(target_check(c->target, rsp_resume(c->target->connection, packet, strlen(packet))));
    return time_wait(c, ret);
}

struct error *time_go(struct control *c, bool step, struct rsp_stop *ret)
{
    struct rsp_action action = {.thread = {-1, -1}, .how = step ? RSP_STEP : RSP_CONTINUE};
    if (step)
        action.thread = c->target->threads.current;
    TRY(target_check(c->target, rsp_resume_actions(c->target->connection, &action, 1)));
    return time_wait(c, ret);
}
