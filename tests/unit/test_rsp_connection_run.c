/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The target runs, and stops. */
#include "test_rsp_session.h"

#include "rsp/remote.h"

static void script_step(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    for (int i = 0; i < 3; i++)
        peer_answer(p, "vCont;s:1", "T05thread:1;");
}

static void test_steps(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_step, 20);
    must(rsp_negotiate(s.c));
    struct rsp_stats before = *rsp_stats(s.c);
    for (int i = 0; i < 3; i++) {
        must(rsp_resume(s.c, "vCont;s:1", 9));
        assert_int_equal(rsp_state(s.c), RSP_STATE_RUNNING);
        struct rsp_stop stop = wait_stop(&s);
        assert_int_equal(stop.signal, 5);
        assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
    }
    assert_int_equal(rsp_stats(s.c)->turns - before.turns, 3);
    assert_int_equal(rsp_stats(s.c)->packets_out - before.packets_out, 3);
    assert_int_equal(rsp_stats(s.c)->bytes_out - before.bytes_out, 3 * strlen("$vCont;s:1#23"));
    assert_violations(&s, "");
    session_close(&s);
}

static void script_acked_step(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    unsigned acks = p->acks;
    for (unsigned i = 0; i < 3; i++) {
        peer_expect(p, "vCont;s:1");
        acks = p->acks; /* whatever is due came before the resume */
        peer_reply(p, "T05thread:1;");
        peer_await_count(p, &p->acks, acks + 1, "acks");
    }
}

static void test_stop_is_acked_at_once(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_acked_step, 20);
    must(rsp_negotiate(s.c));
    for (int i = 0; i < 3; i++) {
        must(rsp_resume(s.c, "vCont;s:1", 9));
        wait_stop(&s);
    }
    session_close(&s);
}

static void script_running(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "vCont;c");
    /* only the interrupt may come now */
    peer_await_count(p, &p->interrupts, 1, "interrupts");
    peer_reply(p, "T02thread:1;");
    peer_answer(p, "m1,2", "1111");
}

static void test_nothing_is_asked_while_it_runs(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_running, 20);
    must(rsp_negotiate(s.c));
    must_fail(rsp_interrupt(s.c), ERR_NOT_RUNNING);
    must(rsp_resume(s.c, "vCont;c", 7));
    BASE_BUF struct buf reply = {0};
    must_fail(rsp_call(s.c, RSP_GRAMMAR_HEX, 0, &reply, "m1,2"), ERR_NOT_STOPPED);
    must_fail(rsp_resume(s.c, "vCont;c", 7), ERR_NOT_STOPPED);
    struct rsp_stop stop;
    bool stopped;
    must_fail(rsp_wait_stop(s.c, in_seconds(0.05), -1, &stop, &stopped), ERR_TIMEOUT);
    assert_int_equal(rsp_state(s.c), RSP_STATE_RUNNING);
    must(rsp_interrupt(s.c));
    stop = wait_stop(&s);
    assert_int_equal(stop.signal, 2);
    ask(&s, "m1,2", "1111");
    session_close(&s);
}

static void test_wake_and_cancel(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_running, 20);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "vCont;c", 7));
    int wake[2];
    assert_int_equal(pipe(wake), 0);
    assert_int_equal(write(wake[1], "x", 1), 1);
    struct rsp_stop stop;
    bool stopped = true;
    must(rsp_wait_stop(s.c, INT64_MAX, wake[0], &stop, &stopped));
    assert_false(stopped);
    close(wake[0]);
    close(wake[1]);
    char byte = 'x';
    assert_int_equal(write(s.cancel[1], &byte, 1), 1);
    must_fail(rsp_wait_stop(s.c, INT64_MAX, -1, &stop, &stopped), ERR_CANCELLED);
    assert_int_equal(rsp_state(s.c), RSP_STATE_RUNNING);
    assert_int_equal(read(s.cancel[0], &byte, 1), 1);
    must(rsp_interrupt(s.c));
    wait_stop(&s);
    ask(&s, "m1,2", "1111");
    session_close(&s);
}

