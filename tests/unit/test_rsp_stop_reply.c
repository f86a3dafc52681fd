/* SPDX-License-Identifier: GPL-3.0-or-later */
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

/* Equal ids fall together, and a table's low bits tell neighbours apart. */
static void test_id_hash(void **state)
{
    (void)state;
    assert_int_equal(ptid_hash((struct ptid){1, 2}), ptid_hash((struct ptid){1, 2}));
    assert_int_not_equal(ptid_hash((struct ptid){1, 2}), ptid_hash((struct ptid){2, 1}));
    enum { IDS = 1024, SLOTS = 2 * IDS };
    static unsigned char used[SLOTS];
    size_t found = 0;
    for (int64_t i = 1; i <= IDS; i++)
        used[ptid_hash((struct ptid){4711, i}) & (SLOTS - 1)] = 1;
    for (size_t i = 0; i < SLOTS; i++)
        found += used[i];
    assert_true(found > IDS / 2);
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
    static const char *const no_watches[] = {
        "T05reason:exception;description:3432;",
        "T05reason:watchpoint;description:;",
        "T05reason:watchpoint;description:6e6f203432;",
        "T05reason:watchpoint;description:34326e;",
        "T05reason:watchpoint;description:zz;",
        "T05reason:watchpoint;description:203432;",
        "T05reason:watchpoints;description:3432;",
        "T05reason:;description:3432;",
        "T05reason:watchpoint;description:39393939393939393939393939393939393939393939;",
    };
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
    assert_int_equal(s.reason, RSP_REASON_NONE);
    s = parse("T05thread:4d2;reason:watchpoint;description:343139383430302030203138;"); /* "4198400 0 18" */
    assert_int_equal(s.reason, RSP_REASON_WATCH);
    assert_true(s.has_address);
    assert_int_equal(s.address, 0x401000);
    s = parse("T05description:34313938343030;reason:watchpoint;");
    assert_int_equal(s.reason, RSP_REASON_WATCH);
    assert_int_equal(s.address, 0x401000);
    s = parse("T05reason:watchpoint;"); /* which, is not told: a stop without a reason */
    assert_int_equal(s.reason, RSP_REASON_NONE);
    for (size_t i = 0; i < ARRAY_LENGTH(no_watches); i++)
        assert_int_equal(parse(no_watches[i]).reason, RSP_REASON_NONE);
    assert_int_equal(parse("T05thread:4d2;reason:exec;").reason, RSP_REASON_EXEC);
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

/* -- the grammar, a row of rsp/stop_reply.h at a time ----------------------------------------------- */

struct row {
    const char *payload;
    enum rsp_stop_kind kind;
    int signal;
    int64_t status;   /* -1: not told */
    int64_t pid, tid; /* NOBODY: no thread; a W or X has a tid of -1 */
    enum rsp_stop_reason reason;
};

enum { NOBODY = -9 };

#define STOPPED(signal, reason)              RSP_STOP_SIGNAL, signal, -1, NOBODY, NOBODY, RSP_REASON_##reason
#define STOPPED_IN(signal, pid, tid, reason) RSP_STOP_SIGNAL, signal, -1, pid, tid, RSP_REASON_##reason
#define EXITED(status, pid)                  RSP_STOP_EXITED, 0, status, pid, (pid) == NOBODY ? NOBODY : -1, RSP_REASON_NONE
#define KILLED(signal, pid)                  RSP_STOP_KILLED, signal, -1, pid, (pid) == NOBODY ? NOBODY : -1, RSP_REASON_NONE

static const struct row rows[] = {
    /* S HEX [PAIRS] */
    {"S05", STOPPED(5, NONE)},
    {"S5", STOPPED(5, NONE)},
    {"S0", STOPPED(0, NONE)},
    {"S0B", STOPPED(11, NONE)},
    {"S000005", STOPPED(5, NONE)},
    {"S05;", STOPPED(5, NONE)},
    {"S05thread:1;", STOPPED_IN(5, 0, 1, NONE)},
    {"S05;thread:p1.2;x:y", STOPPED_IN(5, 1, 2, NONE)},
    /* T DIGIT DIGIT [PAIRS] */
    {"T05", STOPPED(5, NONE)},
    {"T0bthread:p1.2;", STOPPED_IN(11, 1, 2, NONE)},
    {"T0Bthread:p1.2", STOPPED_IN(11, 1, 2, NONE)},
    {"T05;;thread:p1.2;;", STOPPED_IN(5, 1, 2, NONE)},
    /* W [HEX] [;PAIRS] */
    {"W00", EXITED(0, NOBODY)},
    {"W0", EXITED(0, NOBODY)},
    {"W2a", EXITED(42, NOBODY)},
    {"W2A", EXITED(42, NOBODY)},
    {"W0000000000000000000000ff", EXITED(255, NOBODY)},
    {"Wffffffff", EXITED(0xffffffff, NOBODY)},
    {"W", EXITED(-1, NOBODY)},
    {"W;process:1", EXITED(-1, 1)},
    {"W00;", EXITED(0, NOBODY)},
    {"W2a;process:7db", EXITED(42, 0x7db)},
    {"W2a;process:7db;", EXITED(42, 0x7db)},
    {"W2a;process:", EXITED(42, NOBODY)},
    {"W2a;process:000000000000000000007db", EXITED(42, 0x7db)},
    {"W2a;core:1;process:7db;Some Key/+:any/thing, really;", EXITED(42, 0x7db)},
    {"W00;proc:1", EXITED(0, NOBODY)},
    /* X [HEX] [;PAIRS] */
    {"Xb;process:62f", KILLED(11, 0x62f)}, /* gdbserver 13 */
    {"X9;process:62f", KILLED(9, 0x62f)},
    {"X1f;process:62f", KILLED(31, 0x62f)},
    {"X6", KILLED(6, NOBODY)},
    {"X0b", KILLED(11, NOBODY)},
    {"X000b", KILLED(11, NOBODY)},
    {"X8e", KILLED(142, NOBODY)}, /* the last real-time signal is one of three digits in decimal */
    {"X", KILLED(0, NOBODY)},
    {"X;process:1", KILLED(0, 1)},
    {"X9;why:oom;process:1", KILLED(9, 1)},
    /* w [HEX] ;THREAD [;PAIRS] */
    {"w0;p7db.7dd", RSP_STOP_THREAD_EXITED, 0, 0, 0x7db, 0x7dd, RSP_REASON_NONE},
    {"w2a;12", RSP_STOP_THREAD_EXITED, 0, 42, 0, 0x12, RSP_REASON_NONE},
    {"w;p1.2", RSP_STOP_THREAD_EXITED, 0, -1, 1, 2, RSP_REASON_NONE},
    {"w0;p1.2;core:0;", RSP_STOP_THREAD_EXITED, 0, 0, 1, 2, RSP_REASON_NONE},
    /* N [;PAIRS] */
    {"N", RSP_STOP_NO_RESUMED, 0, -1, NOBODY, NOBODY, RSP_REASON_NONE},
    {"N;", RSP_STOP_NO_RESUMED, 0, -1, NOBODY, NOBODY, RSP_REASON_NONE},
    {"N;why:none", RSP_STOP_NO_RESUMED, 0, -1, NOBODY, NOBODY, RSP_REASON_NONE},
    /* THREAD */
    {"T05thread:1;", STOPPED_IN(5, 0, 1, NONE)},
    {"T05Beef:ok;Cause:7;DEAD:1;face:;thread:1;", STOPPED_IN(5, 0, 1, NONE)},
    {"T05thread:-1;", STOPPED_IN(5, 0, -1, NONE)},
    {"T05thread:p1;", STOPPED_IN(5, 1, -1, NONE)},
    {"T05thread:p-1.-1;", STOPPED_IN(5, -1, -1, NONE)},
    {"T05thread:pA.0B;", STOPPED_IN(5, 10, 11, NONE)},
    /* keys of T */
    {"T05thread:;", STOPPED(5, NONE)},
    {"T05core:;", STOPPED(5, NONE)},
    {"T05core:ffffffff;", STOPPED(5, NONE)},
    {"T05watch:1000;", STOPPED(5, WATCH)},
    {"T05rwatch:00000000000000000001000;", STOPPED(5, RWATCH)},
    {"T05awatch:FFFF;", STOPPED(5, AWATCH)},
    {"T05watch:;", STOPPED(5, NONE)},
    {"T05swbreak:;", STOPPED(5, SWBREAK)},
    {"T05swbreak:1;", STOPPED(5, SWBREAK)},
    {"T05hwbreak:;", STOPPED(5, HWBREAK)},
    {"T05library:r;", STOPPED(5, LIBRARY)},
    {"T05fork:p1.2;", STOPPED(5, FORK)},
    {"T05vfork:p1.2;", STOPPED(5, VFORK)},
    {"T05vforkdone:;", STOPPED(5, VFORKDONE)},
    {"T05create:;", STOPPED(5, CREATE)},
    {"T05exec:2f61;", STOPPED(5, EXEC)},
    {"T05exec:;", STOPPED(5, EXEC)},
    {"T05syscall_entry:1;", STOPPED(5, SYSCALL_ENTRY)},
    {"T05syscall_return:1;", STOPPED(5, SYSCALL_RETURN)},
    {"T05replaylog:begin;", STOPPED(5, REPLAYLOG)},
    {"T05replaylog:end;", STOPPED(5, REPLAYLOG)},
    {"T05replaylog:;", STOPPED(5, REPLAYLOG)},
    {"T050000000000000000000000006:00;", STOPPED(5, NONE)},
    {"T05ffffffffff:00;", STOPPED(5, NONE)},
    /* keys of a stub's own */
    {"T05Reason:x;thread:p1.2;", STOPPED_IN(5, 1, 2, NONE)},
    {"T05QEMU/Stop+Why?:a b,c:d;thread:p1.2;", STOPPED_IN(5, 1, 2, NONE)},
    {"T05\xc3\xa9t\xc3\xa9:;thread:p1.2;", STOPPED_IN(5, 1, 2, NONE)},
    {"T05threads:p1.2,p1.3;thread:p1.2;", STOPPED_IN(5, 1, 2, NONE)},
    {"T05THREAD:p1.2;", STOPPED(5, NONE)},
};

static void test_grammar(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const struct row *r = &rows[i];
        struct rsp_stop s;
        size_t n = strlen(r->payload);
        BASE_ERROR struct error *e = rsp_stop_parse(r->payload, n, &s);
        if (e || !rsp_is_stop_reply(r->payload, n))
            fail_msg("'%s' was not taken for a stop reply", r->payload);
        bool has_thread = r->pid != NOBODY, has_status = r->status >= 0;
        bool same = s.kind == r->kind && s.signal == r->signal && s.has_status == has_status &&
                    s.has_thread == has_thread && s.reason == r->reason;
        same = same && (!has_status || s.status == (uint64_t)r->status);
        same = same && (!has_thread || (s.thread.pid == r->pid && s.thread.tid == r->tid));
        if (!same)
            fail_msg("'%s' was read as kind %d, signal %d, status %d %llu, thread %d p%lld.%lld, reason %d",
                     r->payload, s.kind, s.signal, s.has_status, (unsigned long long)s.status, s.has_thread,
                     (long long)s.thread.pid, (long long)s.thread.tid, s.reason);
    }
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
        "S0g",
        "S05threa",
        "S100000005",
        "T",
        "T0",
        "T05threa",
        "T05thread:",
        "T05thread:p1.2x;",
        "T05watch:",
        "T05watch:zz;",
        "T05core:",
        "T05core:x;",
        "T05fork:;",
        "T05exec:4;",
        "T05exec:4z;",
        "T05syscall_entry:;",
        "T05:;",
        "T05001:0;",
        "T0501:zz;",
        "T05a\tb:1;",
        "T05a#b:1;",
        "T05$T05thread:1;",
        "T05thread:p1.2;T05thread:p1.3;",
        "T05thread:p01.1T05thread:p01.2;",
        "T05x:yT05thread:p01.2;",
        "T05thrT05thread:p01.2;",
        "S05T05thread:p01.2;",
        "p01.d35;T05thread:p01.d36;",
        "Wx",
        "W00x",
        "W00T05thread:p1.2;",
        "W00;process:xyz",
        "W00;process:1T05thread:p1.2;",
        "W00;T05thread:p1.2",
        "W00;process",
        "W10000000000000000",
        "Xg",
        "X9thread:p1.2;",
        "X100000000",
        "w",
        "w0",
        "w0;",
        "w0;p1.2,",
        "Nx",
        "No",
        "N;x",
        "O4142",
        "00000000",
        "F1,2",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        refuse(bad[i]);
}

