/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The typed calls against what few real stubs at hand say: kgdb, valgrind, old, and hostile ones. */
#include "test_rsp_session.h"

#include "rsp/remote.h"

static const struct ptid nobody = {0, 0};

/* -- kgdb ------------------------------------------------------------------------------------------ */

static void script_kgdb(struct peer *p)
{
    peer_negotiate(p, "");
    peer_answer(p, "?", "S05");
    peer_answer(p, "qC", "QCfffffffe");
    peer_answer(p, "qfThreadInfo", "mfffffffe,fffffffd,01,02");
    peer_answer(p, "qsThreadInfo", "m02,03"); /* one is repeated */
    peer_answer(p, "qsThreadInfo", "");       /* its end */
    peer_answer(p, "s", "T05thread:01;");
    peer_answer(p, "s", "T05thread:01;"); /* the thread that stopped goes on without Hc */
    peer_answer(p, "Hc3", "OK");
    peer_answer(p, "s", "T05thread:03;");
    peer_answer(p, "Hc-1", "OK");
    peer_answer(p, "c", "T05thread:01;");
    peer_answer(p, "Hc2", "E22");
    peer_answer(p, "D", "OK");
}

static struct ptid step_thread(struct session *s, int64_t tid, enum rsp_resume_how how)
{
    const struct rsp_action a = {.thread = {.pid = 0, .tid = tid}, .how = how};
    must(rsp_resume_actions(s->c, &a, 1));
    struct rsp_stop stop;
    bool stopped;
    must(rsp_wait_stop(s->c, in_seconds(20), -1, &stop, &stopped));
    assert_true(stopped);
    return stop.thread;
}

static void test_kgdb(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_kgdb, 20);
    must(rsp_negotiate(s.c));
    struct rsp_stop stop;
    must(rsp_query_stop(s.c, &stop));
    assert_false(stop.has_thread);
    struct ptid current;
    must(rsp_query_current(s.c, &current));
    assert_int_equal(current.tid, 0xfffffffe);
    struct rsp_thread *threads;
    size_t count;
    must(rsp_list_threads(s.c, &threads, &count));
    assert_int_equal(count, 5);
    assert_int_equal(threads[4].id.tid, 3);
    assert_int_equal(threads[4].core, -1);
    rsp_threads_free(threads, count);
    step_thread(&s, -1, RSP_STEP);
    step_thread(&s, 1, RSP_STEP);
    step_thread(&s, 3, RSP_STEP);
    step_thread(&s, -1, RSP_CONTINUE);
    const struct rsp_action a = {.thread = {.pid = 0, .tid = 2}, .how = RSP_STEP};
    must_fail(rsp_resume_actions(s.c, &a, 1), ERR_REFUSED);
    assert_int_equal(rsp_state(s.c), RSP_STATE_STOPPED);
    const struct rsp_action three[] = {a, a, a};
    must_fail(rsp_resume_actions(s.c, three, 3), ERR_UNSUPPORTED);
    must(rsp_detach(s.c, 1)); /* no processes: plain D */
    assert_violations(&s, "");
    session_close(&s);
}

/* -- vCont ----------------------------------------------------------------------------------------- */

static void script_vcont(struct peer *p)
{
    peer_negotiate(p, "PacketSize=1000;vContSupported+;multiprocess+");
}

static void check_packet(struct session *s, const struct rsp_action *actions, size_t count,
                         const char *expected)
{
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf packet = {0};
    must(rsp_resume_packet(s->c, actions, count, &before, &packet));
    assert_int_equal(before.length, 0);
    assert_string_equal(packet.data, expected);
}

static void test_vcont(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_vcont, 20);
    must(rsp_negotiate(s.c));
    const struct rsp_action all = {.thread = {0, -1}};
    const struct rsp_action of_process = {.thread = {7, -1}};
    const struct rsp_action step = {.thread = {1, 2}, .how = RSP_STEP};
    const struct rsp_action signalled = {.thread = {1, 3}, .signal = 0x0a};
    const struct rsp_action range = {.thread = {1, 2}, .how = RSP_STEP, .range_start = 1, .range_end = 9};
    check_packet(&s, &all, 1, "vCont;c");
    check_packet(&s, &of_process, 1, "vCont;c:p7.-1");
    check_packet(&s, (const struct rsp_action[]){step, all}, 2, "vCont;s:p1.2;c");
    check_packet(&s, (const struct rsp_action[]){step, signalled}, 2, "vCont;s:p1.2;C0a:p1.3");
    check_packet(&s, &range, 1, "vCont;s:p1.2"); /* this stub has no r */
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf packet = {0};
    must_fail(rsp_resume_packet(s.c, &all, 0, &before, &packet), ERR_USAGE);
    static struct rsp_action many[1000];
    for (size_t i = 0; i < ARRAY_LENGTH(many); i++)
        many[i] = (struct rsp_action){.thread = {1, (int64_t)i + 1}};
    must_fail(rsp_resume_packet(s.c, many, ARRAY_LENGTH(many), &before, &packet), ERR_UNSUPPORTED);
    session_close(&s);
}

