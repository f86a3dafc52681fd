/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an all-stop stub must not say: stops where answers are due, answers to other questions. */
#include "test_rsp_session.h"

static struct error *call_hex(struct session *s, const char *request)
{
    BASE_BUF struct buf reply = {0};
    return rsp_call(s->c, RSP_GRAMMAR_HEX, 0, &reply, "%s", request);
}

/* -- stops where answers are due ------------------------------------------------------------------- */

static void script_stop_then_answer(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "m1,2");
    peer_reply(p, "T05thread:p01.cf5;");
    peer_say(p, "1111");
    peer_answer(p, "m2,2", "2222");
}

static void test_stop_before_the_answer(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_stop_then_answer, 20);
    must(rsp_negotiate(s.c));
    ask(&s, "m1,2", "1111");
    assert_violations(&s, "stop-while-stopped ");
    assert_true(rsp_has_late_stop(s.c));
    assert_false(rsp_pipelines(s.c));
    struct rsp_stop stop;
    bool stopped;
    must(rsp_wait_stop(s.c, 0, -1, &stop, &stopped));
    assert_true(stopped);
    assert_int_equal(stop.thread.tid, 0xcf5);
    assert_false(rsp_has_late_stop(s.c));
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

static void script_stop_instead(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "m1,2");
    peer_reply(p, "T05thread:p01.cfb;");
    peer_answer(p, "m2,2", "2222");
}

static void test_stop_instead_of_the_answer(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_stop_instead, 0.3);
    must(rsp_negotiate(s.c));
    must_fail(call_hex(&s, "m1,2"), ERR_VIOLATION);
    assert_violations(&s, "stop-instead-of-reply ");
    assert_true(rsp_has_late_stop(s.c));
    rsp_set_timeout(s.c, 10000000000);
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

static void script_storm(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "m1,2");
    peer_raw(p, "+");
    for (int i = 0; i < 50; i++)
        peer_say(p, "T05thread:p01.cf5;");
    peer_say(p, "1111");
}

static void test_storm(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_storm, 20);
    must(rsp_negotiate(s.c));
    ask(&s, "m1,2", "1111");
    const char *seen = buf_text(&s.violations);
    const char *storm = strstr(seen, "retransmit-storm");
    assert_non_null(storm);
    assert_null(strstr(storm + 1, "retransmit-storm"));
    assert_true(rsp_stats(s.c)->violations <= 4);
    session_close(&s);
}

static void script_storm_of_answers(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "m1,2");
    peer_raw(p, "+");
    for (int i = 0; i < 50; i++)
        peer_say(p, "mp01.02");
    peer_say(p, "1111");
}

static void test_storm_of_answers(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_storm_of_answers, 20);
    must(rsp_negotiate(s.c));
    ask(&s, "m1,2", "1111");
    assert_violations(&s, "reply-to-another-question reply-to-another-question reply-to-another-question "
                          "retransmit-storm ");
    session_close(&s);
}

/* -- answers to other questions -------------------------------------------------------------------- */

struct misfit {
    const char *answer;
    const char *violation;
};

static const struct misfit misfits[] = {
    {"OK", "reply-to-another-question "},
    {"l", "reply-to-another-question "},
    {"mp01.02", "reply-to-another-question "},
    {"123", "reply-to-another-question "},
    {"T05threa", "torn-packet "},
    {"p01.d35;T05thread:p01.d36;", "torn-packet "},
    {"00\x01\x02", "binary-in-hex "},
};

static void script_misfits(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    for (size_t i = 0; i < ARRAY_LENGTH(misfits); i++) {
        peer_expect(p, "m1,2");
        peer_reply(p, misfits[i].answer);
        peer_say(p, "1111"); /* the true one comes behind it */
    }
}

static void test_misfits(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_misfits, 20);
    must(rsp_negotiate(s.c));
    for (size_t i = 0; i < ARRAY_LENGTH(misfits); i++) {
        buf_clear(&s.violations);
        ask(&s, "m1,2", "1111");
        assert_string_equal(buf_text(&s.violations), misfits[i].violation);
    }
    assert_false(rsp_pipelines(s.c));
    session_close(&s);
}

static void script_disorder(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "m1,2");
    peer_expect(p, "m2,2");
    peer_expect(p, "M3,1:00");
    peer_expect(p, "m4,2");
    peer_reply(p, "1111");
    peer_reply(p, "OK");
    peer_reply(p, "OK");
    peer_reply(p, "4444");
    peer_answer(p, "m4,2", "4444");
}

static void test_disorder_in_a_batch(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_disorder, 20);
    must(rsp_negotiate(s.c));
    struct rsp_request r[] = {hex_request("m1,2"), hex_request("m2,2"), hex_request("M3,1:00"),
                              hex_request("m4,2")};
    r[2].grammar = RSP_GRAMMAR_OK;
    r[2].flags = RSP_MUTATES;
    must(rsp_call_batch(s.c, r, 4));
    assert_string_equal(buf_text(&r[0].reply), "1111");
    assert_true(error_is(r[1].error, ERR_VIOLATION));
    assert_true(error_is(r[2].error, ERR_VIOLATION)); /* never sent twice */
    assert_null(r[3].error);
    assert_string_equal(buf_text(&r[3].reply), "4444");
    for (int i = 0; i < 4; i++)
        rsp_request_free(&r[i]);
    assert_violations(&s, "reply-to-another-question ");
    session_close(&s);
}

static void script_torn(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "m1,2");
    peer_raw(p, "$p01.d35;T05");
    peer_say(p, "1111");
}

static void test_torn(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_torn, 20);
    must(rsp_negotiate(s.c));
    ask(&s, "m1,2", "1111");
    assert_violations(&s, "torn-packet ");
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop_before_the_answer),
        cmocka_unit_test(test_stop_instead_of_the_answer),
        cmocka_unit_test(test_storm),
        cmocka_unit_test(test_storm_of_answers),
        cmocka_unit_test(test_misfits),
        cmocka_unit_test(test_disorder_in_a_batch),
        cmocka_unit_test(test_torn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
