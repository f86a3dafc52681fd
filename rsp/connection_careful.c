/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who says more than he was asked.
 *
 * Without acks nothing tells an answer from the copy of one before it that comes late, and with them nothing
 * tells the answer that was given up from the one that is waited for, should it still come. So once more
 * came than was asked for, or less, each question stands between two silences: what comes in the first is
 * old, and what comes in the second, unless it is the same as the answer, makes it doubtful, and it is asked
 * again where that may be. The silence gets longer where it did not suffice, and trust comes back with
 * answers that stand alone.
 *
 * Before that there is one sign only: an answer that is word for word the one before it. A fence
 * (connection_resync.c), one turn, finds out whether it is one too many. Who says each answer twice is found
 * out by the first of them, so one fence that nothing came in front of is enough.
 */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/text.h"

/* How often a doubtful answer is asked for again, and the silences. */
enum { TRIES = 4 };
#define SETTLE_NS      25000000
#define SETTLE_MOST_NS 200000000

bool conn_is_careful(const struct rsp_connection *c)
{
    bool careful = c->order.careful > 0 || conn_missing_count(c) > 0;
    return careful && !c->race.seen && !conn_is_lenient(c);
}

void conn_careful(struct rsp_connection *c, unsigned questions)
{
    struct conn_order *o = &c->order;
    if (rsp_shares_console(c) || conn_is_lenient(c)) /* there what nobody asked for is text */
        return;
    o->cleared = false;
    conn_stops_trust(c, false);
    if (o->careful < questions)
        o->careful = questions;
    if (o->settle_ns == 0)
        o->settle_ns = SETTLE_NS;
}

void conn_gave_up(struct rsp_connection *c)
{
    c->order.gave_up = !conn_is_lenient(c);
}

void conn_suspect(struct rsp_connection *c, const struct rsp_request *r)
{
    enum { SAYS_SOMETHING = 4 }; /* digits; a single byte is like another too often */
    struct conn_order *o = &c->order;
    const struct buf *answer = &r->reply;
    bool same = r->length == o->asked.length && memcmp(r->payload, buf_text(&o->asked), r->length) == 0;
    o->suspect |= c->terms.no_ack && o->copied && !same && r->grammar == RSP_GRAMMAR_HEX &&
                  answer->length >= SAYS_SOMETHING && !conn_is_error(buf_text(answer), answer->length);
    buf_clear(&o->asked);
    if (c->terms.no_ack)
        buf_add(&o->asked, r->payload, r->length < EVIDENCE_MOST ? r->length : EVIDENCE_MOST);
}

struct error *conn_settle_suspicion(struct rsp_connection *c)
{
    bool suspect = c->order.suspect && !c->order.cleared && !conn_runs(c) && !conn_is_careful(c) &&
                   !conn_is_lenient(c) && c->owed.count == 0 && clock_now_ns() < c->limits.deadline_ns;
    c->order.suspect = false;
    if (!suspect)
        return NULL;
    conn_fence(c);
    struct error *e = conn_resync(c);
    if (error_is(e, ERR_TIMEOUT)) { /* it is silent to what it does not know, or never silent */
        error_free(e);
        e = NULL;
        conn_owe_nothing(c);
        conn_in_step(c);
        if (c->owed.came > 0)
            conn_careful(c, CAREFUL_LONG);
    }
    c->order.cleared = !e && !conn_is_careful(c);
    return e;
}

/* How long the stub may take to say that the target stands, before it is taken to run on. */
#define STANDS_NS 1000000000

/* Who was never heard to answer with nothing may be silent to what he does not know: his silence says nothing
 * of the target, and the stop counts. */
struct error *conn_settle_old_stop(struct rsp_connection *c, struct buf *stop, bool *real)
{
    int64_t until_ns = conn_deadline(c, STANDS_NS, 0);
    *real = false;
    TRY(conn_flush_acks(c));
    conn_owe_perhaps(c, &(struct rsp_request){.payload = conn_fence_text, .length = strlen(conn_fence_text)});
    TRY(conn_ask_beside(c, conn_fence_text));
    for (unsigned i = 0; i < LOOK_PACKETS_MOST && !*real; i++) {
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, until_ns, -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT)) {
            error_free(e);
            *real = !c->order.says_nothing || conn_fence_is_silent(c);
            if (!*real)
                break;
            conn_owe_nothing(c);
            conn_stops_trust(c, true);
            return NULL;
        }
        TRY(e);
        if (got == GOT_PACKET && (event.length == 0 || conn_is_error(event.data, event.length))) {
            conn_owed_came(c);
            conn_stops_trust(c, true);
            *real = true;
            return NULL;
        }
        bool copy = got == GOT_PACKET && conn_is_copy(stop, event.data, event.length);
        if (got == GOT_PACKET && !copy && rsp_is_stop_reply(event.data, event.length)) {
            conn_violation(c, RSP_BREACH_STOP_WHILE_STOPPED, buf_text(stop), stop->length);
            buf_clear(stop);
            buf_add(stop, event.data, event.length);
            *real = true;
        }
    }
    conn_careful(c, CAREFUL_LONG);
    return NULL;
}

/* What came behind the answer to `r` (NULL: before a question). *other: something that is no copy of it, or
 * no end of it. */
