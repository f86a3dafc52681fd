/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an answer is worth with acks, once something was lost: an old word that comes again, a removal that is
 * refused, an ack of a resume that strayed. */
#include "rsp/remote.h"
#include "test_rsp_session.h"

/* A copy that comes by itself: from then on the line is not believed blindly. */
static void say_trouble(struct peer *p)
{
    peer_expect(p, "m1,2");
    peer_reply(p, "1111");
    peer_say(p, "1111");
    peer_answer(p, "m2,2", "2222");
}

static void ask_trouble(struct session *s)
{
    ask(s, "m1,2", "1111");
    ask(s, "m2,2", "2222");
}

static void script_old_word(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    say_trouble(p);
    peer_answer(p, "M1,1:00", "OK");
    if (p->resyncs != 0)
        peer_fail(p, "an answer unlike the last one was doubted");
    peer_expect(p, "M1,1:00");
    peer_reply(p, "OK"); /* an ack that strayed, and the old word twice: the request was not taken */
    peer_say(p, "OK");
    peer_answer(p, "M1,1:00", "OK");
    if (p->resyncs != 1)
        peer_fail(p, "%u fences", p->resyncs);
    peer_answer(p, "M1,1:00", "OK"); /* this time it is its own */
    peer_answer(p, "m3,2", "3333");
}

static void test_old_word(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_old_word, 20);
    ask_trouble(&s);
    for (int i = 0; i < 3; i++)
        must(write_byte(&s));
    ask(&s, "m3,2", "3333");
    session_close(&s);
}

static void script_removed_already(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "z0,10,1", "E01"); /* nothing was lost: that is its answer */
    say_trouble(p);
    peer_answer(p, "z0,10,1", "E01");
    peer_answer(p, "Z0,10,1", "OK");
    peer_answer(p, "z0,10,1", "OK");
    peer_answer(p, "z0,20,1", "E01");
    peer_answer(p, "Z0,20,1", "E02"); /* it does not take points at all */
    peer_answer(p, "m3,2", "3333");
}

static void test_removed_already(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_removed_already, 20);
    must_fail(rsp_remove_point(s.c, 0, 0x10, 1), ERR_REFUSED);
    ask_trouble(&s);
    must(rsp_remove_point(s.c, 0, 0x10, 1));
    must_fail(rsp_remove_point(s.c, 0, 0x20, 1), ERR_REFUSED);
    ask(&s, "m3,2", "3333");
    session_close(&s);
}

static void script_stray_ack_of_a_resume(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "m1,2", "1111");
    peer_expect(p, "s");
    peer_raw(p, "+"); /* it strayed: the stub waits for the ack of its last word */
    for (int i = 0; i < 4; i++)
        peer_say(p, "1111");
    peer_answer(p, "s", "T05thread:1;");
}

static void test_stray_ack_of_a_resume(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_stray_ack_of_a_resume, 20);
    ask(&s, "m1,2", "1111");
    must(rsp_resume(s.c, "s", 1));
    assert_int_equal(wait_stop(&s).thread.tid, 1);
    session_close(&s);
}

static void script_stop_taken_as_acked(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "s");
    peer_raw(p, "+$T05thread:2;#00"); /* an ack too many came before: no `-` brings it again */
    peer_await_count(p, &p->naks, 3, "naks");
    peer_answer(p, "?", "T05thread:1;");
}

static void test_stop_taken_as_acked(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_stop_taken_as_acked, 20);
    must(rsp_resume(s.c, "s", 1));
    assert_int_equal(wait_stop(&s).thread.tid, 1);
    session_close(&s);
}

/* All of the change was eaten by a stub that waits for our ack, and saying it again is lost: what came in
 * between is no answer to it. */
static void script_storm_then_lost(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "M1,1:00", "OK");
    peer_expect(p, "Z0,20,1");
    peer_raw(p, "$OK#9a$OK#9a$OK#9a$OK#9a");
    peer_expect(p, "Z0,20,1");
    peer_answer(p, "vMustReplyEmpty", "");
    peer_answer(p, "Z0,20,1", "OK");
    peer_answer(p, "m3,2", "3333");
}

static void test_storm_then_lost(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_storm_then_lost, 20);
    must(write_byte(&s));
    must(rsp_insert_point(s.c, 0, 0x20, 1));
    ask(&s, "m3,2", "3333");
    session_close(&s);
}

/* A resume that arrived twice, at a breakpoint: the same stop, told by another processor. */
static void script_same_stop(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "c", "T0510:1000;thread:1;core:0;");
    peer_say(p, "T0510:1000;thread:1;core:1;");
    peer_answer(p, "m3,2", "3333");
    peer_answer(p, "s", "T0510:1100;thread:1;core:1;");
}

static void test_same_stop(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_same_stop, 20);
    must(rsp_resume(s.c, "c", 1));
    assert_int_equal(wait_stop(&s).thread.tid, 1);
    ask(&s, "m3,2", "3333");
    assert_false(rsp_has_late_stop(s.c));
    must(rsp_resume(s.c, "s", 1));
    assert_int_equal(wait_stop(&s).core, 1);
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_old_word),
        cmocka_unit_test(test_removed_already),
        cmocka_unit_test(test_stray_ack_of_a_resume),
        cmocka_unit_test(test_stop_taken_as_acked),
        cmocka_unit_test(test_storm_then_lost),
        cmocka_unit_test(test_same_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
