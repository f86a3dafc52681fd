/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which packet answers which question. With acks the stub says so itself: it acks a request before it answers
 * (gdb manual, "Packet Acknowledgment"), so a packet in front of that ack is older than the request. Without
 * them only what lies there before the question is known to be old.
 */
#include "rsp/connection_private.h"

#include <string.h>

/* A packet that began to arrive before the question was sent is let in whole, for so long. */
#define PIECE_NS 100000000

bool conn_is_early(const struct rsp_connection *c, size_t behind)
{
    return !c->terms.no_ack && c->order.acks && c->sent.acks_due > behind;
}

void conn_note_taken(struct rsp_connection *c, const char *payload, size_t n)
{
    struct conn_order *o = &c->order;
    o->copied = conn_is_taken_already(c, payload, n);
    o->last_length = n;
    o->says_nothing |= n == 0;
    buf_clear(&o->last);
    buf_add(&o->last, n ? payload : "", n < EVIDENCE_MOST ? n : EVIDENCE_MOST);
    if (n > 2 && payload[0] == 'E' && payload[1] == '.') {
        buf_clear(&c->words);
        buf_add(&c->words, payload + 2, n - 2 < EVIDENCE_MOST ? n - 2 : EVIDENCE_MOST);
    }
}

bool conn_is_taken_already(const struct rsp_connection *c, const char *payload, size_t n)
{
    const struct conn_order *o = &c->order;
    return n == o->last_length && memcmp(buf_text(&o->last), n ? payload : "", o->last.length) == 0;
}

void conn_trouble(struct rsp_connection *c)
{
    c->order.troubled = true;
    if (!c->terms.no_ack && !conn_is_lenient(c))
        conn_stop_pipelining(c);
}

void conn_does_not_ack(struct rsp_connection *c)
{
    c->order.acks = false;
}

void conn_fence(struct rsp_connection *c)
{
    c->order.out_of_step = true;
}

void conn_note_stray(struct rsp_connection *c)
{
    c->order.strays++;
    conn_missing_came(c);
    c->order.troubled |= !c->terms.no_ack;
}

void conn_in_step(struct rsp_connection *c)
{
    c->order.out_of_step = false;
}

/* On a line that loses bytes, and behind something that was sent twice, a copy is no fault of the stub's. */
void conn_stale(struct rsp_connection *c, const char *payload, size_t n)
{
    bool known = !c->terms.no_ack && (c->order.troubled || !transport_is_reliable(c->transport));
    c->order.others += !conn_is_taken_already(c, payload, n);
    conn_note_stray(c);
    if (!c->terms.no_ack) /* its last word, which is what it says again */
        conn_note_taken(c, payload, n);
    if (known)
        return;
    if (c->terms.no_ack)
        conn_careful(c, CAREFUL_LONG);
    c->order.out_of_step |= c->terms.no_ack && !conn_is_careful(c);
    if (!conn_is_lenient(c))
        conn_misfit(c, RSP_GRAMMAR_ANY, payload, n);
}

bool conn_take_unasked(struct rsp_connection *c, const char *payload, size_t n)
{
    bool stop = rsp_is_stop_reply(payload, n);
    if (stop)
        conn_unexpected_stop(c, payload, n, false);
    else if (conn_is_console(payload, n))
        conn_take_console_of_nobody(c, payload, n);
    return stop || conn_is_console(payload, n);
}

/* The rest of what has begun, but for what may be a console's text. */
static int64_t piece_deadline(const struct rsp_connection *c)
{
    bool begun = !rsp_shares_console(c) && rsp_decoder_in_packet(&c->wire.decoder);
    return begun ? conn_deadline(c, PIECE_NS, 0) : CONN_ONLY_LOOK;
}

struct error *conn_drain(struct rsp_connection *c, unsigned most)
{
    for (unsigned i = 0; i < most && conn_has_input(c); i++) {
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, CONN_ONLY_LOOK, -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT) && piece_deadline(c) != CONN_ONLY_LOOK) {
            error_free(e);
            e = conn_next(c, piece_deadline(c), -1, &got, &event);
        }
        if (error_is(e, ERR_TIMEOUT)) {
            error_free(e);
            return NULL;
        }
        TRY(e);
        if (got == GOT_PACKET && !conn_take_unasked(c, event.data, event.length))
            conn_stale(c, event.data, event.length);
    }
    return NULL;
}

bool conn_has_surplus(struct rsp_connection *c)
{
    return c->terms.no_ack && rsp_decoder_holds_packet(&c->wire.decoder);
}
