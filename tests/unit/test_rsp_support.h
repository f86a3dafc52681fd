/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scripted stub for tests: a thread at the other end of a socket pair or pty. Its script is a function that
 * expects and sends; the first thing that does not hold is kept and fails the test when the peer is joined.
 * Every wait ends after PEER_PATIENCE_NS. Included by the tests of rsp/, and by stub_played.h.
 */
#ifndef ALLSTOP_TEST_RSP_SUPPORT_H
#define ALLSTOP_TEST_RSP_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "rsp/codec.h"
#include "rsp/connection.h"

#define PEER_PATIENCE_NS 20000000000

#define UNUSED_FUNCTION  __attribute__((unused))

struct peer {
    int fd;
    int signal_fd; /* written by the script: the cancel pipe of the client, or -1 */
    struct rsp_decoder decoder;
    bool no_ack;
    unsigned acks, naks, interrupts, resyncs;
    size_t reads; /* how many read() calls brought something */
    char failed[300];
    void (*script)(struct peer *);
    pthread_t thread;
};

static UNUSED_FUNCTION void peer_fail(struct peer *p, const char *format, ...)
{
    if (p->failed[0])
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(p->failed, sizeof p->failed, format, args);
    va_end(args);
}

/* False at the end of the stream, or when nothing came in time. */
static UNUSED_FUNCTION bool peer_fill(struct peer *p)
{
    char bytes[65536];
    struct pollfd fd = {.fd = p->fd, .events = POLLIN};
    int timeout = (int)(PEER_PATIENCE_NS / 1000000);
    while (poll(&fd, 1, timeout) < 0 && errno == EINTR)
        ;
    ssize_t n = fd.revents ? read(p->fd, bytes, sizeof bytes) : 0;
    if (n <= 0)
        return false;
    p->reads++;
    rsp_decoder_feed(&p->decoder, bytes, (size_t)n);
    return true;
}

/* The next event that is a packet; acks and interrupts are counted. */
static UNUSED_FUNCTION bool peer_next(struct peer *p, struct rsp_event *event)
{
    for (;;) {
        while (rsp_decoder_next(&p->decoder, event)) {
            p->acks += event->kind == RSP_ACK;
            p->naks += event->kind == RSP_NAK;
            p->interrupts += event->kind == RSP_INTERRUPT;
            if (event->kind == RSP_PACKET)
                return true;
        }
        if (!peer_fill(p))
            return false;
    }
}

