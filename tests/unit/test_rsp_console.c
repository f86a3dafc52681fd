/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line that is a kernel's console too: who is there, what is text and what is a stop, and what is typed. */
#include "test_rsp_session.h"

#include "rsp/remote.h"

/* What the peer reads, as it is. */
static void expect_bytes(struct peer *p, const char *expected)
{
    size_t n = strlen(expected);
    char bytes[200];
    size_t got = 0;
    while (got < n) {
        struct pollfd fd = {.fd = p->fd, .events = POLLIN};
        ssize_t k = poll(&fd, 1, 20000) > 0 ? read(p->fd, bytes + got, n - got) : 0;
        if (k <= 0) {
            peer_fail(p, "'%s' was due, %zu bytes of it came", expected, got);
            return;
        }
        got += (size_t)k;
    }
    if (memcmp(bytes, expected, n) != 0)
        peer_fail(p, "'%s' was due, and '%.*s' came", expected, (int)n, bytes);
}

static struct rsp_stop stops(struct session *s)
{
    struct rsp_stop stop;
    bool stopped;
    must(rsp_wait_stop(s->c, in_seconds(20), -1, &stop, &stopped));
    assert_true(stopped);
    return stop;
}

/* -- who is there ---------------------------------------------------------------------------------- */

static void script_kgdb(struct peer *p)
{
    expect_bytes(p, "+$qC#b4");
    peer_raw(p, "console text / # +$QC01#f5");
    expect_bytes(p, "+");
    peer_negotiate(p, "");
}

static void test_kgdb_answers(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_kgdb, 10);
    bool running = true;
    must(rsp_open(s.c, &running));
    assert_false(running);
    assert_true(rsp_may_be_kgdb(s.c));
    struct ptid current;
    must(rsp_query_current(s.c, &current)); /* known already: the peer expects no more */
    assert_int_equal(current.tid, 1);
    assert_string_equal(buf_text(&s.console), "console text / # ");
    session_close(&s);
}

static void script_terminal(struct peer *p)
{
    expect_bytes(p, "+$qC#b4");
    peer_raw(p, "login: +$qC#b4");
    expect_bytes(p, "\x15");
    expect_bytes(p, "g");
    peer_raw(p, "sysrq: DEBUG\r\nKGDB: Entering KGDB\r\n");
    expect_bytes(p, "$?#3f");
    peer_raw(p, "+$S05#b8");
    expect_bytes(p, "+");
}

static struct error *make_break(void *context)
{
    ++*(int *)context;
    return NULL;
}

/* A kernel that runs: our question comes back. Broken into, it says a line, and stops without a packet. */
static void test_terminal_echoes(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_terminal, 10);
    bool running = false;
    must(rsp_open(s.c, &running));
    assert_true(running && rsp_never_spoke(s.c));
    assert_int_equal(rsp_state(s.c), RSP_STATE_RUNNING);
    must(rsp_type(s.c, "", 0));
    rsp_set_break(s.c, RSP_BREAK_G);
    must_fail(rsp_interrupt(s.c), ERR_UNSUPPORTED); /* a pty carries no BREAK */
    must(transport_write(rsp_transport(s.c), "g", 1, in_seconds(20)));
    assert_int_equal(stops(&s).signal, 5);
    assert_true(rsp_stop_was_asked(s.c));
    assert_false(rsp_never_spoke(s.c));
    must_fail(rsp_type(s.c, "x", 1), ERR_NOT_RUNNING);
    assert_violations(&s, "");
    session_close(&s);
}

static void script_silence(struct peer *p)
{
    expect_bytes(p, "+$qC#b4$qC#b4\x15");
}

static void test_silence_is_a_kernel(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_silence, 0.2);
    bool running = false;
    must(rsp_open(s.c, &running));
    assert_true(running);
    session_close(&s);
}

/* On a socket silence is an error, and an echo tells the terminal. */
static void script_mute(struct peer *p)
{
    struct rsp_event event;
    peer_next(p, &event);
}

static void test_silence_on_a_socket(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_mute, 0.1);
    bool running;
    must_fail(rsp_open(s.c, &running), ERR_TIMEOUT);
    session_close(&s);
}

