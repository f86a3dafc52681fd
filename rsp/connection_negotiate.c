/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The opening of a conversation: what the stub supports, whether acks are done without, whether it takes
 * several requests at once.
 */
#include "rsp/connection_private.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

#define PROBE_TIMEOUT_NS 2000000000

/* -- the opening ------------------------------------------------------------------------------------- */

static struct error *not_a_stub(struct rsp_connection *c, struct error *e)
{
    if (!error_is(e, ERR_TIMEOUT))
        return e;
    const char *place = transport_describe(c->transport);
    bool reliable = transport_is_reliable(c->transport);
    uint64_t received = c->stats.bytes_in;
    error_free(e);
    if (!reliable)
        conn_state_mute(c); /* a kernel that runs is mute */
    if (received == 0)
        return error_hint(error_new(ERR_TIMEOUT, "opening the conversation with %s: no answer", place), "%s",
                          reliable
                              ? "is it a debug stub, and free? QEMU and others serve one client at a time"
                              : "a running kernel is mute: interrupt it first; check the baud rate too");
    return error_hint(
        error_new(
            ERR_VIOLATION,
            "opening the conversation with %s: it talks (%llu bytes, %u torn packets), but not this protocol",
            place, (unsigned long long)received, c->wire.torn_in_row),
        reliable ? "is this the port of the debug stub?"
                 : "is the baud rate right? if the kernel runs, interrupt it first");
}

/* One of the first questions was answered with silence or rubbish, which is told: it counts as not known. */
static struct error *goes_without(struct rsp_connection *c, const char *question, struct error *e)
{
    bool silent = error_is(e, ERR_TIMEOUT);
    if ((!silent && !error_is(e, ERR_VIOLATION)) || clock_now_ns() >= c->limits.deadline_ns)
        return e;
    if (silent)
        conn_violation(c, RSP_BREACH_NO_REPLY, question, strlen(question));
    error_free(e);
    return NULL;
}

/* What every stub answers. */
static bool says_why_it_stands(struct rsp_connection *c)
{
    BASE_BUF struct buf reply = {0};
    int64_t timeout_ns = c->limits.timeout_ns;
    if (timeout_ns > PROBE_NS)
        rsp_set_timeout(c, PROBE_NS);
    struct error *e = rsp_call(c, RSP_GRAMMAR_STOP, 0, &reply, "?");
    rsp_set_timeout(c, timeout_ns);
    bool says = !e && rsp_is_stop_reply(buf_text(&reply), reply.length);
    error_free(e);
    return says;
}

/* Home-made stubs are silent to what they do not know, as others are who have nothing to say, and some say
 * what is no answer to it; `e` where this one does so to all. A line that prints is no stub's. */
static struct error *take_less(struct rsp_connection *c, struct error *e)
{
    bool may_know_less = (error_is(e, ERR_TIMEOUT) || error_is(e, ERR_VIOLATION)) &&
                         transport_is_reliable(c->transport) && !c->console.spoke &&
                         clock_now_ns() < c->limits.deadline_ns;
    if (!may_know_less)
        return not_a_stub(c, e);
    conn_owe_nothing(c); /* a fence might be met with silence as well */
    if (!says_why_it_stands(c))
        return not_a_stub(c, e);
    return goes_without(c, "qSupported", e);
}

static struct error *ask_supported(struct rsp_connection *c)
{
    BASE_BUF struct buf offer = {0};
    BASE_BUF struct buf reply = {0};
    rsp_features_offer(&offer);
    struct error *e = rsp_call(c, RSP_GRAMMAR_TEXT, 0, &reply, "%s", buf_text(&offer));
    if (e) {
        buf_clear(&reply);
        TRY(take_less(c, e));
    }
    c->terms.supported_empty = reply.length == 0 || conn_is_error(reply.data, reply.length);
    uint64_t size;
    rsp_features_read(&c->features, buf_text(&reply), c->terms.supported_empty ? 0 : reply.length, &size);
    /* Linux 6.1's kgdb runs into its own trap again, with the pc behind it: by the pc that is the step of an
     * instruction of one byte, so what a step off it does cannot be found out by trying */
    if (c->terms.supported_empty)
        c->features.state[FEATURE_STEP_OFF].works = TRI_NO;
    if (!c->terms.supported_empty && strpbrk(buf_text(&reply), "=;+"))
        conn_fence_know(c, buf_text(&offer), &reply);
    if (size >= PACKET_SIZE_LEAST)
        c->terms.packet_size = size < PACKET_SIZE_MOST ? (size_t)size : PACKET_SIZE_MOST;
    return NULL;
}

