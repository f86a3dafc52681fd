/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests of a batch, as many in one write as this stub takes, and their answers in order. */
#include "rsp/connection_private.h"

#include <stdarg.h>

#include "base/buf.h"
#include "base/text.h"

/* Puts as many requests into one write as may go together; at least one. */
static size_t fill_window(struct rsp_connection *c, const struct rsp_request *requests, size_t count)
{
    size_t most_bytes = c->terms.no_ack ? WINDOW_BYTES : WINDOW_BYTES_ACK;
    size_t most = c->terms.pipelines ? WINDOW_REQUESTS : 1;
    size_t n = 0;
    conn_begin(c);
    while (n < count && n < most && !requests[n].error) {
        if (!conn_add(c, requests[n].payload, requests[n].length, most_bytes))
            break;
        n++;
    }
    return n;
}

/* The answers of a window can no longer be told apart from number `from` on. */
static void abandon_window(struct rsp_connection *c, struct rsp_request *requests, size_t from, size_t count)
{
    conn_owe(c, &requests[from], count - from);
    for (size_t i = from + 1; i < count; i++)
        if (requests[i].flags & RSP_MUTATES)
            requests[i].error =
                error_hint(conn_request_error(&requests[i], ERR_VIOLATION,
                                              "it was sent, and its answer was lost in the disorder"),
                           "look at the target to see whether it took effect");
}

/* Nothing is known to have changed by it, so it may be asked anew. */
static bool may_be_repeated(const struct rsp_connection *c, const struct rsp_request *r)
{
    return !(r->flags & RSP_MUTATES) && r->grammar != RSP_GRAMMAR_CONSOLE && !conn_is_lenient(c);
}

/* With acks, one of several requests may have been lost on its way. */
static bool is_lost_in_window(const struct rsp_connection *c, const struct rsp_request *r, size_t window)
{
    return window > 1 && !c->terms.no_ack && error_is(r->error, ERR_TIMEOUT) && !conn_is_lenient(c) &&
           clock_now_ns() < c->limits.deadline_ns;
}

/* More came than was asked for: which of it is the answer only a fence tells. What changes the target is not
 * asked again, and keeps the answer that fits. */
static bool is_out_of_step(struct rsp_connection *c, const struct rsp_request *requests, size_t count)
{
    if (c->owed.count > 0 || !conn_has_surplus(c) || conn_is_lenient(c))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!may_be_repeated(c, &requests[i]))
            return false;
    return true;
}

static void clear_answer(struct rsp_request *r)
{
    buf_clear(&r->reply);
    error_free(r->error);
    r->error = NULL;
}

/* Before a window: nothing that is older than it is left on its way. */
static struct error *make_ready(struct rsp_connection *c)
{
    TRY(conn_take_owed(c));
    if (c->owed.count == 0)
        TRY(conn_drain(c, LOOK_PACKETS_MOST));
    TRY(conn_resync(c));
    return conn_check_stopped(c);
}

/* One request or answer of a window is missing, and which one cannot be told: what may be is asked again, one
 * by one. */
static struct error *ask_alone(struct rsp_connection *c, struct rsp_request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!may_be_repeated(c, &requests[i]))
            continue;
        clear_answer(&requests[i]);
        enum conn_fate fate;
        struct error *e = make_ready(c);
        if (error_is(e, ERR_TIMEOUT) || error_is(e, ERR_NOT_STOPPED)) {
            requests[i].error = e;
            continue;
        }
        TRY(e);
        if (conn_is_careful(c)) /* the answers of the window may still come: ask_anew() heeds that */
            return NULL;
        TRY(conn_say_once(c, &requests[i], &fate));
    }
    return NULL;
}

/* The `i`-th of a window was not answered, and what that means for the others; *done is how many are settled.
 */
static struct error *settle_open(struct rsp_connection *c, struct rsp_request *requests, size_t i,
                                 size_t window, size_t *done)
{
    /* the silent one may be the stub's way to say that it takes one at a time */
    if (window > 1 && (!c->terms.no_ack || conn_is_lenient(c)))
        conn_stop_pipelining(c);
    if (window == 1 && conn_is_unheard(c, &requests[i])) {
        *done = 1;
        return conn_say_until_heard(c, &requests[i]);
    }
    bool lost = is_lost_in_window(c, &requests[i], window);
    abandon_window(c, requests, i, window);
    *done = lost ? window : i + 1;
    if (!lost && error_is(requests[i].error, ERR_TIMEOUT))
        conn_gave_up(c);
    return lost ? ask_alone(c, requests, window) : NULL;
}

/* Sends a window and takes its answers; *done is how many requests are settled. */
static struct error *run_window(struct rsp_connection *c, struct rsp_request *requests, size_t count,
                                size_t *done)
{
    size_t window = fill_window(c, requests, count);
    struct error *e = conn_write(c);
    for (size_t i = 0; !e && i < window; i++) {
        enum conn_fate fate = FATE_OPEN;
        e = conn_await(c, &requests[i], i, window, &fate);
        if (e) {
            conn_owe(c, &requests[i], window - i);
            return e;
        }
        if (fate == FATE_OPEN)
            return settle_open(c, requests, i, window, done);
        if (fate == FATE_ANSWERED && conn_may_be_copy(c, &requests[i], window))
            e = conn_doubt_copy(c, &requests[i]);
        else if (fate == FATE_ANSWERED && conn_may_be_gone(c, &requests[i], window))
            e = conn_take_out_again(c, &requests[i]);
        if (conn_runs(c)) /* an echo: nobody listens */
            break;
    }
    *done = window;
    return e;
}

