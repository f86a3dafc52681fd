/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who says packets twice, late or out of order where no acks tell: no answer of his is that to another
 * question. */
#include "test_rsp_session.h"

static struct error *call(struct session *s, enum rsp_grammar grammar, unsigned flags, const char *request,
                          const char *expected)
{
    BASE_BUF struct buf reply = {0};
    TRY(rsp_call(s->c, grammar, flags, &reply, "%s", request));
    assert_string_equal(buf_text(&reply), expected);
    return NULL;
}

/* -- copies of answers --------------------------------------------------------------------------------- */

/* The answer to `request`, and once more as the next thing that is said. */
static void answer_twice(struct peer *p, const char *request, const char *answer)
{
    peer_answer(p, request, answer);
    peer_reply(p, answer);
}

/* The copy of each answer to `m` comes when the next question is there already, as of a stub that sleeps
 * between the two. */
static void script_late_copies(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "m1,2", "1111");
    peer_expect(p, "m2,2");
    peer_reply(p, "1111"); /* fits */
    peer_expect(p, "vMustReplyEmpty");
    peer_reply(p, "2222");
    peer_reply(p, "2222");
    peer_reply(p, "");
    answer_twice(p, "m2,2", "2222");
    answer_twice(p, "m3,2", "3333");
    answer_twice(p, "Z0,10,1", "OK");
    answer_twice(p, "z0,10,1", "E01"); /* an OK before it is none */
    answer_twice(p, "m4,2", "4444");
}

static void test_late_copies(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_late_copies, 20);
    ask(&s, "m1,2", "1111");
    ask(&s, "m2,2", "2222");
    ask(&s, "m3,2", "3333");
    must(call(&s, RSP_GRAMMAR_OK, RSP_MUTATES, "Z0,10,1", "OK"));
    must(call(&s, RSP_GRAMMAR_OK, RSP_MUTATES, "z0,10,1", "E01"));
    ask(&s, "m4,2", "4444");
    assert_non_null(strstr(buf_text(&s.violations), "reply-to-another-question "));
    session_close(&s);
}

/* Two answers alike, and none too many: one fence, and the trust stays. */
static void script_alike(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "m1,2", "1111");
    peer_answer(p, "m1,2", "1111"); /* the same question */
    peer_answer(p, "m2,1", "11");
    peer_answer(p, "m3,1", "11"); /* of single bytes nothing is thought */
    if (p->resyncs != 0)
        peer_fail(p, "a fence behind answers that nobody has to doubt");
    peer_answer(p, "m4,2", "4444");
    peer_answer(p, "m5,2", "4444");
    peer_answer(p, "m6,2", "4444");
    if (p->resyncs != 1)
        peer_fail(p, "%u fences", p->resyncs);
}

static void test_alike(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_alike, 20);
    ask(&s, "m1,2", "1111");
    ask(&s, "m1,2", "1111");
    ask(&s, "m2,1", "11");
    ask(&s, "m3,1", "11");
    ask(&s, "m4,2", "4444");
    ask(&s, "m5,2", "4444");
    ask(&s, "m6,2", "4444");
    assert_violations(&s, "");
    session_close(&s);
}

/* Within one write: which answer is whose is found out, and all are asked again. */
static void script_copies_in_a_window(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "m1,2", "1111");
    peer_reply(p, "1111");
    peer_answer(p, "m2,2", "2222");
    peer_answer(p, "m3,2", "3333");
    answer_twice(p, "m1,2", "1111");
    answer_twice(p, "m2,2", "2222");
    answer_twice(p, "m3,2", "3333");
}

static void test_copies_in_a_window(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_copies_in_a_window, 20);
    struct rsp_request r[] = {hex_request("m1,2"), hex_request("m2,2"), hex_request("m3,2")};
    must(rsp_call_batch(s.c, r, 3));
    static const char *const expected[] = {"1111", "2222", "3333"};
    for (size_t i = 0; i < 3; i++) {
        must(r[i].error);
        assert_string_equal(buf_text(&r[i].reply), expected[i]);
        rsp_request_free(&r[i]);
    }
    session_close(&s);
}

/* -- an answer that was given up ------------------------------------------------------------------------- */