static struct error *listen(struct rsp_connection *c, const struct rsp_request *r, bool *other)
{
    int64_t until_ns = conn_deadline(c, c->limits.timeout_ns, 0);
    *other = false;
    for (unsigned i = 0; i < DRAIN_PACKETS_MOST && (i == 0 || clock_now_ns() < until_ns); i++) {
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, conn_deadline(c, c->order.settle_ns, 0), -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT)) {
            error_free(e);
            return NULL;
        }
        TRY(e);
        if (got != GOT_PACKET)
            continue;
        bool copy = r && conn_is_taken_already(c, event.data, event.length);
        if (copy)
            conn_note_stray(c);
        if (copy || conn_take_unasked(c, event.data, event.length))
            continue;
        *other |= r != NULL;
        conn_note_stray(c);
        conn_misfit(c, RSP_GRAMMAR_ANY, event.data, event.length);
    }
    *other = true;
    return NULL;
}

struct error *conn_careful_quiet(struct rsp_connection *c)
{
    bool other;
    return conn_is_careful(c) ? listen(c, NULL, &other) : NULL;
}

/* The silence behind the answer before is that in front of this one. */
static struct error *make_quiet(struct rsp_connection *c, bool *talks)
{
    *talks = false;
    bool quiet = c->order.quiet_ns > c->wire.came_ns && !conn_has_input(c);
    return quiet ? NULL : listen(c, NULL, talks);
}

static void note_answer(struct rsp_connection *c, bool clear)
{
    struct conn_order *o = &c->order;
    o->quiet_ns = clock_now_ns();
    if (clear) {
        o->careful -= o->careful > 0;
        return;
    }
    o->careful = CAREFUL_LONG;
    o->settle_ns = 2 * o->settle_ns < SETTLE_MOST_NS ? 2 * o->settle_ns : SETTLE_MOST_NS;
}

/* With acks a change that was heard was acked, and some may be said twice. */
static bool may_be_asked_again(const struct rsp_connection *c, const struct rsp_request *r)
{
    bool twice = !c->terms.no_ack && conn_may_be_said_twice(r);
    return r->grammar != RSP_GRAMMAR_CONSOLE && (!(r->flags & RSP_MUTATES) || twice);
}

/* A change that arrived twice was acked twice: the first answer is that of what was meant, and the second one
 * may be an error (`z` of what is out already). */
static bool was_done_twice(const struct rsp_connection *c, const struct rsp_request *r)
{
    return (r->flags & RSP_MUTATES) && !c->terms.no_ack && c->sent.acks_more > 0;
}

static struct error *say(struct rsp_connection *c, struct rsp_request *r, enum conn_fate *fate)
{
    struct error *e = conn_say(c, r, fate);
    if (!e && *fate == FATE_OPEN && conn_is_unheard(c, r))
        return conn_say_until_heard(c, r);
    if (e || *fate == FATE_OPEN)
        conn_owe(c, r, 1);
    if (error_is(r->error, ERR_TIMEOUT))
        conn_gave_up(c);
    return e;
}

/* Between the silences: *fate, and *other where the answer does not stand alone. One that is a copy of the
 * last and stands among others is of a stub that says it for each byte of ours, and an ack beside it has
 * strayed: of the question it took nothing. */
static struct error *ask_between(struct rsp_connection *c, struct rsp_request *r, enum conn_fate *fate,
                                 bool *other)
{
    struct error *refused;
    *fate = FATE_FAILED;
    TRY(conn_resync(c));
    TRY(conn_check_stopped(c));
    TRY(conn_missing_before(c, r, &refused));
    if (refused) {
        error_free(r->error);
        r->error = refused;
        return NULL;
    }
    size_t before = c->order.strays;
    TRY(say(c, r, fate));
    if (*fate != FATE_ANSWERED || conn_runs(c))
        return NULL;
    bool copied = c->order.copied && !c->terms.no_ack;
    bool in_storm = copied && c->order.strays > before;
    before = c->order.strays;
    TRY(listen(c, r, other));
    in_storm |= copied && c->order.strays >= before + COPIES_OF_A_STORM;
    *other |= in_storm;
    note_answer(c, !*other);
    return NULL;
}

/* One question until one answer stands alone. */
static struct error *ask_alone(struct rsp_connection *c, struct rsp_request *r)
{
    for (unsigned i = 0; i < TRIES; i++) {
        enum conn_fate fate;
        bool other = false;
        TRY(conn_take_owed(c));
        TRY(make_quiet(c, &other));
        if (other) /* what it says is none of our questions' */
            continue;
        TRY(ask_between(c, r, &fate, &other));
        if (fate != FATE_ANSWERED || conn_runs(c) || !other)
            return NULL;
        if (was_done_twice(c, r))
            return NULL;
        if (!may_be_asked_again(c, r))
            break;
    }
    if (r->length && r->payload[0] == 'z') {
        buf_clear(&c->order.undecided);
        buf_add(&c->order.undecided, r->payload, r->length);
    }
    r->error = error_hint(
        conn_request_error(r, ERR_VIOLATION, "more than one answer came, and they are not the same"),
        r->flags & RSP_MUTATES ? "look at the target to see whether it took effect"
                               : "what lies between here and the stub says packets twice or late");
    return NULL;
}

static struct error *ask(struct rsp_connection *c, struct rsp_request *r)
{
    TRY(ask_alone(c, r));
    if (conn_may_be_gone(c, r, 1))
        TRY(conn_take_out_again(c, r));
    return conn_missing_settle(c, r, ask_alone);
}

struct error *conn_careful_ask(struct rsp_connection *c, struct rsp_request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (requests[i].error)
            continue;
        struct error *e = ask(c, &requests[i]);
        if (!error_is(e, ERR_TIMEOUT) && !error_is(e, ERR_NOT_STOPPED)) {
            TRY(e);
            continue;
        }
        requests[i].error = e;
    }
    return conn_flush_acks(c);
}
