/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interrupting a target that runs, and what is sent again while its stop is waited for. */
#include "rsp/connection_private.h"

#include "base/text.h"

#define ACK_NS 1000000000
/* A BREAK may overtake what was typed in front of it (QEMU 7.2, telnet), which then is taken for the letter.
 */
#define SWALLOW_NS     300000000
#define BREAK_AGAIN_NS INT64_C(1000000000)

/* Behind a console packet: its ack has been taken, or will not be. */
#define TYPE_BEHIND_NS 5000000

/* Needs a root shell at the console. The Ctrl-U empties a line that somebody began to type. */
static const char sysrq[] = "\x15"
                            "echo g >/proc/sysrq-trigger\n";

/* -- ways ------------------------------------------------------------------------------------------ */

void rsp_set_break(struct rsp_connection *c, enum rsp_break how)
{
    c->interrupt.how = how;
}

void conn_interrupt_rest(struct rsp_connection *c)
{
    c->interrupt.again_ns = 0;
}

void conn_interrupt_over(struct rsp_connection *c)
{
    c->interrupt.asked = false;
    c->interrupt.again_ns = 0;
}

/* A kernel behind a serial line is stopped by SysRq-g. 0x03 would only be typed at its terminal. kgdb is
 * known by its empty answer to qSupported, or, not yet stopped once, by none. */
static bool is_silent_kernel(const struct rsp_connection *c)
{
    return !transport_is_reliable(c->transport) &&
           (c->terms.supported_empty || c->features.state[FEATURE_PACKET_SIZE].advertised == TRI_UNKNOWN);
}

static enum rsp_break way(const struct rsp_connection *c)
{
    if (c->interrupt.how != RSP_BREAK_AUTO)
        return c->interrupt.how;
    return is_silent_kernel(c) ? RSP_BREAK_G : RSP_BREAK_INTERRUPT;
}

bool rsp_interrupts_by_break(const struct rsp_connection *c)
{
    return way(c) != RSP_BREAK_INTERRUPT;
}

/* kgdbcon takes letters from what is typed while it waits for an ack: right behind one it is quiet. */
void conn_interrupt_heard(struct rsp_connection *c)
{
    int64_t now = clock_now_ns(), *again = &c->interrupt.again_ns;
    bool typed = *again && way(c) == RSP_BREAK_SYSRQ;
    if (typed && now >= c->sent.raw_ns + BREAK_AGAIN_NS && *again > now + TYPE_BEHIND_NS)
        *again = now + TYPE_BEHIND_NS;
}

static struct error *send_g(struct rsp_connection *c)
{
    return conn_send_raw(c, "g", 1, "stray", 1);
}

static struct error *call(struct rsp_connection *c)
{
    if (!c->callbacks.break_in)
        return error_new(ERR_INTERNAL, "breaking in: there is nobody to do it");
    return c->callbacks.break_in(c->callbacks.context);
}

/* When it is sent again, 0: never. What is typed is typed once, unless some of it may have been lost: on a
 * line that has lost bytes before, or while kgdbcon waited for an ack. */
static int64_t again_ns(const struct rsp_connection *c, enum rsp_break how)
{
    if (how == RSP_BREAK_G || how == RSP_BREAK_CALL_G)
        return clock_now_ns() + BREAK_AGAIN_NS;
    bool loses = c->console.packet.length > 0 || c->stats.retransmits > 0;
    bool again = how == RSP_BREAK_SYSRQ && loses && c->interrupt.times_typed < BREAKS_TYPED_MOST;
    return again ? clock_now_ns() + 3 * BREAK_AGAIN_NS : 0;
}

/* A BREAK that a kernel did not hear: it was still on its way out of kgdb, or its console was just polling
 * the line (Linux 6.1, 8250). One too many is passed over by a kgdb that listens again. */