/* The last that fits, and the first that does not. */
static void test_bounds(void **state)
{
    (void)state;
    struct rsp_stop s = parse("T05thread:p7fffffffffffffff.7fffffffffffffff;");
    assert_true(s.thread.pid == INT64_MAX && s.thread.tid == INT64_MAX);
    refuse("T05thread:p8000000000000000.1;");
    refuse("T05thread:p1.8000000000000000;");
    refuse("T05thread:8000000000000000;");
    s = parse("W00;process:7fffffffffffffff");
    assert_true(s.thread.pid == INT64_MAX);
    refuse("W00;process:8000000000000000");
    refuse("X09;process:ffffffffffffffff");
    assert_int_equal(parse("S7fffffff").signal, INT32_MAX);
    refuse("S80000000");
    assert_int_equal(parse("X7fffffff").signal, INT32_MAX);
    refuse("X80000000");
    assert_int_equal(parse("T05core:7ffffffe;").core, INT32_MAX - 1);
    assert_int_equal(parse("T05core:7fffffff;").core, -1);
    assert_int_equal(parse("T05core:2a;").core, 42);
    s = parse("T05ffffffff:2a;100000000:2b;");
    assert_int_equal(s.expedited_count, 1);
    assert_int_equal(s.expedited[0].number, UINT32_MAX);
    assert_true(parse("Wffffffffffffffff").status == UINT64_MAX);
}