/* -- answers --------------------------------------------------------------------------------------- */

static void script_answers(struct peer *p)
{
    peer_negotiate(p, "PacketSize=1000");
    peer_answer(p, "qC", "E.no thread yet");
    peer_answer(p, "qC", "QCRC");
    peer_answer(p, "?", "E01");
    peer_answer(p, "?", "");
    peer_answer(p, "qRcmd,78", "6869");
    peer_answer(p, "qRcmd,78", "");
    peer_expect(p, "qRcmd,78");
    peer_reply(p, "O"); /* OpenOCD's way to say that it still lives */
    peer_say(p, "O6869");
    peer_say(p, "O");
    peer_say(p, "OK");
    peer_answer(p, "Z0,1000,1", "E.out of slots");
    peer_answer(p, "g", "0011xxxx22");
    peer_answer(p, "p1", "xxxxxxxx");
    peer_answer(p, "m1000,4", "1122");
    peer_answer(p, "m1002,2", "E.no more");
    peer_answer(p, "m1000,4", "112233445566");
    peer_answer(p, "m1000,4", "");
    peer_answer(p, "M1000,1:ff", "E0e");
}

static void test_answers(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_answers, 20);
    must(rsp_negotiate(s.c));
    struct ptid id;
    struct error *e = rsp_query_current(s.c, &id);
    assert_true(error_is(e, ERR_REFUSED));
    assert_non_null(strstr(e->message, "no thread yet"));
    error_free(e);
    must_fail(rsp_query_current(s.c, &id), ERR_UNSUPPORTED); /* and is not asked again */
    must_fail(rsp_query_current(s.c, &id), ERR_UNSUPPORTED);
    struct rsp_stop stop;
    must_fail(rsp_query_stop(s.c, &stop), ERR_REFUSED);
    must(rsp_query_stop(s.c, &stop)); /* an empty answer: it stands */
    assert_int_equal(stop.kind, RSP_STOP_SIGNAL);
    assert_int_equal(stop.signal, 0);
    BASE_BUF struct buf output = {0};
    must(rsp_monitor(s.c, "x", &output));
    assert_string_equal(output.data, "hi");
    must_fail(rsp_monitor(s.c, "x", &output), ERR_UNSUPPORTED);
    must(rsp_monitor(s.c, "x", &output));
    assert_string_equal(output.data, "hi");
    must_fail(rsp_insert_point(s.c, 0, 0x1000, 1), ERR_REFUSED);
    struct rsp_g g;
    must(rsp_read_g(s.c, nobody, &g));
    assert_int_equal(g.size, 5);
    assert_memory_equal(g.known, "\1\1\0\0\1", 5);
    assert_memory_equal(g.bytes, "\x00\x11\0\0\x22", 5);
    rsp_g_free(&g);
    unsigned char bytes[8];
    size_t size = sizeof bytes;
    must(rsp_read_register(s.c, nobody, 1, bytes, &size));
    assert_int_equal(size, 0);
    static const enum error_code codes[] = {ERR_NO_MEMORY, ERR_VIOLATION, ERR_UNSUPPORTED};
    for (size_t i = 0; i < 3; i++) {
        struct rsp_read r = {.address = 0x1000, .length = 4, .bytes = bytes};
        must(rsp_read_memory(s.c, nobody, &r, 1, false));
        assert_int_equal(r.got, i == 0 ? 2 : 0);
        if (i == 0)
            assert_string_equal(rsp_last_words(s.c), "no more");
        must_fail(r.error, codes[i]);
    }
    must_fail(rsp_write_memory(s.c, nobody, 0x1000, (const unsigned char *)"\xff", 1), ERR_NO_MEMORY);
    /* not offered, so not asked */
    struct rsp_tdesc *d;
    must_fail(rsp_read_description(s.c, &d), ERR_UNSUPPORTED);
    must_fail(rsp_pass_signals(s.c, (const unsigned char *)"\1", 1), ERR_UNSUPPORTED);
    session_close(&s);
}

