/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letting the target run, and waiting for its stop. */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

/* What the stub is told to its File-I/O requests: -1 and EPERM (gdb manual, "File-I/O Remote Protocol
 * Extension"). Nothing of this host is ever touched. */
static const char file_io_refused[] = "F-1,1";

#define RESUME_AGAIN_NS 2000000000

/* -- away ------------------------------------------------------------------------------------------ */

struct error *rsp_look(struct rsp_connection *c)
{
    TRY(conn_check_stopped(c));
    struct error *e = conn_note_loss(c, transport_check_child(c->transport));
    if (!e)
        e = c->owed.count > 0 ? conn_take_owed(c) : conn_drain(c, LOOK_PACKETS_MOST);
    return e;
}

/* What goes with the resume that is sent now. */
static void forget_stop(struct rsp_connection *c, const char *payload, size_t n)
{
    bool may_be_lost = n && !c->terms.no_ack && conn_is_kernel_line(c);
    conn_resend_at(c, may_be_lost ? clock_now_ns() + RESUME_AGAIN_NS : 0);
    conn_interrupt_over(c);
    conn_probe_leave(c);
    conn_console_rest(c);
    conn_stops_leave(c, payload, n);
    conn_doubt_leave(c);
    conn_unread_over(c);
    conn_race_leave(c, payload, n);
    rsp_forget_selected(c);
}

static struct error *resume(struct rsp_connection *c, const char *payload, size_t n,
                            enum rsp_resumed *resumed)
{
    *resumed = RSP_RESUMED_NOT;
    TRY(conn_check_stopped(c));
    TRY(conn_resync(c));
    TRY(conn_careful_quiet(c));
    TRY(conn_drain(c, DRAIN_PACKETS_MOST));
    conn_stops_drop_commanded(c);
    if (c->stops.late_count > 0) { /* it has stopped already: nothing runs meanwhile */
        *resumed = RSP_RESUMED_EARLY;
        return NULL;
    }
    conn_begin(c);
    conn_add(c, payload, n, 0);
    forget_stop(c, payload, n);
    conn_state_resume(c);
    *resumed = RSP_RESUMED_SENT;
    return conn_write(c);
}

struct error *rsp_resume(struct rsp_connection *c, const char *payload, size_t n)
{
    enum rsp_resumed resumed;
    return resume(c, payload, n, &resumed);
}

void rsp_assume_running(struct rsp_connection *c)
{
    if (rsp_state(c) != RSP_STATE_STOPPED || c->stops.late_count > 0) /* the stop is there already */
        return;
    forget_stop(c, "", 0);
    conn_state_resume(c);
}

/* QEMU's system emulator takes an ack that comes after the resume for a key press and stops for ever, its
 * user emulator waits for that ack for ever: so only where there are no acks. */
static bool may_go_together(struct rsp_connection *c, const struct rsp_request *requests, size_t count,
                            size_t n)
{
    size_t bytes = n;
    for (size_t i = 0; i < count; i++)
        bytes += requests[i].length;
    return c->terms.no_ack && c->terms.pipelines && !conn_is_careful(c) && count < WINDOW_REQUESTS &&
           bytes < WINDOW_BYTES / 2;
}

static struct error *one_after_the_other(struct rsp_connection *c, struct rsp_request *requests, size_t count,
                                         const char *payload, size_t n, enum rsp_resumed *resumed)
{
    TRY(rsp_call_batch(c, requests, count));
    if (conn_runs(c))
        *resumed = RSP_RESUMED_ALREADY;
    for (size_t i = 0; i < count; i++)
        if (requests[i].error || conn_is_error(buf_text(&requests[i].reply), requests[i].reply.length))
            return NULL;
    return resume(c, payload, n, resumed);
}

/* The resume is on its way behind them: Ctrl-C and the end of a step's time are for the target that runs
 * then, and not for these answers, without which nobody would know what stands in it. */
#define ANSWERS_GRACE_NS 1000000000

