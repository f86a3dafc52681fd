/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers that come behind the fence's: of stubs that answer out of order, or on lines that hold packets
 * back. They are never taken for another question's. And stubs that do not answer the fence as all others do.
 */
#include "test_rsp_session.h"

#include "rsp/connection_private.h"
#include "rsp/remote.h"

#define SOON_NS  INT64_C(300000000)
#define LATER_NS INT64_C(10000000000)

static const char *const kinds[] = {NO_ACK, WITH_ACK};
static const char *supported;

static struct error *monitor(struct session *s, const char *command, const char *expected)
{
    BASE_BUF struct buf output = {0};
    TRY(rsp_monitor(s->c, command, &output));
    assert_string_equal(buf_text(&output), expected);
    return NULL;
}

/* The next question is given up, as it is for the command's own limit. */
static void soon(struct session *s)
{
    rsp_set_timeout(s->c, SOON_NS);
}

static void later(struct session *s)
{
    rsp_set_timeout(s->c, LATER_NS);
}

/* However often this is asked, and the fence, until another question comes. */
static void answer_all(struct peer *p, const char *question, const char *answer)
{
    struct rsp_event event;
    while (peer_next(p, &event))
        if (strcmp(event.data, question) == 0)
            peer_reply(p, answer);
        else if (strcmp(event.data, "vMustReplyEmpty") == 0)
            peer_reply(p, "");
        else
            peer_reply(p, "OK");
}

/* -- commands of the monitor ------------------------------------------------------------------------- */

/* Late answers, behind the fence's. The second command is not sent before the first one's has come. */
static void (*says_late)(struct peer *p);

static void as_hex(struct peer *p)
{
    peer_say(p, "6f6e65");
}

static void as_console(struct peer *p)
{
    peer_say(p, "O6f6e");
    peer_say(p, "O65");
    peer_say(p, "OK");
}

static void script_late_command(struct peer *p)
{
    peer_negotiate(p, supported);
    peer_expect(p, "qRcmd,31");
    if (!p->no_ack)
        peer_raw(p, "+");
    peer_answer(p, "vMustReplyEmpty", "");
    poll(NULL, 0, 500); /* so the fence's silence is over, and the next command is being waited for */
    says_late(p);
    peer_answer(p, "qRcmd,32", "74776f");
    peer_answer(p, "m1,2", "1111");
}

static void test_late_command(void **state)
{
    (void)state;
    static void (*const ways[])(struct peer *) = {as_hex, as_console};
    for (size_t i = 0; i < 4; i++) {
        struct session s;
        supported = kinds[i % 2];
        says_late = ways[i / 2];
        open_with(&s, script_late_command, 20);
        soon(&s);
        must_fail(monitor(&s, "1", ""), ERR_TIMEOUT);
        later(&s);
        must(monitor(&s, "2", "two"));
        ask(&s, "m1,2", "1111");
        session_close(&s);
    }
}

/* It does not come, and might any time: the second is not sent, and what is read is right. */
static void script_command_never_answered(struct peer *p)
{
    peer_negotiate(p, supported);
    peer_expect(p, "qRcmd,31");
    if (!p->no_ack)
        peer_raw(p, "+");
    peer_answer_both(p, "m1,2", "1111");
    peer_expect(p, "m2,2");
    peer_reply(p, "6f6e"); /* now it does, in place of the answer, which follows when that was believed */
    poll(NULL, 0, 150);
    peer_say(p, "2222");
    answer_all(p, "m2,2", "2222");
}

static void test_command_never_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        struct session s;
        supported = kinds[i];
        open_with(&s, script_command_never_answered, 20);
        soon(&s);
        must_fail(monitor(&s, "1", ""), ERR_TIMEOUT);
        later(&s);
        ask(&s, "m1,2", "1111");
        soon(&s);
        struct error *e = monitor(&s, "2", "");
        assert_non_null(e);
        assert_non_null(strstr(e->message, "it was not sent"));
        must_fail(e, ERR_TIMEOUT);
        later(&s);
        ask(&s, "m2,2", "2222");
        session_close(&s);
    }
}

/* -- reads ------------------------------------------------------------------------------------------- */

/* A read that was given up, with or without acks; and one that was said again, whose second answer comes. */
static void script_late_read(struct peer *p)
{
    peer_negotiate(p, supported);
    peer_expect(p, "m1,2");
    if (!p->no_ack)
        peer_raw(p, "+");
    peer_answer(p, "vMustReplyEmpty", "");
    peer_expect(p, "m2,2");
    peer_reply(p, "1111"); /* in front, behind the ack, as if it were the answer */
    poll(NULL, 0, 150);    /* longer than any silence */
    peer_say(p, "2222");
    answer_all(p, "m2,2", "2222");
}

