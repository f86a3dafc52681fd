/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came in place of a stop reply and is none: `T05foo`, `Tzz`, `Q123`. It is told as what it is. A stub
 * that says something to a resume has most likely stopped; so when no stop follows it is asked `?`, once, and
 * where that brings none either the run ends with an error that says what came. What may be an old answer to
 * something else is no sign of that while the target runs freely, and neither is anything on a kernel's line,
 * or where threads stop one by one.
 */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/text.h"

/* The true stop may follow. */
#define GRACE_NS 300000000

void conn_unread_over(struct rsp_connection *c)
{
    c->unread.due_ns = 0;
    c->unread.asked = false;
    buf_clear(&c->unread.said);
}

void conn_unread_free(struct rsp_connection *c)
{
    buf_free(&c->unread.said);
}

static bool is_hex(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (hex_digit(p[i]) < 0)
            return false;
    return true;
}

/* It fits some other question. */
static bool may_be_old(const char *p, size_t n)
{
    bool list = n > 0 && (p[0] == 'm' || p[0] == 'l');
    return list || is_hex(p, n) || conn_is_error(p, n) || (n == 2 && memcmp(p, "OK", 2) == 0);
}

void conn_unread_note(struct rsp_connection *c, const char *payload, size_t n)
{
    struct conn_unread *u = &c->unread;
    bool sign = conn_is_step(c) || (!may_be_old(payload, n) && !conn_is_taken_already(c, payload, n));
    if (!conn_runs(c) || u->due_ns || !sign || c->race.seen || conn_is_kernel_line(c))
        return;
    buf_add(&u->said, n ? payload : "", n < EVIDENCE_MOST ? n : EVIDENCE_MOST);
    u->due_ns = conn_deadline(c, GRACE_NS, 0);
}

bool conn_unread_asked(const struct rsp_connection *c)
{
    return c->unread.asked;
}

int64_t conn_unread_due(const struct rsp_connection *c)
{
    return c->unread.due_ns;
}

struct error *conn_unread_failed(struct rsp_connection *c)
{
    enum { SHOWN = 100 };
    const struct buf *said = &c->unread.said;
    struct error *e = error_new(
        ERR_VIOLATION,
        "resuming with '%s': the stub answered '%.*s', which is no stop, and to `?` it told none",
        buf_text(&c->stops.resumed_with), (int)(said->length < SHOWN ? said->length : SHOWN), buf_text(said));
    conn_unread_over(c);
    conn_state_refuse(c);
    return error_hint(e, "it is taken to stand; 'reconnect' starts over");
}

struct error *conn_unread_act(struct rsp_connection *c)
{
    struct conn_unread *u = &c->unread;
    if (u->asked)
        return conn_unread_failed(c);
    u->asked = true;
    u->due_ns = conn_deadline(c, c->limits.timeout_ns, 2 * c->terms.packet_size);
    return conn_ask_beside(c, "?");
}