/* A stub that says no PacketSize takes a `G` that is as long as what it has said to `g`: gdb counts on it
 * too. */
static size_t longest_taken(const struct rsp_connection *c, const struct rsp_request *r)
{
    size_t whole = 1 + 2 * c->remote.g_size;
    bool is_g = r->length == whole && *r->payload == 'G';
    return is_g && c->features.state[FEATURE_PACKET_SIZE].advertised != TRI_YES ? whole
                                                                                : c->terms.packet_size;
}

static void prepare(struct rsp_connection *c, struct rsp_request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        clear_answer(&requests[i]);
        if (requests[i].length > longest_taken(c, &requests[i]) && !conn_is_lenient(c))
            requests[i].error =
                conn_request_error(&requests[i], ERR_USAGE, "the packet is longer than the stub takes");
    }
}

/* The stub is silent: what was not asked yet is not asked any more. */
static void fail_rest(struct rsp_request *requests, size_t count, const struct error *why)
{
    for (size_t i = 0; why && i < count; i++)
        if (!requests[i].error)
            requests[i].error = error_hint(error_new(why->code, "%s", why->message), "%s",
                                           why->hint ? why->hint : "reconnect to go on");
}

/* The next window; *answered is how many requests are settled. */
static struct error *ask_next(struct rsp_connection *c, struct rsp_request *requests, size_t count,
                              size_t *answered)
{
    struct rsp_request *next = requests + *answered;
    size_t left = count - *answered, done = 0;
    struct error *e = make_ready(c);
    if (error_is(e, ERR_TIMEOUT) || error_is(e, ERR_NOT_STOPPED)) {
        fail_rest(next, left, e);
        error_free(e);
        *answered = count;
        return NULL;
    }
    TRY(e);
    if (conn_is_careful(c))
        return NULL;
    TRY(run_window(c, next, left, &done));
    TRY(conn_older_settle(c, next, done, ask_alone));
    bool anew = is_out_of_step(c, next, done);
    if (anew) /* what lies there is seen, before they are asked anew */
        TRY(conn_drain(c, LOOK_PACKETS_MOST));
    *answered += anew && conn_is_careful(c) ? 0 : done;
    return NULL;
}

/* Until it is seen, at number *answered, that more came than was asked for. */
static struct error *ask_all(struct rsp_connection *c, struct rsp_request *requests, size_t count,
                             size_t *answered)
{
    for (*answered = 0; *answered < count && !conn_is_careful(c);)
        if (requests[*answered].error)
            ++*answered;
        else
            TRY(ask_next(c, requests, count, answered));
    TRY(conn_settle_suspicion(c));
    return conn_flush_acks(c);
}

/* Nothing that was read is believed. */
static struct error *ask_anew(struct rsp_connection *c, struct rsp_request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!may_be_repeated(c, &requests[i]))
            continue;
        clear_answer(&requests[i]);
        TRY(c->race.seen ? conn_race_ask(c, &requests[i], 1) : conn_careful_ask(c, &requests[i], 1));
    }
    return NULL;
}

/* As if all were well; the race, or an answer too many, may be seen within them. */
static struct error *ask_trusting(struct rsp_connection *c, struct rsp_request *requests, size_t count)
{
    size_t answered;
    TRY(ask_all(c, requests, count, &answered));
    if (c->race.seen)
        return ask_anew(c, requests, count);
    if (!conn_is_careful(c) || conn_runs(c))
        return NULL;
    if (c->order.careful > 0)
        TRY(ask_anew(c, requests, answered));
    return conn_careful_ask(c, requests + answered, count - answered);
}

struct error *rsp_call_batch(struct rsp_connection *c, struct rsp_request *requests, size_t count)
{
    TRY(conn_check_stopped(c));
    prepare(c, requests, count);
    buf_clear(&c->words);
    conn_state_ask(c);
    struct error *e = c->race.seen         ? conn_race_ask(c, requests, count)
                      : conn_is_careful(c) ? conn_careful_ask(c, requests, count)
                                           : ask_trusting(c, requests, count);
    conn_state_done(c, CONN_ASKING);
    return e;
}

struct error *rsp_call(struct rsp_connection *c, enum rsp_grammar grammar, unsigned flags, struct buf *reply,
                       const char *format, ...)
{
    BASE_BUF struct buf payload = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&payload, format, args);
    va_end(args);
    struct rsp_request r = {
        .payload = buf_text(&payload),
        .length = payload.length,
        .grammar = grammar,
        .flags = flags,
        .reply = *reply,
    };
    *reply = (struct buf){0};
    struct error *e = rsp_call_batch(c, &r, 1);
    *reply = r.reply;
    if (e) {
        error_free(r.error);
        return e;
    }
    return r.error;
}