static void test_late_read(void **state)
{
    (void)state;
    supported = NO_ACK;
    struct session s;
    open_with(&s, script_late_read, 20);
    soon(&s);
    BASE_BUF struct buf reply = {0};
    must_fail(rsp_call(s.c, RSP_GRAMMAR_HEX, 0, &reply, "m1,2"), ERR_TIMEOUT);
    later(&s);
    ask(&s, "m2,2", "2222");
    must(write_byte(&s));
    session_close(&s);
}

static bool said_no;

static void script_said_again(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "m7,2", "7777");
    peer_expect(p, "m1,2");
    peer_raw(p, said_no ? "-" : "+");
    if (!said_no)
        peer_await_count(p, &p->naks, 1, "naks");
    peer_expect(p, "m1,2");
    peer_reply(p, "1111"); /* one of two */
    peer_answer(p, "vMustReplyEmpty", "");
    peer_expect(p, "m2,2");
    peer_reply(p, "1111");
    poll(NULL, 0, 150);
    peer_say(p, "2222");
    answer_all(p, "m2,2", "2222");
}

static void test_said_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct session s;
        said_no = i == 1;
        open_with(&s, script_said_again, 3);
        ask(&s, "m7,2", "7777");
        ask(&s, "m1,2", "1111");
        ask(&s, "m2,2", "2222");
        session_close(&s);
    }
}

/* What a `-` brought at once comes once more, in place of the answer to question `late`, 2 or 3, or never:
 * then the same answer to another question is its own. */
static unsigned late;

static void script_asked_for(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "m1,2");
    peer_raw(p, "+");
    peer_await_count(p, &p->naks, 1, "naks");
    peer_say(p, "1111");
    peer_expect(p, "m2,2");
    peer_reply(p, late == 2 ? "1111" : "2222");
    if (late == 2)
        peer_answer(p, "m2,2", "2222");
    peer_expect(p, "m3,2");
    peer_reply(p, late == 3 ? "1111" : "3333");
    if (late == 3)
        peer_answer(p, "m3,2", "3333");
    answer_all(p, "m4,2", "1111");
}

static void test_asked_for(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        static const unsigned places[] = {2, 3, 0};
        struct session s;
        late = places[i];
        open_with(&s, script_asked_for, 3);
        ask(&s, "m1,2", "1111");
        later(&s);
        ask(&s, "m2,2", "2222");
        ask(&s, "m3,2", "3333");
        ask(&s, "m4,2", "1111");
        session_close(&s);
    }
}

/* -- stubs and the fence ------------------------------------------------------------------------------- */

static const char *fence_answer; /* NULL: silence */
static unsigned fences, known;

static void script_odd_fence(struct peer *p)
{
    struct rsp_event event;
    peer_negotiate(p, supported);
    fences = known = 0;
    while (peer_next(p, &event)) {
        bool fence = strcmp(event.data, "vMustReplyEmpty") == 0;
        fences += fence;
        known += strcmp(event.data, "vCont?") == 0;
        const char *answer = fence ? fence_answer : event.data[0] == 'v' ? "vCont;c;C;s;S" : "1122";
        if (answer && strcmp(event.data, "m1,2") != 0)
            peer_reply(p, answer);
        else if (!p->no_ack)
            peer_raw(p, "+");
    }
}

/* What it does with the fence is found out once, within the next command, and costs nothing afterwards. */
static void odd_fence(const char *answer)
{
    struct session s;
    BASE_BUF struct buf reply = {0};
    fence_answer = answer;
    open_with(&s, script_odd_fence, 0.9);
    must_fail(rsp_call(s.c, RSP_GRAMMAR_HEX, 0, &reply, "m1,2"), ERR_TIMEOUT);
    rsp_set_timeout(s.c, INT64_C(3000000000));
    ask(&s, "m2,2", "1122");
    unsigned sent = fences + known;
    int64_t begun = clock_now_ns();
    for (int i = 0; i < 5; i++)
        ask(&s, "m3,2", "1122");
    assert_true(clock_now_ns() - begun < 2000000000);
    assert_int_equal(fences + known, sent);
    session_close(&s);
}

static void test_odd_fences(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        supported = kinds[i];
        odd_fence("");
        assert_int_equal(known, 0);
        odd_fence("E01");
        assert_int_equal(known, 0);
        odd_fence("OK");
        assert_int_equal(known, 0);
        odd_fence(NULL);
        assert_int_equal(known, 1);
    }
}

/* Nor has it any question that could stand in: one command fails, and says why. */
static void script_no_fence(struct peer *p)
{
    struct rsp_event event;
    peer_negotiate(p, "");
    while (peer_next(p, &event))
        if (event.data[0] == 'm' && strcmp(event.data, "m1,2") != 0)
            peer_reply(p, "1122");
        else
            peer_raw(p, "+");
}