/* A register's value has two digits at least: without any, the packet was torn there. */
static void test_register_values(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "T0510:;",     "T0510:",    "T0510:;thread:1;", "T0510:;06:00;", "T0510:1;", "T0510:00f;06:0011;",
        "T0510:00gg;", "T0510:X0;", "T0510: 0;",        "T05x10:;10:;"};
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        refuse(bad[i]);
    struct rsp_stop s = parse("T0510:AbcD;0:00;f:xx;x:;");
    assert_int_equal(s.expedited_count, 2);
    assert_int_equal(s.expedited[0].number, 0x10);
    assert_int_equal(s.expedited[0].size, 2);
    assert_memory_equal(s.expedited[0].bytes, "\xab\xcd", 2);
    assert_int_equal(s.expedited[1].number, 0);
    for (size_t size = RSP_EXPEDITED_BYTES - 1; size <= RSP_EXPEDITED_BYTES + 1; size++) {
        BASE_BUF struct buf b = {0};
        buf_add_text(&b, "T0503:");
        for (size_t i = 0; i < size; i++)
            buf_printf(&b, "%02zx", i);
        s = parse(buf_text(&b));
        assert_int_equal(s.expedited_count, size <= RSP_EXPEDITED_BYTES);
        if (s.expedited_count) {
            assert_int_equal(s.expedited[0].size, size);
            assert_int_equal(s.expedited[0].bytes[size - 1], size - 1);
        }
    }
}

