/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and answers while everything goes well: the opening, acks, batches, counting. */
#include "test_rsp_session.h"

/* -- the opening ----------------------------------------------------------------------------------- */

static void script_no_ack(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    unsigned acks = p->acks;
    peer_answer(p, "g", "00112233");
    /* not one ack once they are off */
    if (p->acks != acks)
        peer_fail(p, "%u acks too many", p->acks - acks);
}

static void test_opening_without_acks(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_no_ack, 10);
    must(rsp_negotiate(s.c));
    assert_int_equal(rsp_stats(s.c)->turns, 3);
    assert_int_equal(rsp_packet_size(s.c), 0x1000);
    assert_true(rsp_pipelines(s.c));
    assert_int_equal(rsp_features(s.c)->state[FEATURE_NO_ACK].works, TRI_YES);
    assert_int_equal(rsp_features(s.c)->state[FEATURE_VCONT].works, TRI_YES);
    assert_int_equal(rsp_features(s.c)->state[FEATURE_VCONT_RANGE].works, TRI_NO);
    ask(&s, "g", "00112233");
    assert_int_equal(rsp_stats(s.c)->turns, 4);
    assert_violations(&s, "");
    session_close(&s);
}

static void script_with_ack(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "g", "00112233");
    peer_await_count(p, &p->acks, 4, "acks"); /* qSupported, vCont?, qC, g */
}

static void test_opening_with_acks(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_with_ack, 10);
    must(rsp_negotiate(s.c));
    assert_int_equal(rsp_stats(s.c)->turns, 2);
    assert_true(rsp_pipelines(s.c));
    assert_int_equal(rsp_features(s.c)->state[FEATURE_PIPELINE].works, TRI_YES);
    ask(&s, "g", "00112233");
    session_close(&s);
}

/* A stub that reads one packet and forgets what came behind it in the same read. */
static void script_one_at_a_time(struct peer *p)
{
    struct rsp_event event;
    if (!peer_next(p, &event))
        return;
    peer_reply(p, WITH_ACK);
    peer_expect(p, "vCont?");
    if (!peer_next(p, &event) || strcmp(event.data, "qC") != 0)
        peer_fail(p, "qC was due behind vCont?");
    peer_reply(p, "vCont;c;s");
    peer_answer(p, "m1,1", "11");
    unsigned acks = p->acks;
    peer_answer(p, "m2,1", "22");
    if (p->acks <= acks)
        peer_fail(p, "two requests came at once");
}

static void test_probe_fails(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_one_at_a_time, 1);
    must(rsp_negotiate(s.c));
    assert_false(rsp_pipelines(s.c));
    assert_int_equal(rsp_features(s.c)->state[FEATURE_PIPELINE].works, TRI_NO);
    assert_int_equal(rsp_features(s.c)->state[FEATURE_VCONT].works, TRI_YES);
    struct rsp_request r[] = {hex_request("m1,1"), hex_request("m2,1")};
    must(rsp_call_batch(s.c, r, 2));
    assert_string_equal(buf_text(&r[0].reply), "11");
    assert_string_equal(buf_text(&r[1].reply), "22");
    assert_violations(&s, "");
    for (int i = 0; i < 2; i++)
        rsp_request_free(&r[i]);
    session_close(&s);
}

/* simavr 1.6 and mspdebug 0.22 read one packet and drop what came with it; so nothing does. */
static void script_reads_one(struct peer *p)
{
    peer_negotiate(p, "PacketSize=4000;qXfer:memory-map:read+");
    peer_answer(p, "m1,1", "11");
    peer_answer(p, "m2,1", "22");
}

static void test_plain_stub_is_asked_one_at_a_time(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_reads_one, 20);
    assert_false(rsp_pipelines(s.c));
    ask(&s, "m1,1", "11");
    ask(&s, "m2,1", "22");
    assert_violations(&s, "");
    session_close(&s);
}

static void script_kgdb(struct peer *p)
{
    peer_negotiate(p, "");
}

static void test_opening_with_kgdb(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_kgdb, 10);
    must(rsp_negotiate(s.c));
    assert_false(rsp_pipelines(s.c));
    assert_int_equal(rsp_packet_size(s.c), 400);
    assert_int_equal(rsp_features(s.c)->state[FEATURE_VCONT].works, TRI_NO);
    assert_int_equal(rsp_features(s.c)->state[FEATURE_STEP_OFF].works, TRI_NO);
    session_close(&s);
}

