/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test_rsp_session.h"

#include <netinet/in.h>

/* A terminal server of the test's own: one connection on the loopback. */
struct server {
    int listener, peer;
    struct transport *t;
};

static struct server connect_server(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof a;
    struct server s = {.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_true(s.listener >= 0 && bind(s.listener, (struct sockaddr *)&a, sizeof a) == 0 &&
                listen(s.listener, 1) == 0);
    assert_int_equal(getsockname(s.listener, (struct sockaddr *)&a, &length), 0);
    BASE_FREE char *spec = xasprintf("telnet::%u", ntohs(a.sin_port));
    const struct transport_options options = {.deadline_ns = in_seconds(20), .cancel_fd = -1};
    must(transport_open(spec, &options, &s.t));
    BASE_FREE char *description = xasprintf("telnet:127.0.0.1:%u", ntohs(a.sin_port));
    assert_string_equal(transport_describe(s.t), description);
    s.peer = accept(s.listener, NULL, NULL);
    assert_true(s.peer >= 0);
    return s;
}

static void disconnect(struct server *s)
{
    transport_close(s->t);
    close(s->peer);
    close(s->listener);
}

static void server_says(struct server *s, const void *bytes, size_t n)
{
    assert_int_equal(write(s->peer, bytes, n), n);
}

/* What reaches the server is exactly this. */
static void server_gets(struct server *s, const void *expected, size_t n)
{
    char bytes[4096];
    size_t got = 0;
    while (got < n) {
        ssize_t k = read(s->peer, bytes + got, n - got);
        assert_true(k > 0);
        got += (size_t)k;
    }
    assert_memory_equal(bytes, expected, n);
}

static void we_get(struct server *s, const void *expected, size_t n)
{
    BASE_BUF struct buf b = {0};
    while (b.length < n) {
        char bytes[7]; /* so that commands are cut anywhere */
        size_t k;
        must(transport_read(s->t, bytes, sizeof bytes, in_seconds(20), -1, &k));
        assert_true(k > 0);
        buf_add(&b, bytes, k);
    }
    assert_int_equal(b.length, n);
    assert_memory_equal(b.data, expected, n);
}

#define BYTES(text) text, sizeof(text) - 1

static void test_every_byte_both_ways(void **state)
{
    (void)state;
    struct server s = connect_server();
    assert_false(transport_is_reliable(s.t)); /* a line is behind it */
    unsigned char all[256 + 3], doubled[256 + 3 + 4];
    size_t n = 0, m = 0;
    for (unsigned i = 0; i < 256; i++)
        all[n++] = (unsigned char)i;
    for (unsigned i = 0; i < 3; i++)
        all[n++] = 0xff;
    for (size_t i = 0; i < n; i++) {
        doubled[m++] = all[i];
        if (all[i] == 0xff)
            doubled[m++] = 0xff;
    }
    assert_int_equal(m, sizeof doubled);
    must(transport_write(s.t, all, n, in_seconds(20)));
    server_gets(&s, doubled, m);
    server_says(&s, doubled, m);
    we_get(&s, all, n);
    disconnect(&s);
}

/* QEMU 7.2 begins with these 12 bytes (chardev/char-socket.c) and waits for nothing. */
static void test_negotiation(void **state)
{
    (void)state;
    struct server s = connect_server();
    server_says(&s, BYTES("\xff\xfb\x01\xff\xfb\x03\xff\xfb\x00\xff\xfd\x00"
                          "hello"));
    we_get(&s, BYTES("hello"));
    server_gets(&s, BYTES("\xff\xfd\x01\xff\xfd\x03\xff\xfd\x00\xff\xfb\x00"));
    /* a terminal type (24) and a status (5) are nothing for us; WONT and DONT need no answer */
    server_says(&s, BYTES("\xff\xfd\x18\xff\xfb\x05\xff\xfc\x05\xff\xfe\x18"
                          "x"));
    we_get(&s, BYTES("x"));
    server_gets(&s, BYTES("\xff\xfc\x18\xff\xfe\x05"));
    /* asked again, a question has had its answer */
    server_says(&s, BYTES("\xff\xfb\x01\xff\xfd\x18\xff\xfd\x01"
                          "y"));
    we_get(&s, BYTES("y"));
    must(transport_write(s.t, "z", 1, in_seconds(20)));
    server_gets(&s, BYTES("\xff\xfc\x01z"));
    disconnect(&s);
}

static void test_commands_inside_text(void **state)
{
    (void)state;
    struct server s = connect_server();
    /* NOP, go-ahead, a subnegotiation with a doubled IAC in it */
    server_says(&s, BYTES("a\xff\xf1"
                          "b\xff\xf9"
                          "c\xff\xfa\x18\x01\xff\xff\xf0$x#\xff\xf0"
                          "d\xff\xff"
                          "e"));
    we_get(&s, BYTES("abcd\xff"
                     "e"));
    disconnect(&s);
}

/* A command alone is no text: the wait goes on until its own end. */
static void test_only_commands(void **state)
{
    (void)state;
    struct server s = connect_server();
    char bytes[8];
    size_t n;
    server_says(&s, BYTES("\xff\xfc\x01\xff\xf1\xff"));
    must_fail(transport_read(s.t, bytes, sizeof bytes, in_seconds(0.05), -1, &n), ERR_TIMEOUT);
    server_says(&s, BYTES("\xff"));
    we_get(&s, BYTES("\xff"));
    close(s.peer);
    must_fail(transport_read(s.t, bytes, sizeof bytes, in_seconds(20), -1, &n), ERR_LOST);
    s.peer = -1;
    transport_close(s.t);
    close(s.listener);
}

static void test_break(void **state)
{
    (void)state;
    struct server s = connect_server();
    must(transport_send_break(s.t));
    must(transport_write(s.t, "g", 1, in_seconds(20)));
    server_gets(&s, BYTES("\xff\xf3g"));
    disconnect(&s);
}

static void test_specs(void **state)
{
    (void)state;
    static const char *const bad[] = {"telnet:", "telnet:host", "telnet:host:0", "telnet:host:x",
                                      "telnet:::1:23"};
    must(transport_check_spec("telnet:[::1]:23"));
    must(transport_check_spec("telnet::23"));
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        must_fail(transport_check_spec(bad[i]), ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specs),         cmocka_unit_test(test_every_byte_both_ways),
        cmocka_unit_test(test_negotiation),   cmocka_unit_test(test_commands_inside_text),
        cmocka_unit_test(test_only_commands), cmocka_unit_test(test_break),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