/* What comes with its own value, and what a later pair of the same key makes of it. */
static void test_values(void **state)
{
    (void)state;
    struct rsp_stop s = parse("T05watch:1000;thread:p1.2;core:3;");
    assert_true(s.has_address && s.address == 0x1000);
    assert_int_equal(s.core, 3);
    assert_false(parse("T05watch:;").has_address);
    assert_false(parse("T05swbreak:;").has_address);
    s = parse("T05vfork:p1.2;thread:p1.1;");
    assert_true(s.related.pid == 1 && s.related.tid == 2);
    assert_true(s.thread.tid == 1);
    assert_int_equal(parse("T05syscall_return:e7;").number, 0xe7);
    assert_true(parse("T05replaylog:begin;").history_begin);
    static const char *const ends[] = {"T05replaylog:end;", "T05replaylog:beg;", "T05replaylog:begin2;",
                                       "T05replaylog:xegin;"};
    for (size_t i = 0; i < ARRAY_LENGTH(ends); i++)
        assert_false(parse(ends[i]).history_begin);
    s = parse("w2a;p1.2;process:9;");
    assert_true(s.has_thread && s.thread.pid == 1 && s.thread.tid == 2); /* not what a W says */
    s = parse("X0b;process:1;process:2");
    assert_true(s.thread.pid == 2);
    for (size_t size = sizeof s.path - 2; size <= sizeof s.path; size++) {
        BASE_BUF struct buf b = {0};
        buf_add_text(&b, "T05exec:");
        for (size_t i = 0; i < size; i++)
            buf_add_text(&b, "61");
        s = parse(buf_text(&b));
        assert_int_equal(strlen(s.path), size < sizeof s.path ? size : sizeof s.path - 1);
    }
}