static struct error *await_each(struct rsp_connection *c, struct rsp_request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum conn_fate fate;
        struct error *e = conn_await(c, &requests[i], i, count + 1, &fate);
        if (e || fate == FATE_OPEN)
            conn_owe(c, &requests[i], count - i);
        TRY(e);
        if (fate == FATE_OPEN)
            break;
    }
    return NULL;
}

static struct error *await_answers(struct rsp_connection *c, struct rsp_request *requests, size_t count)
{
    int64_t deadline = c->limits.deadline_ns, soon = clock_now_ns() + ANSWERS_GRACE_NS;
    int cancel_fd = transport_set_cancel_fd(c->transport, -1);
    rsp_set_deadline(c, deadline < soon ? soon : deadline);
    struct error *e = await_each(c, requests, count);
    transport_set_cancel_fd(c->transport, cancel_fd);
    rsp_set_deadline(c, deadline);
    return e;
}

struct error *rsp_batch_then_resume(struct rsp_connection *c, struct rsp_request *requests, size_t count,
                                    const char *payload, size_t n, enum rsp_resumed *resumed)
{
    if (count == 0)
        return resume(c, payload, n, resumed);
    *resumed = RSP_RESUMED_NOT;
    TRY(conn_check_stopped(c));
    if (!may_go_together(c, requests, count, n))
        return one_after_the_other(c, requests, count, payload, n, resumed);
    TRY(conn_resync(c));
    TRY(conn_drain(c, DRAIN_PACKETS_MOST));
    conn_stops_drop_commanded(c);
    if (c->stops.late_count > 0)
        return one_after_the_other(c, requests, count, payload, n, resumed);
    conn_begin(c);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&requests[i].reply);
        error_free(requests[i].error);
        requests[i].error = NULL;
        conn_add(c, requests[i].payload, requests[i].length, 0);
    }
    conn_add(c, payload, n, 0);
    forget_stop(c, payload, n);
    conn_state_leave(c);
    *resumed = RSP_RESUMED_SENT;
    struct error *e = conn_write(c);
    if (!e)
        e = await_answers(c, requests, count);
    conn_state_left(c);
    return e;
}

/* -- and back -------------------------------------------------------------------------------------- */

struct wait {
    struct rsp_connection *c;
    struct rsp_stop *ret;
    bool *stopped;
    bool asked; /* somebody waits for a stop; else it is one that nobody asked for */
    bool done;
};

static struct error *take_stop(struct wait *w, const char *payload, size_t n)
{
    struct rsp_connection *c = w->c;
    if (!w->asked)
        conn_violation(c, RSP_BREACH_STOP_WHILE_STOPPED, payload, n);
    TRY(rsp_stop_parse(payload, n, w->ret));
    bool goes_on;
    TRY(conn_doubt_stopped(c, w->ret->signal, &goes_on));
    if (goes_on)
        return NULL;
    conn_doubt_over(c);
    conn_unread_over(c);
    conn_race_note_stop(c, payload, n);
    conn_race_over(c);
    conn_note_taken(c, payload, n);
    conn_stops_know_resume(c);
    conn_state_stop(c);
    conn_stops_take(c, payload, n, c->probe.sent);
    conn_resend_at(c, 0);
    conn_interrupt_over(c);
    conn_probe_over(c);
    conn_console_over(c);
    w->done = *w->stopped = true;
    conn_note_stopped(c, w->ret);
    return NULL;
}

/* An empty answer to a packet that the stub was seen to take belongs to something else. */
static bool is_known_resume(const struct rsp_connection *c)
{
    return c->features.state[FEATURE_VCONT].works == TRI_YES && conn_stops_knows_resume(c);
}

/* The stub lists vCont, and answers it with nothing (half-done stubs): what it means is said without. */
static struct error *resume_plainly(struct rsp_connection *c, bool *done)
{
    BASE_BUF struct buf plain = {0};
    bool vcont = strncmp(buf_text(&c->stops.resumed_with), "vCont;", 6) == 0;
    *done = vcont && remote_plain_resume(c, buf_text(&c->stops.resumed_with), &plain);
    if (vcont)
        c->features.state[FEATURE_VCONT].works = TRI_NO;
    if (!*done)
        return NULL;
    conn_begin(c);
    conn_add(c, plain.data, plain.length, 0);
    forget_stop(c, plain.data, plain.length);
    return conn_write(c);
}

