/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection and the scripted peer at its other end, and what the connection reported. Included by the
 * tests of connections only.
 */
#ifndef ALLSTOP_TEST_RSP_SESSION_H
#define ALLSTOP_TEST_RSP_SESSION_H

#include "test_rsp_support.h"

#include <fcntl.h>
#include <termios.h>

struct session {
    struct peer peer;
    struct rsp_connection *c;
    struct buf violations; /* slugs, each with a blank behind it */
    struct buf console;
    int cancel[2];
};

static UNUSED_FUNCTION void on_violation(void *context, enum rsp_violation kind, const char *evidence,
                                         size_t n)
{
    struct session *s = context;
    assert_non_null(evidence);
    assert_true(n <= 256);
    buf_add_text(&s->violations, rsp_violation_name(kind));
    buf_add_char(&s->violations, ' ');
}

static UNUSED_FUNCTION void on_console(void *context, const char *bytes, size_t n)
{
    struct session *s = context;
    buf_add(&s->console, bytes, n);
}

static UNUSED_FUNCTION void session_connect(struct session *s, struct transport *t, double timeout)
{
    const struct rsp_options options = {
        .timeout_ns = (int64_t)(timeout * 1e9),
        .payload_limit = 65536,
        .cancel_fd = s->cancel[0],
        .callbacks = {.context = s, .violation = on_violation, .console = on_console},
    };
    s->c = rsp_connection_create(t, &options);
}

/* Over a socket pair: a reliable line. */
static UNUSED_FUNCTION void session_open(struct session *s, void (*script)(struct peer *), double timeout)
{
    int pair[2];
    *s = (struct session){0};
    assert_int_equal(pipe2(s->cancel, O_NONBLOCK | O_CLOEXEC), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    session_connect(s, transport_from_fd(pair[0], "the peer"), timeout);
    peer_start(&s->peer, pair[1], script);
    s->peer.signal_fd = s->cancel[1];
}

/* Over a pty: a line that may lose bytes. */
static UNUSED_FUNCTION void session_open_serial(struct session *s, void (*script)(struct peer *),
                                                double timeout)
{
    *s = (struct session){0};
    assert_int_equal(pipe2(s->cancel, O_NONBLOCK | O_CLOEXEC), 0);
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char name[64];
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    assert_int_equal(ptsname_r(master, name, sizeof name), 0);
    struct transport *t;
    const struct transport_options options = {.deadline_ns = in_seconds(10), .cancel_fd = -1};
    must(transport_open(name, &options, &t));
    session_connect(s, t, timeout);
    peer_start(&s->peer, master, script);
}

/* The peer sees the end of the stream; whatever it complained of fails the test. */
static UNUSED_FUNCTION void session_close(struct session *s)
{
    rsp_connection_destroy(s->c);
    close(s->cancel[0]);
    peer_join(&s->peer);
    close(s->cancel[1]);
    buf_free(&s->violations);
    buf_free(&s->console);
}

static UNUSED_FUNCTION void assert_violations(struct session *s, const char *expected)
{
    assert_string_equal(buf_text(&s->violations), expected);
    size_t count = 0;
    for (const char *p = buf_text(&s->violations); *p; p++)
        count += *p == ' ';
    assert_int_equal(rsp_stats(s->c)->violations, count);
}

/* One hex question with this answer. */
static UNUSED_FUNCTION void ask(struct session *s, const char *request, const char *expected)
{
    BASE_BUF struct buf reply = {0};
    must(rsp_call(s->c, RSP_GRAMMAR_HEX, 0, &reply, "%s", request));
    assert_string_equal(buf_text(&reply), expected);
}

static UNUSED_FUNCTION struct rsp_request hex_request(const char *payload)
{
    return (struct rsp_request){.payload = payload, .length = strlen(payload), .grammar = RSP_GRAMMAR_HEX};
}

#define NO_ACK   "PacketSize=1000;QStartNoAckMode+;vContSupported+"
#define WITH_ACK "PacketSize=1000;vContSupported+"

/* The next stop, which must come. */
static UNUSED_FUNCTION struct rsp_stop wait_stop(struct session *s)
{
    struct rsp_stop stop;
    bool stopped;
    must(rsp_wait_stop(s->c, in_seconds(30), -1, &stop, &stopped));
    assert_true(stopped);
    return stop;
}

/* A change that is answered OK. */
static UNUSED_FUNCTION struct error *write_byte(struct session *s)
{
    BASE_BUF struct buf reply = {0};
    TRY(rsp_call(s->c, RSP_GRAMMAR_OK, RSP_MUTATES, &reply, "M1,1:00"));
    assert_string_equal(buf_text(&reply), "OK");
    return NULL;
}

/* The same as session_open(), and the opening of the conversation. */
static UNUSED_FUNCTION void open_with(struct session *s, void (*script)(struct peer *), double timeout)
{
    session_open(s, script, timeout);
    must(rsp_negotiate(s->c));
}

#endif
