/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An answer is never that to another question: doubled, lost and late packets and acks on a socket. */
#include "test_rsp_session.h"

/* Where something gets lost: a third of it later that is asked for again. The other side has this long to
 * answer on a busy machine, too. */
#define A_LOSS_NS INT64_C(3000000000)

/* -- with acks ------------------------------------------------------------------------------------- */

static void script_doubled(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "m1,2");
    peer_reply(p, "1111");
    peer_say(p, "1111");
    peer_answer(p, "m2,2", "2222");
    peer_expect(p, "m3,2");
    peer_say(p, "2222"); /* one that is late, behind our request */
    peer_reply(p, "3333");
    peer_answer(p, "m4,2", "4444");
}

static void test_doubled_reply(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_doubled, 20);
    ask(&s, "m1,2", "1111");
    ask(&s, "m2,2", "2222");
    ask(&s, "m3,2", "3333");
    ask(&s, "m4,2", "4444");
    assert_non_null(strstr(buf_text(&s.violations), "reply-to-another-question "));
    assert_int_equal(rsp_stats(s.c)->retransmits, 0);
    session_close(&s);
}

static void script_ack_lost(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "m1,2");
    peer_say(p, "1111");
    peer_answer(p, "m1,2", "1111"); /* asked again */
    peer_answer_both(p, "m2,2", "2222");
    peer_expect(p, "M1,1:00");
    peer_say(p, "OK"); /* nobody else was to say this */
    peer_answer_both(p, "m3,2", "3333");
}

static void test_lost_ack(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_ack_lost, 6);
    ask(&s, "m1,2", "1111");
    ask(&s, "m2,2", "2222");
    must(write_byte(&s));
    ask(&s, "m3,2", "3333");
    session_close(&s);
}

static void script_request_lost(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "m1,2");
    peer_answer(p, "m1,2", "1111");
    peer_answer_both(p, "m2,2", "2222");
    peer_answer_both(p, "m3,2", "3333");
    peer_expect(p, "M1,1:00"); /* lost: nothing comes in front of the fence's answer */
    peer_answer(p, "M1,1:00", "OK");
    peer_answer_both(p, "m4,2", "4444");
    if (p->naks == 0)
        peer_fail(p, "it was not asked whether the answer got lost");
    if (p->resyncs != 2) /* one is for m1, which was asked again */
        peer_fail(p, "%u fences", p->resyncs);
}

static void test_lost_request(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_request_lost, 20);
    rsp_set_timeout(s.c, A_LOSS_NS);
    ask(&s, "m1,2", "1111");
    ask(&s, "m2,2", "2222");
    ask(&s, "m3,2", "3333");
    must(write_byte(&s));
    rsp_set_timeout(s.c, 20000000000);
    ask(&s, "m4,2", "4444");
    session_close(&s);
}

static void script_acked_and_not_answered(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "m1,2", "1111");
    peer_expect(p, "M1,1:00");
    peer_raw(p, "+"); /* whether it took effect nobody knows */
    peer_answer(p, "m2,2", "2222");
}

static void test_change_that_was_heard_is_not_repeated(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_acked_and_not_answered, 20);
    rsp_set_timeout(s.c, A_LOSS_NS);
    ask(&s, "m1,2", "1111");
    must_fail(write_byte(&s), ERR_TIMEOUT);
    rsp_set_timeout(s.c, 20000000000);
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

static void script_answer_lost(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "m1,2");
    peer_raw(p, "+");
    peer_await_count(p, &p->naks, 1, "naks");
    peer_say(p, "1111");
    peer_expect(p, "M1,1:00");
    peer_raw(p, "+1#9a"); /* what is left of it */
    peer_await_count(p, &p->naks, 2, "naks");
    peer_say(p, "OK");
    peer_answer(p, "m2,2", "2222");
}

static void test_lost_answer(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_answer_lost, 20);
    rsp_set_timeout(s.c, A_LOSS_NS);
    ask(&s, "m1,2", "1111");
    must(write_byte(&s));
    rsp_set_timeout(s.c, 20000000000);
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

/* gdbserver that has not got our ack says its last word again for each byte of the next request. */
static void script_our_ack_lost(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "m1,2", "1111");
    peer_expect(p, "M1,1:00");
    for (int i = 0; i < 11; i++)
        peer_say(p, "1111");
    peer_answer(p, "M1,1:00", "OK");
    peer_answer(p, "m2,2", "2222");
}