/* busybox's shell breaks what is longer than its line. */
static void script_broken_echo(struct peer *p)
{
    char bytes[1000];
    ssize_t n = read(p->fd, bytes, sizeof bytes);
    if (n < 100)
        peer_fail(p, "qSupported was due");
    peer_write(p, bytes, 60);
    peer_raw(p, "\r\r\n");
    peer_write(p, bytes + 60, (size_t)n - 60);
    expect_bytes(p, "\x15");
}

static void test_echo_on_a_socket(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_broken_echo, 10);
    bool running = false;
    must(rsp_open(s.c, &running));
    assert_true(running && rsp_shares_console(s.c));
    assert_violations(&s, "");
    session_close(&s);
}

/* A wrong baud rate: rubbish both ways. */
static void script_rubbish(struct peer *p)
{
    static const char rubbish[] = "\xff\x00\xfe\x80$\xf8#\x00\x00\xe6+\x98-\x03\xff%\x8f#zz$\x80";
    for (int i = 0; i < 50; i++)
        peer_write(p, rubbish, sizeof rubbish - 1);
    expect_bytes(p, "+$qC#b4");
}

static void test_wrong_baud(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_rubbish, 0.3);
    bool running = false;
    must(rsp_open(s.c, &running));
    assert_true(running);
    assert_violations(&s, "");
    assert_int_equal(s.console.length, 50 * 22);
    session_close(&s);
}

/* -- text ------------------------------------------------------------------------------------------ */

static void script_text(struct peer *p)
{
    peer_negotiate(p, "");
    expect_bytes(p, "+$c#63");
    peer_raw(
        p, "+line 1\r\n+++ a file\r\n- 5% of $3 #4\r\n$OK#9a $m01#ce\r\n$E01#a6\x03 %Stop:T05#9f\r\nbash$ ");
    peer_raw(p, "x='$T05thread:1;#d7'\r\n"); /* a text with a good checksum */
    expect_bytes(p, "+$qC#b4");
    peer_raw(p, "$qC#b4");
    expect_bytes(p, "\x15");
    peer_raw(p, "more$T05thread:2;#d8"); /* in the middle of a line, and a stop */
    expect_bytes(p, "+$qC#b4");
    peer_raw(p, "+$QC2#c6");
    expect_bytes(p, "+");
}

static void test_text_like_packets(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_text, 10);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "c", 1));
    assert_int_equal(stops(&s).thread.tid, 2);
    static const char expected[] =
        "line 1\r\n+++ a file\r\n- 5% of $3 #4\r\n$OK#9a $m01#ce\r\n$E01#a6\x03 %Stop:T05#9f\r\nbash$ "
        "x='$T05thread:1;#d7'\r\nmore";
    assert_int_equal(s.console.length, sizeof expected - 1);
    assert_memory_equal(s.console.data, expected, sizeof expected - 1);
    assert_violations(&s, "");
    session_close(&s);
}

/* Console packets while it runs (kgdbcon): each is acked. */
static void script_console_packets(struct peer *p)
{
    peer_negotiate(p, "");
    peer_expect(p, "c");
    unsigned before = p->acks;
    peer_raw(p, "+$O68656c6c6f0a#87");
    peer_await_count(p, &p->acks, before + 1, "acks");
    peer_raw(p, "$O776f726c640a#56");
    peer_await_count(p, &p->acks, before + 2, "acks");
    peer_raw(p, "$T05thread:1;#d7");
    peer_answer(p, "qC", "QC1");
}

static void test_console_packets(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_console_packets, 10);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "c", 1));
    assert_int_equal(stops(&s).thread.tid, 1);
    assert_string_equal(buf_text(&s.console), "hello\nworld\n");
    session_close(&s);
}

/* The terminal takes our ack, and what wakes kgdb as well, more than once. */
static void script_console_packet_lost(struct peer *p)
{
    peer_negotiate(p, "");
    expect_bytes(p, "+$c#63");
    peer_raw(p, "+$O68656c6c6f0a#87");
    expect_bytes(p, "+\x15");
    peer_raw(p, "+\r\n");
    expect_bytes(p, "\x15");
    peer_raw(p, "\r# \x1b[J");
    expect_bytes(p, "\x15");
    peer_raw(p, "$O68656c6c6f0a#87");
    expect_bytes(p, "+");
    peer_raw(p, "$T05thread:1;#d7");
    expect_bytes(p, "+$qC#b4");
    peer_raw(p, "+$QC1#c5");
    expect_bytes(p, "+");
}