static UNUSED_FUNCTION void peer_write(struct peer *p, const void *bytes, size_t n)
{
    const char *s = bytes;
    while (n > 0) {
        ssize_t k = write(p->fd, s, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return; /* the client is gone: the test will say why */
        s += k;
        n -= (size_t)k;
    }
}

/* The same character n times, n a multiple of 64 KiB. */
static UNUSED_FUNCTION void peer_fill_up(struct peer *p, char c, size_t n)
{
    static char chunk[65536];
    memset(chunk, c, sizeof chunk);
    for (size_t i = 0; i < n / sizeof chunk; i++)
        peer_write(p, chunk, sizeof chunk);
}

static UNUSED_FUNCTION void peer_raw(struct peer *p, const char *text)
{
    peer_write(p, text, strlen(text));
}

/* A good packet, with nothing in front. */
static UNUSED_FUNCTION void peer_say(struct peer *p, const char *payload)
{
    BASE_BUF struct buf b = {0};
    rsp_encode(&b, payload, strlen(payload));
    peer_write(p, b.data, b.length);
}

/* The answer to a packet: acked first where that is the mode. */
static UNUSED_FUNCTION void peer_reply(struct peer *p, const char *payload)
{
    BASE_BUF struct buf b = {0};
    if (!p->no_ack)
        buf_add_char(&b, '+');
    rsp_encode(&b, payload, strlen(payload));
    peer_write(p, b.data, b.length);
}

/* Takes the next packet; the fence that resyncs is answered on the way. */
static UNUSED_FUNCTION void peer_expect(struct peer *p, const char *payload)
{
    struct rsp_event event;
    for (;;) {
        if (!peer_next(p, &event)) {
            peer_fail(p, "'%s' was due, and nothing came", payload);
            return;
        }
        if (strcmp(event.data, "vMustReplyEmpty") != 0 || strcmp(payload, "vMustReplyEmpty") == 0)
            break;
        p->resyncs++;
        peer_reply(p, "");
    }
    if (strcmp(event.data, payload) != 0)
        peer_fail(p, "'%s' was due, and '%.100s' came", payload, event.data);
}

static UNUSED_FUNCTION void peer_answer(struct peer *p, const char *request, const char *reply)
{
    peer_expect(p, request);
    peer_reply(p, reply);
}

/* Waits until so many acks (or naks, interrupts) have come in all. */
static UNUSED_FUNCTION void peer_await_count(struct peer *p, const unsigned *counter, unsigned least,
                                             const char *what)
{
    struct rsp_event event;
    while (*counter < least) {
        bool any = false;
        while (*counter < least && rsp_decoder_next(&p->decoder, &event)) {
            any = true;
            p->acks += event.kind == RSP_ACK;
            p->naks += event.kind == RSP_NAK;
            p->interrupts += event.kind == RSP_INTERRUPT;
            if (event.kind == RSP_PACKET) {
                peer_fail(p, "'%s' came where %u %s were due", event.data, least, what);
                return;
            }
        }
        if (!any && !peer_fill(p)) {
            peer_fail(p, "%u %s were due, %u came", least, what, *counter);
            return;
        }
    }
}

/* It asks once more, as the answer may be one that is missing. */
static UNUSED_FUNCTION void peer_answer_both(struct peer *p, const char *request, const char *reply)
{
    peer_answer(p, request, reply);
    peer_answer(p, request, reply);
}

/* Whether one that offers this is asked two things in one write. */
static UNUSED_FUNCTION bool peer_may_take_two(const char *supported)
{
    static const char *const signs[] = {"QStartNoAckMode+", "vContSupported+", "qXfer:features:read+",
                                        "multiprocess+"};
    for (size_t i = 0; i < ARRAY_LENGTH(signs); i++)
        if (strstr(supported, signs[i]))
            return true;
    return false;
}

/* The opening as rsp_negotiate() wants it; a bare "" is a stub like kgdb. */
static UNUSED_FUNCTION void peer_negotiate(struct peer *p, const char *supported)
{
    struct rsp_event event;
    if (!peer_next(p, &event) || strncmp(event.data, "qSupported", 10) != 0) {
        peer_fail(p, "qSupported was due");
        return;
    }
    peer_reply(p, supported);
    if (strstr(supported, "QStartNoAckMode+")) {
        peer_answer(p, "QStartNoAckMode", "OK");
        p->no_ack = true;
    }
    peer_answer(p, "vCont?", *supported ? "vCont;c;C;s;S" : "");
    if (peer_may_take_two(supported))
        peer_answer(p, "qC", "QC1");
}

static UNUSED_FUNCTION void *peer_main(void *context)
{
    struct peer *p = context;
    p->script(p);
    /* the client may still say a last word: it must not meet a closed socket in the middle of a test */
    while (!p->failed[0] && p->fd >= 0 && peer_fill(p))
        ;
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    return NULL;
}

static UNUSED_FUNCTION void peer_start(struct peer *p, int fd, void (*script)(struct peer *))
{
    *p = (struct peer){.fd = fd, .signal_fd = -1, .script = script};
    rsp_decoder_init(&p->decoder, 1 << 20);
    assert_int_equal(pthread_create(&p->thread, NULL, peer_main, p), 0);
}

static UNUSED_FUNCTION void peer_join(struct peer *p)
{
    pthread_join(p->thread, NULL);
    rsp_decoder_free(&p->decoder);
    if (p->failed[0])
        fail_msg("the peer: %s", p->failed);
}

/* -- errors ---------------------------------------------------------------------------------------- */

/* Fails with the error's message. */
static UNUSED_FUNCTION void must_(struct error *e, const char *call, const char *file, int line)
{
    if (!e)
        return;
    char message[600];
    snprintf(message, sizeof message, "%s: %s: %s", call, error_code_name(e->code), e->message);
    error_free(e);
    print_error("%s\n", message);
    _fail(file, line);
}
#define must(call) must_((call), #call, __FILE__, __LINE__)

/* Fails unless this is an error with that code, and frees it. */
static UNUSED_FUNCTION void must_fail_(struct error *e, enum error_code code, const char *call,
                                       const char *file, int line)
{
    if (error_is(e, code)) {
        error_free(e);
        return;
    }
    print_error("%s: %s was due, and got %s: %s\n", call, error_code_name(code),
                e ? error_code_name(e->code) : "no error", e ? e->message : "");
    error_free(e);
    _fail(file, line);
}
#define must_fail(call, code) must_fail_((call), (code), #call, __FILE__, __LINE__)

static UNUSED_FUNCTION int64_t in_seconds(double seconds)
{
    return clock_now_ns() + (int64_t)(seconds * 1e9);
}

#endif