/* QEMU stops a running machine for a new connection, and says so unasked. */
static void script_stop_first(struct peer *p)
{
    peer_say(p, "T02thread:01;");
    peer_negotiate(p, WITH_ACK);
}

static void test_stop_before_the_opening(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_stop_first, 10);
    must(rsp_negotiate(s.c));
    assert_violations(&s, "");
    assert_false(rsp_has_late_stop(s.c));
    session_close(&s);
}

static void script_mute(struct peer *p)
{
    struct rsp_event event;
    peer_next(p, &event);
}

static void test_mute(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_mute, 0.1);
    must_fail(rsp_negotiate(s.c), ERR_TIMEOUT);
    session_close(&s);
}

static void script_web_server(struct peer *p)
{
    struct rsp_event event;
    peer_next(p, &event);
    peer_raw(p, "HTTP/1.1 400 Bad Request\r\n\r\n");
}

static void test_not_a_stub(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_web_server, 0.2);
    must_fail(rsp_negotiate(s.c), ERR_VIOLATION);
    session_close(&s);
}

/* -- batches --------------------------------------------------------------------------------------- */

static void script_batch(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    /* all five are here before the first is answered */
    for (int i = 0; i < 5; i++) {
        char request[20];
        snprintf(request, sizeof request, "m%d,1", i);
        peer_expect(p, request);
    }
    for (int i = 0; i < 5; i++) {
        char reply[20];
        snprintf(reply, sizeof reply, "0%d", i);
        peer_reply(p, i == 3 ? "E14" : reply);
    }
}

static void test_batch(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_batch, 10);
    must(rsp_negotiate(s.c));
    uint64_t turns = rsp_stats(s.c)->turns;
    struct rsp_request r[] = {hex_request("m0,1"), hex_request("m1,1"), hex_request("m2,1"),
                              hex_request("m3,1"), hex_request("m4,1")};
    must(rsp_call_batch(s.c, r, 5));
    assert_int_equal(rsp_stats(s.c)->turns - turns, 1);
    assert_string_equal(buf_text(&r[0].reply), "00");
    assert_string_equal(buf_text(&r[3].reply), "E14");
    assert_string_equal(buf_text(&r[4].reply), "04");
    for (int i = 0; i < 5; i++) {
        assert_null(r[i].error);
        rsp_request_free(&r[i]);
    }
    must(rsp_call_batch(s.c, NULL, 0));
    session_close(&s);
}

enum { WINDOW = 15 }; /* requests of 17 bytes that fit into 256 */

/* Packets that lie in the decoder, with the acks between them counted. */
static unsigned take_packets(struct peer *p)
{
    unsigned packets = 0;
    struct rsp_event event;
    while (rsp_decoder_next(&p->decoder, &event)) {
        if (event.kind == RSP_ACK && packets > 0)
            peer_fail(p, "an ack inside a window");
        p->acks += event.kind == RSP_ACK;
        packets += event.kind == RSP_PACKET;
    }
    return packets;
}

/* As QEMU's user emulator reads: 256 bytes, no ack among them, one ack after each answer. */
static void script_windows(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_await_count(p, &p->acks, 3, "acks");
    for (unsigned left = 40; left > 0 && !p->failed[0];) {
        unsigned packets = take_packets(p);
        if (packets == 0 && !peer_fill(p))
            peer_fail(p, "%u requests were still due", left);
        if (packets > WINDOW)
            peer_fail(p, "%u requests at once", packets);
        for (unsigned i = 0; i < packets; i++) {
            unsigned acks = p->acks;
            peer_reply(p, "00");
            left--;
            if (i + 1 < packets)
                peer_await_count(p, &p->acks, acks + 1, "acks");
        }
    }
}

static void test_windows_with_acks(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_windows, 10);
    must(rsp_negotiate(s.c));
    uint64_t turns = rsp_stats(s.c)->turns;
    struct rsp_request r[40];
    for (size_t i = 0; i < 40; i++)
        r[i] = hex_request("m12345678,400");
    must(rsp_call_batch(s.c, r, 40));
    assert_int_equal(rsp_stats(s.c)->turns - turns, 3);
    for (size_t i = 0; i < 40; i++) {
        assert_string_equal(buf_text(&r[i].reply), "00");
        rsp_request_free(&r[i]);
    }
    assert_violations(&s, "");
    session_close(&s);
}