static struct error *resume_refused(struct rsp_connection *c, const char *payload, size_t n)
{
    conn_state_refuse(c);
    if (n == 0)
        return error_new(ERR_UNSUPPORTED, "resuming with '%s': the stub does not know this packet",
                         buf_text(&c->stops.resumed_with));
    return error_new(ERR_REFUSED, "resuming with '%s': the stub answered %.*s",
                     buf_text(&c->stops.resumed_with), (int)(n < 100 ? n : 100), payload);
}

static struct error *refuse_file_io(struct rsp_connection *c)
{
    conn_begin(c);
    conn_add(c, file_io_refused, sizeof file_io_refused - 1, 0);
    return conn_write(c);
}

static bool is_file_io(const char *p, size_t n)
{
    return n >= 2 && p[0] == 'F' && p[1] >= 'a' && p[1] <= 'z';
}

/* Our own probe came back from a terminal. kdb echoes as well, and answers then. */
static bool is_echo(const struct rsp_connection *c, const char *p, size_t n)
{
    return conn_runs(c) && n > 0 && n == strlen(c->probe.text) && memcmp(p, c->probe.text, n) == 0;
}

/* A stop reply while a console is on the line may be text (conn_verify_stop()). */
static struct error *take_stop_reply(struct wait *w, const struct rsp_event *event)
{
    struct rsp_connection *c = w->c;
    BASE_BUF struct buf payload = {0};
    buf_add(&payload, event->data, event->length);
    bool real = true;
    if (!c->probe.sent)
        TRY(conn_verify_stop(c, event, &real));
    bool asked = conn_unread_asked(c);
    if (real && !asked && event->raw && conn_doubt_takes(c, buf_text(&payload), payload.length))
        return NULL;
    if (real && !asked && conn_stops_may_be_old(c, buf_text(&payload), payload.length)) {
        /* Ctrl-C waits for so long: a stop that is given up here is one that nobody takes, and an interrupt
         * of what stands ends the process when it is let go */
        int cancel_fd = transport_set_cancel_fd(c->transport, -1);
        struct error *e = conn_settle_old_stop(c, &payload, &real);
        transport_set_cancel_fd(c->transport, cancel_fd);
        TRY(e);
    }
    return real ? take_stop(w, buf_text(&payload), payload.length) : NULL;
}

/* It answers the resume with something else than a stop, or nothing at all. */
static struct error *take_refusal(struct rsp_connection *c, const char *p, size_t n)
{
    bool plainly = false;
    if (conn_runs(c) && n == 0 && !is_known_resume(c))
        TRY(resume_plainly(c, &plainly));
    if (plainly)
        return NULL;
    if (conn_runs(c) && (n == 0 ? !is_known_resume(c) : conn_is_error(p, n)))
        return resume_refused(c, p, n);
    conn_misfit(c, RSP_GRAMMAR_STOP, p, n);
    conn_unread_note(c, p, n);
    return NULL;
}

/* Older than the resume: an answer that was missing, or one in front of the resume's ack. */
static bool take_older(struct rsp_connection *c, const char *p, size_t n)
{
    if (n > 0 && !conn_is_error(p, n) && conn_missing_may_be(c, p, n)) {
        conn_note_stray(c);
        conn_unread_note(c, p, n);
        return true;
    }
    bool early = conn_runs(c) && conn_is_early(c, 0) &&
                 (transport_is_reliable(c->transport) || !conn_is_kernel_line(c));
    if (early)
        conn_stale(c, p, n);
    return early;
}

/* Neither a stop nor text. */
static struct error *take_other(struct rsp_connection *c, const char *p, size_t n)
{
    if (c->owed.count > 0) {
        conn_owed_came(c);
        return NULL;
    }
    if (conn_unread_asked(c))
        return conn_unread_failed(c);
    conn_doubt_ack(c, p, n);
    bool taken = conn_doubt_takes(c, p, n);
    if (!taken)
        TRY(conn_doubt_answered(c, &taken));
    if (taken)
        return NULL;
    if (conn_runs(c) && is_file_io(p, n))
        return refuse_file_io(c);
    return take_older(c, p, n) ? NULL : take_refusal(c, p, n);
}