static void test_no_fence(void **state)
{
    (void)state;
    struct session s;
    BASE_BUF struct buf reply = {0};
    open_with(&s, script_no_fence, 0.6);
    must_fail(rsp_call(s.c, RSP_GRAMMAR_HEX, 0, &reply, "m1,2"), ERR_TIMEOUT);
    struct error *e = rsp_call(s.c, RSP_GRAMMAR_HEX, 0, &reply, "m2,2");
    assert_non_null(e);
    assert_non_null(strstr(e->message, "has still not answered 'm1,2', nor 'vMustReplyEmpty' behind it"));
    must_fail(e, ERR_TIMEOUT);
    later(&s);
    int64_t begun = clock_now_ns();
    for (int i = 0; i < 5; i++)
        ask(&s, "m3,2", "1122");
    assert_true(clock_now_ns() - begun < 5000000000);
    session_close(&s);
}

/* -- changes, while an answer is still missing -------------------------------------------------------- */

static void script_missing(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_expect(p, "qRcmd,31");
    peer_raw(p, "+");
    peer_answer(p, "vMustReplyEmpty", "");
}

/* The line says the removal twice: the first answer is that of what was meant. */
static void script_done_twice(struct peer *p)
{
    script_missing(p);
    peer_expect(p, "z0,10,1");
    peer_raw(p, "+$OK#9a+$E01#a6");
    peer_answer(p, "m1,2", "1111");
}

static void test_done_twice(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_done_twice, 20);
    soon(&s);
    must_fail(monitor(&s, "1", ""), ERR_TIMEOUT);
    later(&s);
    must(rsp_remove_point(s.c, 0, 0x10, 1));
    ask(&s, "m1,2", "1111");
    session_close(&s);
}

/* gdbserver waits for our ack of its OK, which was lost, and says it again for each byte; an ack strayed in
 * between. It has taken nothing of the change. */
static void script_storm_of_copies(struct peer *p)
{
    script_missing(p);
    peer_answer(p, "z0,10,1", "OK");
    peer_expect(p, "Z0,20,1");
    peer_raw(p, "$OK#9a$OK#9a$OK#9a+$OK#9a$OK#9a$OK#9a");
    peer_answer(p, "Z0,20,1", "OK");
    peer_expect(p, "Z0,30,1");
    peer_raw(p, "+$OK#9a$OK#9a$OK#9a$OK#9a"); /* the ack came first */
    peer_answer(p, "Z0,30,1", "OK");
    peer_answer(p, "m1,2", "1111");
}

static void test_storm_of_copies(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_storm_of_copies, 20);
    soon(&s);
    must_fail(monitor(&s, "1", ""), ERR_TIMEOUT);
    later(&s);
    must(rsp_remove_point(s.c, 0, 0x10, 1));
    must(rsp_insert_point(s.c, 0, 0x20, 1));
    must(rsp_insert_point(s.c, 0, 0x30, 1));
    ask(&s, "m1,2", "1111");
    session_close(&s);
}

/* Three tries share the time; once something was lost the first is short. */
static void script_tries(struct peer *p)
{
    peer_negotiate(p, WITH_ACK);
    peer_answer(p, "m1,2", "1111");
    peer_expect(p, "m2,2");
    peer_raw(p, "+$2222#00");
    peer_reply(p, "2222");
    peer_answer(p, "m3,2", "3333");
}

static int64_t sum_of_tries(const struct session *s)
{
    return conn_try_ns(s->c, 0) + conn_try_ns(s->c, 1) + conn_try_ns(s->c, 2);
}

static void test_tries(void **state)
{
    (void)state;
    struct session s;
    open_with(&s, script_tries, 60);
    ask(&s, "m1,2", "1111");
    assert_int_equal(conn_try_ns(s.c, 0), rsp_timeout(s.c) / 3);
    assert_int_equal(sum_of_tries(&s), rsp_timeout(s.c));
    ask(&s, "m2,2", "2222");
    conn_trouble(s.c);
    assert_true(conn_try_ns(s.c, 0) < conn_try_ns(s.c, 1) && conn_try_ns(s.c, 1) < conn_try_ns(s.c, 2));
    assert_int_equal(sum_of_tries(&s), rsp_timeout(s.c));
    rsp_set_timeout(s.c, SOON_NS); /* there is nothing to share out in another way */
    assert_int_equal(conn_try_ns(s.c, 0), SOON_NS / 3);
    ask(&s, "m3,2", "3333");
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_late_command),    cmocka_unit_test(test_command_never_answered),
        cmocka_unit_test(test_late_read),       cmocka_unit_test(test_said_again),
        cmocka_unit_test(test_asked_for),       cmocka_unit_test(test_odd_fences),
        cmocka_unit_test(test_no_fence),        cmocka_unit_test(test_done_twice),
        cmocka_unit_test(test_storm_of_copies), cmocka_unit_test(test_tries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
