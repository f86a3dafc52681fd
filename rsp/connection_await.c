/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting for the answer to one request: which packet it is, and when it is given up. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "rsp/connection_await.h"
#include "rsp/limits.h"

/* After something that was no answer, the true one comes soon or never. */
#define SECOND_CHANCE_NS 1000000000

/* A `-` that stands alone is believed after so long: behind one that strayed, the true ack comes. */
#define REFUSED_NS 200000000

/* What is behind a stop reply that answers a command of the monitor comes within so long, or never. */
#define COMMANDED_NS 300000000

struct error *conn_request_error(const struct rsp_request *r, enum error_code code, const char *what)
{
    int n = (int)(r->length < SHOWN_REQUEST ? r->length : SHOWN_REQUEST);
    return error_new(code, "asking '%.*s%s': %s", n, r->payload, r->length > SHOWN_REQUEST ? "…" : "", what);
}

static void expect_soon(struct await *a)
{
    int64_t soon = conn_deadline(a->c, SECOND_CHANCE_NS, 2 * a->c->terms.packet_size);
    if (soon < a->deadline_ns)
        a->deadline_ns = soon;
}

/*
 * It came, and not once whole: a stub that does not know `-` (home-made ones) says it again for the whole
 * request only, and as wrongly. That is no silence. Where the time was cut short, or a line is only tried, it
 * might have been mended.
 */
static struct error *never_whole(struct await *a)
{
    struct rsp_connection *c = a->c;
    bool for_good = !conn_is_lenient(c) && !a->cut;
    conn_owed_trust(c);
    if (for_good && !a->damage_told)
        conn_violation(c, RSP_BREACH_BAD_CHECKSUM, buf_text(&c->wire.damaged), c->wire.damaged.length);
    return conn_request_error(
        a->r, for_good ? ERR_VIOLATION : ERR_TIMEOUT,
        "the answer's checksum is wrong, and it never came whole when it was asked for again");
}

static struct error *nothing_came(struct await *a)
{
    struct rsp_connection *c = a->c;
    if (!conn_is_lenient(c) && !a->cut)
        conn_violation(c, RSP_BREACH_NO_REPLY, a->r->payload, a->r->length);
    return conn_request_error(a->r, ERR_TIMEOUT, "the stub gave no answer in time");
}

static struct error *no_answer(struct await *a)
{
    struct rsp_connection *c = a->c;
    if (c->wire.decoder.skipping)
        return conn_request_error(a->r, ERR_VIOLATION, "the answer is longer than we take, and has no end");
    if (c->stops.held.length) {
        conn_release_stop(c, RSP_BREACH_STOP_INSTEAD_OF_REPLY);
        return conn_request_error(a->r, ERR_VIOLATION, "a stop reply came in place of the answer");
    }
    if (a->misfit && !a->damaged)
        return conn_request_error(a->r, ERR_VIOLATION, "what came was no answer to it");
    if (rsp_shares_console(c) && c->sent.text_since && !conn_is_lenient(c) && !a->cut)
        return conn_runs_again(c, a->r->payload, a->r->length);
    struct error *e = a->damaged ? never_whole(a) : nothing_came(a);
    if (a->r->flags & RSP_MUTATES)
        return error_hint(e,
                          "it is not sent again by itself: look at the target to see whether it took effect");
    return error_hint(e, "is the target hung? 'reconnect' starts over");
}

static void take_early(struct await *a, enum conn_fate *ret, bool *done)
{
    conn_release_stop(a->c, RSP_BREACH_STOP_WHILE_STOPPED);
    conn_note_taken(a->c, a->early.data, a->early.length);
    buf_clear(&a->r->reply);
    buf_add(&a->r->reply, buf_text(&a->early), a->early.length);
    *ret = FATE_ANSWERED;
    *done = true;
}

/* The wait ended by the clock. */
static struct error *silence(struct await *a, enum conn_fate *ret, bool *done)
{
    struct rsp_connection *c = a->c;
    if (a->refused)
        return await_say_again(a);
    if (a->commanded && !a->cut) {
        conn_owe_perhaps(c, a->r); /* an OK may be late */
        buf_clear(&a->r->reply);
        buf_add_text(&a->r->reply, "OK");
        *ret = FATE_ANSWERED;
        *done = true;
        return NULL;
    }
    if (a->has_early && (a->r->flags & RSP_MUTATES) && a->copies < COPIES_OF_A_STORM) {
        take_early(a, ret, done);
        return NULL;
    }
    if (await_may_try_again(a))
        return await_try_again(a);
    if (a->has_early && !a->early_is_copy && !a->cut) { /* it answers each time, and acks none */
        conn_does_not_ack(c);
        conn_owed_trust(c);
        take_early(a, ret, done);
        return NULL;
    }
    a->r->error = no_answer(a);
    *ret = FATE_OPEN;
    *done = true;
    return NULL;
}

