/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request whose answer does not come: how long it is waited for, and what is sent to have it. */
#include "rsp/connection_await.h"
#include "base/text.h"
#include "rsp/limits.h"

/* Timeouts that a command may take in all while it keeps printing. */
enum { CONSOLE_PATIENCE = 12 };

/*
 * Where there are acks a request gets three tries: a line may lose bytes, and so may what stands between us
 * and a socket.
 */
bool await_gets_tries(const struct await *a)
{
    const struct rsp_connection *c = a->c;
    return a->alone && !c->terms.no_ack && a->r->grammar != RSP_GRAMMAR_CONSOLE &&
           (c->life.state != CONN_PARTING || !transport_is_reliable(c->transport));
}

/*
 * What was acked was understood: only the answer, which comes again for a `-`, can have been lost. kgdb acks
 * before it does anything, so there what was not acked was not done. gdbserver that waits for the ack of what
 * it said last says that again for each byte of a request, which it does not take (gdbserver 13.1,
 * putpkt_binary()).
 */
static bool may_say_again(const struct await *a)
{
    const struct rsp_connection *c = a->c;
    bool changes = a->r->flags & RSP_MUTATES;
    return !changes || c->terms.supported_empty || a->copies >= COPIES_OF_A_STORM;
}

/* A `-` is heard by one who waits for our ack: who took the request and answered says that again, and who did
 * not lets it pass. */
static bool may_ask_for_it(const struct await *a)
{
    return a->c->sent.acked || !may_say_again(a);
}

/* Behind an answer to something else a question is asked again, unless its ack says that this was its answer.
 */
bool await_may_try_again(const struct await *a)
{
    const struct rsp_connection *c = a->c;
    bool in_doubt = a->misfit && (c->sent.acked || (a->r->flags & RSP_MUTATES));
    bool asks = c->sent.acked || transport_is_reliable(c->transport);
    /* of a change that was not acked a fence finds out more than a second `-` (connection_batch.c) */
    unsigned most = c->sent.acked || may_say_again(a) ? RESENDS_MOST - 1 : 1;
    return await_gets_tries(a) && (may_say_again(a) || asks) && a->resends < most && !in_doubt &&
           !c->stops.held.length && !a->cut;
}

/*
 * A line that has lost something will do so again, and then each loss costs the whole wait. So the first try
 * is as long as what was seen of the stub, with room to spare: should the answer only be late, what is sent
 * to have it is no worse than a copy.
 */
#define SOON_NS INT64_C(300000000)
enum { SLOWER = 4, LATER = 3 };

int64_t conn_soon_ns(const struct rsp_connection *c, int64_t most_ns)
{
    int64_t soon = SOON_NS + SLOWER * c->order.slowest_ns;
    return c->order.troubled && soon < most_ns ? soon : most_ns;
}

int64_t conn_try_ns(const struct rsp_connection *c, unsigned tries)
{
    int64_t each = c->limits.timeout_ns / RESENDS_MOST, soon = conn_soon_ns(c, each);
    int64_t later = LATER * soon < each ? LATER * soon : each;
    if (tries == 0)
        return soon;
    return tries == 1 ? later : c->limits.timeout_ns - soon - later;
}

void conn_note_speed(struct rsp_connection *c)
{
    int64_t took = clock_now_ns() - c->sent.written_ns;
    if (c->order.slowest_ns < took)
        c->order.slowest_ns = took;
}

void await_start_clock(struct await *a)
{
    struct rsp_connection *c = a->c;
    size_t bytes = a->r->length + 2 * c->terms.packet_size;
    int64_t timeout = await_gets_tries(a) ? conn_try_ns(c, a->resends) : c->limits.timeout_ns;
    a->deadline_ns = conn_deadline(c, timeout, bytes);
    a->last_deadline_ns = conn_deadline(c, CONSOLE_PATIENCE * c->limits.timeout_ns, bytes);
    a->cut = a->deadline_ns == c->limits.deadline_ns;
}

struct error *await_try_again(struct await *a)
{
    struct rsp_connection *c = a->c;
    a->resends++;
    bool reliable = transport_is_reliable(c->transport);
    /* home-made stubs pass over a `-`: the second time it is the whole request */
    bool whole = !may_ask_for_it(a) || a->copies >= COPIES_OF_A_STORM ||
                 (may_say_again(a) && reliable && a->resends > 1);
    if (reliable && !c->sent.acked)
        TRY(conn_complete_checksum(c));
    if (whole) {
        if (a->copies >= COPIES_OF_A_STORM) /* no byte of it was taken */
            conn_owe_perhaps(c, a->r);
        else /* the first answer may only be late */
            conn_owe_again(c, a->r);
        TRY(conn_write_again(c));
    } else {
        a->asked_for = true;
        TRY(conn_send_nak(c));
    }
    if (a->copies >= COPIES_OF_A_STORM)
        a->has_early = false; /* nor is one of the copies its answer, should this get lost, too */
    a->copies = 0;
    await_start_clock(a);
    return NULL;
}

struct error *await_say_again(struct await *a)
{
    struct rsp_connection *c = a->c;
    a->refused = false;
    await_start_clock(a);
    if (c->sent.acks_due == 0 && transport_is_reliable(c->transport))
        return NULL;
    conn_note_resend(c);
    if (transport_is_reliable(c->transport) && !rsp_shares_console(c))
        conn_owe_again(c, a->r); /* it may have been taken all the same */
    return conn_write_again(c);
}