static void script_many(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    for (int i = 0; i < 1000; i++) {
        char request[20], reply[20];
        snprintf(request, sizeof request, "m%d,2", i);
        snprintf(reply, sizeof reply, "%04x", (unsigned)i);
        peer_answer(p, request, reply);
    }
}

static void test_many_requests(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_many, 20);
    must(rsp_negotiate(s.c));
    uint64_t turns = rsp_stats(s.c)->turns;
    static struct rsp_request r[1000];
    static char payloads[1000][20];
    for (size_t i = 0; i < 1000; i++) {
        snprintf(payloads[i], sizeof payloads[i], "m%zu,2", i);
        r[i] = hex_request(payloads[i]);
    }
    must(rsp_call_batch(s.c, r, 1000));
    assert_int_equal(rsp_stats(s.c)->turns - turns, 16); /* 64 at a time */
    for (size_t i = 0; i < 1000; i++) {
        char expected[20];
        snprintf(expected, sizeof expected, "%04x", (unsigned)i);
        assert_string_equal(buf_text(&r[i].reply), expected);
        rsp_request_free(&r[i]);
    }
    session_close(&s);
}

static void test_request_that_is_too_long(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_kgdb, 10);
    must(rsp_negotiate(s.c));
    char payload[500];
    memset(payload, 'm', sizeof payload);
    struct rsp_request r = {.payload = payload, .length = sizeof payload};
    must(rsp_call_batch(s.c, &r, 1));
    must_fail(r.error, ERR_USAGE);
    r.error = NULL;
    rsp_request_free(&r);
    session_close(&s);
}

/* -- counting, console ----------------------------------------------------------------------------- */

static void script_console(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "qRcmd,68");
    peer_say(p, "O6869");
    peer_say(p, "O210a");
    peer_say(p, "OK");
    /* OpenOCD and others print while they do something else, too */
    peer_expect(p, "m0,1");
    peer_say(p, "O41");
    BASE_BUF struct buf keepalive = {0};
    rsp_encode_as(&keepalive, '%', "oocd_keepalive:00", 17);
    peer_write(p, keepalive.data, keepalive.length);
    peer_say(p, "aa");
}

static void test_console_output(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_console, 10);
    must(rsp_negotiate(s.c));
    BASE_BUF struct buf reply = {0};
    must(rsp_call(s.c, RSP_GRAMMAR_CONSOLE, 0, &reply, "qRcmd,68"));
    assert_string_equal(buf_text(&reply), "OK");
    assert_string_equal(buf_text(&s.console), "hi!\n");
    ask(&s, "m0,1", "aa");
    assert_string_equal(buf_text(&s.console), "hi!\nA");
    assert_violations(&s, "");
    session_close(&s);
}

static void script_count(struct peer *p)
{
    peer_negotiate(p, "");
    peer_answer(p, "g", "0000");
    peer_await_count(p, &p->acks, 3, "acks");
}

static void test_statistics(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_count, 10);
    must(rsp_negotiate(s.c));
    struct rsp_stats before = *rsp_stats(s.c);
    ask(&s, "g", "0000");
    const struct rsp_stats *after = rsp_stats(s.c);
    assert_int_equal(after->turns - before.turns, 1);
    assert_int_equal(after->packets_out - before.packets_out, 1);
    assert_int_equal(after->packets_in - before.packets_in, 1);
    assert_int_equal(after->bytes_out - before.bytes_out, strlen("$g#67+"));
    assert_int_equal(after->bytes_in - before.bytes_in, strlen("+$0000#c0"));
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opening_without_acks),
        cmocka_unit_test(test_opening_with_acks),
        cmocka_unit_test(test_probe_fails),
        cmocka_unit_test(test_plain_stub_is_asked_one_at_a_time),
        cmocka_unit_test(test_opening_with_kgdb),
        cmocka_unit_test(test_stop_before_the_opening),
        cmocka_unit_test(test_mute),
        cmocka_unit_test(test_not_a_stub),
        cmocka_unit_test(test_batch),
        cmocka_unit_test(test_windows_with_acks),
        cmocka_unit_test(test_many_requests),
        cmocka_unit_test(test_request_that_is_too_long),
        cmocka_unit_test(test_console_output),
        cmocka_unit_test(test_statistics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
