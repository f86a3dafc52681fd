/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding the place in a conversation again after an answer was lost or given up. */
#include "rsp/connection_private.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/text.h"

/* -- what is owed ------------------------------------------------------------------------------------ */

void conn_owe(struct rsp_connection *c, const struct rsp_request *oldest, size_t count)
{
    c->owed.count += count;
    buf_clear(&c->owed.request);
    buf_add(&c->owed.request, oldest->payload,
            oldest->length < SHOWN_REQUEST ? oldest->length : SHOWN_REQUEST);
}

void conn_owe_again(struct rsp_connection *c)
{
    c->owed.count++;
}

void conn_owed_came(struct rsp_connection *c)
{
    c->owed.count--;
}

void conn_owe_nothing(struct rsp_connection *c)
{
    c->owed.count = 0;
}

/* -- taking it off ----------------------------------------------------------------------------------- */

/*
 * Answers come in the order of the questions, so after a timeout or a cancel we know how many are still
 * owed. If they lie there already they are taken off and nothing is sent. Else a packet that every stub
 * answers with nothing (gdb manual, "vMustReplyEmpty") is sent as a fence: what comes before its answer is
 * old.
 */
static const char fence[] = "vMustReplyEmpty";

/* After the fence's empty answer, an old one that was empty itself may have been taken for it. */
#define QUIET_NS 200000000

static struct error *take_old(struct rsp_connection *c, enum conn_got got, const struct rsp_event *event,
                              size_t *taken)
{
    bool again;
    if (got == GOT_DAMAGED)
        return conn_damaged(c, event, &again);
    if (got == GOT_OVERSIZE)
        ++*taken;
    if (got != GOT_PACKET)
        return NULL;
    if (conn_is_console(event->data, event->length))
        conn_take_console(c, event->data, event->length);
    else if (rsp_is_stop_reply(event->data, event->length))
        conn_unexpected_stop(c, event->data, event->length, false);
    else
        ++*taken;
    return NULL;
}

/* Takes what is there already. */
struct error *conn_take_owed(struct rsp_connection *c)
{
    while (c->owed.count > 0) {
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, CONN_ONLY_LOOK, -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT)) {
            error_free(e);
            return NULL;
        }
        TRY(e);
        size_t taken = 0;
        TRY(take_old(c, got, &event, &taken));
        c->owed.count -= taken;
    }
    return NULL;
}

static struct error *still_silent(struct rsp_connection *c, struct error *e)
{
    error_free(e);
    return error_hint(error_new(ERR_TIMEOUT, "%s has still not answered '%s' and nothing since",
                                transport_describe(c->transport), buf_text(&c->owed.request)),
                      "is the target hung? 'reconnect' starts over");
}

struct error *conn_resync(struct rsp_connection *c)
{
    TRY(conn_take_owed(c));
    if (c->owed.count == 0)
        return NULL;
    conn_begin(c);
    conn_add(c, fence, sizeof fence - 1, 0);
    TRY(conn_write(c));
    size_t taken = 0;
    size_t due = c->owed.count + 1;
    bool fenced = false;
    int64_t deadline_ns = conn_deadline(c, c->limits.timeout_ns, 2 * c->terms.packet_size);
    while (taken < due) {
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, deadline_ns, -1, &got, &event);
        /* Without time to wait for quiet, what was taken for the fence's answer may be an older one's. */
        bool cut = deadline_ns == c->limits.deadline_ns;
        if (error_is(e, ERR_TIMEOUT) && fenced && !cut) {
            error_free(e);
            break;
        }
        if (e)
            c->owed.count = due - taken; /* the fence's answer is owed too */
        if (error_is(e, ERR_TIMEOUT))
            return still_silent(c, e);
        TRY(e);
        TRY(take_old(c, got, &event, &taken));
        if (got != GOT_PACKET || event.length != 0)
            continue;
        fenced = true;
        deadline_ns = conn_deadline(c, QUIET_NS, 2 * c->terms.packet_size);
    }
    c->owed.count = 0;
    return NULL;
}
