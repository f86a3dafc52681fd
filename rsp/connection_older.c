/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An older answer, said once more by the network or by what lies on the way, in place of the one that is
 * waited for. An ack in front of it proves nothing, as it was ours.
 *
 * Two things tell: something comes behind it that is no copy of it, which is the true one, or it is word for
 * word what another question was answered. The first is looked for behind each answer that came behind an
 * ack, which costs nothing; the second makes us listen for a moment, once for each such text while nothing
 * ever came that was too much. Values are alike for good reasons, so that is done a few times, and a stub
 * that answers each question once sees no packet of it. Where something was lost or said twice before, a
 * fence (connection_copy.c) takes the place of the moment, and without acks the silences of
 * connection_careful.c do.
 */
#include "rsp/connection_private.h"

#include "base/alloc.h"
#include "base/text.h"

/* How long the true answer may be behind the old one, and how often it is waited for in vain. */
#define BEHIND_NS 10000000
enum { LISTENS = 8, TRIES = 4 };

/* Who gave less and meant it so often is believed. */
enum { SHORTS_DOUBTED = 3 };

enum { SAYS_SOMETHING = 4 }; /* digits; a single byte is like another too often */

/* FNV-1a; a collision costs a moment. */
static uint64_t digest(const char *bytes, size_t n)
{
    uint64_t h = 0xcbf29ce484222325;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)bytes[i]) * 0x100000001b3;
    return h;
}

/* What is asked of a target that ran in between is another question. */
static uint64_t question_of(const struct rsp_connection *c, const struct rsp_request *r)
{
    bool registers = r->length == 1 && r->payload[0] == 'g';
    return digest(r->payload, r->length) ^ (registers ? c->older.runs : 0);
}

static bool is_value(const struct rsp_request *r)
{
    return !r->error && r->grammar == RSP_GRAMMAR_HEX && r->length > 0 && r->reply.length >= SAYS_SOMETHING &&
           !conn_is_error(buf_text(&r->reply), r->reply.length);
}

static bool is_watched(const struct rsp_connection *c)
{
    return transport_is_reliable(c->transport) && !rsp_shares_console(c) && !conn_is_lenient(c) &&
           !c->race.seen && !conn_runs(c) && !conn_is_careful(c) && clock_now_ns() < c->limits.deadline_ns;
}

/* One that was found to be its own is trusted as long as nothing comes that is too much. */
static bool is_cleared(const struct rsp_connection *c, const struct conn_older_answer *a)
{
    return a->cleared && a->strays == c->order.strays;
}

/* `trusting`: but for what is known to be its own. */
static bool is_of_another(const struct rsp_connection *c, const struct rsp_request *r, bool trusting)
{
    if (!is_value(r))
        return false;
    uint64_t question = question_of(c, r), text = digest(r->reply.data, r->reply.length);
    bool another = false;
    for (size_t i = 0; i < ARRAY_LENGTH(c->older.answers); i++) {
        const struct conn_older_answer *a = &c->older.answers[i];
        if (a->text != text || a->length != r->reply.length)
            continue;
        bool same = a->question == question;
        if (trusting && (same || is_cleared(c, a)))
            return false;
        another |= !same;
    }
    return another;
}

bool conn_older_may_be(const struct rsp_connection *c, const struct rsp_request *r)
{
    return is_of_another(c, r, true);
}

bool conn_older_is_short(const struct rsp_connection *c, const struct rsp_request *r, bool ends_page)
{
    return transport_is_reliable(c->transport) && is_value(r) &&
           ((!ends_page && r->reply.length < c->older.longest && c->older.shorts < SHORTS_DOUBTED) ||
            is_of_another(c, r, false));
}

void conn_older_meant_short(struct rsp_connection *c)
{
    c->older.shorts++;
}

void conn_older_run(struct rsp_connection *c)
{
    c->older.runs++;
}

static void remember(struct rsp_connection *c, const struct rsp_request *r, bool clear)
{
    if (!is_value(r))
        return;
    struct conn_older_answer new = {.question = question_of(c, r),
                                    .text = digest(r->reply.data, r->reply.length),
                                    .length = r->reply.length};
    bool known = false;
    for (size_t i = 0; i < ARRAY_LENGTH(c->older.answers); i++) {
        struct conn_older_answer *a = &c->older.answers[i];
        if (a->text != new.text || a->length != new.length)
            continue;
        known |= a->question == new.question;
        a->cleared |= clear;
        a->strays = c->order.strays;
    }
    if (r->payload[0] == 'm' && c->older.longest < new.length)
        c->older.longest = new.length;
    if (!known)
        c->older.answers[c->older.next++ % ARRAY_LENGTH(c->older.answers)] = new;
}

void conn_older_trust(struct rsp_connection *c, const struct rsp_request *r)
{
    if (is_watched(c))
        remember(c, r, true);
}

/* *waited: nothing came in a moment that something might have. */
static struct error *listen(struct rsp_connection *c, bool *waited)
{
    enum conn_got got;
    struct rsp_event event;
    *waited = false;
    struct error *e = conn_next(c, conn_deadline(c, BEHIND_NS, 0), -1, &got, &event);
    if (error_is(e, ERR_TIMEOUT)) {
        error_free(e);
        *waited = true;
        return NULL;
    }
    TRY(e);
    if (got == GOT_PACKET && !conn_take_unasked(c, event.data, event.length))
        conn_stale(c, event.data, event.length);
    return conn_drain(c, LOOK_PACKETS_MOST);
}

/* *others: what came behind the answers and is no copy of the last. */
static struct error *look(struct rsp_connection *c, const struct rsp_request *requests, size_t count,
                          bool *others)
{
    bool doubtful = false, clear = false;
    size_t before = c->order.others;
    for (size_t i = 0; i < count; i++)
        doubtful |= is_of_another(c, &requests[i], true);
    if (!c->terms.no_ack)
        TRY(conn_drain(c, LOOK_PACKETS_MOST));
    if (doubtful && c->order.others == before && c->older.listens < LISTENS) {
        TRY(listen(c, &clear));
        c->older.listens += clear;
    }
    *others = c->order.others > before;
    for (size_t i = 0; !*others && i < count; i++)
        remember(c, &requests[i], clear);
    return NULL;
}

/* Behind a command of the monitor a stop is on its way, which is for whoever waits for it. */
static bool any_value(const struct rsp_request *requests, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        any |= is_value(&requests[i]);
        if (requests[i].grammar == RSP_GRAMMAR_CONSOLE)
            return false;
    }
    return any;
}

struct error *conn_older_settle(struct rsp_connection *c, struct rsp_request *requests, size_t count,
                                struct error *(*ask)(struct rsp_connection *c, struct rsp_request *requests,
                                                     size_t count))
{
    bool others = any_value(requests, count);
    for (unsigned i = 0; i < TRIES && others && is_watched(c); i++) {
        TRY(look(c, requests, count, &others));
        if (others && !conn_is_careful(c)) /* else connection_careful.c asks */
            TRY(ask(c, requests, count));
    }
    return NULL;
}
