/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stubs and lines do wrong: late, lost and damaged answers. */
#include "test_rsp_session.h"

#include "rsp/remote.h"

static struct error *call_hex(struct session *s, const char *request)
{
    BASE_BUF struct buf reply = {0};
    return rsp_call(s->c, RSP_GRAMMAR_HEX, 0, &reply, "%s", request);
}

/* -- late and lost answers ------------------------------------------------------------------------- */

static void script_late(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "m1,2");
    /* nothing, until the client has given up and asks something else: then the old answer comes first */
    peer_expect(p, "vMustReplyEmpty");
    peer_reply(p, "1111");
    peer_reply(p, "");
    peer_answer(p, "m2,2", "2222");
}

static void test_late_answer_is_not_mistaken(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_late, 0.3);
    must(rsp_negotiate(s.c));
    must_fail(call_hex(&s, "m1,2"), ERR_TIMEOUT);
    rsp_set_timeout(s.c, 10000000000);
    ask(&s, "m2,2", "2222");
    assert_violations(&s, "no-reply ");
    session_close(&s);
}

static void script_lost(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "m1,2");
    peer_answer_both(p, "m2,2", "2222");
    if (p->resyncs != 1)
        peer_fail(p, "%zu resyncs", (size_t)p->resyncs);
}

static void test_lost_answer(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_lost, 0.3);
    must(rsp_negotiate(s.c));
    must_fail(call_hex(&s, "m1,2"), ERR_TIMEOUT);
    rsp_set_timeout(s.c, 10000000000);
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

static void script_dies(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    struct rsp_event event;
    while (peer_next(p, &event)) {
    }
}

static void test_hung_stub_costs_two_timeouts(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_dies, 0.2);
    must(rsp_negotiate(s.c));
    struct rsp_request r[100];
    for (int i = 0; i < 100; i++)
        r[i] = hex_request("m0,1");
    int64_t start = clock_now_ns();
    must(rsp_call_batch(s.c, r, 100));
    assert_true(clock_now_ns() - start < 10 * (int64_t)200000000);
    for (int i = 0; i < 100; i++) {
        assert_true(error_is(r[i].error, ERR_TIMEOUT));
        rsp_request_free(&r[i]);
    }
    assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
    session_close(&s);
}

static void script_cancel(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    for (int i = 0; i < 3; i++)
        peer_expect(p, "m1,2");
    if (write(p->signal_fd, "x", 1) != 1)
        peer_fail(p, "the cancel pipe is full");
    for (int i = 0; i < 3; i++)
        peer_reply(p, "1111");
    peer_answer(p, "m2,2", "2222");
}

static void test_cancel(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_cancel, 20);
    must(rsp_negotiate(s.c));
    struct rsp_request r[] = {hex_request("m1,2"), hex_request("m1,2"), hex_request("m1,2")};
    must_fail(rsp_call_batch(s.c, r, 3), ERR_CANCELLED);
    for (int i = 0; i < 3; i++)
        rsp_request_free(&r[i]);
    char byte;
    assert_int_equal(read(s.cancel[0], &byte, 1), 1);
    ask(&s, "m2,2", "2222");
    assert_violations(&s, "");
    session_close(&s);
}

static void test_deadline_of_the_whole(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_dies, 1000);
    must(rsp_negotiate(s.c));
    rsp_set_deadline(s.c, in_seconds(0.1));
    must_fail(call_hex(&s, "m1,2"), ERR_TIMEOUT);
    assert_violations(&s, ""); /* the stub was not given its time */
    session_close(&s);
}

static void script_eof(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "g");
    peer_raw(p, "$00112233445");
    close(p->fd);
    p->fd = -1;
}

static void test_end_in_the_middle_of_a_packet(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_eof, 20);
    must(rsp_negotiate(s.c));
    must_fail(call_hex(&s, "g"), ERR_LOST);
    assert_int_equal(rsp_state(s.c), RSP_STATE_LOST);
    struct error *e = call_hex(&s, "g");
    assert_true(error_is(e, ERR_LOST));
    assert_non_null(strstr(e->message, "end of file"));
    error_free(e);
    struct rsp_stop stop;
    bool stopped;
    must_fail(rsp_wait_stop(s.c, in_seconds(1), -1, &stop, &stopped), ERR_LOST);
    must_fail(rsp_resume(s.c, "c", 1), ERR_LOST);
    must_fail(rsp_interrupt(s.c), ERR_LOST);
    session_close(&s);
}

/* -- checksums and acks ---------------------------------------------------------------------------- */