static struct error *break_in(struct rsp_connection *c)
{
    enum rsp_break how = way(c);
    if (how == RSP_BREAK_G && !transport_carries_break(c->transport))
        return transport_send_break(c->transport); /* which says so */
    bool breaks = how == RSP_BREAK_G || how == RSP_BREAK_CALL_G;
    if (breaks && clock_now_ns() < c->sent.raw_ns + SWALLOW_NS) {
        c->interrupt.again_ns = c->sent.raw_ns + SWALLOW_NS;
        return NULL;
    }
    c->interrupt.again_ns = again_ns(c, how);
    if (rsp_never_spoke(c) && !c->probe.sent && c->probe.due_ns == 0)
        conn_probe_at(c, clock_now_ns() + BREAK_AGAIN_NS);
    switch (how) {
    case RSP_BREAK_G:
        TRY(transport_send_break(c->transport));
        return send_g(c);
    case RSP_BREAK_CALL_G:
        TRY(call(c));
        return send_g(c);
    case RSP_BREAK_CALL:
        return call(c);
    case RSP_BREAK_SYSRQ:
        c->interrupt.times_typed++;
        return conn_send_raw(c, sysrq, sizeof sysrq - 1, "stray", sizeof sysrq - 1);
    case RSP_BREAK_AUTO:
    case RSP_BREAK_INTERRUPT:
        break;
    }
    return conn_send_raw(c, "\x03", 1, "interrupt", 0);
}

/* -- meanwhile ------------------------------------------------------------------------------------- */

static int64_t sooner(int64_t a, int64_t b)
{
    return a && (!b || a < b) ? a : b;
}

/* With kgdbcon the other processor's terminal may print into a console packet, which then waits for an ack.
 */
static bool console_was_cut(const struct rsp_connection *c)
{
    return c->console.packet.length > 0 && c->wire.came_ns > c->console.nudged_ns &&
           conn_has_hex(c->console.tail, c->console.tail_length);
}

/* A packet that lost its `$`, its `#` or what follows that, or was broken up: it stands there, and nothing
 * comes any more. When kgdb is made to say it again; 0: never. */
static int64_t cut_packet_ns(const struct rsp_connection *c)
{
    if (!conn_is_kernel_line(c) || rsp_never_spoke(c))
        return 0;
    const struct rsp_decoder *d = &c->wire.decoder;
    size_t n = d->input.length - d->start;
    bool begun = n > 1 && conn_may_be_stop(d->input.data + d->start + 1, n - 1);
    bool stop = c->sent.resends < RESENDS_MOST &&
                (begun || conn_ends_as_stop(c->console.tail, c->console.tail_length));
    int64_t since = c->wire.came_ns > c->console.nudged_ns ? c->wire.came_ns : c->console.nudged_ns;
    return stop || console_was_cut(c) ? since + NUDGE_NS : 0;
}

/* The moment at which something is to be sent, 0: none. */
static int64_t next_duty(const struct rsp_connection *c)
{
    if (!conn_runs(c))
        return 0;
    int64_t due = sooner(sooner(c->console.nudge_ns, cut_packet_ns(c)),
                         sooner(c->probe.sent ? 0 : c->interrupt.again_ns, c->probe.due_ns));
    due = sooner(sooner(due, conn_race_due(c)), conn_unread_due(c));
    return sooner(sooner(c->sent.acked ? 0 : c->sent.again_ns, conn_doubt_due(c)), due);
}

/* The resume was not acked: the line lost it, or lost the ack. */
static struct error *resume_again(struct rsp_connection *c)
{
    conn_resend_at(c, 0);
    /* or it lost our last ack: gdbserver takes nothing before that */
    conn_want_ack(c);
    TRY(conn_flush_acks(c));
    return conn_write_again(c);
}

static struct error *do_duty(struct rsp_connection *c, int64_t now)
{
    if (c->probe.due_ns && c->probe.due_ns <= now) {
        if (!c->probe.sent)
            return conn_probe(c);
        TRY(conn_probe_failed(c));
        /* while a stop is wanted, it is asked again */
        conn_probe_at(c, c->interrupt.asked && rsp_never_spoke(c) ? now + BREAK_AGAIN_NS : 0);
        return NULL;
    }
    if (!c->sent.acked && c->sent.again_ns && c->sent.again_ns <= now)
        return resume_again(c);
    if (c->console.nudge_ns && c->console.nudge_ns <= now)
        return conn_console_nudge(c, now);
    int64_t cut = cut_packet_ns(c);
    if (cut && cut <= now) {
        bool console = console_was_cut(c);
        if (!console)
            conn_note_resend(c);
        conn_console_nudged(c, now);
        return console ? conn_console_nudge(c, now) : conn_kill_line(c);
    }
    return c->interrupt.again_ns && c->interrupt.again_ns <= now ? break_in(c) : NULL;
}

