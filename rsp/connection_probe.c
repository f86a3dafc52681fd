/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is at the other end? A stub, a kernel that runs, or one that has stopped without a word. */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/text.h"

#define SETTLE_NS 300000000

/* -- the probe of a kernel that may have stopped without a word -------------------------------------- */

void conn_probe_at(struct rsp_connection *c, int64_t due_ns)
{
    c->probe.due_ns = due_ns;
}

void conn_probe_want(struct rsp_connection *c, bool wanted)
{
    c->probe.wanted = wanted;
}

bool conn_probe_take_wanted(struct rsp_connection *c)
{
    bool wanted = c->probe.wanted;
    c->probe.wanted = false;
    return wanted;
}

void conn_probe_leave(struct rsp_connection *c)
{
    c->probe.text = "";
    c->probe.due_ns = 0;
    buf_clear(&c->probe.answer);
}

void conn_probe_over(struct rsp_connection *c)
{
    c->probe.text = "";
    c->probe.due_ns = 0;
    c->probe.sent = false;
}

struct error *conn_probe(struct rsp_connection *c)
{
    /* at kdb's prompt the packet is a command that switches to the protocol (Linux 6.1,
     * kernel/debug/kdb/kdb_io.c) */
    conn_begin(c);
    conn_add(c, "?", 1, 0);
    c->probe.text = "?";
    c->probe.due_ns = clock_now_ns() + PROBE_NS + 200 * transport_byte_cost_ns(c->transport);
    c->probe.sent = true;
    return conn_write(c);
}

/* Nobody answered: what was typed is taken back. */
struct error *conn_probe_failed(struct rsp_connection *c)
{
    c->probe.sent = false;
    c->probe.due_ns = 0;
    conn_expect_ack(c, false);
    conn_console_dirty(c); /* should kgdb have got that byte, and the console's terminal the packet */
    return conn_kill_line(c);
}

/* -- who opens the conversation ---------------------------------------------------------------------- */

struct error *conn_ask_current(struct rsp_connection *c)
{
    conn_begin(c);
    conn_add(c, "qC", 2, 0);
    return conn_write(c);
}

static struct error *await_first_word(struct rsp_connection *c, bool *answered, bool *echoed)
{
    int64_t deadline_ns =
        conn_deadline(c, c->limits.timeout_ns < PROBE_NS ? c->limits.timeout_ns : PROBE_NS, 200);
    for (;;) {
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, deadline_ns, -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT) && deadline_ns != c->limits.deadline_ns) {
            error_free(e);
            return NULL;
        }
        TRY(e);
        if (got == GOT_NAK) /* it had waited for an ack */
            TRY(conn_write_again(c));
        if (got != GOT_PACKET)
            continue;
        if (event.length == 2 && memcmp(event.data, "qC", 2) == 0) {
            /* kdb echoes too, and answers then */
            *echoed = true;
            conn_drop_acks(c);
            deadline_ns = conn_deadline(c, SETTLE_NS, 200);
        } else if (!rsp_is_stop_reply(event.data, event.length)) {
            *answered = true;
            conn_note_taken(c, event.data, event.length);
            if (event.length > 2 && memcmp(event.data, "QC", 2) == 0)
                buf_add(&c->probe.answer, event.data, event.length); /* it need not be asked again */
            return NULL;
        }
    }
}

/* Whether kgdb listens at the other end of a line that may be a console. */
static struct error *probe_line(struct rsp_connection *c, bool *running)
{
    bool answered = false;
    bool echoed = false;
    conn_state_probe(c);
    /* a stub on a shared line may still wait for the ack of something said long ago */
    conn_want_ack(c);
    struct error *e = NULL;
    for (int tries = 0; tries < 2 && !e && !answered && !echoed; tries++) {
        e = conn_ask_current(c);
        if (!e)
            e = await_first_word(c, &answered, &echoed);
    }
    conn_state_done(c, CONN_PROBING);
    TRY(e);
    *running = !answered;
    if (!*running)
        return conn_flush_acks(c);
    rsp_assume_unspoken(c);
    return conn_kill_line(c);
}

/* On a transport that is no line a stub is expected; a kernel's terminal gives itself away by its echo. */
static struct error *negotiate_or_run(struct rsp_connection *c, bool *running)
{
    struct error *e = rsp_negotiate(c);
    bool echoed = error_is(e, ERR_NOT_STOPPED) && conn_runs(c);
    bool printed = error_is(e, ERR_VIOLATION) && c->console.spoke;
    if (!echoed && !printed)
        return e;
    error_free(e);
    *running = true;
    rsp_assume_unspoken(c);
    return conn_kill_line(c);
}

struct error *rsp_open(struct rsp_connection *c, bool *running)
{
    *running = false;
    if (transport_is_reliable(c->transport))
        return negotiate_or_run(c, running);
    TRY(probe_line(c, running));
    return *running ? NULL : rsp_negotiate(c);
}
