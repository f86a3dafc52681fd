/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an answer is worth, with acks, where something was lost.
 *
 * One that is word for word the one before it, or that of another question, may be the old
 * answer once more, behind an ack that strayed, and gdbserver then took no byte of the request (it says its
 * last word again for each of them). A fence shows whether more came than was asked for; if so what may be
 * said twice is said again. `z` that is refused may have been heard before, and its first answer been lost:
 * once more inserted it can be taken out.
 */
#include <string.h>

#include "base/text.h"
#include "rsp/connection_private.h"

static bool is_in_doubt(const struct rsp_connection *c, const struct rsp_request *r, size_t window)
{
    bool acks = c->order.troubled && !c->terms.no_ack && c->order.acks;
    return window == 1 && acks && !r->error && r->length > 0 && !conn_is_lenient(c) && !c->race.seen &&
           clock_now_ns() < c->limits.deadline_ns;
}

bool conn_may_be_copy(const struct rsp_connection *c, const struct rsp_request *r, size_t window)
{
    return is_in_doubt(c, r, window) && (c->order.copied || conn_older_may_be(c, r)) &&
           r->grammar != RSP_GRAMMAR_CONSOLE;
}

/* What it changes is the same after the second time; everything else only asks. */
bool conn_may_be_said_twice(const struct rsp_request *r)
{
    return !(r->flags & RSP_MUTATES) || strchr("ZzMXPGHQ", r->payload[0]);
}

static bool is_done(const struct rsp_request *r)
{
    return !r->error && r->reply.length > 0 && !conn_is_error(buf_text(&r->reply), r->reply.length);
}

static struct error *say_twice(struct rsp_connection *c, struct rsp_request *r, bool *done)
{
    struct rsp_request again = {
        .payload = r->payload, .length = r->length, .grammar = r->grammar, .flags = r->flags};
    enum conn_fate fate;
    struct error *e = conn_say_once(c, &again, &fate);
    /* an error is that of doing it twice */
    *done = is_done(&again);
    if (*done) {
        buf_clear(&r->reply);
        buf_add(&r->reply, buf_text(&again.reply), again.reply.length);
    }
    *done |= again.reply.length > 0;
    rsp_request_free(&again);
    return e;
}

/* *surplus: in front of the fence's answer more came than was asked for. False where it is not answered. */
static struct error *fence_off(struct rsp_connection *c, bool *surplus)
{
    size_t before = c->order.strays;
    conn_fence(c);
    struct error *e = conn_resync(c);
    *surplus = !e && (c->owed.came > 0 || c->order.strays > before);
    if (!error_is(e, ERR_TIMEOUT))
        return e;
    error_free(e);
    return NULL;
}

/* The old word may come again, where its copies are late: an empty one would say that the stub cannot. */
static struct error *say_until_done(struct rsp_connection *c, struct rsp_request *r)
{
    bool surplus = true, done = false;
    for (unsigned i = 0; i < RESENDS_MOST && surplus && !done && !conn_runs(c); i++) {
        TRY(say_twice(c, r, &done));
        if (!done)
            TRY(fence_off(c, &surplus));
    }
    return NULL;
}

struct error *conn_doubt_copy(struct rsp_connection *c, struct rsp_request *r)
{
    size_t before = c->order.strays, late = c->stops.late_count;
    conn_fence(c);
    struct error *e = conn_resync(c);
    if (error_is(e, ERR_TIMEOUT)) {
        error_free(e);
        return NULL;
    }
    TRY(e);
    bool asks_stop = r->length == 1 && r->payload[0] == '?';
    bool stop_came = asks_stop && c->stops.late_count > late;
    bool surplus = c->owed.came > 0 || c->order.strays > before || stop_came;
    if (stop_came) /* it is the answer, and no stop of its own */
        conn_stops_keep(c, late);
    if (!surplus)
        conn_older_trust(c, r);
    return surplus && conn_may_be_said_twice(r) ? say_until_done(c, r) : NULL;
}

bool conn_may_be_gone(const struct rsp_connection *c, const struct rsp_request *r, size_t window)
{
    bool undecided = !r->error && r->length > 0 && conn_is_copy(&c->order.undecided, r->payload, r->length);
    return (undecided || is_in_doubt(c, r, window)) && r->payload[0] == 'z' &&
           conn_is_error(buf_text(&r->reply), r->reply.length);
}

struct error *conn_take_out_again(struct rsp_connection *c, struct rsp_request *r)
{
    BASE_BUF struct buf text = {0};
    buf_add(&text, r->payload, r->length);
    struct rsp_request again = {
        .payload = text.data, .length = text.length, .grammar = r->grammar, .flags = r->flags};
    text.data[0] = 'Z';
    enum conn_fate fate;
    struct error *e = conn_say_once(c, &again, &fate);
    bool inserted = is_done(&again);
    text.data[0] = 'z';
    if (!e && inserted)
        e = conn_say_once(c, &again, &fate);
    if (inserted && is_done(&again)) {
        buf_clear(&r->reply);
        buf_add_text(&r->reply, "OK");
    }
    rsp_request_free(&again);
    return e;
}
