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
const char conn_fence_text[] = "vMustReplyEmpty";

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
        TRY(take_old(c, got, &event, &taken));
        c->owed.count -= taken;
    }
    return NULL;
}

static struct error *still_silent(struct rsp_connection *c, struct error *e)
{
    error_free(e);
    return error_hint(error_new(ERR_TIMEOUT, "%s has still not answered '%s' and nothing since",
                                transport_describe(c->transport),
                                c->owed.count ? buf_text(&c->owed.request) : conn_fence_text),
                      "is the target hung? 'reconnect' starts over");
}

/* A fence on its way. */
struct fence {
    size_t words;        /* packets that say something: a stub may say its "" twice */
    size_t taken, due;   /* packets, its own answer among them */
    unsigned tries_left; /* where there are acks it may get lost itself */
    bool fenced;         /* an empty answer came; the last one may not have been the fence's */
    bool done;
    int64_t deadline_ns;
};

static void wait_for_answer(const struct rsp_connection *c, struct fence *f)
{
    int64_t timeout_ns = c->terms.no_ack ? c->limits.timeout_ns : c->limits.timeout_ns / RESENDS_MOST;
    f->deadline_ns = conn_deadline(c, timeout_ns, 2 * c->terms.packet_size);
}

static struct error *take_at_fence(struct rsp_connection *c, enum conn_got got, const struct rsp_event *event,
                                   struct fence *f)
{
    if (got == GOT_NAK && !c->terms.no_ack && c->sent.resends < RESENDS_MOST) {
        conn_note_resend(c);
        return conn_write_again(c);
    }
    bool early = conn_is_early(c, 0) && transport_is_reliable(c->transport);
    size_t before = f->taken;
    TRY(take_old(c, got, event, &f->taken));
    if (early && f->taken > before) { /* not even the fence was acked: it is a copy */
        f->taken = before;
        conn_note_stray(c);
    }
    if (f->taken == before)
        return NULL;
    bool empty = got == GOT_PACKET && event->length == 0;
    f->words += !empty;
    bool known = empty || conn_is_error(event->data, event->length);
    if (!known && c->terms.no_ack && f->words > c->owed.count && !conn_is_lenient(c))
        conn_misfit(c, RSP_GRAMMAR_ANY, event->data, event->length);
    if (empty)
        conn_note_taken(c, "", 0); /* a copy of it answers nothing */
    f->fenced |= empty;
    f->done = f->taken >= f->due && empty;
    if (f->fenced || f->taken >= f->due)
        f->deadline_ns = conn_deadline(c, QUIET_NS, 2 * c->terms.packet_size);
    return NULL;
}

/* Nothing came for a while: `e`, or NULL when that is the quiet behind the fence or it is sent again. */
static struct error *take_quiet(struct rsp_connection *c, struct fence *f, struct error *e)
{
    /* Without time to wait for quiet, what was taken for the fence's answer may be an older one's. */
    bool cut = f->deadline_ns == c->limits.deadline_ns;
    f->done = !cut && (f->fenced || f->taken >= f->due);
    if (!f->done && (cut || f->tries_left == 0))
        return still_silent(c, e);
    error_free(e);
    if (f->done)
        return NULL;
    f->tries_left--;
    f->due++;
    wait_for_answer(c, f);
    return conn_write_again(c);
}

/* One who never falls silent has no quiet behind his fence. */
static struct error *pass_fence(struct rsp_connection *c, struct fence *f)
{
    int64_t until_ns = conn_deadline(c, c->limits.timeout_ns, 2 * c->terms.packet_size) + QUIET_NS;
    while (!f->done) {
        if (clock_now_ns() >= until_ns)
            return error_hint(error_new(ERR_TIMEOUT, "%s says what nobody asked for, and does not end",
                                        transport_describe(c->transport)),
                              "'reconnect' starts over");
        enum conn_got got;
        struct rsp_event event;
        struct error *e = conn_next(c, f->deadline_ns, -1, &got, &event);
        if (error_is(e, ERR_TIMEOUT)) {
            TRY(take_quiet(c, f, e));
            continue;
        }
        TRY(e);
        TRY(take_at_fence(c, got, &event, f));
    }
    return NULL;
}

/* More came than was owed and the fence's own answer, which some stubs make an error, or an answer did not
 * come in front of the fence's and may yet. */
static void note_difference(struct rsp_connection *c, const struct fence *f, const struct error *e)
{
    if (!e && c->terms.no_ack && f->words > c->owed.count + !f->fenced)
        conn_careful(c, CAREFUL_LONG);
    else if (!e && f->taken < f->due && c->order.gave_up)
        conn_careful(c, CAREFUL_SHORT);
    c->order.gave_up &= e != NULL;
}

struct error *conn_resync(struct rsp_connection *c)
{
    TRY(conn_take_owed(c));
    if (c->owed.count == 0 && !c->order.out_of_step)
        return NULL;
    conn_begin(c);
    conn_add(c, conn_fence_text, sizeof conn_fence_text - 1, 0);
    TRY(conn_write(c));
    struct fence f = {.due = c->owed.count + 1, .tries_left = c->terms.no_ack ? 0 : RESENDS_MOST - 1};
    wait_for_answer(c, &f);
    struct error *e = pass_fence(c, &f);
    c->owed.came = f.words;
    note_difference(c, &f, e);
    if (!e) {
        conn_in_step(c);
        c->owed.count = 0;
        e = conn_drain(c, LOOK_PACKETS_MOST); /* who says each answer twice has said the fence's so */
    } else {                                  /* the fence's answer is owed too */
        c->owed.count = f.due > f.taken ? f.due - f.taken : 1;
    }
    return e;
}