static void test_our_lost_ack(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_our_ack_lost, 3);
    ask(&s, "m1,2", "1111");
    must(write_byte(&s));
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

/* The same behind an ack that strayed, and with a stop as the last word. */
static void script_our_ack_lost_and_a_stray_one(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "m1,2", "1111");
    peer_expect(p, "M1,1:00");
    peer_raw(p, "+");
    for (int i = 0; i < 11; i++)
        peer_say(p, "1111");
    peer_answer(p, "M1,1:00", "OK");
    peer_answer(p, "s", "T05thread:1;");
    peer_expect(p, "M1,1:00");
    for (int i = 0; i < 11; i++)
        peer_say(p, "T05thread:1;");
    peer_answer(p, "M1,1:00", "OK");
    peer_answer(p, "m2,2", "2222");
}

static void test_our_lost_ack_and_a_stray_one(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_our_ack_lost_and_a_stray_one, 3);
    ask(&s, "m1,2", "1111");
    must(write_byte(&s));
    must(rsp_resume(s.c, "s", 1));
    wait_stop(&s);
    must(write_byte(&s));
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

static void peer_negotiate_on_a_line(struct peer *p)
{
    struct rsp_event event;
    if (peer_next(p, &event))
        peer_reply(p, WITH_ACK);
    peer_answer(p, "vCont?", "vCont;c;C;s;S");
}

static void script_serial_nak(struct peer *p)
{
    peer_negotiate_on_a_line(p);
    peer_answer(p, "m1,2", "1111");
    peer_expect(p, "M1,1:00");
    peer_raw(p, "+-"); /* the `-` strayed */
    peer_say(p, "OK");
    peer_answer(p, "m2,2", "2222");
    peer_expect(p, "M1,1:00");
    peer_raw(p, "+-"); /* the `+` did */
    peer_answer(p, "M1,1:00", "OK");
    peer_answer(p, "m3,2", "3333");
}

static void test_nak_behind_an_ack_on_a_line(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_serial_nak, 20);
    must(rsp_negotiate(s.c));
    ask(&s, "m1,2", "1111");
    must(write_byte(&s));
    ask(&s, "m2,2", "2222");
    assert_int_equal(rsp_stats(s.c)->retransmits, 0);
    must(write_byte(&s));
    ask(&s, "m3,2", "3333");
    assert_int_equal(rsp_stats(s.c)->retransmits, 1);
    session_close(&s);
}

/* The fence's empty answer, again for each byte that was sent once more: none of it answers the write. */
static void script_fence_again(struct peer *p)
{
    peer_negotiate_on_a_line(p);
    peer_answer(p, "m1,2", "1111");
    peer_expect(p, "m2,2");
    peer_answer(p, "m2,2", "2222"); /* one of two is owed */
    peer_expect(p, "M1,1:00");
    for (int i = 0; i < 5; i++)
        peer_say(p, "");
    peer_reply(p, "OK");
    peer_answer(p, "m3,2", "3333");
}

static void test_fence_that_is_answered_again(void **state)
{
    (void)state;
    struct session s;
    session_open_serial(&s, script_fence_again, 1.5);
    must(rsp_negotiate(s.c));
    ask(&s, "m1,2", "1111");
    ask(&s, "m2,2", "2222");
    rsp_set_timeout(s.c, 20000000000);
    must(write_byte(&s));
    ask(&s, "m3,2", "3333");
    session_close(&s);
}

static void script_stray_nak(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "M1,1:00");
    peer_raw(p, "-");
    peer_reply(p, "OK");
    peer_expect(p, "m2,2");
    peer_raw(p, "+-");
    peer_say(p, "2222");
    peer_answer(p, "m3,2", "3333");
}

static void test_stray_nak_repeats_nothing(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_stray_nak, 20);
    must(write_byte(&s));
    ask(&s, "m2,2", "2222");
    ask(&s, "m3,2", "3333");
    assert_int_equal(rsp_stats(s.c)->retransmits, 0);
    session_close(&s);
}

static void script_no_acks_at_all(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    for (int i = 0; i < 3; i++) {
        peer_expect(p, "m1,2");
        peer_say(p, "1111");
    }
    peer_expect(p, "m2,2");
    peer_say(p, "2222");
}