static void test_console_packet_lost(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_console_packet_lost, 20);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "c", 1));
    assert_int_equal(stops(&s).thread.tid, 1);
    assert_string_equal(buf_text(&s.console), "hello\n+\r\n\r# \x1b[J");
    assert_violations(&s, "");
    session_close(&s);
}

/* They come between a question and its answer too: what another processor printed, or kgdb itself. */
static void script_console_while_stopped(struct peer *p)
{
    peer_negotiate(p, "");
    peer_expect(p, "m10,2");
    unsigned before = p->acks;
    peer_raw(p, "+$O68656c6c6f0a#87");
    peer_await_count(p, &p->acks, before + 1, "acks");
    peer_raw(p, "$0102#c3");
}

static void test_console_while_stopped(void **state)
{
    (void)state;
    struct session s;
    BASE_BUF struct buf reply = {0};
    session_open_serial(&s, script_console_while_stopped, 10);
    must(rsp_negotiate(s.c));
    must(rsp_call(s.c, RSP_GRAMMAR_HEX, 0, &reply, "m10,2"));
    assert_string_equal(buf_text(&reply), "0102");
    assert_string_equal(buf_text(&s.console), "hello\n");
    assert_violations(&s, "");
    session_close(&s);
}

/* -- a line that loses bytes ----------------------------------------------------------------------- */

static void script_damaged_stop(struct peer *p)
{
    peer_negotiate(p, "");
    expect_bytes(p, "+$c#63");
    peer_raw(p, "+$T05thrad:1;#d7");
    expect_bytes(p, "\x15"); /* no ack: it says it again */
    peer_raw(p, "$T05thread:1;#d7");
    expect_bytes(p, "+$qC#b4");
    peer_raw(p, "-"); /* the ack was lost */
    expect_bytes(p, "$qC#b4");
    peer_raw(p, "+$QC1#c5");
    expect_bytes(p, "+");
}

static void test_damaged_stop(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_damaged_stop, 10);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "c", 1));
    assert_int_equal(stops(&s).thread.tid, 1);
    assert_violations(&s, "");
    session_close(&s);
}

static const char whole_stop[] = "$T05thread:1;#d7";

/* Each of its bytes is lost once: what is left stands there as text, as a packet that does not end, or as a
 * wrong one. */
static void script_cut_stops(struct peer *p)
{
    peer_negotiate(p, "");
    for (size_t lost = 0; lost < sizeof whole_stop - 1; lost++) {
        BASE_BUF struct buf cut = {0};
        buf_add_text(&cut, "+up 3 days\r\n");
        buf_add(&cut, whole_stop, lost);
        buf_add_text(&cut, whole_stop + lost + 1);
        expect_bytes(p, "+$c#63");
        peer_raw(p, buf_text(&cut));
        expect_bytes(p, "\x15");
        peer_raw(p, whole_stop);
        expect_bytes(p, "+$qC#b4");
        peer_raw(p, "+$QC1#c5");
    }
    expect_bytes(p, "+");
}

static void test_cut_stops(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_cut_stops, 10);
    must(rsp_negotiate(s.c));
    for (size_t lost = 0; lost < sizeof whole_stop - 1; lost++) {
        must(rsp_resume(s.c, "c", 1));
        assert_int_equal(stops(&s).thread.tid, 1);
    }
    assert_violations(&s, "");
    session_close(&s);
}

/* A prompt and words of a user are no stop: nothing is sent because of them. */
static void script_no_stop(struct peer *p)
{
    peer_negotiate(p, "");
    expect_bytes(p, "+$c#63");
    peer_raw(p, "+Sat Nov 21\r\n$ ls T05 thread: $Ok");
    usleep(700000); /* longer than a stop that was cut is waited for */
    peer_raw(p, "\r\n$T05thread:1;#d7");
    expect_bytes(p, "+$qC#b4");
    peer_raw(p, "+$QC1#c5");
    expect_bytes(p, "+");
}

static void test_no_stop(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_no_stop, 10);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "c", 1));
    assert_int_equal(stops(&s).thread.tid, 1);
    session_close(&s);
}

static void script_lost_bytes(struct peer *p)
{
    peer_negotiate(p, "");
    expect_bytes(p, "+$M1,1:00#75"); /* not acked: lost */
    expect_bytes(p, "$M1,1:00#75");
    peer_raw(p, "+$OK"); /* the rest is lost */
    expect_bytes(p, "-");
    peer_raw(p, "$OK#9a");
    expect_bytes(p, "+");
}

