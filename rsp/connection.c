/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/connection_private.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/text.h"

struct rsp_connection *rsp_connection_create(struct transport *t, const struct rsp_options *options)
{
    struct rsp_connection *c = xcalloc(1, sizeof *c);
    c->transport = t;
    c->callbacks = options->callbacks;
    c->log = options->log;
    c->limits.timeout_ns = options->timeout_ns ? options->timeout_ns : ANSWER_TIMEOUT_DEFAULT_NS;
    c->limits.deadline_ns = INT64_MAX;
    c->limits.payload = options->payload_limit ? options->payload_limit : PAYLOAD_LIMIT_DEFAULT;
    c->terms.packet_size = PACKET_SIZE_DEFAULT;
    c->probe.text = "";
    c->wire.theirs_last = true; /* the first packet begins a turn */
    rsp_decoder_init(&c->wire.decoder, c->limits.payload);
    transport_set_cancel_fd(t, options->cancel_fd);
    return c;
}

void rsp_connection_destroy(struct rsp_connection *c)
{
    if (!c)
        return;
    transport_close(c->transport);
    rsp_decoder_free(&c->wire.decoder);
    rsp_features_free(&c->features);
    conn_stops_free(c);
    buf_free(&c->sent.bytes);
    buf_free(&c->owed.request);
    buf_free(&c->misfits.last);
    buf_free(&c->order.last);
    buf_free(&c->order.asked);
    buf_free(&c->order.undecided);
    buf_free(&c->words);
    buf_free(&c->wire.damaged);
    buf_free(&c->doubt.held);
    conn_unread_free(c);
    conn_fence_free(c);
    conn_missing_free(c);
    buf_free(&c->probe.answer);
    conn_race_free(c);
    conn_console_free(c);
    free(c->life.lost_message);
    free(c);
}

void rsp_request_free(struct rsp_request *r)
{
    buf_free(&r->reply);
    error_free(r->error);
    r->error = NULL;
}

/* -- facts ----------------------------------------------------------------------------------------- */

struct rsp_features *rsp_features(struct rsp_connection *c)
{
    return &c->features;
}

const struct rsp_stats *rsp_stats(const struct rsp_connection *c)
{
    return &c->stats;
}

struct transport *rsp_transport(struct rsp_connection *c)
{
    return c->transport;
}

const char *rsp_last_words(const struct rsp_connection *c)
{
    return buf_text(&c->words);
}

size_t rsp_packet_size(const struct rsp_connection *c)
{
    return c->terms.packet_size;
}

bool rsp_pipelines(const struct rsp_connection *c)
{
    return c->terms.pipelines;
}

void rsp_set_timeout(struct rsp_connection *c, int64_t timeout_ns)
{
    c->limits.timeout_ns = timeout_ns;
}

int64_t rsp_timeout(const struct rsp_connection *c)
{
    return c->limits.timeout_ns;
}

void rsp_set_deadline(struct rsp_connection *c, int64_t deadline_ns)
{
    c->limits.deadline_ns = deadline_ns;
}

int64_t conn_deadline(const struct rsp_connection *c, int64_t timeout_ns, size_t bytes)
{
    int64_t line_ns = (int64_t)bytes * transport_byte_cost_ns(c->transport);
    int64_t now = clock_now_ns();
    int64_t end = timeout_ns > INT64_MAX - now - line_ns ? INT64_MAX : now + timeout_ns + line_ns;
    return end < c->limits.deadline_ns ? end : c->limits.deadline_ns;
}

struct error *rsp_why_lost(const struct rsp_connection *c)
{
    return rsp_state(c) == RSP_STATE_LOST
               ? error_hint(error_new(c->life.lost_code, "%s", c->life.lost_message), "reconnect to go on")
               : NULL;
}

struct error *conn_check_stopped(struct rsp_connection *c)
{
    TRY(rsp_why_lost(c));
    if (conn_runs(c))
        return error_hint(
            error_new(ERR_NOT_STOPPED, "asking %s: the target is running", transport_describe(c->transport)),
            "interrupt it first");
    return NULL;
}