static void script_console(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "vCont;c");
    unsigned acks = p->acks;
    peer_reply(p, "O6869");
    peer_await_count(p, &p->acks, acks + 1, "acks"); /* kgdb goes on only then */
    peer_say(p, "O0a");
    peer_await_count(p, &p->acks, acks + 2, "acks");
    peer_say(p, "W2a");
}

static void test_console_while_running(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_console, 20);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "vCont;c", 7));
    struct rsp_stop stop = wait_stop(&s);
    assert_int_equal(stop.kind, RSP_STOP_EXITED);
    assert_int_equal(stop.status, 42);
    assert_string_equal(buf_text(&s.console), "hi\n");
    session_close(&s);
}

static void script_refused(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "bs", "E14");
    peer_answer(p, "r1", "");
    peer_answer(p, "m1,2", "1111");
}

static void test_resume_refused(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_refused, 20);
    must(rsp_negotiate(s.c));
    struct rsp_stop stop;
    bool stopped;
    must(rsp_resume(s.c, "bs", 2));
    must_fail(rsp_wait_stop(s.c, in_seconds(20), -1, &stop, &stopped), ERR_REFUSED);
    assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
    must(rsp_resume(s.c, "r1", 2));
    must_fail(rsp_wait_stop(s.c, in_seconds(20), -1, &stop, &stopped), ERR_UNSUPPORTED);
    ask(&s, "m1,2", "1111");
    assert_violations(&s, "");
    session_close(&s);
}

static void script_file_io(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "vCont;c", "Fopen,1000/c,0,1b6");
    peer_answer(p, "F-1,1", "T05");
}

static void test_file_io_is_refused(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_file_io, 20);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "vCont;c", 7));
    wait_stop(&s);
    assert_violations(&s, "");
    session_close(&s);
}

static void script_rubbish(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "vCont;c", "T05thread:1;");
    peer_answer(p, "vCont;c", "000000000000");
    peer_say(p, ""); /* the stub has taken vCont: this belongs to something else */
    peer_say(p, "T05threa");
    peer_say(p, "T05thread:1;");
}

static void test_rubbish_while_running(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_rubbish, 20);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "vCont;c", 7));
    wait_stop(&s);
    must(rsp_resume(s.c, "vCont;c", 7));
    wait_stop(&s);
    assert_violations(&s, "reply-to-another-question reply-to-another-question torn-packet ");
    session_close(&s);
}

/* It lists vCont, and does not know it. */
static void script_half_done(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "vCont;s:1;c", "");
    peer_answer(p, "s", "T05thread:1;");
    peer_answer(p, "vCont;C0b:1", "");
    peer_answer(p, "C0b", "T05thread:1;");
    peer_answer(p, "vCont;c:2", "");
    peer_answer(p, "vCont;c", "E01");
}

static void test_listed_vcont_that_is_not_there(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_half_done, 20);
    must(rsp_negotiate(s.c));
    assert_true(rsp_feature_usable(rsp_features(s.c), FEATURE_VCONT));
    must(rsp_resume(s.c, "vCont;s:1;c", 11));
    /* whom the stop named last is not known yet, so it stays with what the stub has chosen */
    struct rsp_stop stop;
    bool stopped;
    must_fail(rsp_wait_stop(s.c, in_seconds(10), -1, &stop, &stopped), ERR_UNSUPPORTED);
    assert_false(rsp_feature_usable(rsp_features(s.c), FEATURE_VCONT));
    assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
    must(rsp_resume(s.c, "s", 1));
    wait_stop(&s);
    must(rsp_resume(s.c, "vCont;C0b:1", 11));
    wait_stop(&s);
    must(rsp_resume(s.c, "vCont;c:2", 9));
    must_fail(rsp_wait_stop(s.c, in_seconds(10), -1, &stop, &stopped), ERR_UNSUPPORTED);
    must(rsp_resume(s.c, "vCont;c", 7));
    must_fail(rsp_wait_stop(s.c, in_seconds(10), -1, &stop, &stopped), ERR_REFUSED);
    session_close(&s);
}