static struct error *take_packet(struct wait *w, const struct rsp_event *event)
{
    struct rsp_connection *c = w->c;
    const char *p = event->data;
    size_t n = event->length;
    if (is_echo(c, p, n)) {
        conn_drop_acks(c);
        return NULL;
    }
    if (rsp_is_stop_reply(p, n))
        return take_stop_reply(w, event);
    if (conn_is_console(p, n)) {
        conn_take_console_packet(c, p, n);
        return NULL;
    }
    return take_other(c, p, n);
}

/* kgdb refuses a packet that comes while it waits for an ack: the resume was not taken. */
static struct error *take_nak(struct rsp_connection *c)
{
    if (c->terms.no_ack || c->sent.acked || c->sent.resends == RESENDS_MOST || !conn_runs(c)) {
        conn_violation(c, RSP_BREACH_STRAY_NAK, buf_text(&c->stops.resumed_with),
                       c->stops.resumed_with.length);
        return NULL;
    }
    conn_note_resend(c);
    if (conn_doubt_asks_who(c)) /* it is that question, or the resume: who answers it gets the resume */
        return conn_doubt_ask_who(c);
    return conn_write_again(c);
}

/* What a running kernel's console prints may look like a broken packet, and a broken one like text: it is
 * shown, and kgdb, should it wait for an ack, says it again for any other byte. */
static struct error *take_damaged(struct rsp_connection *c, const struct rsp_event *event)
{
    bool again;
    bool console = event->length > 0 && event->data[0] == 'O';
    bool packet = console || conn_may_be_stop(event->data, event->length);
    if (!conn_is_kernel_line(c)) {
        if (!packet && rsp_shares_console(c)) /* firmware prints on its stub's line too */
            conn_console(c, event->raw, event->raw_length);
        TRY(conn_damaged(c, event, &again));
        conn_doubt_damaged(c, again && conn_runs(c));
        return NULL;
    }
    conn_console(c, event->raw, event->raw_length);
    if (!packet || c->sent.resends == RESENDS_MOST)
        return NULL;
    conn_note_resend(c);
    return conn_kill_line(c);
}

static struct error *take(struct wait *w, enum conn_got got, const struct rsp_event *event)
{
    switch (got) {
    case GOT_PACKET:
        return take_packet(w, event);
    case GOT_NAK:
        return take_nak(w->c);
    case GOT_DAMAGED:
        return take_damaged(w->c, event);
    case GOT_WOKEN:
        w->done = true;
        break;
    case GOT_OVERSIZE:
    case GOT_DUTY:
        break;
    }
    return NULL;
}

struct error *conn_wait_stop(struct rsp_connection *c, unsigned wakes, int64_t deadline_ns, int wake_fd,
                             struct rsp_stop *ret, bool *stopped)
{
    *stopped = false;
    if (c->stops.late_count > 0) {
        conn_state_stop_late(c);
        return conn_take_late(c, ret, stopped);
    }
    TRY(rsp_why_lost(c));
    /* with a deadline in the past this is only a look whether something came unasked */
    bool asked = conn_runs(c) || deadline_ns > clock_now_ns();
    if (deadline_ns > c->limits.deadline_ns)
        deadline_ns = c->limits.deadline_ns;
    struct wait w = {.c = c, .ret = ret, .stopped = stopped, .asked = asked};
    while (!w.done) {
        enum conn_got got;
        struct rsp_event event;
        TRY(conn_next_of_run(c, wakes, deadline_ns, wake_fd, &got, &event));
        TRY(take(&w, got, &event));
    }
    if (*stopped && ret->kind == RSP_STOP_SIGNAL)
        TRY(conn_race_settle(c));
    return conn_flush_acks(c);
}

struct error *rsp_wait_stop(struct rsp_connection *c, int64_t deadline_ns, int wake_fd, struct rsp_stop *ret,
                            bool *stopped)
{
    return conn_wait_stop(c, 0, deadline_ns, wake_fd, ret, stopped);
}
