/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stop reply on a line that is a console too: is it one, or is it text? */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/text.h"

enum verdict { VERDICT_OPEN, VERDICT_STOP, VERDICT_TEXT };

/* One thing that came after the question. */
static struct error *weigh(struct rsp_connection *c, enum conn_got got, const struct rsp_event *event,
                           enum verdict *ret)
{
    if (got == GOT_NAK)
        return conn_write_again(c); /* it was still waiting for the ack of its stop */
    if (got != GOT_PACKET)
        return NULL;
    const char *p = event->data;
    size_t n = event->length;
    if (n == 2 && memcmp(p, "qC", 2) == 0) {
        *ret = VERDICT_TEXT;
    } else if ((n > 2 && memcmp(p, "QC", 2) == 0) ||
               (n == 0 && !c->terms.supported_empty && !rsp_never_spoke(c))) {
        *ret = VERDICT_STOP;
        conn_note_taken(c, p, n);
    } else if (rsp_is_stop_reply(p, n)) { /* the same once more, or text as the first */
        conn_withhold_copy(c, event->raw, event->raw_length);
    } else {
        conn_console(c, event->raw, event->raw_length);
        conn_drop_acks(c);
    }
    return NULL;
}

static struct error *await_verdict(struct rsp_connection *c, enum verdict *ret)
{
    for (int tries = 0; tries < STOP_PROBES_MOST && *ret == VERDICT_OPEN; tries++) {
        TRY(conn_ask_current(c));
        int64_t deadline_ns = conn_deadline(c, PROBE_NS, 200);
        while (*ret == VERDICT_OPEN) {
            enum conn_got got;
            struct rsp_event event;
            struct error *e = conn_next(c, deadline_ns, -1, &got, &event);
            bool late = error_is(e, ERR_TIMEOUT);
            if (!late)
                TRY(e);
            error_free(e);
            if (late)
                break;
            TRY(weigh(c, got, &event, ret));
        }
    }
    return NULL;
}

/*
 * A console can print a stop reply with a good checksum. kgdb, which waits for the ack of its own, answers a
 * question; a terminal echoes it. A single step is over before anything else is printed.
 */
struct error *conn_verify_stop(struct rsp_connection *c, const struct rsp_event *event, bool *real)
{
    *real = true;
    bool stepped = buf_text(&c->stops.resumed_with)[0] == 's' && !c->sent.text_since;
    if (!conn_is_kernel_line(c) || !conn_runs(c) || stepped)
        return NULL;
    BASE_BUF struct buf raw = {0};
    buf_add(&raw, event->raw, event->raw_length);
    enum verdict verdict = VERDICT_OPEN;
    conn_withhold(c, true);
    struct error *e = await_verdict(c, &verdict);
    conn_withhold(c, false);
    *real = verdict == VERDICT_STOP;
    if (!*real && !e) {
        conn_drop_acks(c);
        conn_expect_ack(c, false);
        e = conn_kill_line(c);
    }
    if (!*real)
        conn_console(c, buf_text(&raw), raw.length);
    conn_hand_on(c, !*real);
    return e;
}