static void test_stub_that_leaves_its_acks_out(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_no_acks_at_all, 20);
    rsp_set_timeout(s.c, A_LOSS_NS);
    ask(&s, "m1,2", "1111");
    rsp_set_timeout(s.c, 20000000000);
    ask(&s, "m2,2", "2222");
    session_close(&s);
}

/* Which of them it was cannot be told. */
static void script_lost_in_window(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "m1,2", "1111");
    peer_expect(p, "m2,2"); /* lost */
    peer_answer(p, "m3,2", "3333");
    peer_answer_both(p, "m1,2", "1111");
    peer_answer_both(p, "m2,2", "2222");
    peer_answer_both(p, "m3,2", "3333");
}

static void test_lost_in_a_window(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_lost_in_window, 20);
    rsp_set_timeout(s.c, A_LOSS_NS);
    assert_true(rsp_pipelines(s.c));
    struct rsp_request r[] = {hex_request("m1,2"), hex_request("m2,2"), hex_request("m3,2")};
    static const char *const expected[] = {"1111", "2222", "3333"};
    must(rsp_call_batch(s.c, r, 3));
    for (size_t i = 0; i < 3; i++) {
        must(r[i].error);
        assert_string_equal(buf_text(&r[i].reply), expected[i]);
        rsp_request_free(&r[i]);
    }
    assert_false(rsp_pipelines(s.c));
    session_close(&s);
}

/* -- resumes --------------------------------------------------------------------------------------- */

static void script_old_stop(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "s", "T05thread:1;");
    peer_expect(p, "s");
    peer_say(p, "T05thread:1;"); /* the first once more */
    peer_await_count(p, &p->acks, 5, "acks");
    peer_reply(p, "T05thread:2;");
}

static void test_old_stop_ends_no_run(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_old_stop, 20);
    must(rsp_resume(s.c, "s", 1));
    assert_int_equal(wait_stop(&s).thread.tid, 1);
    must(rsp_resume(s.c, "s", 1));
    assert_int_equal(wait_stop(&s).thread.tid, 2);
    session_close(&s);
}

static void script_resume_ack_lost(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "s", "T05thread:1;");
    peer_expect(p, "s");
    peer_say(p, "T05thread:1;");
    peer_answer(p, "m1,2", "1111");
}

static void test_stop_whose_ack_was_lost(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_resume_ack_lost, 20);
    must(rsp_resume(s.c, "s", 1));
    wait_stop(&s);
    must(rsp_resume(s.c, "s", 1));
    wait_stop(&s);
    ask(&s, "m1,2", "1111"); /* it was stepped once */
    session_close(&s);
}

static void script_resume_lost(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "s");
    unsigned before = p->acks;
    peer_answer(p, "qC", "QC1"); /* only a `-` before it */
    peer_expect(p, "s");
    if (p->acks == before)
        peer_fail(p, "the answer was not acked before it was said again");
    peer_reply(p, "T05thread:1;");
    if (p->naks != 1)
        peer_fail(p, "%u naks", p->naks);
}

static void test_lost_resume(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_resume_lost, 20);
    must(rsp_resume(s.c, "s", 1));
    assert_int_equal(wait_stop(&s).thread.tid, 1);
    session_close(&s);
}

static void script_stopped_by_us(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "c"); /* it runs, and the ack is lost */
    peer_await_count(p, &p->naks, 1, "naks");
    peer_say(p, "T02thread:1;"); /* QEMU: any byte stops it */
    peer_answer(p, "c", "T05thread:1;");
}

static void test_goes_on_where_we_stopped_it(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_stopped_by_us, 20);
    must(rsp_resume(s.c, "c", 1));
    assert_int_equal(wait_stop(&s).signal, 5);
    session_close(&s);
}

/* -- without acks ---------------------------------------------------------------------------------- */

static int surplus_said[2], answer_taken[2];

static void script_surplus(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "m1,2", "1111");
    char byte;
    if (read(answer_taken[0], &byte, 1) != 1)
        peer_fail(p, "the answer was not taken");
    peer_reply(p, "1111");
    peer_raw(p, "$11");
    peer_raw(p, "11#c4");
    if (write(surplus_said[1], "x", 1) != 1)
        peer_fail(p, "the pipe is full");
    peer_answer(p, "m2,2", "2222");
    peer_answer(p, "m3,2", "3333");
}

