/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A resume whose ack has not come, or strayed, on a line that is no kernel's console: was it taken? Every
 * stub acks before it does anything, so either the resume was lost, or its ack. Nothing is asked before it is
 * late: QEMU's system emulator stops its machine at any byte. A stop that was lost or came damaged is asked
 * for here, too.
 */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/text.h"

#define LATE_NS  2000000000
#define EARLY_NS 1000000000

enum { NOTHING, ASKED_FOR_STOP, ASKED_WHO, SAID_AGAIN };

void conn_doubt_over(struct rsp_connection *c)
{
    struct conn_doubt *d = &c->doubt;
    if (d->has_held && c->sent.acks_due == 0)
        conn_stale(c, buf_text(&d->held), d->held.length);
    d->has_held = false;
    d->copies = 0;
    d->asked = NOTHING;
    d->naks = 0;
    d->rounds = 0;
    d->damaged = false;
    d->due_ns = 0;
}

void conn_doubt_damaged(struct rsp_connection *c, bool asked)
{
    c->doubt.damaged = asked;
}

/* A stub that acks, has no threads that run on, and is no kernel with a console beside it, where each byte of
 * ours is typed at a shell. */
static bool may_be_asked(const struct rsp_connection *c)
{
    return !c->terms.no_ack && c->order.acks && !conn_is_kernel_line(c) && !c->race.seen;
}

bool conn_is_headless(const struct rsp_connection *c, const char *text, size_t n)
{
    const char *sum = n > 3 ? text + n - 3 : NULL;
    return sum && may_be_asked(c) && *sum == '#' && hex_digit(sum[1]) >= 0 && hex_digit(sum[2]) >= 0;
}

void conn_doubt_leave(struct rsp_connection *c)
{
    conn_doubt_over(c);
    if (may_be_asked(c))
        c->doubt.due_ns = clock_now_ns() + conn_soon_ns(c, LATE_NS);
}

void conn_doubt_ack(struct rsp_connection *c, const char *payload, size_t n)
{
    bool acked = conn_runs(c) && may_be_asked(c) && c->sent.acks_due == 0 && c->owed.count == 0;
    if (!acked || c->doubt.asked == ASKED_WHO || !conn_is_taken_already(c, payload, n))
        return;
    conn_expect_ack(c, true);
    if (!c->doubt.due_ns)
        c->doubt.due_ns = clock_now_ns() + conn_soon_ns(c, EARLY_NS);
}

bool conn_doubt_takes(struct rsp_connection *c, const char *payload, size_t n)
{
    struct conn_doubt *d = &c->doubt;
    bool copy = d->due_ns && d->asked != ASKED_FOR_STOP && conn_is_early(c, 0) &&
                conn_is_taken_already(c, payload, n);
    if (!copy)
        return false;
    d->copies++;
    if (rsp_is_stop_reply(payload, n)) {
        buf_clear(&d->held);
        buf_add(&d->held, payload, n);
        d->has_held = true;
    }
    d->due_ns = clock_now_ns() + conn_soon_ns(c, EARLY_NS);
    return true;
}

bool conn_is_step(const struct rsp_connection *c)
{
    const char *s = buf_text(&c->stops.resumed_with);
    return *s == 's' || *s == 'S' || strncmp(s, "vCont;s", 7) == 0 || strncmp(s, "vCont;S", 7) == 0;
}

/* When a stop that was lost, or cut, is asked for again; 0: never. Of what runs freely nothing is to be
 * expected, and QEMU's machine would stop. */
static int64_t nak_due(const struct rsp_connection *c)
{
    const struct conn_doubt *d = &c->doubt;
    if (!may_be_asked(c) || d->naks == RESENDS_MOST || c->wire.decoder.skipping)
        return 0;
    bool cut = rsp_decoder_in_packet(&c->wire.decoder);
    /* a stop came damaged and our `-` or what it brought was lost, or a step's stop was lost whole */
    bool lost = d->damaged || (c->order.troubled && c->sent.acks_due == 0 && conn_is_step(c));
    if (!cut && !lost)
        return 0;
    int64_t since = c->wire.came_ns > d->nak_ns ? c->wire.came_ns : d->nak_ns;
    return since + conn_soon_ns(c, cut || d->damaged ? EARLY_NS : LATE_NS);
}

int64_t conn_doubt_due(const struct rsp_connection *c)
{
    int64_t due = nak_due(c);
    return c->doubt.due_ns && (!due || c->doubt.due_ns < due) ? c->doubt.due_ns : due;
}