/* A `-`: our packet arrived damaged and was not taken, so sending it again is right whatever it does. */
static struct error *take_nak(struct await *a, enum conn_fate *ret, bool *done)
{
    struct rsp_connection *c = a->c;
    bool reliable = transport_is_reliable(c->transport);
    if (c->terms.no_ack || (reliable && !conn_is_lenient(c)))
        conn_violation(c, RSP_BREACH_STRAY_NAK, a->r->payload, a->r->length);
    if (c->terms.no_ack)
        return NULL;
    if (reliable && a->alone && c->sent.acks_due == 0)
        return NULL;                    /* it was acked: this one strayed */
    bool acked = c->sent.acks_due == 0; /* here one of the two signs strayed */
    if ((reliable || acked) && a->alone && !a->refused && c->sent.resends < RESENDS_MOST) {
        int64_t soon = conn_deadline(c, REFUSED_NS, 0);
        a->refused = true;
        a->deadline_ns = soon < a->deadline_ns ? soon : a->deadline_ns;
        return NULL;
    }
    if (a->refused)
        return NULL;
    if (a->alone && c->sent.resends < RESENDS_MOST) {
        conn_note_resend(c);
        return conn_write_again(c);
    }
    a->r->error = conn_request_error(a->r, ERR_VIOLATION, "the stub says that the packet arrived damaged");
    *ret = a->alone ? FATE_FAILED : FATE_OPEN;
    *done = true;
    return NULL;
}

/* A running kernel's terminal sends back what is typed at it. */
static bool is_echo(const struct rsp_request *r, const struct rsp_event *event)
{
    return r->grammar != RSP_GRAMMAR_ANY && event->length == r->length && r->length > 0 &&
           memcmp(event->data, r->payload, r->length) == 0;
}

static void take_echo(struct await *a)
{
    struct rsp_connection *c = a->c;
    rsp_assume_unspoken(c);
    a->r->error = error_hint(conn_request_error(a->r, ERR_NOT_STOPPED, "the line sends back what it is sent"),
                             "the target runs and its terminal echoes: interrupt it first");
}

static void take_misfit(struct await *a, const struct rsp_event *event)
{
    struct rsp_connection *c = a->c;
    conn_misfit(c, a->r->grammar, event->data, event->length);
    if (!c->terms.no_ack)
        conn_stop_pipelining(c);
    c->order.out_of_step |= c->terms.no_ack && !conn_is_lenient(c);
    a->misfit = true;
    expect_soon(a);
}

/* Questions that are never answered with nothing once they were answered with something, as a bit each. */
static unsigned known_question(const struct rsp_request *r)
{
    if (r->grammar == RSP_GRAMMAR_HEX && r->length == 1 && r->payload[0] == 'g')
        return 1;
    return r->grammar == RSP_GRAMMAR_OK && r->length > 2 && memcmp(r->payload, "Hg", 2) == 0 ? 2 : 0;
}

static void take_answer(struct await *a, const struct rsp_event *event, enum conn_fate *ret)
{
    conn_release_stop(a->c, RSP_BREACH_STOP_WHILE_STOPPED);
    conn_note_taken(a->c, event->data, event->length);
    buf_clear(&a->r->reply);
    buf_add(&a->r->reply, event->data, event->length);
    if (event->length && !conn_is_error(event->data, event->length))
        conn_know_question(a->c, known_question(a->r));
    if (a->resends == 0 && a->c->sent.resends == 0 && !a->damaged)
        conn_note_speed(a->c);
    if (a->asked_for && !a->damaged)
        conn_missing_said_again(a->c, a->r);
    conn_suspect(a->c, a->r);
    *ret = FATE_ANSWERED;
}

/* QEMU's user emulator, once out of step, says the nothing that it owed to another question. */
static bool is_others_nothing(const struct rsp_connection *c, const struct rsp_request *r, size_t n)
{
    return n == 0 && (c->misfits.known_questions & known_question(r));
}

/* `m` is never answered with more than it asked for. */
static bool is_too_long(const struct rsp_request *r, size_t n)
{
    const char *comma = r->payload[0] == 'm' ? memchr(r->payload, ',', r->length) : NULL;
    uint64_t asked;
    if (r->grammar != RSP_GRAMMAR_HEX || !comma)
        return false;
    const char *s = comma + 1, *end = r->payload + r->length;
    return hex_parse_u64(&s, end, &asked) && s == end && n / 2 > asked;
}

