#include "test_rsp_support.h"

#include <time.h>

#include "rsp/stop_reply.h"

static struct rsp_stop parse(const char *payload)
{
    struct rsp_stop stop;
    assert_true(rsp_is_stop_reply(payload, strlen(payload)));
    must(rsp_stop_parse(payload, strlen(payload), &stop));
    return stop;
}

static void refuse(const char *payload)
{
    struct rsp_stop stop;
    if (rsp_is_stop_reply(payload, strlen(payload)))
        fail_msg("'%s' was taken for a stop reply", payload);
    must_fail(rsp_stop_parse(payload, strlen(payload), &stop), ERR_VIOLATION);
}

/* -- thread ids ------------------------------------------------------------------------------------ */

static void check_id(const char *text, int64_t pid, int64_t tid, const char *again)
{
    const char *s = text;
    struct ptid id;
    assert_true(ptid_parse(&s, text + strlen(text), &id));
    assert_ptr_equal(s, text + strlen(text));
    assert_true(id.pid == pid);
    assert_true(id.tid == tid);
    BASE_BUF struct buf b = {0};
    ptid_encode(&b, id);
    assert_string_equal(b.data, again);
}

static void test_ids(void **state)
{
    (void)state;
    check_id("p1.2", 1, 2, "p1.2");
    check_id("p01.0cf4", 1, 0xcf4, "p1.cf4");
    check_id("p2a", 42, -1, "p2a.-1");
    check_id("p-1.-1", -1, -1, "p-1.-1");
    check_id("fffffffe", 0, 0xfffffffe, "fffffffe");
    check_id("-1", 0, -1, "-1");
    check_id("0", 0, 0, "0");
    static const char *const bad[] = {
        "", "p", "p.", "px", "p1.", "-2", "-", "g", "ffffffffffffffff", "11111111111111111"};
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        const char *s = bad[i];
        struct ptid id;
        if (ptid_parse(&s, bad[i] + strlen(bad[i]), &id))
            fail_msg("'%s' was taken for a thread", bad[i]);
        assert_ptr_equal(s, bad[i]);
    }
}

static void test_ids_stop_at_what_follows(void **state)
{
    (void)state;
    const char *list = "p1.2,p1.3";
    const char *s = list;
    struct ptid id;
    assert_true(ptid_parse(&s, list + strlen(list), &id));
    assert_string_equal(s, ",p1.3");
}

/* -- what real stubs say --------------------------------------------------------------------------- */

static void test_plain(void **state)
{
    (void)state;
    struct rsp_stop s = parse("S05");
    assert_int_equal(s.kind, RSP_STOP_SIGNAL);
    assert_int_equal(s.signal, 5);
    assert_false(s.has_thread);
    assert_int_equal(s.core, -1);
    s = parse("T02");
    assert_int_equal(s.signal, 2);
    s = parse("N");
    assert_int_equal(s.kind, RSP_STOP_NO_RESUMED);
}

static void test_gdbserver(void **state)
{
    (void)state;
    struct rsp_stop s = parse(
        "T05swbreak:;06:0000000000000000;07:80e4ffffff7f0000;10:7016400000000000;thread:p7db.7db;core:1;");
    assert_int_equal(s.reason, RSP_REASON_SWBREAK);
    assert_true(s.has_thread);
    assert_int_equal(s.thread.pid, 0x7db);
    assert_int_equal(s.core, 1);
    assert_int_equal(s.expedited_count, 3);
    assert_int_equal(s.expedited[2].number, 0x10);
    assert_int_equal(s.expedited[2].size, 8);
    assert_memory_equal(s.expedited[2].bytes, "\x70\x16\x40\0\0\0\0\0", 8);
    s = parse("T05fork:p7dc.7dc;thread:p7db.7db;");
    assert_int_equal(s.reason, RSP_REASON_FORK);
    assert_int_equal(s.related.tid, 0x7dc);
    s = parse("T05exec:2f62696e2f6c73;thread:p1.1;");
    assert_int_equal(s.reason, RSP_REASON_EXEC);
    assert_string_equal(s.path, "/bin/ls");
    s = parse("T05create:;thread:p1.2");
    assert_int_equal(s.reason, RSP_REASON_CREATE);
    s = parse("T05syscall_entry:3c;thread:p1.2;");
    assert_int_equal(s.reason, RSP_REASON_SYSCALL_ENTRY);
    assert_int_equal(s.number, 0x3c);
    s = parse("W2a;process:7db");
    assert_int_equal(s.kind, RSP_STOP_EXITED);
    assert_int_equal(s.status, 42);
    assert_int_equal(s.thread.pid, 0x7db);
    s = parse("X09;process:7db");
    assert_int_equal(s.kind, RSP_STOP_KILLED);
    assert_int_equal(s.signal, 9);
    s = parse("w0;p7db.7dd");
    assert_int_equal(s.kind, RSP_STOP_THREAD_EXITED);
    assert_int_equal(s.thread.tid, 0x7dd);
}

