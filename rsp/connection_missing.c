/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers that a fence overtook. A stub that answers in order will not give them any more; one that does not,
 * and what lies between here and a stub, may do so at any moment, in front of the next question's answer or
 * in its place, behind its ack too. So for a while what might be such an answer is believed only where it
 * cannot be one: what only reads, and what is the same when it is done twice, is asked until the same has
 * come once more often than answers are missing. A command of the monitor is neither: it waits for what is
 * missing and is not sent before.
 *
 * So is what was asked for with a `-` behind a silence: where it was not lost but only late, the stub says it
 * at once and the first one comes all the same. There it is known what may come.
 */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/text.h"

/* Answer times that one is expected for, and the same for a command of the monitor. */
enum { PATIENCE = 3, CONSOLE_PATIENCE = 12 };

static bool may_come_late(const struct rsp_connection *c)
{
    return transport_is_reliable(c->transport) && !rsp_shares_console(c) && !conn_is_lenient(c);
}

void conn_missing_note(struct rsp_connection *c, size_t count)
{
    struct conn_missing *m = &c->missing;
    m->count = conn_missing_count(c);
    if (m->count + count == 0 || c->owed.doubtful == 0)
        return;
    if (!may_come_late(c))
        return;
    m->is_known = false;
    bool mixed = m->count > 0 && m->grammar != c->owed.grammar;
    bool command = c->owed.grammar == RSP_GRAMMAR_CONSOLE || c->owed.grammar == RSP_GRAMMAR_ANY;
    int64_t until_ns = clock_now_ns() + (command ? CONSOLE_PATIENCE : PATIENCE) * c->limits.timeout_ns;
    m->several = m->count + count > 1 || c->owed.doubtful > 1;
    m->until_ns = m->count > 0 && m->until_ns > until_ns ? m->until_ns : until_ns;
    m->count += count;
    m->grammar = mixed ? RSP_GRAMMAR_ANY : c->owed.grammar;
    buf_clear(&m->request);
    buf_add(&m->request, buf_text(&c->owed.request), c->owed.request.length);
    conn_careful(c, 1);
}

void conn_missing_said_again(struct rsp_connection *c, const struct rsp_request *r)
{
    struct conn_missing *m = &c->missing;
    if (!may_come_late(c))
        return;
    size_t n = r->reply.length, before = conn_missing_count(c);
    int64_t until_ns = clock_now_ns() + PATIENCE * c->limits.timeout_ns;
    m->is_known = before == 0;
    m->several = before > 0;
    m->grammar = before > 0 && m->grammar != r->grammar ? RSP_GRAMMAR_ANY : r->grammar;
    m->until_ns = before > 0 && m->until_ns > until_ns ? m->until_ns : until_ns;
    m->count = before + 1;
    m->said_length = n;
    buf_clear(&m->said);
    buf_add(&m->said, buf_text(&r->reply), n < EVIDENCE_MOST ? n : EVIDENCE_MOST);
    buf_clear(&m->request);
    buf_add(&m->request, r->payload, r->length < SHOWN_REQUEST ? r->length : SHOWN_REQUEST);
    conn_careful(c, 0); /* what was answered before is not doubted */
}

size_t conn_missing_count(const struct rsp_connection *c)
{
    return c->missing.count > 0 && clock_now_ns() < c->missing.until_ns ? c->missing.count : 0;
}

void conn_missing_came(struct rsp_connection *c)
{
    c->missing.count -= c->missing.count > 0;
}

void conn_missing_free(struct rsp_connection *c)
{
    buf_free(&c->missing.request);
    buf_free(&c->missing.said);
}

/* Of `g` it is known how long its answer is. */
static bool is_other_length(const struct rsp_connection *c, const struct rsp_request *r, const char *payload,
                            size_t n)
{
    bool is_g = r->length == 1 && r->payload[0] == 'g' && c->remote.g_size > 0;
    return is_g && n > 0 && n != 2 * c->remote.g_size && !conn_is_error(payload, n);
}