/* All registers were longer before: what is shorter by half or more is the answer to something else. */
static bool is_short_g(const struct rsp_connection *c, const struct rsp_request *r, size_t n)
{
    bool is_g = r->grammar == RSP_GRAMMAR_HEX && r->length == 1 && r->payload[0] == 'g';
    return is_g && n > 0 && n <= c->remote.g_size;
}

bool conn_answers(const struct rsp_connection *c, const struct rsp_request *r, const char *p, size_t n)
{
    return conn_fits(r->grammar, p, n) && !is_others_nothing(c, r, n) &&
           (conn_is_error(p, n) || (!is_too_long(r, n) && !is_short_g(c, r, n)));
}

static bool fits(const struct await *a, const struct rsp_event *event)
{
    return conn_answers(a->c, a->r, event->data, event->length);
}

/*
 * It came in front of our request's ack, so it is an answer said twice, or that of a request given up. Where
 * the ack itself may have been lost it is kept: a line loses bytes, and there only a copy is doubted.
 */
static bool take_unacked(struct await *a, const struct rsp_event *event)
{
    struct rsp_connection *c = a->c;
    if (!conn_is_early(c, a->behind))
        return false;
    bool copy = conn_is_taken_already(c, event->data, event->length);
    if (!transport_is_reliable(c->transport) && !copy)
        return false;
    a->copies += copy;
    if (copy)
        conn_stale(c, event->data, event->length);
    bool asked_for = copy && a->asked_for; /* the last word comes again for our `-` */
    if (a->alone && !asked_for && fits(a, event)) {
        buf_clear(&a->early);
        buf_add(&a->early, event->data, event->length);
        a->has_early = true;
        a->early_is_copy = copy;
    }
    if (await_gets_tries(a))
        expect_soon(a);
    if (!a->alone &&
        a->copies >= COPIES_OF_A_STORM) { /* gdbserver 13.1: it does not take this one any more */
        int64_t soon = conn_deadline(c, REFUSED_NS, 0);
        a->deadline_ns = soon < a->deadline_ns ? soon : a->deadline_ns;
    }
    return true;
}

/* `monitor reset` of a probe: the stop comes in place of OK, or in front of it. */
static void take_commanded_stop(struct await *a, const struct rsp_event *event)
{
    struct rsp_connection *c = a->c;
    conn_keep_stop(c, event->data, event->length);
    a->commanded = true;
    int64_t soon = conn_deadline(c, COMMANDED_NS, 2 * c->terms.packet_size);
    a->deadline_ns = soon < a->deadline_ns ? soon : a->deadline_ns;
}

/* A stop reply where another answer is due. */
static bool take_stop(struct await *a, const struct rsp_event *event)
{
    struct rsp_connection *c = a->c;
    enum rsp_grammar grammar = a->r->grammar;
    bool due = grammar == RSP_GRAMMAR_STOP || grammar == RSP_GRAMMAR_ANY;
    if (due || !rsp_is_stop_reply(event->data, event->length))
        return false;
    if (grammar == RSP_GRAMMAR_CONSOLE) {
        take_commanded_stop(a, event);
        return true;
    }
    a->copies += conn_is_copy(&c->stops.last, event->data, event->length);
    conn_unexpected_stop(c, event->data, event->length, true);
    if (!c->terms.no_ack && !conn_is_lenient(c))
        conn_stop_pipelining(c);
    if (!conn_is_lenient(c))
        expect_soon(a);
    return true;
}

/* gdbserver says its last word again for each byte of the request while our ack is lost; that is no answer to
 * it, though an ack that strayed may stand in front. */
static bool take_copy(struct await *a, const struct rsp_event *event)
{
    struct rsp_connection *c = a->c;
    if (c->terms.no_ack || !a->alone || !conn_is_taken_already(c, event->data, event->length))
        return false;
    a->copies++;
    conn_stale(c, event->data, event->length);
    expect_soon(a);
    return true;
}

