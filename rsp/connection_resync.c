/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers that are owed: how many, and taking off those that lie there (connection_fence.c has the rest). */
#include "rsp/connection_private.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/text.h"

/* -- what is owed ------------------------------------------------------------------------------------ */

static void owe(struct rsp_connection *c, const struct rsp_request *oldest, size_t count, size_t doubtful)
{
    bool mixed = c->owed.doubtful > 0 && c->owed.grammar != oldest->grammar;
    for (size_t i = 1; i < count; i++)
        mixed |= oldest[i].grammar != oldest->grammar;
    c->owed.grammar = mixed ? RSP_GRAMMAR_ANY : oldest->grammar;
    c->owed.count += count;
    c->owed.doubtful += doubtful;
    buf_clear(&c->owed.request);
    buf_add(&c->owed.request, oldest->payload,
            oldest->length < SHOWN_REQUEST ? oldest->length : SHOWN_REQUEST);
}

/* Where something else came in place of the answer, and while connecting, that is all there will be. */
void conn_owe(struct rsp_connection *c, const struct rsp_request *oldest, size_t count)
{
    bool comes = !error_is(oldest->error, ERR_VIOLATION) && !conn_is_lenient(c);
    owe(c, oldest, count, comes ? count : 0);
}

void conn_owe_perhaps(struct rsp_connection *c, const struct rsp_request *r)
{
    owe(c, r, 1, 0);
}

/* Of what was only said again one answer is enough; on a socket both may come all the same. */
void conn_owe_again(struct rsp_connection *c, const struct rsp_request *r)
{
    bool comes = transport_is_reliable(c->transport) && !rsp_shares_console(c) && !conn_is_lenient(c);
    owe(c, r, 1, comes);
}

void conn_owed_trust(struct rsp_connection *c)
{
    c->owed.doubtful = 0;
}

void conn_owed_came(struct rsp_connection *c)
{
    c->owed.count--;
    c->owed.doubtful -= c->owed.doubtful > 0;
}

void conn_owe_nothing(struct rsp_connection *c)
{
    c->owed.count = c->owed.doubtful = 0;
}

/* -- taking it off ----------------------------------------------------------------------------------- */

struct error *conn_take_old(struct rsp_connection *c, enum conn_got got, const struct rsp_event *event,
                            size_t *taken)
{
    bool again;
    if (got == GOT_DAMAGED)
        return conn_damaged(c, event, &again);
    if (got == GOT_OVERSIZE)
        ++*taken;
    if (got == GOT_PACKET && event->length == 0)
        conn_fence_answered_late(c);
    if (got == GOT_PACKET && !conn_take_unasked(c, event->data, event->length))
        ++*taken;
    return NULL;
}

/* Takes what is there already, of one who never stops talking for no longer than an answer is waited for. */
struct error *conn_take_owed(struct rsp_connection *c)
{
    int64_t until_ns = conn_deadline(c, c->limits.timeout_ns, 0);
    while (c->owed.count > 0) {
        if (clock_now_ns() >= until_ns)
            return error_hint(error_new(ERR_TIMEOUT, "%s has still not answered '%s' and talks on",
                                        transport_describe(c->transport), buf_text(&c->owed.request)),
                              "'reconnect' starts over");
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, CONN_ONLY_LOOK, -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT)) {
            error_free(e);
            return NULL;
        }
        TRY(e);
        size_t taken = 0;
        TRY(conn_take_old(c, got, &event, &taken));
        if (taken)
            conn_owed_came(c);
    }
    return NULL;
}