/* Takes what is said until that question comes: a fence is answered, and nothing else. */
static void wait_for(struct peer *p, const char *question)
{
    struct rsp_event event;
    while (peer_next(p, &event) && strcmp(event.data, question) != 0) {
        if (strcmp(event.data, "vMustReplyEmpty") == 0)
            peer_reply(p, "");
        else
            peer_raw(p, "+");
    }
}

/* It comes in front of the next one, behind whose ack, though it had its chance in front of the fence's. */
static void script_crosses(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    for (int i = 0; i < 4; i++) {
        wait_for(p, "m2,2");
        peer_reply(p, "1111");
        peer_say(p, "2222");
    }
    peer_answer(p, "m3,2", "3333");
    peer_expect(p, "m4,2");
    peer_reply(p, "1111");
    peer_say(p, "4444");
    peer_answer(p, "m4,2", "4444");
}

static void test_crosses(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_crosses, 20);
    rsp_set_timeout(s.c, INT64_C(1000000000));
    must_fail(call(&s, RSP_GRAMMAR_HEX, 0, "m1,2", ""), ERR_TIMEOUT);
    rsp_set_timeout(s.c, INT64_C(20000000000));
    must_fail(call(&s, RSP_GRAMMAR_HEX, 0, "m2,2", ""), ERR_VIOLATION);
    ask(&s, "m3,2", "3333");
    ask(&s, "m4,2", "4444");
    session_close(&s);
}

/* What changes the target is not said again. */
static void script_change_in_doubt(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "m1,2", "1111");
    peer_expect(p, "m2,2");
    peer_raw(p, "$1111#c4$2222#c8");
    peer_answer(p, "m2,2", "2222");
    peer_expect(p, "M1,1:00");
    peer_raw(p, "$OK#9a$E01#a6");
    peer_answer(p, "m3,2", "3333");
}

static void test_change_in_doubt(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_change_in_doubt, 20);
    ask(&s, "m1,2", "1111");
    ask(&s, "m2,2", "2222");
    must_fail(call(&s, RSP_GRAMMAR_OK, RSP_MUTATES, "M1,1:00", ""), ERR_VIOLATION);
    ask(&s, "m3,2", "3333");
    session_close(&s);
}

/* -- copies of stops --------------------------------------------------------------------------------------
 */

/* The register that the stop behind a step brings. */
static int stops_at(struct session *s)
{
    must(rsp_resume(s->c, "s", 1));
    struct rsp_stop stop = wait_stop(s);
    assert_int_equal(stop.expedited_count, 1);
    return stop.expedited[0].bytes[0];
}

/* That of the last run comes when the next has begun. */
static void script_late_stops(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "s", "T0510:01;thread:1;");
    peer_answer(p, "s", "T0510:01;thread:1;"); /* is none of its own */
    peer_expect(p, "vMustReplyEmpty");
    peer_reply(p, "T0510:02;thread:1;");
    peer_reply(p, "");
    peer_answer(p, "s", "T0510:03;thread:1;");
}

static void test_late_stops(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_late_stops, 20);
    assert_int_equal(stops_at(&s), 1);
    assert_int_equal(stops_at(&s), 2);
    assert_int_equal(stops_at(&s), 3);
    assert_non_null(strstr(buf_text(&s.violations), "stop-while-stopped "));
    session_close(&s);
}

/* The target runs on behind the copy. */
static void script_runs_on(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "qUnknown", ""); /* so he is not silent to what he does not know */
    peer_answer(p, "s", "T0510:01;thread:1;");
    peer_answer(p, "s", "T0510:01;thread:1;");
    peer_expect(p, "vMustReplyEmpty");
    poll(NULL, 0, 1500); /* longer than it is waited for */
    peer_reply(p, "T0510:02;thread:1;");
    peer_reply(p, "");
    peer_answer(p, "m1,2", "1111");
}

static void test_runs_on(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_runs_on, 20);
    must(call(&s, RSP_GRAMMAR_ANY, 0, "qUnknown", ""));
    assert_int_equal(stops_at(&s), 1);
    assert_int_equal(stops_at(&s), 2);
    ask(&s, "m1,2", "1111");
    session_close(&s);
}

