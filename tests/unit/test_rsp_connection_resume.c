/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests that go in front of a resume. */
#include "test_rsp_session.h"

static void script_together(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "z0,1000,1");
    peer_expect(p, "vCont;s:1");
    peer_reply(p, "OK");
    peer_reply(p, "T05thread:1;");
}

static void test_remove_and_step_in_one_turn(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_together, 20);
    must(rsp_negotiate(s.c));
    uint64_t turns = rsp_stats(s.c)->turns;
    struct rsp_request r = {
        .payload = "z0,1000,1", .length = 9, .grammar = RSP_GRAMMAR_OK, .flags = RSP_MUTATES};
    enum rsp_resumed resumed;
    must(rsp_batch_then_resume(s.c, &r, 1, "vCont;s:1", 9, &resumed));
    assert_int_equal(resumed, RSP_RESUMED_SENT);
    assert_null(r.error);
    assert_string_equal(buf_text(&r.reply), "OK");
    wait_stop(&s);
    assert_int_equal(rsp_stats(s.c)->turns - turns, 1);
    assert_violations(&s, "");
    rsp_request_free(&r);
    session_close(&s);
}

/* An ack behind the resume would stop QEMU for ever. */
static void script_apart(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "z0,1000,1");
    unsigned acks = p->acks;
    peer_reply(p, "OK");
    peer_expect(p, "vCont;s:1");
    if (p->acks != acks + 1)
        peer_fail(p, "the answer was not acked before the resume");
    peer_reply(p, "T05thread:1;");
    peer_await_count(p, &p->acks, acks + 2, "acks");
}

static void test_remove_and_step_with_acks(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_apart, 20);
    must(rsp_negotiate(s.c));
    struct rsp_request r = {
        .payload = "z0,1000,1", .length = 9, .grammar = RSP_GRAMMAR_OK, .flags = RSP_MUTATES};
    enum rsp_resumed resumed;
    must(rsp_batch_then_resume(s.c, &r, 1, "vCont;s:1", 9, &resumed));
    assert_int_equal(resumed, RSP_RESUMED_SENT);
    wait_stop(&s);
    rsp_request_free(&r);
    session_close(&s);
}

static void script_remove_fails(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "z0,1000,1", "E01");
    peer_answer(p, "m1,2", "1111");
}

static void test_no_step_after_a_failed_remove(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_remove_fails, 20);
    must(rsp_negotiate(s.c));
    struct rsp_request r = {
        .payload = "z0,1000,1", .length = 9, .grammar = RSP_GRAMMAR_OK, .flags = RSP_MUTATES};
    enum rsp_resumed resumed;
    must(rsp_batch_then_resume(s.c, &r, 1, "vCont;s:1", 9, &resumed));
    assert_int_equal(resumed, RSP_RESUMED_NOT);
    assert_string_equal(buf_text(&r.reply), "E01");
    assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
    ask(&s, "m1,2", "1111");
    rsp_request_free(&r);
    session_close(&s);
}

/* Two runs over a line with acks, each behind a removal that the stub refuses: after each refusal it says
 * that nothing was sent and that it stands, and it runs when it is told to. */
static void script_refused_twice(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    for (int i = 0; i < 2; i++) {
        peer_answer(p, "z0,1000,1", "E01");
        peer_answer(p, "vCont;c", "T05thread:1;");
    }
}

static void test_a_refusal_before_each_run(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_refused_twice, 20);
    must(rsp_negotiate(s.c));
    struct rsp_request r = {
        .payload = "z0,1000,1", .length = 9, .grammar = RSP_GRAMMAR_OK, .flags = RSP_MUTATES};
    for (int i = 0; i < 2; i++) {
        enum rsp_resumed resumed = RSP_RESUMED_SENT;
        must(rsp_batch_then_resume(s.c, &r, 1, "vCont;c", 7, &resumed));
        assert_int_equal(resumed, RSP_RESUMED_NOT);
        assert_string_equal(buf_text(&r.reply), "E01");
        assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
        must_fail(rsp_interrupt(s.c), ERR_NOT_RUNNING);
        must(rsp_resume(s.c, "vCont;c", 7));
        assert_int_equal(rsp_state(s.c), RSP_STATE_RUNNING);
        wait_stop(&s);
        assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
    }
    assert_violations(&s, "");
    rsp_request_free(&r);
    session_close(&s);
}

/* Where they go together the resume has gone out behind the refusal. */
static void script_refused_together(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "z0,1000,1");
    peer_expect(p, "vCont;c");
    peer_reply(p, "E01");
    peer_reply(p, "T05thread:1;");
}

static void test_a_refusal_in_one_write(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_refused_together, 20);
    must(rsp_negotiate(s.c));
    struct rsp_request r = {
        .payload = "z0,1000,1", .length = 9, .grammar = RSP_GRAMMAR_OK, .flags = RSP_MUTATES};
    enum rsp_resumed resumed = RSP_RESUMED_NOT;
    must(rsp_batch_then_resume(s.c, &r, 1, "vCont;c", 7, &resumed));
    assert_int_equal(resumed, RSP_RESUMED_SENT);
    assert_string_equal(buf_text(&r.reply), "E01");
    wait_stop(&s);
    rsp_request_free(&r);
    session_close(&s);
}

/* Who answers a request with an echo is a terminal: the kernel runs, and nothing is sent to let it run. */
static void script_terminal(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "z0,1000,1", "z0,1000,1");
}