/* True when the wait is over. */
static bool take_packet(struct await *a, const struct rsp_event *event, enum conn_fate *ret)
{
    struct rsp_connection *c = a->c;
    enum rsp_grammar grammar = a->r->grammar;
    if (conn_is_console(event->data, event->length)) {
        if (conn_is_early(c, a->behind) && transport_is_reliable(c->transport))
            conn_take_console_of_nobody(c, event->data, event->length);
        else
            conn_take_console(c, event->data, event->length);
        if (grammar == RSP_GRAMMAR_CONSOLE) {
            int64_t later = conn_deadline(c, c->limits.timeout_ns, 2 * c->terms.packet_size);
            a->deadline_ns = later < a->last_deadline_ns ? later : a->last_deadline_ns;
        }
        return false;
    }
    if (is_echo(a->r, event)) {
        take_echo(a);
        *ret = FATE_FAILED;
        return true;
    }
    if (take_stop(a, event))
        return false;
    if (take_unacked(a, event))
        return false;
    if (fits(a, event)) {
        take_answer(a, event, ret);
        return true;
    }
    if (take_copy(a, event))
        return false;
    take_misfit(a, event);
    if (a->alone)
        return false;
    /* which of the answers behind it belongs to which question cannot be told any more */
    a->r->error = conn_request_error(a->r, ERR_VIOLATION, "what came was no answer to it");
    *ret = FATE_OPEN;
    return true;
}

/* The same, broken into lines by a shell that edits them. */
static bool is_broken_echo(const struct await *a, const struct rsp_event *event)
{
    enum { ENOUGH = 10 };
    return conn_is_lenient(a->c) && a->r->length > ENOUGH && event->length > ENOUGH &&
           memcmp(event->data, a->r->payload, ENOUGH) == 0;
}

static struct error *take_damaged(struct await *a, const struct rsp_event *event, enum conn_fate *ret,
                                  bool *done)
{
    if (is_broken_echo(a, event)) {
        conn_console(a->c, event->raw, event->raw_length);
        take_echo(a);
        *ret = FATE_FAILED;
        *done = true;
        return NULL;
    }
    bool again;
    uint64_t told = a->c->stats.violations;
    TRY(conn_damaged(a->c, event, &again));
    a->damaged = true;
    a->damage_told |= a->c->stats.violations > told;
    if (again)
        return NULL;
    a->r->error = conn_request_error(a->r, ERR_VIOLATION, "the answer's checksum is wrong");
    *ret = FATE_FAILED;
    *done = true;
    return NULL;
}

static struct error *await(struct await *a, enum conn_fate *ret)
{
    struct rsp_connection *c = a->c;
    struct rsp_request *r = a->r;
    bool done = false;
    while (!done) {
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, a->deadline_ns, -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT)) {
            error_free(e);
            TRY(silence(a, ret, &done));
            continue;
        }
        if (e) {
            conn_release_stop(c, RSP_BREACH_STOP_WHILE_STOPPED);
            return error_while(e, "asking '%.*s'",
                               (int)(r->length < SHOWN_REQUEST ? r->length : SHOWN_REQUEST), r->payload);
        }
        if (got == GOT_PACKET) {
            done = take_packet(a, &event, ret);
        } else if (got == GOT_NAK) {
            TRY(take_nak(a, ret, &done));
        } else if (got == GOT_DAMAGED) {
            TRY(take_damaged(a, &event, ret, &done));
        } else if (got == GOT_OVERSIZE) {
            r->error = conn_request_error(r, ERR_VIOLATION, "the answer is longer than we take");
            *ret = FATE_FAILED;
            done = true;
        }
        if (!done && c->race.seen && !a->raced) { /* asked anew, in another way */
            conn_release_stop(c, RSP_BREACH_STOP_INSTEAD_OF_REPLY);
            r->error = conn_request_error(r, ERR_VIOLATION, "a thread stopped in the middle of it");
            *ret = FATE_OPEN;
            done = true;
        }
    }
    return NULL;
}

struct error *conn_say(struct rsp_connection *c, struct rsp_request *r, enum conn_fate *ret)
{
    *ret = FATE_OPEN;
    buf_clear(&r->reply);
    error_free(r->error);
    r->error = NULL;
    conn_begin(c);
    conn_add(c, r->payload, r->length, 0);
    TRY(conn_write(c));
    return conn_await(c, r, 0, 1, ret);
}

struct error *conn_say_once(struct rsp_connection *c, struct rsp_request *r, enum conn_fate *ret)
{
    struct error *e = conn_say(c, r, ret);
    if (e || *ret == FATE_OPEN)
        conn_owe(c, r, 1);
    if (error_is(r->error, ERR_TIMEOUT))
        conn_gave_up(c);
    return e;
}

struct error *conn_await(struct rsp_connection *c, struct rsp_request *r, size_t place, size_t window,
                         enum conn_fate *ret)
{
    struct await a = {
        .c = c, .r = r, .alone = window == 1, .behind = window - 1 - place, .raced = c->race.seen};
    await_start_clock(&a);
    struct error *e = await(&a, ret);
    buf_free(&a.early);
    return e;
}