bool conn_missing_may_be(const struct rsp_connection *c, const char *payload, size_t n)
{
    const struct rsp_request r = {.payload = buf_text(&c->missing.request),
                                  .length = c->missing.request.length,
                                  .grammar = c->missing.grammar};
    if (conn_missing_count(c) == 0)
        return false;
    if (c->missing.is_known)
        return n == c->missing.said_length &&
               memcmp(buf_text(&c->missing.said), n ? payload : "", c->missing.said.length) == 0;
    if (c->missing.several)
        return conn_fits(r.grammar, payload, n);
    return conn_answers(c, &r, payload, n) && !is_other_length(c, &r, payload, n);
}

static bool may_be_said_again(const struct rsp_request *r)
{
    return !(r->flags & RSP_MUTATES) || strchr("MXPGH", r->payload[0]);
}

/* For as long as one answer may take it is waited for what is missing; the stub's own words are none of it.
 */
static struct error *await_missing(struct rsp_connection *c)
{
    int64_t until_ns = conn_deadline(c, c->limits.timeout_ns, 0);
    while (conn_missing_count(c) > 0) {
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, until_ns, -1, &got, &event);
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

struct error *conn_missing_before(struct rsp_connection *c, const struct rsp_request *r,
                                  struct error **refused)
{
    enum rsp_grammar g = c->missing.grammar;
    bool alike = g == RSP_GRAMMAR_CONSOLE || g == RSP_GRAMMAR_ANY || g == RSP_GRAMMAR_TEXT;
    *refused = NULL;
    if (r->grammar != RSP_GRAMMAR_CONSOLE || !alike || conn_missing_count(c) == 0)
        return NULL;
    TRY(conn_flush_acks(c));
    TRY(await_missing(c));
    if (conn_missing_count(c) == 0)
        return NULL;
    *refused = conn_request_error(r, ERR_TIMEOUT, "it was not sent");
    *refused = error_hint(*refused,
                          "'%s' is not answered yet, and nobody could tell its answer from this one's: wait "
                          "some time, or 'reconnect'",
                          buf_text(&c->missing.request));
    return NULL;
}

static struct error *in_doubt(const struct rsp_connection *c, const struct rsp_request *r)
{
    return error_hint(
        conn_request_error(r, ERR_VIOLATION, "what came may be the answer to an earlier question"),
        "'%s' got none in time; 'reconnect' starts over", buf_text(&c->missing.request));
}

/* Who is silent to a kind of question each time it is asked will not answer any of them. */
static size_t heeded(const struct rsp_connection *c)
{
    size_t count = conn_missing_count(c);
    return count < MISSING_MOST ? count : MISSING_MOST;
}

struct error *conn_missing_settle(struct rsp_connection *c, struct rsp_request *r,
                                  struct error *(*ask)(struct rsp_connection *c, struct rsp_request *r))
{
    BASE_BUF struct buf before = {0};
    enum { TRIES = 3 * MISSING_MOST };
    unsigned i = 0;
    for (size_t same = 1; same <= heeded(c); i++) {
        const char *reply = buf_text(&r->reply);
        if (r->error || conn_runs(c) || !conn_missing_may_be(c, reply, r->reply.length))
            return NULL;
        bool twice = may_be_said_again(r);
        if (!twice && r->grammar != RSP_GRAMMAR_CONSOLE)
            return NULL;
        if (!twice || i == TRIES) {
            buf_clear(&r->reply);
            r->error = in_doubt(c, r);
            return NULL;
        }
        buf_clear(&before);
        buf_add(&before, reply, r->reply.length);
        TRY(ask(c, r));
        bool equal = before.length == r->reply.length &&
                     memcmp(buf_text(&before), buf_text(&r->reply), before.length) == 0;
        same = equal ? same + 1 : 1;
    }
    return NULL;
}