static void script_bad_once(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "m1,2");
    peer_raw(p, "+$1111#00");
    peer_await_count(p, &p->naks, 1, "naks");
    peer_say(p, "1111");
    peer_expect(p, "m2,2");
    peer_raw(p, "+$2222#00");
    peer_await_count(p, &p->naks, 2, "naks");
    peer_raw(p, "$2222#00");
    peer_await_count(p, &p->naks, 3, "naks");
    peer_say(p, "2222");
}

static void test_bad_checksum_is_mended(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_bad_once, 20);
    must(rsp_negotiate(s.c));
    ask(&s, "m1,2", "1111");
    assert_violations(&s, "");
    assert_int_equal(rsp_stats(s.c)->retransmits, 1);
    ask(&s, "m2,2", "2222");
    assert_violations(&s, "bad-checksum ");
    session_close(&s);
}

static void script_bad_for_ever(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "m1,2");
    peer_raw(p, "+");
    for (unsigned i = 1; i <= 3; i++) {
        peer_raw(p, "$1111#00");
        peer_await_count(p, &p->naks, i, "naks");
    }
    peer_raw(p, "$1111#00");
}

static void test_bad_checksum_for_ever(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_bad_for_ever, 20);
    must(rsp_negotiate(s.c));
    must_fail(call_hex(&s, "m1,2"), ERR_VIOLATION);
    assert_violations(&s, "bad-checksum ");
    session_close(&s);
}

/* A home-made stub, which does not know `-`: it answers the request each time, and each time wrongly. */
static const char *const *wrong_answers;

static void script_wrong_each_time(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    for (size_t i = 0; wrong_answers[i]; i++) {
        peer_expect(p, "m1,2");
        peer_raw(p, "+");
        peer_raw(p, wrong_answers[i]);
    }
    peer_answer(p, "vMustReplyEmpty", "");
    peer_answer(p, "m2,2", "2222");
}

static void comes_wrong(const char *const *answers)
{
    struct session s;
    wrong_answers = answers;
    session_open(&s, script_wrong_each_time, 2);
    must(rsp_negotiate(s.c));
    BASE_ERROR struct error *e = call_hex(&s, "m1,2");
    assert_non_null(e);
    assert_int_equal(e->code, ERR_VIOLATION);
    assert_non_null(strstr(e->message, "checksum"));
    assert_violations(&s, "bad-checksum ");
    rsp_set_timeout(s.c, 20000000000);
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

/* That is told once, and is no silence: whether it says the same each time, another thing, or no more. */
static void test_wrong_each_time(void **state)
{
    (void)state;
    static const char *const same[] = {"$1111#00", "$1111#00", NULL},
                             *const others[] = {"$1111#00", "$2222#00", NULL},
                             *const once[] = {"$1111#00", "", NULL};
    comes_wrong(same);
    comes_wrong(others);
    comes_wrong(once);
}

static void script_bad_without_acks(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "m1,2");
    peer_raw(p, "$1111#00");
    peer_answer(p, "m2,2", "2222");
}

static void test_bad_checksum_without_acks(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_bad_without_acks, 20);
    must(rsp_negotiate(s.c));
    must_fail(call_hex(&s, "m1,2"), ERR_VIOLATION);
    assert_violations(&s, "bad-checksum ");
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

static void script_nak(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "M1,1:00");
    peer_raw(p, "-");
    peer_answer(p, "M1,1:00", "OK");
    for (int i = 0; i < 4; i++) {
        peer_expect(p, "m2,2");
        peer_raw(p, "-");
    }
}

static void test_nak(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_nak, 20);
    must(rsp_negotiate(s.c));
    BASE_BUF struct buf reply = {0};
    /* refused means not taken: it may be sent again although it changes something */
    must(rsp_call(s.c, RSP_GRAMMAR_OK, RSP_MUTATES, &reply, "M1,1:00"));
    assert_int_equal(rsp_stats(s.c)->retransmits, 1);
    assert_violations(&s, "stray-nak "); /* a socket damages nothing */
    must_fail(call_hex(&s, "m2,2"), ERR_VIOLATION);
    session_close(&s);
}

/* -- sizes ----------------------------------------------------------------------------------------- */

static void script_endless(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "m1,2");
    peer_raw(p, "$");
    peer_fill_up(p, 'a', (size_t)100 << 20);
    peer_raw(p, "#00");
    peer_answer(p, "m2,2", "2222");
}

static void test_100_megabytes(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_endless, 60);
    must(rsp_negotiate(s.c));
    must_fail(call_hex(&s, "m1,2"), ERR_VIOLATION);
    assert_true(rsp_stats(s.c)->bytes_in > (uint64_t)100 << 20);
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