static struct error *ask_no_ack(struct rsp_connection *c)
{
    /* a serial line needs its acks */
    if (!transport_is_reliable(c->transport) || !rsp_feature_usable(&c->features, FEATURE_NO_ACK))
        return NULL;
    BASE_BUF struct buf reply = {0};
    struct error *e = rsp_call(c, RSP_GRAMMAR_OK, 0, &reply, "QStartNoAckMode");
    if (e) {
        buf_clear(&reply);
        TRY(goes_without(c, "QStartNoAckMode", e));
    }
    bool ok = reply.length == 2;
    c->features.state[FEATURE_NO_ACK].works = ok ? TRI_YES : TRI_NO;
    c->terms.no_ack = ok;
    return NULL;
}

static void read_vcont(struct rsp_connection *c, const struct buf *reply)
{
    bool known = strncmp(buf_text(reply), "vCont", 5) == 0;
    struct vcont_actions a = {0};
    const char *s = known ? strchr(reply->data, ';') : NULL;
    if (s)
        conn_fence_know(c, "vCont?", reply);
    while (s) {
        s++;
        size_t n = strcspn(s, ";");
        if (n == 1) {
            a.c |= *s == 'c';
            a.C |= *s == 'C';
            a.s |= *s == 's';
            a.S |= *s == 'S';
            a.r |= *s == 'r';
        }
        s = s[n] ? s + n : NULL;
    }
    c->terms.vcont = a;
    c->features.state[FEATURE_VCONT].works = a.c && a.s ? TRI_YES : TRI_NO;
    c->features.state[FEATURE_VCONT_RANGE].works = a.r ? TRI_YES : TRI_NO;
}

/* Whether it is an answer to `qC`, and not that to `vCont?` once more: gdbserver 13 with acks takes each byte
 * of the second question for a wish to hear the first answer again, and forgets the question. */
static bool answers_qc(const struct rsp_request *r)
{
    const char *s = buf_text(&r->reply);
    return !r->error && (!*s || *s == 'E' || strncmp(s, "QC", 2) == 0);
}

/* Home-made stubs read one packet at a time and drop what is behind it (simavr 1.6, mspdebug 0.22, which
 * offer a memory map or a size and no more): to try costs the time of an answer that never comes. Who knows
 * one of these is no such stub. */
static bool may_take_several(const struct rsp_connection *c)
{
    static const enum rsp_feature_id signs[] = {FEATURE_NO_ACK, FEATURE_VCONT_SUPPORTED,
                                                FEATURE_XFER_FEATURES, FEATURE_MULTIPROCESS};
    bool knows = false;
    for (size_t i = 0; i < ARRAY_LENGTH(signs); i++)
        knows |= c->features.state[signs[i]].advertised == TRI_YES;
    return transport_is_reliable(c->transport) && knows;
}

/* vCont? and, in the same write, a second harmless question: whether both are answered says whether this stub
 * takes several requests at once. */
static struct error *ask_vcont_and_probe(struct rsp_connection *c)
{
    struct rsp_request r[] = {
        {.payload = "vCont?", .length = 6, .grammar = RSP_GRAMMAR_TEXT},
        {.payload = "qC", .length = 2, .grammar = RSP_GRAMMAR_TEXT},
    };
    bool probe = may_take_several(c);
    int64_t timeout_ns = c->limits.timeout_ns;
    c->terms.pipelines = probe;
    if (probe && timeout_ns > PROBE_TIMEOUT_NS)
        rsp_set_timeout(c, PROBE_TIMEOUT_NS);
    struct error *e = rsp_call_batch(c, r, probe ? 2 : 1);
    rsp_set_timeout(c, timeout_ns);
    if (probe && !answers_qc(&r[1]))
        conn_stop_pipelining(c);
    if (!e && !r[0].error)
        read_vcont(c, &r[0].reply);
    else
        c->features.state[FEATURE_VCONT].works = TRI_NO;
    c->features.state[FEATURE_PIPELINE].works = c->terms.pipelines ? TRI_YES : TRI_NO;
    for (size_t i = 0; i < ARRAY_LENGTH(r); i++)
        rsp_request_free(&r[i]);
    return e;
}

struct error *rsp_negotiate(struct rsp_connection *c)
{
    conn_state_open(c);
    c->terms.pipelines = false;
    /* a stub on a shared line may still wait for the ack of something said long ago */
    if (!transport_is_reliable(c->transport))
        conn_want_ack(c);
    struct error *e = ask_supported(c);
    if (!e)
        e = ask_no_ack(c);
    if (!e)
        e = ask_vcont_and_probe(c);
    conn_state_done(c, CONN_OPENING);
    return e;
}

/* -- what turns out later ----------------------------------------------------------------------------- */

void conn_stop_pipelining(struct rsp_connection *c)
{
    if (!c->terms.pipelines)
        return;
    c->terms.pipelines = false;
    c->features.state[FEATURE_PIPELINE].works = TRI_NO;
}

void conn_ask_for_less(struct rsp_connection *c)
{
    if (c->terms.packet_size > PACKET_SIZE_LOSSY)
        c->terms.packet_size /= 2;
}