static void test_lost_bytes(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_lost_bytes, 1.5);
    must(rsp_negotiate(s.c));
    BASE_BUF struct buf reply = {0};
    must(rsp_call(s.c, RSP_GRAMMAR_OK, RSP_MUTATES, &reply, "M1,1:00"));
    assert_string_equal(buf_text(&reply), "OK");
    assert_violations(&s, "");
    session_close(&s);
}

/* -- it is gone ------------------------------------------------------------------------------------ */

static void script_reboot(struct peer *p)
{
    peer_negotiate(p, "");
    peer_expect(p, "g");
    peer_raw(p, "Linux version 6.1\r\nbooting\r\n");
}

/* A reboot under us: nobody answers, and text comes. */
static void test_reboot(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_reboot, 0.3);
    must(rsp_negotiate(s.c));
    BASE_BUF struct buf reply = {0};
    must_fail(rsp_call(s.c, RSP_GRAMMAR_HEX, 0, &reply, "g"), ERR_NOT_STOPPED);
    assert_int_equal(rsp_state(s.c), RSP_STATE_RUNNING);
    assert_true(rsp_never_spoke(s.c));
    assert_string_equal(buf_text(&s.console), "Linux version 6.1\r\nbooting\r\n");
    session_close(&s);
}

/* A cable that is pulled out in the middle of a packet. */
static void script_pulled(struct peer *p)
{
    peer_negotiate(p, "");
    peer_expect(p, "g");
    peer_raw(p, "+$0123");
    close(p->fd);
    p->fd = -1;
}

static void test_pulled_out(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_pulled, 10);
    must(rsp_negotiate(s.c));
    BASE_BUF struct buf reply = {0};
    struct error *e = rsp_call(s.c, RSP_GRAMMAR_HEX, 0, &reply, "g");
    assert_true(error_is(e, ERR_LOST));
    assert_non_null(strstr(e->message, "its device is gone"));
    error_free(e);
    assert_int_equal(rsp_state(s.c), RSP_STATE_LOST);
    session_close(&s);
}

/* -- commands that break in ------------------------------------------------------------------------- */

static void script_called(struct peer *p)
{
    expect_bytes(p, "g$?#3f\x15g"); /* it may have stopped without a word */
    peer_raw(p, "$T05thread:1;#d7");
    expect_bytes(p, "+$qC#b4");
    peer_raw(p, "+$QC1#c5");
}

/* The caller's way to make a BREAK: again each second. */
static void test_break_by_the_caller(void **state)
{
    (void)state;
    struct session s = {0};
    int pair[2];
    int calls = 0;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    const struct rsp_options options = {.cancel_fd = -1,
                                        .callbacks = {.context = &calls, .break_in = make_break}};
    s.c = rsp_connection_create(transport_from_fd(pair[0], "the peer"), &options);
    s.cancel[0] = s.cancel[1] = -1;
    peer_start(&s.peer, pair[1], script_called);
    rsp_assume_unspoken(s.c);
    rsp_set_break(s.c, RSP_BREAK_CALL_G);
    must(rsp_interrupt(s.c));
    struct rsp_stop stop;
    bool stopped = false;
    must(rsp_wait_stop(s.c, in_seconds(20), -1, &stop, &stopped));
    assert_true(stopped);
    assert_int_equal(calls, 2);
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kgdb_answers),
        cmocka_unit_test(test_terminal_echoes),
        cmocka_unit_test(test_silence_is_a_kernel),
        cmocka_unit_test(test_silence_on_a_socket),
        cmocka_unit_test(test_echo_on_a_socket),
        cmocka_unit_test(test_wrong_baud),
        cmocka_unit_test(test_text_like_packets),
        cmocka_unit_test(test_console_packets),
        cmocka_unit_test(test_console_packet_lost),
        cmocka_unit_test(test_console_while_stopped),
        cmocka_unit_test(test_damaged_stop),
        cmocka_unit_test(test_cut_stops),
        cmocka_unit_test(test_no_stop),
        cmocka_unit_test(test_lost_bytes),
        cmocka_unit_test(test_reboot),
        cmocka_unit_test(test_pulled_out),
        cmocka_unit_test(test_break_by_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
