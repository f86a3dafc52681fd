/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change of the target, with acks, that may not have reached the stub. */
#include "rsp/connection_private.h"

#include "base/text.h"

/* A change that was not acked: it was lost, or its ack and its answer were. */
bool conn_is_unheard(const struct rsp_connection *c, const struct rsp_request *r)
{
    return (r->flags & RSP_MUTATES) && r->grammar != RSP_GRAMMAR_CONSOLE && !c->terms.no_ack &&
           c->order.acks && !c->sent.acked && error_is(r->error, ERR_TIMEOUT) && !conn_is_lenient(c) &&
           clock_now_ns() < c->limits.deadline_ns;
}

/* Answers come in the order of the questions, so where a fence is answered and nothing comes in front of
 * that, the stub never had the change: only then is it sent once more. *again: it went unheard once more. */
static struct error *say_unheard(struct rsp_connection *c, struct rsp_request *r, bool *again)
{
    *again = false;
    conn_owe_perhaps(c, r); /* it was not acked: the stub has not got it */
    struct error *e = conn_resync(c);
    if (error_is(e, ERR_TIMEOUT)) {
        error_free(e);
        return NULL;
    }
    TRY(e);
    if (!c->owed.fenced || c->owed.came > 0 || conn_runs(c))
        return NULL;
    enum conn_fate fate;
    e = conn_say(c, r, &fate);
    *again = !e && fate == FATE_OPEN && conn_is_unheard(c, r);
    if (e || (fate == FATE_OPEN && !*again))
        conn_owe(c, r, 1);
    return e;
}

struct error *conn_say_until_heard(struct rsp_connection *c, struct rsp_request *r)
{
    bool again = true;
    for (unsigned i = 0; i < RESENDS_MOST && again; i++)
        TRY(say_unheard(c, r, &again));
    if (again)
        conn_owe(c, r, 1);
    return NULL;
}