static void test_surplus_is_dropped(void **state)
{
    (void)state;
    struct session s;
    assert_int_equal(pipe2(surplus_said, O_CLOEXEC), 0);
    assert_int_equal(pipe2(answer_taken, O_CLOEXEC), 0);
    open_with(&s, script_surplus, 20);
    ask(&s, "m1,2", "1111");
    char byte;
    assert_int_equal(write(answer_taken[1], "x", 1), 1);
    assert_int_equal(read(surplus_said[0], &byte, 1), 1);
    close(answer_taken[0]);
    close(answer_taken[1]);
    close(surplus_said[0]);
    close(surplus_said[1]);
    ask(&s, "m2,2", "2222");
    ask(&s, "m3,2", "3333");
    session_close(&s);
}

static void script_two_for_one(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "m1,2", "1111");
    peer_expect(p, "m2,2");
    peer_raw(p, "$1111#c4$2222#c8");
    peer_answer(p, "m2,2", "2222");
    peer_answer(p, "m3,2", "3333");
}

static void test_two_answers_for_one_question(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_two_for_one, 20);
    ask(&s, "m1,2", "1111");
    ask(&s, "m2,2", "2222");
    ask(&s, "m3,2", "3333");
    session_close(&s);
}

static int stop_doubled[2];

static void script_doubled_stop(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "s");
    peer_reply(p, "T05thread:1;");
    peer_expect(p, "m1,2");
    peer_reply(p, "T05thread:1;"); /* in front of an answer, */
    peer_reply(p, "1111");
    peer_expect(p, "s");
    peer_reply(p, "T05thread:2;");
    peer_reply(p, "T05thread:2;"); /* and where nothing is asked */
    if (write(stop_doubled[1], "x", 1) != 1)
        peer_fail(p, "the pipe is full");
    peer_expect(p, "s");
    peer_reply(p, "T05thread:3;");
}

static void test_doubled_stop_ends_no_run(void **state)
{
    (void)state;
    struct session s;
    assert_int_equal(pipe2(stop_doubled, O_CLOEXEC), 0);
    open_with(&s, script_doubled_stop, 20);
    must(rsp_resume(s.c, "s", 1));
    assert_int_equal(wait_stop(&s).thread.tid, 1);
    ask(&s, "m1,2", "1111");
    assert_false(rsp_has_late_stop(s.c));
    must(rsp_resume(s.c, "s", 1));
    assert_int_equal(wait_stop(&s).thread.tid, 2);
    char byte;
    assert_int_equal(read(stop_doubled[0], &byte, 1), 1);
    close(stop_doubled[0]);
    close(stop_doubled[1]);
    must(rsp_resume(s.c, "s", 1));
    assert_int_equal(wait_stop(&s).thread.tid, 3);
    assert_violations(&s, "stop-while-stopped stop-while-stopped ");
    session_close(&s);
}

static void script_too_long(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "m1,2");
    peer_reply(p, "00112233");
    peer_reply(p, "1111");
    peer_answer(p, "m2,2", "2222");
}

static void test_more_than_was_asked(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_too_long, 20);
    ask(&s, "m1,2", "1111");
    ask(&s, "m2,2", "2222");
    assert_violations(&s, "reply-to-another-question ");
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubled_reply),
        cmocka_unit_test(test_lost_ack),
        cmocka_unit_test(test_lost_request),
        cmocka_unit_test(test_change_that_was_heard_is_not_repeated),
        cmocka_unit_test(test_lost_answer),
        cmocka_unit_test(test_our_lost_ack),
        cmocka_unit_test(test_our_lost_ack_and_a_stray_one),
        cmocka_unit_test(test_nak_behind_an_ack_on_a_line),
        cmocka_unit_test(test_fence_that_is_answered_again),
        cmocka_unit_test(test_stray_nak_repeats_nothing),
        cmocka_unit_test(test_stub_that_leaves_its_acks_out),
        cmocka_unit_test(test_lost_in_a_window),
        cmocka_unit_test(test_old_stop_ends_no_run),
        cmocka_unit_test(test_stop_whose_ack_was_lost),
        cmocka_unit_test(test_lost_resume),
        cmocka_unit_test(test_goes_on_where_we_stopped_it),
        cmocka_unit_test(test_surplus_is_dropped),
        cmocka_unit_test(test_two_answers_for_one_question),
        cmocka_unit_test(test_doubled_stop_ends_no_run),
        cmocka_unit_test(test_more_than_was_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