static void test_it_runs_already(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_terminal, 20);
    must(rsp_negotiate(s.c));
    struct rsp_request r = {
        .payload = "z0,1000,1", .length = 9, .grammar = RSP_GRAMMAR_OK, .flags = RSP_MUTATES};
    enum rsp_resumed resumed = RSP_RESUMED_SENT;
    must(rsp_batch_then_resume(s.c, &r, 1, "vCont;c", 7, &resumed));
    assert_int_equal(resumed, RSP_RESUMED_ALREADY);
    assert_int_equal(r.error->code, ERR_NOT_STOPPED);
    assert_int_equal(rsp_state(s.c), RSP_STATE_RUNNING);
    assert_true(rsp_never_spoke(s.c));
    rsp_request_free(&r);
    session_close(&s);
}

/* The stub loses the answer, and its stop comes in place of it: that stop ends the run. */
static void script_answer_lost(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "z0,1000,1");
    peer_expect(p, "vCont;c");
    peer_reply(p, "T05thread:1;");
    peer_answer(p, "m1,2", "1111");
}

static void test_a_stop_in_place_of_an_answer(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_answer_lost, 1);
    must(rsp_negotiate(s.c));
    struct rsp_request r = {
        .payload = "z0,1000,1", .length = 9, .grammar = RSP_GRAMMAR_OK, .flags = RSP_MUTATES};
    enum rsp_resumed resumed = RSP_RESUMED_NOT;
    must(rsp_batch_then_resume(s.c, &r, 1, "vCont;c", 7, &resumed));
    assert_int_equal(resumed, RSP_RESUMED_SENT);
    assert_int_equal(r.error->code, ERR_VIOLATION);
    assert_int_equal(rsp_state(s.c), RSP_STATE_RUNNING);
    wait_stop(&s);
    assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
    ask(&s, "m1,2", "1111");
    assert_violations(&s, "stop-instead-of-reply ");
    rsp_request_free(&r);
    session_close(&s);
}

/* It stopped again by itself behind its last stop: the requests are asked, and nothing is sent to run. */
static void script_stops_again(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "vCont;c");
    peer_reply(p, "T05thread:1;");
    peer_expect(p, "m1,2");
    peer_reply(p, "T05thread:2;");
    peer_reply(p, "1111");
    peer_answer(p, "z0,1000,1", "OK");
}

static void test_a_stop_that_waits_already(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_stops_again, 20);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "vCont;c", 7));
    wait_stop(&s);
    ask(&s, "m1,2", "1111");
    struct rsp_request r = {
        .payload = "z0,1000,1", .length = 9, .grammar = RSP_GRAMMAR_OK, .flags = RSP_MUTATES};
    enum rsp_resumed resumed = RSP_RESUMED_SENT;
    must(rsp_batch_then_resume(s.c, &r, 1, "vCont;c", 7, &resumed));
    assert_int_equal(resumed, RSP_RESUMED_EARLY);
    assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
    assert_int_equal(wait_stop(&s).thread.tid, 2);
    assert_violations(&s, "stop-while-stopped ");
    rsp_request_free(&r);
    session_close(&s);
}

/* kgdb refuses what comes while it waits for an ack. */
static void script_nak_resume(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "vCont;c");
    peer_raw(p, "-");
    peer_answer(p, "vCont;c", "T05thread:1;");
}

static void test_refused_resume_is_sent_again(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_nak_resume, 20);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "vCont;c", 7));
    wait_stop(&s);
    assert_int_equal(rsp_stats(s.c)->retransmits, 1);
    session_close(&s);
}

/* Somebody presses Ctrl-C while the answers are on their way, and the step's time ends: what was sent in
 * front of the resume is known all the same, and the interrupt is for what runs now. */
static void script_cancelled(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "Z0,1000,1");
    peer_expect(p, "vCont;c");
    if (write(p->signal_fd, "i", 1) != 1)
        peer_fail(p, "the signal was not given");
    struct timespec nap = {.tv_nsec = 50000000}; /* a slow link */
    nanosleep(&nap, NULL);
    peer_reply(p, "OK");
}

static void test_answers_before_a_resume_are_not_cut_off(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_cancelled, 20);
    must(rsp_negotiate(s.c));
    struct rsp_request r = {
        .payload = "Z0,1000,1", .length = 9, .grammar = RSP_GRAMMAR_OK, .flags = RSP_MUTATES};
    rsp_set_deadline(s.c, clock_now_ns());
    enum rsp_resumed resumed;
    must(rsp_batch_then_resume(s.c, &r, 1, "vCont;c", 7, &resumed));
    assert_int_equal(resumed, RSP_RESUMED_SENT);
    assert_null(r.error);
    assert_string_equal(buf_text(&r.reply), "OK");
    assert_int_equal(rsp_state(s.c), RSP_STATE_RUNNING);
    rsp_set_deadline(s.c, INT64_MAX);
    struct rsp_stop stop;
    bool stopped = false;
    must_fail(rsp_wait_stop(s.c, in_seconds(30), -1, &stop, &stopped), ERR_CANCELLED);
    rsp_request_free(&r);
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remove_and_step_in_one_turn),
        cmocka_unit_test(test_remove_and_step_with_acks),
        cmocka_unit_test(test_no_step_after_a_failed_remove),
        cmocka_unit_test(test_a_refusal_before_each_run),
        cmocka_unit_test(test_a_refusal_in_one_write),
        cmocka_unit_test(test_it_runs_already),
        cmocka_unit_test(test_a_stop_in_place_of_an_answer),
        cmocka_unit_test(test_a_stop_that_waits_already),
        cmocka_unit_test(test_refused_resume_is_sent_again),
        cmocka_unit_test(test_answers_before_a_resume_are_not_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