struct error *conn_next_of_run(struct rsp_connection *c, unsigned wakes, int64_t deadline_ns, int wake_fd,
                               enum conn_got *got, struct rsp_event *event)
{
    for (;;) {
        int64_t due = next_duty(c);
        bool first = due && due < deadline_ns;
        /* something may have to be sent because of what was just read: that is not waited for */
        struct error *e =
            conn_next_or(c, wakes | CONN_WAKES_DUTY, first ? due : deadline_ns, wake_fd, got, event);
        bool duty = !e && *got == GOT_DUTY;
        if (!duty && (!first || !error_is(e, ERR_TIMEOUT)))
            return e;
        error_free(e);
        int64_t now = clock_now_ns();
        bool believed = false;
        if (conn_unread_due(c) && conn_unread_due(c) <= now)
            TRY(conn_unread_act(c));
        else if (!duty && conn_doubt_due(c) && conn_doubt_due(c) <= now)
            TRY(conn_doubt_act(c, now, &believed, event));
        else if (!duty && conn_race_due(c) && conn_race_due(c) <= now)
            TRY(conn_race_act(c, now));
        else
            TRY(do_duty(c, now));
        if (believed) {
            *got = GOT_PACKET;
            return NULL;
        }
    }
}

/* -- the interrupt --------------------------------------------------------------------------------- */

/*
 * Linux 6.1's kgdb takes a BREAK for a byte like any other until it has let the kernel run, and QEMU 7.2 lets
 * one that comes by telnet overtake the bytes in front of it: a BREAK right behind the resume would be no
 * answer to the last packet, which then comes again, and the letter would be typed at the console. So the
 * resume's ack is awaited, and so before anything is typed. A stop that comes instead is kept.
 */
struct error *conn_await_ack(struct rsp_connection *c)
{
    struct rsp_stop stop;
    bool stopped = false;
    int64_t deadline_ns = conn_deadline(c, ACK_NS, 0);
    struct error *e =
        c->sent.acked ? NULL : conn_wait_stop(c, CONN_WAKES_ACK, deadline_ns, -1, &stop, &stopped);
    if (stopped)
        conn_keep_stop(c, buf_text(&c->stops.last), c->stops.last.length);
    if (!error_is(e, ERR_TIMEOUT))
        return e;
    error_free(e); /* lost on the line */
    return NULL;
}

struct error *rsp_interrupt(struct rsp_connection *c)
{
    TRY(rsp_why_lost(c));
    if (!conn_runs(c))
        return error_new(ERR_NOT_RUNNING, "interrupting %s: it is not running",
                         transport_describe(c->transport));
    c->interrupt.asked = true;
    c->interrupt.times_typed = 0;
    if (rsp_at_kdb(c) || c->life.state == CONN_KDB) {
        conn_state_out_of_kdb(c);
        c->interrupt.again_ns = clock_now_ns() + BREAK_AGAIN_NS; /* should kdb have let the kernel go */
        return conn_probe(c);
    }
    if (!rsp_interrupts_by_break(c))
        return break_in(c);
    TRY(conn_await_ack(c));
    return conn_runs(c) ? break_in(c) : NULL;
}

/* Linux, kernel/debug/gdbstub.c: `3` removes the breakpoints, forgets the client and gives no answer. */
struct error *rsp_to_kdb(struct rsp_connection *c)
{
    TRY(conn_check_stopped(c));
    TRY(conn_resync(c));
    conn_begin(c);
    conn_add(c, "3", 1, 0);
    TRY(conn_write(c));
    rsp_assume_unspoken(c);
    conn_expect_ack(c, true);
    conn_interrupt_over(c);
    conn_state_kdb(c);
    conn_console_forget_text(c);
    return NULL;
}
