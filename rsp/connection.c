#include "rsp/connection_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

#define DEFAULT_TIMEOUT_NS 5000000000

enum {
    DEFAULT_PAYLOAD_LIMIT = 4 << 20,
    DEFAULT_PACKET_SIZE = 400, /* what gdb assumes of a stub that does not say */
    COPIES_OF_A_STORM = 3,
};

struct rsp_connection *rsp_connection_create(struct transport *t, const struct rsp_options *options)
{
    struct rsp_connection *c = xcalloc(1, sizeof *c);
    c->transport = t;
    c->callbacks = options->callbacks;
    c->log = options->log;
    c->limits.timeout_ns = options->timeout_ns ? options->timeout_ns : DEFAULT_TIMEOUT_NS;
    c->limits.deadline_ns = INT64_MAX;
    c->limits.payload = options->payload_limit ? options->payload_limit : DEFAULT_PAYLOAD_LIMIT;
    c->terms.packet_size = DEFAULT_PACKET_SIZE;
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
    for (size_t i = 0; i < LATE_STOPS_MOST; i++)
        buf_free(&c->stops.late[i]);
    buf_free(&c->sent.bytes);
    buf_free(&c->owed.request);
    buf_free(&c->stops.last);
    buf_free(&c->stops.held);
    buf_free(&c->stops.resumed_with);
    buf_free(&c->misfits.last);
    buf_free(&c->console.scratch);
    buf_free(&c->console.withheld);
    buf_free(&c->console.withheld_of_stop);
    buf_free(&c->probe.answer);
    buf_free(&c->console.packet);
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

bool rsp_has_late_stop(const struct rsp_connection *c)
{
    return c->stops.late_count > 0;
}

bool rsp_stop_was_asked(const struct rsp_connection *c)
{
    return c->stops.asked;
}

const char *rsp_last_stop(const struct rsp_connection *c)
{
    return buf_text(&c->stops.last);
}

int64_t conn_deadline(const struct rsp_connection *c, int64_t timeout_ns, size_t bytes)
{
    int64_t line_ns = (int64_t)bytes * transport_byte_cost_ns(c->transport);
    int64_t now = clock_now_ns();
    int64_t end = timeout_ns > INT64_MAX - now - line_ns ? INT64_MAX : now + timeout_ns + line_ns;
    return end < c->limits.deadline_ns ? end : c->limits.deadline_ns;
}

struct error *conn_lost_error(const struct rsp_connection *c)
{
    return error_hint(error_new(c->life.lost_code, "%s", c->life.lost_message), "reconnect to go on");
}

struct error *conn_check_stopped(struct rsp_connection *c)
{
    if (rsp_state(c) == RSP_STATE_LOST)
        return conn_lost_error(c);
    if (conn_runs(c))
        return error_hint(
            error_new(ERR_NOT_STOPPED, "asking %s: the target is running", transport_describe(c->transport)),
            "interrupt it first");
    return NULL;
}

/* -- what all-stop forbids ------------------------------------------------------------------------- */

void conn_violation(struct rsp_connection *c, const char *kind, const char *evidence, size_t n)
{
    c->stats.violations++;
    if (c->callbacks.violation)
        c->callbacks.violation(c->callbacks.context, kind, n ? evidence : "",
                               n < EVIDENCE_MOST ? n : EVIDENCE_MOST);
}

static bool same(const struct buf *b, const char *payload, size_t n)
{
    return b->length == n && n > 0 && memcmp(b->data, payload, n) == 0;
}

void conn_keep_stop(struct rsp_connection *c, const char *payload, size_t n)
{
    if (c->stops.late_count == LATE_STOPS_MOST)
        return;
    struct buf *b = &c->stops.late[c->stops.late_count++];
    buf_clear(b);
    buf_add(b, payload, n);
}

static bool is_queued(const struct rsp_connection *c, const char *payload, size_t n)
{
    for (size_t i = 0; i < c->stops.late_count; i++)
        if (same(&c->stops.late[i], payload, n))
            return true;
    return false;
}

void conn_release_stop(struct rsp_connection *c, const char *kind)
{
    if (!c->stops.holds)
        return;
    c->stops.holds = false;
    conn_violation(c, kind, buf_text(&c->stops.held), c->stops.held.length);
}

void conn_unexpected_stop(struct rsp_connection *c, const char *payload, size_t n, bool hold)
{
    if (conn_is_lenient(c)) /* QEMU stops a running machine for a new connection and says so unasked */
        return;
    if (same(&c->stops.last, payload, n) || is_queued(c, payload, n)) {
        c->stops.copies++;
        if (c->stops.copies == COPIES_OF_A_STORM)
            conn_violation(c, "retransmit-storm", payload, n);
        /* a serial line may lose our ack; the stub then rightly says it again */
        bool mended = !c->terms.no_ack && rsp_shares_console(c);
        if (c->stops.copies >= COPIES_OF_A_STORM || mended)
            return;
    }
    if (!is_queued(c, payload, n))
        conn_keep_stop(c, payload, n);
    conn_release_stop(c, "stop-while-stopped"); /* of two, the first was surely no answer */
    if (!hold) {
        conn_violation(c, "stop-while-stopped", payload, n);
        return;
    }
    c->stops.holds = true;
    buf_clear(&c->stops.held);
    buf_add(&c->stops.held, payload, n);
}

void conn_misfit(struct rsp_connection *c, enum rsp_grammar grammar, const char *payload, size_t n)
{
    if (same(&c->misfits.last, payload, n)) {
        /* QEMU's user emulator, once out of step, says its last word again for every byte it gets */
        c->misfits.copies++;
        if (c->misfits.copies == COPIES_OF_A_STORM)
            conn_violation(c, "retransmit-storm", payload, n);
        if (c->misfits.copies >= COPIES_OF_A_STORM)
            return;
    } else {
        c->misfits.copies = 0;
        buf_clear(&c->misfits.last);
        buf_add(&c->misfits.last, payload, n);
    }
    conn_violation(c, conn_misfit_kind(grammar, payload, n), payload, n);
}