static void test_others(void **state)
{
    (void)state;
    struct rsp_stop s = parse("T05thread:p01.01;watch:401000;"); /* QEMU */
    assert_int_equal(s.reason, RSP_REASON_WATCH);
    assert_true(s.has_address);
    assert_int_equal(s.address, 0x401000);
    s = parse("T05thread:fffffffd;"); /* kgdb */
    assert_int_equal(s.thread.pid, 0);
    assert_int_equal(s.thread.tid, 0xfffffffd);
    /* lldb-server has keys of its own */
    s = parse("T13thread:4d2;name:a.out;threads:4d2;thread-pcs:401000;00:0100000000000000;reason:signal;");
    assert_int_equal(s.signal, 0x13);
    assert_int_equal(s.expedited_count, 1);
    s = parse("T05replaylog:begin;");
    assert_true(s.history_begin);
    s = parse("T05replaylog:end;");
    assert_false(s.history_begin);
    assert_int_equal(s.reason, RSP_REASON_REPLAYLOG);
}

static void test_registers_that_are_not_kept(void **state)
{
    (void)state;
    struct rsp_stop s = parse("T0506:xxxxxxxx;07:01020304;");
    assert_int_equal(s.expedited_count, 1);
    assert_int_equal(s.expedited[0].number, 7);
    BASE_BUF struct buf b = {0};
    buf_add_text(&b, "T05");
    for (int i = 0; i < 200; i++)
        buf_printf(&b, "%x:0011;", i);
    s = parse(b.data);
    assert_int_equal(s.expedited_count, RSP_EXPEDITED_MAX);
    buf_clear(&b);
    buf_add_text(&b, "T0501:");
    for (int i = 0; i < 1000; i++)
        buf_add_text(&b, "00");
    buf_add_text(&b, ";02:ff;");
    s = parse(b.data);
    assert_int_equal(s.expedited_count, 1);
    buf_clear(&b);
    buf_add_text(&b, "T05exec:");
    for (int i = 0; i < 5000; i++)
        buf_add_text(&b, "41");
    s = parse(b.data);
    assert_int_equal(strlen(s.path), sizeof s.path - 1);
}

static void test_garbage(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "OK",
        "E01",
        "l",
        "m1,2",
        "S",
        "S5",
        "S0g",
        "S055",
        "T",
        "T0",
        "T05threa",
        "T05thread:",
        "T05watch:;",
        "T05watch:zz;",
        "T05core:x;",
        "T05fork:;",
        "T05exec:4;",
        "T05exec:4z;",
        "T05replaylog:x;",
        "T05:;",
        "T05001:0;",
        "T0501:zz;",
        "T05thread:p1.2;T05thread:p1.3;",
        "p01.d35;T05thread:p01.d36;",
        "W",
        "Wx",
        "W00;proc:1",
        "W00;process:",
        "X",
        "X9",
        "w",
        "w0",
        "w0;",
        "Nx",
        "O4142",
        "00000000",
        "F1,2",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        refuse(bad[i]);
}

static void test_random_bytes(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    for (int round = 0; round < 20000; round++) {
        char payload[64];
        size_t n = (size_t)rand_r(&seed) % sizeof payload;
        for (size_t i = 0; i < n; i++)
            payload[i] = "TSWXwN0515:;:;thread:p.x\0corewatch"[(unsigned)rand_r(&seed) % 34];
        BASE_FREE char *exact = xmemdup(payload, n); /* so that a sanitizer sees an overrun */
        struct rsp_stop stop;
        bool looks = rsp_is_stop_reply(exact, n);
        BASE_ERROR struct error *e = rsp_stop_parse(exact, n, &stop);
        assert_int_equal(looks, e == NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),     cmocka_unit_test(test_ids_stop_at_what_follows),
        cmocka_unit_test(test_plain),   cmocka_unit_test(test_gdbserver),
        cmocka_unit_test(test_others),  cmocka_unit_test(test_registers_that_are_not_kept),
        cmocka_unit_test(test_garbage), cmocka_unit_test(test_random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