/* A reset by the monitor stops the target, in place of OK, in front of it or behind it: none of these stops
 * is the end of the next run. */
static void script_commanded(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "qRcmd,78", "S05");
    peer_answer(p, "s", "T05thread:1;");
    peer_expect(p, "qRcmd,78");
    peer_reply(p, "O6869");
    peer_reply(p, "S05");
    peer_raw(p, "$OK#9a$S05#b8");
    peer_answer(p, "s", "T05thread:2;");
    if (p->resyncs != 1)
        peer_fail(p, "%u fences", p->resyncs);
}

static void test_stops_of_a_command(void **state)
{
    (void)state;
    struct session s;
    BASE_BUF struct buf output = {0};
    session_open(&s, script_commanded, 20);
    must(rsp_negotiate(s.c));
    must(rsp_monitor(s.c, "x", &output));
    assert_string_equal(buf_text(&output), "");
    must(rsp_resume(s.c, "s", 1));
    assert_int_equal(wait_stop(&s).thread.tid, 1);
    must(rsp_monitor(s.c, "x", &output));
    assert_string_equal(buf_text(&output), "hi");
    must(rsp_resume(s.c, "s", 1));
    assert_int_equal(wait_stop(&s).thread.tid, 2);
    assert_violations(&s, "");
    session_close(&s);
}

static void script_two_stops(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "vCont;c");
    peer_raw(p, "$T05thread:1;#d7$T05thread:2;#d8");
    peer_answer(p, "vCont;c", "T05thread:3;");
}

static void test_unread_stop_is_not_the_next_one(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_two_stops, 20);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "vCont;c", 7));
    struct rsp_stop stop = wait_stop(&s);
    assert_int_equal(stop.thread.tid, 1);
    /* it has stopped already, so it is not let run: the caller gets that stop first */
    must(rsp_resume(s.c, "vCont;c", 7));
    assert_violations(&s, "stop-while-stopped ");
    assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
    stop = wait_stop(&s);
    assert_int_equal(stop.thread.tid, 2);
    must(rsp_resume(s.c, "vCont;c", 7));
    stop = wait_stop(&s);
    assert_int_equal(stop.thread.tid, 3);
    session_close(&s);
}

/* QEMU's replay_seek answers OK and stops some time later, without having been resumed. */
static void script_awaited(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_answer(p, "qRcmd,00", "OK");
    peer_say(p, "T02thread:1;");
}

static void test_stop_that_was_waited_for(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_awaited, 20);
    must(rsp_negotiate(s.c));
    BASE_BUF struct buf reply = {0};
    must(rsp_call(s.c, RSP_GRAMMAR_CONSOLE, 0, &reply, "qRcmd,00"));
    struct rsp_stop stop = wait_stop(&s);
    assert_int_equal(stop.signal, 2);
    assert_violations(&s, "");
    session_close(&s);
}

static void script_eof(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "vCont;c");
    close(p->fd);
    p->fd = -1;
}

static void test_end_while_running(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_eof, 20);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "vCont;c", 7));
    struct rsp_stop stop;
    bool stopped;
    must_fail(rsp_wait_stop(s.c, INT64_MAX, -1, &stop, &stopped), ERR_LOST);
    assert_int_equal(rsp_state(s.c), RSP_STATE_LOST);
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_stop_is_acked_at_once),
        cmocka_unit_test(test_nothing_is_asked_while_it_runs),
        cmocka_unit_test(test_wake_and_cancel),
        cmocka_unit_test(test_console_while_running),
        cmocka_unit_test(test_resume_refused),
        cmocka_unit_test(test_file_io_is_refused),
        cmocka_unit_test(test_rubbish_while_running),
        cmocka_unit_test(test_listed_vcont_that_is_not_there),
        cmocka_unit_test(test_stops_of_a_command),
        cmocka_unit_test(test_unread_stop_is_not_the_next_one),
        cmocka_unit_test(test_stop_that_was_waited_for),
        cmocka_unit_test(test_end_while_running),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
