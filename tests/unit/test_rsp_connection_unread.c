/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A resume that is answered with something that is no stop: nobody waits for ever, and the session goes on.
 */
#include "test_rsp_session.h"

static const char *supported, *resume, *said, *behind;

static void start(struct session *s, void (*script)(struct peer *))
{
    open_with(s, script, 5);
    must(rsp_resume(s->c, resume, strlen(resume)));
}

static const char *const rubbish[] = {"T05foo", "Tzz",   "T",         "Q123",  "S",
                                      "Szz",    "hello", "T05thread", "Tbeef", "X;zz"};
static const char *const kinds[] = {NO_ACK, WITH_ACK};

/* The stub says where it stands when it is asked. */
static void script_tells(struct peer *p)
{
    peer_negotiate(p, supported);
    peer_answer(p, resume, said);
    peer_answer(p, "?", "T05thread:2;");
    peer_answer(p, "m1,2", "1111");
}

static void test_stop_is_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LENGTH(rubbish); i++) {
        struct session s;
        supported = kinds[i % 2];
        resume = i % 4 < 2 ? "s" : "c";
        said = rubbish[i / 2];
        start(&s, script_tells);
        assert_int_equal(wait_stop(&s).thread.tid, 2);
        assert_int_equal(rsp_stats(s.c)->violations, 1);
        ask(&s, "m1,2", "1111");
        session_close(&s);
    }
}

/* Or not even then. */
static void script_never_tells(struct peer *p)
{
    peer_negotiate(p, supported);
    peer_answer(p, resume, said);
    peer_expect(p, "?");
    if (behind)
        peer_reply(p, behind);
    else if (!p->no_ack)
        peer_raw(p, "+");
    peer_answer(p, "m1,2", "1111");
    peer_answer(p, "s", "T05thread:1;");
}

static void test_no_stop_at_all(void **state)
{
    (void)state;
    static const char *const answers[] = {"Tzz", "", "E01", "OK", NULL};
    for (size_t i = 0; i < 2 * ARRAY_LENGTH(answers); i++) {
        struct session s;
        supported = kinds[i % 2];
        resume = "s";
        said = "T05foo";
        behind = answers[i / 2];
        start(&s, script_never_tells);
        struct rsp_stop stop;
        bool stopped;
        rsp_set_timeout(s.c, INT64_C(500000000));
        struct error *e = rsp_wait_stop(s.c, in_seconds(30), -1, &stop, &stopped);
        rsp_set_timeout(s.c, INT64_C(5000000000));
        assert_non_null(e);
        assert_non_null(strstr(e->message, "'T05foo'"));
        must_fail(e, ERR_VIOLATION);
        assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
        ask(&s, "m1,2", "1111");
        must(rsp_resume(s.c, "s", 1));
        assert_int_equal(wait_stop(&s).thread.tid, 1);
        session_close(&s);
    }
}

/* The true stop comes behind it. */
static void script_stop_follows(struct peer *p)
{
    peer_negotiate(p, supported);
    peer_answer(p, "s", "Tzz");
    peer_say(p, "T05thread:1;");
    peer_answer(p, "m1,2", "1111");
}

static void test_stop_follows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        struct session s;
        supported = kinds[i];
        resume = "s";
        start(&s, script_stop_follows);
        assert_int_equal(wait_stop(&s).thread.tid, 1);
        ask(&s, "m1,2", "1111");
        session_close(&s);
    }
}

/* What may be an old answer says nothing of a target that runs freely, and any byte would stop QEMU's. */
static void script_runs_on(struct peer *p)
{
    peer_negotiate(p, supported);
    peer_answer(p, "c", said);
    poll(NULL, 0, 600); /* longer than the stop would be waited for */
    peer_say(p, "T05thread:1;");
    peer_answer(p, "m1,2", "1111");
}

static void test_runs_on(void **state)
{
    (void)state;
    static const char *const old[] = {"OK", "00112233", "m1", "l"};
    for (size_t i = 0; i < ARRAY_LENGTH(old); i++) {
        struct session s;
        supported = NO_ACK;
        resume = "c";
        said = old[i];
        start(&s, script_runs_on);
        assert_int_equal(wait_stop(&s).thread.tid, 1);
        ask(&s, "m1,2", "1111");
        session_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop_is_asked_for),
        cmocka_unit_test(test_no_stop_at_all),
        cmocka_unit_test(test_stop_follows),
        cmocka_unit_test(test_runs_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