/* -- objects without end --------------------------------------------------------------------------- */

static void script_endless(struct peer *p)
{
    peer_negotiate(p, "PacketSize=1000;QStartNoAckMode+;qXfer:auxv:read+");
    static char reply[2048];
    memset(reply, 'm', sizeof reply - 1);
    struct rsp_event event;
    while (peer_next(p, &event))
        peer_reply(p, strncmp(event.data, "qXfer:auxv:read::", 17) == 0 ? reply : "");
}

static void test_endless_object(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_endless, 20);
    must(rsp_negotiate(s.c));
    BASE_BUF struct buf data = {0};
    must_fail(rsp_xfer_read(s.c, "auxv", "", 100000, &data), ERR_VIOLATION);
    assert_true(data.length <= 100000);
    session_close(&s);
}

static void script_endless_list(struct peer *p)
{
    peer_negotiate(p, "PacketSize=1000;QStartNoAckMode+");
    struct rsp_event event;
    unsigned next = 1;
    while (peer_next(p, &event)) {
        BASE_BUF struct buf b = {0};
        for (int i = 0; i < 400; i++)
            buf_printf(&b, "%c%x", i ? ',' : 'm', next++);
        peer_reply(p, b.data);
    }
}

static void test_endless_thread_list(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_endless_list, 20);
    must(rsp_negotiate(s.c));
    struct rsp_thread *threads;
    size_t count;
    must(rsp_list_threads(s.c, &threads, &count));
    assert_int_equal(count, 65536);
    rsp_threads_free(threads, count);
    session_close(&s);
}

static void script_circle(struct peer *p)
{
    peer_negotiate(p, "PacketSize=1000;QStartNoAckMode+");
    struct rsp_event event;
    while (peer_next(p, &event))
        peer_reply(p, "m1,2,3");
}

static void test_circular_thread_list(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_circle, 20);
    must(rsp_negotiate(s.c));
    struct rsp_thread *threads;
    size_t count;
    must(rsp_list_threads(s.c, &threads, &count));
    assert_int_equal(count, 3);
    rsp_threads_free(threads, count);
    session_close(&s);
}

/* -- thread lists in XML --------------------------------------------------------------------------- */

static const char *const good_list =
    "l<threads><thread id=\"p1.2\" core=\"3\" name=\"a&lt;b\">waiting</thread>"
    "<thread id=\"p1.2\"/><thread id=\"p1.4\"/></threads>";

static const char *const bad_lists[] = {
    "l<threads>",
    "l<threads><thread/></threads>",
    "l<threads><thread id=\"zz\"/></threads>",
    "l<!DOCTYPE t [<!ENTITY a \"b\">]><threads/>",
    "l",
};

static void script_xml(struct peer *p)
{
    peer_negotiate(p, "PacketSize=1000;qXfer:threads:read+");
    peer_answer(p, "qXfer:threads:read::0,ffb", good_list);
    for (size_t i = 0; i < ARRAY_LENGTH(bad_lists); i++)
        peer_answer(p, "qXfer:threads:read::0,ffb", bad_lists[i]);
}

static void test_xml_lists(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_xml, 20);
    must(rsp_negotiate(s.c));
    struct rsp_thread *threads;
    size_t count;
    must(rsp_list_threads(s.c, &threads, &count));
    assert_int_equal(count, 2);
    assert_int_equal(threads[0].id.pid, 1);
    assert_int_equal(threads[0].core, 3);
    assert_string_equal(threads[0].name, "a<b");
    assert_string_equal(threads[0].extra, "waiting");
    assert_null(threads[1].name);
    rsp_threads_free(threads, count);
    for (size_t i = 0; i < ARRAY_LENGTH(bad_lists); i++)
        must_fail(rsp_list_threads(s.c, &threads, &count), ERR_VIOLATION);
    session_close(&s);
}

/* -- the selected thread --------------------------------------------------------------------------- */

static void script_select(struct peer *p)
{
    peer_negotiate(p, "PacketSize=1000;QStartNoAckMode+");
    peer_answer(p, "Hg5", "OK");
    peer_answer(p, "g", "55");
    peer_answer(p, "g", "55");
    peer_expect(p, "Hg6");
    peer_expect(p, "g");
    peer_reply(p, "E01");
    peer_reply(p, "55"); /* of the old thread: not to be believed */
    peer_answer(p, "Hg5", "OK");
    peer_answer(p, "g", "55");
    peer_answer(p, "Hg7", "OK");
}