/* Each way to begin another stop reply in the middle of one. */
static void test_torn(void **state)
{
    (void)state;
    static const char *const names[] = {
        "thread", "core",  "watch",  "rwatch",    "awatch", "swbreak",       "hwbreak",        "library",
        "fork",   "vfork", "create", "vforkdone", "exec",   "syscall_entry", "syscall_return", "replaylog"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        for (int letter = 0; letter < 3; letter++) {
            static const char *const begins[] = {"T05", "S0b", "TfF"};
            BASE_FREE char *key = xasprintf("T05x%s%s:1;", begins[letter], names[i]);
            BASE_FREE char *value = xasprintf("T05x:y%s%s:1;", begins[letter], names[i]);
            BASE_FREE char *of_exit = xasprintf("W00;x:y%s%s:1;", begins[letter], names[i]);
            BASE_FREE char *of_thread = xasprintf("w0;p1.2;x:%s%s:", begins[letter], names[i]);
            refuse(key);
            refuse(value);
            refuse(of_exit);
            refuse(of_thread);
        }
    /* and what only looks like it */
    static const char *const whole[] = {"T05x:yT05threa:1;",  "T05x:yT0gthread:1;", "T05x:yTg5thread:1;",
                                        "T05x:yU05thread:1;", "T05x:yT05thread;",   "T05x:T0;",
                                        "T05x:T05;",          "T05x:T05thread;"};
    for (size_t i = 0; i < ARRAY_LENGTH(whole); i++)
        parse(whole[i]);
    static const char bytes[] = {0x01, 0x1f, 0x7f, '$', '#'};
    for (size_t i = 0; i < sizeof bytes; i++) {
        BASE_FREE char *key = xasprintf("T05a%cb:1;", bytes[i]), *value = xasprintf("T05ab:1%c;", bytes[i]);
        refuse(key);
        refuse(value);
    }
    parse("T05a b:1~ ;");
    parse("T05\x80\xff:\x80;");
    refuse("W00;:1;");
    refuse("w0;p1.2;:1");
    refuse("N;:");
}

/* An error shows the bytes, and not all of them. */
static void test_what_is_said(void **state)
{
    (void)state;
    struct rsp_stop stop;
    struct error *e = rsp_stop_parse("T05threa", 8, &stop);
    assert_string_equal(e->message, "reading a stop reply: 'T05threa' is none");
    error_free(e);
    char payload[300];
    memset(payload, 'z', sizeof payload);
    e = rsp_stop_parse(payload, sizeof payload, &stop);
    assert_int_equal(strlen(e->message), strlen("reading a stop reply: '' is none") + 200);
    error_free(e);
}

/* Ids as they are sent. */
static void test_encoding(void **state)
{
    (void)state;
    static const struct {
        struct ptid id;
        const char *text;
    } spellings[] = {{{1, 2}, "p1.2"}, {{0, 0}, "0"},    {{0, -1}, "-1"},       {{-1, -1}, "p-1.-1"},
                     {{1, 0}, "p1.0"}, {{0, 255}, "ff"}, {{255, 16}, "pff.10"}, {{1, -1}, "p1.-1"}};
    for (size_t i = 0; i < ARRAY_LENGTH(spellings); i++) {
        BASE_BUF struct buf b = {0};
        ptid_encode(&b, spellings[i].id);
        assert_string_equal(b.data, spellings[i].text);
    }
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
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_ids_stop_at_what_follows),
        cmocka_unit_test(test_id_hash),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_gdbserver),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_registers_that_are_not_kept),
        cmocka_unit_test(test_grammar),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_register_values),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_torn),
        cmocka_unit_test(test_what_is_said),
        cmocka_unit_test(test_encoding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