/* -- lines that lose bytes ------------------------------------------------------------------------- */

static void script_serial_loss(struct peer *p)
{
    struct rsp_event event;
    if (!peer_next(p, &event)) /* qSupported gets lost once */
        return;
    BASE_FREE char *first = xstrdup(event.data);
    peer_expect(p, first);
    peer_reply(p, "PacketSize=400;QStartNoAckMode+;vContSupported+");
    peer_answer(p, "vCont?", "vCont;c;C;s;S");
    peer_expect(p, "m1,2");
    peer_expect(p, "m1,2");
    peer_reply(p, "1111");
    peer_expect(p, "M1,1:00");
    peer_answer(p, "M1,1:00", "OK"); /* once the fence's answer came alone */
    peer_answer(p, "m2,2", "2222");
}

static void test_serial_line_loses_packets(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_serial_loss, 1.5);
    assert_false(transport_is_reliable(rsp_transport(s.c)));
    must(rsp_negotiate(s.c));
    assert_false(rsp_pipelines(s.c));
    ask(&s, "m1,2", "1111");
    BASE_BUF struct buf reply = {0};
    must(rsp_call(s.c, RSP_GRAMMAR_OK, RSP_MUTATES, &reply, "M1,1:00"));
    rsp_set_timeout(s.c, 10000000000);
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

/* A running kernel's terminal sends back what is typed. */
static void script_echo(struct peer *p)
{
    char bytes[1000];
    ssize_t n = read(p->fd, bytes, sizeof bytes);
    if (n > 0)
        peer_write(p, bytes, (size_t)n);
}

static void test_echo(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_echo, 10);
    must_fail(rsp_negotiate(s.c), ERR_NOT_STOPPED);
    assert_int_equal(rsp_state(s.c), RSP_STATE_RUNNING);
    must_fail(rsp_interrupt(s.c), ERR_UNSUPPORTED); /* a pty carries no BREAK */
    session_close(&s);
}

static void script_shared_line(struct peer *p)
{
    peer_raw(p, "Booting Linux, 100% done, $5\r\n");
    peer_negotiate(p, "");
    peer_expect(p, "g");
    peer_raw(p, "+chatter line 24\r\n$0011#c2more$ ls\r\n");
    peer_await_count(p, &p->acks, 4, "acks"); /* the first one, qSupported, vCont?, g */
    peer_answer(p, "g", "2233");
}

static void test_shared_line(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_shared_line, 10);
    must(rsp_negotiate(s.c));
    ask(&s, "g", "0011");
    ask(&s, "g", "2233");
    assert_violations(&s, "");
    assert_string_equal(buf_text(&s.console),
                        "Booting Linux, 100% done, $5\r\nchatter line 24\r\nmore$ ls\r\n");
    session_close(&s);
}

/* -- all registers ------------------------------------------------------------------------------------- */

static const char all_registers[] = "00112233445566778899aabbccddeeff0123456789abcdef";

static void says_an_older_answer(struct peer *p)
{
    peer_negotiate(p, "QStartNoAckMode+");
    peer_answer(p, "g", all_registers);
    peer_expect(p, "g");
    peer_say(p, "0102030405060708");
    peer_reply(p, all_registers);
}

/* It is hex digits as well, but the registers had more of them. */
static void test_short_registers(void **state)
{
    (void)state;
    struct session s;
    struct rsp_g g = {0};
    session_open(&s, says_an_older_answer, 20);
    must(rsp_negotiate(s.c));
    for (int i = 0; i < 2; i++) {
        must(rsp_read_g(s.c, (struct ptid){0}, &g));
        assert_int_equal(g.size, sizeof all_registers / 2);
        rsp_g_free(&g);
    }
    assert_violations(&s, "reply-to-another-question ");
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_late_answer_is_not_mistaken),
        cmocka_unit_test(test_lost_answer),
        cmocka_unit_test(test_hung_stub_costs_two_timeouts),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_short_registers),
        cmocka_unit_test(test_deadline_of_the_whole),
        cmocka_unit_test(test_end_in_the_middle_of_a_packet),
        cmocka_unit_test(test_bad_checksum_is_mended),
        cmocka_unit_test(test_bad_checksum_for_ever),
        cmocka_unit_test(test_wrong_each_time),
        cmocka_unit_test(test_bad_checksum_without_acks),
        cmocka_unit_test(test_nak),
        cmocka_unit_test(test_100_megabytes),
        cmocka_unit_test(test_serial_line_loses_packets),
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_shared_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
