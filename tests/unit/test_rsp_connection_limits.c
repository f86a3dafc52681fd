/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stubs that never come to an end: each is given up in its time, and told a bounded number of times. */
#include "test_rsp_session.h"

#include <signal.h>

#include "rsp/limits.h"
#include "rsp/remote.h"

/* Says this until we hang up. */
static void say_for_ever(struct peer *p, const char *text)
{
    BASE_BUF struct buf b = {0};
    while (b.length < 1 << 16)
        buf_add_text(&b, text);
    const char *s = b.data;
    ssize_t k;
    while ((k = send(p->fd, s, b.length, MSG_NOSIGNAL)) > 0 || (k < 0 && errno == EINTR)) {
    }
}

static const char *flood;

static void script_flood(struct peer *p)
{
    say_for_ever(p, flood);
}

/* The time that the opening may take is that of silence. */
static void test_flood_while_connecting(void **state)
{
    (void)state;
    static const char *const floods[] = {"$",   "+",        "-",      "junk ", "$x",
                                         "#00", "%note#00", "$OK#00", "}",     "$O41#c4"};
    for (size_t i = 0; i < ARRAY_LENGTH(floods); i++) {
        struct session s;
        flood = floods[i];
        session_open(&s, script_flood, 1);
        int64_t start = clock_now_ns();
        struct error *e = rsp_negotiate(s.c);
        print_message("'%s': %s\n", flood, e ? e->message : "no error");
        assert_non_null(e);
        assert_true(error_is(e, ERR_TIMEOUT) || error_is(e, ERR_VIOLATION));
        error_free(e);
        assert_true(clock_now_ns() - start < 10 * INT64_C(1000000000));
        assert_true(rsp_stats(s.c)->violations <= 2 * TORN_TOLD_MOST);
        session_close(&s);
    }
}

static void script_talks_on(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "m1000,4");
    say_for_ever(p, "$O41#b4");
}

/* An answer that is owed is looked for among what comes, for no longer than an answer is waited for. */
static void test_talks_on(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_talks_on, 1);
    must(rsp_negotiate(s.c));
    for (unsigned i = 0; i < 2; i++) {
        BASE_BUF struct buf reply = {0};
        int64_t start = clock_now_ns();
        must_fail(rsp_call(s.c, RSP_GRAMMAR_HEX, 0, &reply, "m%d000,4", i + 1), ERR_TIMEOUT);
        assert_true(clock_now_ns() - start < 10 * INT64_C(1000000000));
    }
    session_close(&s);
}

/* A stop reply without an end, and one beyond the limit. */
static void script_long_stop(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "vCont;c");
    peer_raw(p, "$T05");
    peer_fill_up(p, '0', 8 << 16);
    peer_raw(p, "#00");
    peer_say(p, "T05thread:1;");
    peer_expect(p, "vCont;c");
    peer_raw(p, "$T05");
    peer_fill_up(p, '0', 8 << 16);
}

static void test_stop_reply_without_an_end(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_long_stop, 20);
    must(rsp_negotiate(s.c));
    must(rsp_resume(s.c, "vCont;c", 7));
    assert_int_equal(wait_stop(&s).thread.tid, 1);
    assert_violations(&s, "oversize ");
    must(rsp_resume(s.c, "vCont;c", 7));
    struct rsp_stop stop;
    bool stopped;
    must_fail(rsp_wait_stop(s.c, in_seconds(1), -1, &stop, &stopped), ERR_TIMEOUT);
    assert_violations(&s, "oversize oversize ");
    session_close(&s);
}

static void script_long_answer(struct peer *p)
{
    peer_negotiate(p, NO_ACK);
    peer_expect(p, "m1,2");
    peer_raw(p, "$");
    peer_fill_up(p, '0', 8 << 16);
}

static void test_answer_without_an_end(void **state)
{
    (void)state;
    struct session s;
    BASE_BUF struct buf reply = {0};
    session_open(&s, script_long_answer, 20);
    must(rsp_negotiate(s.c));
    rsp_set_timeout(s.c, 500000000);
    struct error *e = rsp_call(s.c, RSP_GRAMMAR_HEX, 0, &reply, "m1,2");
    assert_true(error_is(e, ERR_VIOLATION));
    assert_non_null(strstr(e->message, "longer than we take"));
    error_free(e);
    assert_violations(&s, "oversize ");
    session_close(&s);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flood_while_connecting),
        cmocka_unit_test(test_talks_on),
        cmocka_unit_test(test_stop_reply_without_an_end),
        cmocka_unit_test(test_answer_without_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