/* He who is silent to the fence, or answers it with an error, has stopped all the same. */
static void script_silent_to_fence(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "s", "T0510:01;thread:1;");
    peer_answer(p, "s", "T0510:01;thread:1;");
    peer_expect(p, "vMustReplyEmpty");
    peer_answer(p, "s", "T0510:01;thread:1;");
    peer_answer(p, "m1,2", "1111");
}

static void script_refuses_fence(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "s", "T0510:01;thread:1;");
    peer_answer(p, "s", "T0510:01;thread:1;");
    peer_answer(p, "vMustReplyEmpty", "E01");
    peer_answer(p, "s", "T0510:01;thread:1;");
    peer_answer(p, "m1,2", "1111");
}

static void test_no_fence(void **state)
{
    (void)state;
    static void (*const scripts[])(struct peer *) = {script_silent_to_fence, script_refuses_fence};
    for (size_t i = 0; i < ARRAY_LENGTH(scripts); i++) {
        struct session s;
        open_with(&s, scripts[i], 20);
        for (int k = 0; k < 3; k++)
            assert_int_equal(stops_at(&s), 1);
        ask(&s, "m1,2", "1111");
        assert_violations(&s, "");
        session_close(&s);
    }
}

/* A loop stops in the same way each time: it is asked once. */
static void script_same_stop(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    for (int i = 0; i < 4; i++)
        peer_answer(p, "s", "T0510:01;thread:1;");
    if (p->resyncs != 1)
        peer_fail(p, "%u fences", p->resyncs);
}

static void test_same_stop(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_same_stop, 20);
    for (int i = 0; i < 4; i++)
        assert_int_equal(stops_at(&s), 1);
    assert_violations(&s, "");
    session_close(&s);
}

/* Ctrl-C while a stop is being made sure of: the stop is not lost by that, and the target known to stand. */
static void script_pressed_meanwhile(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "qUnknown", "");
    peer_answer(p, "s", "T0510:01;thread:1;");
    peer_answer(p, "s", "T0510:01;thread:1;");
    peer_expect(p, "vMustReplyEmpty");
    if (write(p->signal_fd, "x", 1) != 1)
        peer_fail(p, "nothing pressed");
    poll(NULL, 0, 100); /* so that it is seen before the answer */
    peer_reply(p, "");
    peer_answer(p, "m1,2", "1111");
}

static void test_pressed_meanwhile(void **state)
{
    (void)state;
    struct session s;
    char byte;
    open_with(&s, script_pressed_meanwhile, 20);
    must(call(&s, RSP_GRAMMAR_ANY, 0, "qUnknown", ""));
    assert_int_equal(stops_at(&s), 1);
    assert_int_equal(stops_at(&s), 1);
    assert_int_equal(read(s.cancel[0], &byte, 1), 1); /* it is there for whoever waits next */
    ask(&s, "m1,2", "1111");
    session_close(&s);
}

/* -- one who never falls silent ---------------------------------------------------------------------------
 */

static void script_talks_on(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "m1,2");
    for (int i = 0; i < 20000; i++)
        peer_raw(p, "$1111#c4$2222#c8");
}

static void test_talks_on(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_talks_on, 2);
    int64_t begun = clock_now_ns();
    for (int i = 0; i < 3; i++) {
        BASE_BUF struct buf reply = {0};
        struct error *e = rsp_call(s.c, RSP_GRAMMAR_HEX, 0, &reply, "m1,2");
        assert_true(error_is(e, ERR_VIOLATION) || error_is(e, ERR_TIMEOUT) || error_is(e, ERR_LOST));
        error_free(e);
    }
    assert_true(clock_now_ns() - begun < 60000000000);
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_late_copies),        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_copies_in_a_window), cmocka_unit_test(test_crosses),
        cmocka_unit_test(test_change_in_doubt),    cmocka_unit_test(test_talks_on),
        cmocka_unit_test(test_late_stops),         cmocka_unit_test(test_runs_on),
        cmocka_unit_test(test_same_stop),          cmocka_unit_test(test_pressed_meanwhile),
        cmocka_unit_test(test_no_fence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