/* The target stands: what was asked is answered. */
struct error *conn_doubt_answered(struct rsp_connection *c, bool *taken)
{
    struct conn_doubt *d = &c->doubt;
    *taken = d->asked == ASKED_WHO;
    if (!*taken)
        return NULL;
    d->asked = SAID_AGAIN;
    d->due_ns = 0;
    if (d->rounds++ < RESENDS_MOST) { /* it may be lost as the first was */
        d->asked = NOTHING;
        d->due_ns = clock_now_ns() + conn_soon_ns(c, LATE_NS);
    }
    TRY(conn_flush_acks(c)); /* gdbserver takes nothing before */
    return conn_write_again(c);
}

/* Our own byte stopped it, and nobody wanted that. */
struct error *conn_doubt_stopped(struct rsp_connection *c, int signal, bool *goes_on)
{
    enum { INTERRUPTED = 2 };
    struct conn_doubt *d = &c->doubt;
    *goes_on = (d->asked == ASKED_FOR_STOP || d->asked == ASKED_WHO || d->naks > 0) &&
               signal == INTERRUPTED && !c->interrupt.asked;
    if (!*goes_on)
        return NULL;
    d->asked = SAID_AGAIN;
    d->naks = RESENDS_MOST;
    d->due_ns = 0;
    TRY(conn_flush_acks(c));
    return conn_write_again(c);
}

bool conn_doubt_asks_who(const struct rsp_connection *c)
{
    return c->doubt.asked == ASKED_WHO;
}

/* What is asked goes out beside the resume, which may have to be sent again. */
struct error *conn_ask_beside(struct rsp_connection *c, const char *question)
{
    BASE_BUF struct buf b = {0};
    rsp_encode(&b, question, strlen(question));
    return conn_send_raw(c, b.data, b.length, "stray", b.length);
}

struct error *conn_doubt_ask_who(struct rsp_connection *c)
{
    return conn_ask_beside(c, "qC");
}

/* First whether a stop was lost, then who is there; that may get lost as the resume was. */
static struct error *ask_next(struct rsp_connection *c, int64_t now)
{
    struct conn_doubt *d = &c->doubt;
    if (d->asked == NOTHING) {
        d->asked = ASKED_FOR_STOP;
        d->due_ns = now + conn_soon_ns(c, EARLY_NS);
        TRY(conn_complete_checksum(c));
        return conn_send_nak(c);
    }
    if (d->asked == SAID_AGAIN || (d->asked == ASKED_WHO && d->rounds++ == RESENDS_MOST))
        return NULL;
    if (d->asked == ASKED_WHO)
        TRY(conn_complete_checksum(c));
    d->asked = ASKED_WHO;
    d->due_ns = now + conn_soon_ns(c, EARLY_NS);
    return conn_doubt_ask_who(c);
}

struct error *conn_doubt_act(struct rsp_connection *c, int64_t now, bool *believed, struct rsp_event *ret)
{
    struct conn_doubt *d = &c->doubt;
    *believed = false;
    int64_t nak_ns = nak_due(c);
    if (nak_ns && nak_ns <= now && !(d->due_ns && d->due_ns <= now)) {
        d->naks++;
        d->nak_ns = now;
        /* an ack of ours that was one too many is taken for that of the stop: it does not say that again, and
         * tells it */
        return d->damaged && d->naks == RESENDS_MOST ? conn_ask_beside(c, "?") : conn_send_nak(c);
    }
    d->due_ns = 0;
    if (c->sent.acks_due == 0 && d->asked == NOTHING) {
        bool damaged = d->damaged;
        conn_doubt_over(c);
        d->damaged = damaged; /* of the resume there is no doubt any more, and its stop is still due */
        return NULL;
    }
    if (d->copies >= COPIES_OF_A_STORM) {
        /* gdbserver waited for the ack of its last word and took no byte of the resume */
        d->copies = 0;
        d->has_held = false;
        d->due_ns = now + conn_soon_ns(c, LATE_NS);
        TRY(conn_complete_checksum(c));
        return conn_write_again(c);
    }
    if (d->has_held) {
        /* no ack came for it: that was lost, and this is the stop */
        d->has_held = false;
        *believed = true;
        *ret = (struct rsp_event){.kind = RSP_PACKET, .data = buf_text(&d->held), .length = d->held.length};
        return NULL;
    }
    return ask_next(c, now);
}