static void test_selecting(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_select, 20);
    must(rsp_negotiate(s.c));
    const struct ptid five = {0, 5}, six = {0, 6}, seven = {0, 7};
    struct rsp_g g;
    for (int i = 0; i < 2; i++) {
        must(rsp_read_g(s.c, five, &g));
        rsp_g_free(&g);
    }
    must_fail(rsp_read_g(s.c, six, &g), ERR_NO_THREAD);
    must(rsp_read_g(s.c, five, &g));
    rsp_g_free(&g);
    must(rsp_select_thread(s.c, seven));
    must(rsp_select_thread(s.c, seven));
    session_close(&s);
}

/* -- leaving --------------------------------------------------------------------------------------- */

static void script_mute_kill(struct peer *p)
{
    peer_negotiate(p, "PacketSize=1000;QStartNoAckMode+");
    peer_expect(p, "k");
}

static void test_kill_without_an_answer(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_mute_kill, 0.2);
    must(rsp_negotiate(s.c));
    must(rsp_kill(s.c, 1));
    assert_violations(&s, "");
    session_close(&s);
}

/* What each of the ways is answered, the first to be tried first; NULL: it is not asked. */
struct ways {
    const char *features, *process, *plain;
    bool plain_first;
};
static const struct ways *ways;

static void script_ways(struct peer *p)
{
    peer_negotiate(p, ways->features);
    for (int i = 0; i < 2; i++) {
        bool plain = (i == 0) == ways->plain_first;
        const char *answer = plain ? ways->plain : ways->process;
        if (!answer)
            continue;
        peer_expect(p, plain ? "k" : "vKill;2a");
        peer_reply(p, answer);
    }
}

static void killing(const struct ways *w, enum error_code code)
{
    struct session s;
    ways = w;
    session_open(&s, script_ways, 20);
    must(rsp_negotiate(s.c));
    struct error *e = rsp_kill(s.c, 0x2a);
    if (code)
        must_fail(e, code);
    else
        must(e);
    assert_violations(&s, "");
    session_close(&s);
}

/* gdb manual, "Packets": vKill may be answered with nothing, and so may whatever is not known. A stub that
 * knows neither has killed nobody, and one that refuses the first is not asked for the other. */
static void test_ways_to_kill(void **state)
{
    (void)state;
    static const char plain[] = "PacketSize=1000;QStartNoAckMode+";
    static const char processes[] = "PacketSize=1000;QStartNoAckMode+;multiprocess+";
    killing(&(struct ways){processes, "OK", NULL, false}, 0);
    killing(&(struct ways){processes, "", "OK", false}, 0);
    killing(&(struct ways){processes, "", "W00", false}, 0);
    killing(&(struct ways){processes, "", "", false}, ERR_UNSUPPORTED);
    killing(&(struct ways){processes, "E01", NULL, false}, ERR_REFUSED);
    killing(&(struct ways){plain, NULL, "OK", true}, 0);
    killing(&(struct ways){plain, NULL, "X09", true}, 0);
    killing(&(struct ways){plain, "OK", "", true}, 0);
    killing(&(struct ways){plain, "", "", true}, ERR_UNSUPPORTED);
    killing(&(struct ways){plain, NULL, "E01", true}, ERR_REFUSED);
}

static void script_gone(struct peer *p)
{
    peer_negotiate(p, "PacketSize=1000;QStartNoAckMode+;multiprocess+");
    peer_expect(p, "D;2a");
    close(p->fd);
    p->fd = -1;
}

static void test_detach_from_one_that_hangs_up(void **state)
{
    (void)state;
    struct session s;
    session_open(&s, script_gone, 20);
    must(rsp_negotiate(s.c));
    must(rsp_detach(s.c, 42));
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kgdb),
        cmocka_unit_test(test_vcont),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_endless_object),
        cmocka_unit_test(test_endless_thread_list),
        cmocka_unit_test(test_circular_thread_list),
        cmocka_unit_test(test_xml_lists),
        cmocka_unit_test(test_selecting),
        cmocka_unit_test(test_kill_without_an_answer),
        cmocka_unit_test(test_ways_to_kill),
        cmocka_unit_test(test_detach_from_one_that_hangs_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
