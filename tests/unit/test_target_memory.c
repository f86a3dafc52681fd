/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of a target that no session holds: what is read twice and what is not, and who may change it on the
 * way. */
#include "engine/target/pace.h"
#include "target_played.h"
#include "test_symbols_support.h"

static void reads(uint64_t address, size_t n, const char *bytes)
{
    unsigned char got[64];
    memset(got, 0x55, sizeof got);
    must(memory_read(target, address, got, n));
    assert_memory_equal(got, bytes, n);
    assert_int_equal(got[n], 0x55);
}

/* RAM is asked for once in a stop, a part of it too; what it was is of no interest in the next one. */
static void test_epoch(void **state)
{
    (void)state;
    put(0x1100, "abcdefgh", 8);
    reads(0x1100, 8, "abcdefgh");
    put(0x1100, "ABCDEFGH", 8);
    reads(0x1100, 8, "abcdefgh");
    reads(0x1103, 2, "de");
    assert_true(memory_cached(target, 0x1100, 8));
    assert_int_equal(sent("m"), 1);
    reads(0x1106, 4, "gh\x90\x90"); /* only what is missing is asked for */
    assert_int_equal(sent("m1108,2"), 1);
    target->frame = 3;
    next_stop();
    assert_false(memory_cached(target, 0x1100, 1));
    assert_int_equal(target->memory.total, 0);
    assert_int_equal(target->frame, 0);
    reads(0x1100, 8, "ABCDEFGH");
    assert_int_equal(sent("m"), 1);
}

/* A write is seen without another turn; after one that failed nobody knows what stands there. */
static void test_written(void **state)
{
    (void)state;
    reads(0x1100, 4, "\x90\x90\x90\x90");
    must(memory_write(target, 0x1102, "xyz", 3));
    reads(0x1100, 4, "\x90\x90xy");
    assert_int_equal(sent("m"), 1);
    put(0x1100, "half", 4);
    rule("M", "E01");
    rule("X", "");
    struct error *e = memory_write(target, 0x1100, "halt", 4);
    assert_non_null(e);
    assert_non_null(strstr(e->hint, "the first 3 bytes are written; from 0x1103 on not"));
    error_free(e);
    reads(0x1100, 4, "half");
    assert_int_equal(sent("m"), 2);
}

/* The packets of a long write go out together: what is behind a refused one may stand there, and is counted.
 */
static void test_written_in_parts(void **state)
{
    (void)state;
    enum { SIZE = 5000 };
    unsigned char bytes[SIZE];
    size_t written = 0;
    memset(bytes, 0xab, sizeof bytes);
    rule("X", "");
    rule("M1100,", "E01");
    BASE_ERROR struct error *e = memory_write(target, 0x1100, bytes, SIZE);
    assert_true(error_is(e, ERR_NO_MEMORY));
    for (size_t i = 0; i < PLAYED_SIZE; i++)
        written += played.memory[i] == 0xab;
    assert_true(written > 0 && written < SIZE);
    BASE_FREE char *hint = xasprintf("%zu of the %d bytes were written", written, SIZE);
    assert_string_equal(e->hint, hint);
}

/* What may be a device is asked once a question, as wide as that, and is never kept, fetched ahead, split or
 * looked at again. */
static void test_device(void **state)
{
    (void)state;
    static const struct memory_want want = {0x1100, 64};
    unsigned char bytes[16];
    size_t got;
    reads(0x1100, 4, "\x90\x90\x90\x90");
    put(0x1100, "next", 4);
    reads(0x1100, 4, "next");
    assert_int_equal(sent("m1100,4"), 2);
    reads(0x1102, 1, "x");
    assert_int_equal(sent("m1102,1"), 1);
    assert_int_equal(sent("m"), 3);
    must(memory_prefetch(target, &want, 1));
    assert_int_equal(sent("m"), 3);
    assert_int_equal(target->memory.count, 0);
    nothing_yet();
    must(memory_read_some(target, 0x2ffc, bytes, 8, &got));
    assert_int_equal(got, 0);
    assert_int_equal(sent("m2ffc,8"), 1);
    assert_int_equal(sent("m"), 1);
    rule("M", "E01");
    rule("X", "");
    must_fail(memory_write(target, 0x1100, "ab", 2), ERR_NO_MEMORY);
    assert_int_equal(sent("m"), 1);
}

/* The same place in a process: page by page, as far as it goes. */
static void test_end_of_ram(void **state)
{
    (void)state;
    unsigned char bytes[8];
    size_t got;
    must(memory_read_some(target, 0x2ffc, bytes, 8, &got));
    assert_int_equal(got, 4);
    struct error *e = memory_read(target, 0x2ffc, bytes, 8);
    assert_non_null(e);
    assert_non_null(strstr(e->message, "nothing can be read at 0x3000"));
    must_fail(e, ERR_NO_MEMORY);
}

/* A machine's stack is known by the stack pointer of the selected thread, once that is known. */
static void test_stack(void **state)
{
    (void)state;
    uint64_t sp;
    struct thread *t;
    reads(0x2f00, 4, "\x90\x90\x90\x90");
    assert_false(memory_cached(target, 0x2f00, 4));
    must(threads_current(target, &t));
    must(thread_sp(target, t, &sp));
    assert_int_equal(sp, 0x2f00);
    reads(0x2f00, 4, "\x90\x90\x90\x90");
    assert_true(memory_cached(target, 0x2f00, 4));
    target->threads.has_current = false;
    reads(0x2f08, 4, "\x90\x90\x90\x90");
    assert_false(memory_cached(target, 0x2f08, 4));
}

/* So are the sections of files, to their last byte. */
static void test_sections(void **state)
{
    (void)state;
    struct symbol_file *f;
    write_file("a.s", ".globl _start\n_start: .ascii \"constant\"\n.data\n.ascii \"variable\"\n");
    free(run("gcc -nostdlib -static -no-pie -Wl,-Ttext=0x1100,-Tdata=0x2200,--build-id=none -o a a.s"));
    BASE_FREE char *path = xasprintf("%s/a", scratch);
    must(symbol_file_open(path, &f));
    symbol_map_add(target->map, f, 0);
    reads(0x1100, 8, "\x90\x90\x90\x90\x90\x90\x90\x90");
    assert_true(memory_cached(target, 0x1100, 8));
    reads(0x1104, 8, "\x90\x90\x90\x90\x90\x90\x90\x90"); /* half of it may be anything */
    assert_false(memory_cached(target, 0x1108, 1));
    char bytes[9] = "";
    assert_true(memory_from_file(target, 0x1100, bytes, 8));
    assert_string_equal(bytes, "constant");
    assert_false(memory_from_file(target, 0x1101, bytes, 8));
    assert_false(memory_from_file(target, 0x2200, bytes, 8)); /* the program may have changed it */
}

/* The hook is asked of what comes from the target, and what it makes of it is what is seen and kept. */
static void test_filter_reads(void **state)
{
    (void)state;
    static const struct memory_want want = {0x1200, 16};
    filter.active = true;
    filter.address = 0x1102;
    filter.seen = 'u';
    put(0x1100,
        "ab\xcc"
        "d",
        4);
    reads(0x1100, 4, "abud");
    assert_int_equal(told("read 1100 4\n"), 1);
    reads(0x1101, 2, "bu");
    assert_int_equal(told("read "), 1);
    filter.address = 0x1208;
    must(memory_prefetch(target, &want, 1));
    assert_int_equal(told("read 1200 16\n"), 1);
    reads(0x1207, 3, "\x90u\x90");
    assert_int_equal(told("read "), 2);
    assert_int_equal(told("write "), 0);
}

/* What the hook puts beneath goes out; what the user wrote is what is read afterwards, in this stop and the
 * next.
 */
static void test_filter_writes(void **state)
{
    (void)state;
    filter.active = true;
    filter.address = 0x1102;
    filter.stands = 0xcc;
    filter.seen = 0x90;
    reads(0x1100, 4, "\x90\x90\x90\x90");
    must(memory_write(target, 0x1100, "wxyz", 4));
    assert_int_equal(told("write 1100 4\n"), 1);
    assert_int_equal(stands_at(0x1101), 'x');
    assert_int_equal(stands_at(0x1102), 0xcc);
    assert_int_equal(stands_at(0x1103), 'z');
    reads(0x1100, 4, "wxyz");
    assert_int_equal(sent("m"), 1);
    next_stop();
    reads(0x1100, 4, "wxyz");
    assert_int_equal(sent("m"), 1);
}

/* Whoever collects what is missing is not answered by the wire; a device is no RAM for that either. */
static void test_misses(void **state)
{
    (void)state;
    struct memory_want items[4];
    struct memory_misses misses = {.items = items, .capacity = 4};
    unsigned char bytes[8];
    size_t got;
    reads(0x1100, 4, "\x90\x90\x90\x90");
    nothing_yet();
    target->memory.misses = &misses;
    must(memory_read_some(target, 0x1102, bytes, 8, &got));
    assert_int_equal(got, 2);
    must(memory_read_some(target, 0x1106, bytes, 2, &got));
    assert_int_equal(got, 0);
    assert_int_equal(misses.count, 1);
    assert_int_equal(items[0].address, 0x1104);
    assert_int_equal(items[0].length, 6);
    assert_int_equal(sent(""), 0);
    target->is_process = false;
    must(memory_read_some(target, 0x1800, bytes, 2, &got));
    assert_int_equal(got, 2);
    assert_int_equal(sent("m1800,2"), 1);
    assert_int_equal(misses.count, 1);
    target->memory.misses = NULL;
}

static uint64_t turns(void)
{
    return rsp_stats(target->connection)->turns;
}

/* A great read leaves no more at a slow stub than one question, and costs a quick one a single turn; the
 * packets are the same. */
static void test_pace(void **state)
{
    (void)state;
    unsigned char bytes[PLAYED_SIZE];
    for (uint64_t at = 0x1000; at < 0x3000; at += 0x800)
        put(at, &at, sizeof at); /* answers that are the same would be doubted */
    reads(0x1100, 1, "\x90");    /* which selects the thread */
    next_stop();
    target->answer_ns = 1;
    uint64_t before = turns();
    nothing_yet();
    must(memory_read(target, PLAYED_BASE, bytes, sizeof bytes));
    assert_int_equal(turns() - before, 1);
    assert_int_equal(sent("m1000,800\nm1800,800\nm2000,800\nm2800,800\n"), 1);
    next_stop();
    pace_note(target, 1, 1000000000);
    before = turns();
    must(memory_read(target, PLAYED_BASE, bytes, sizeof bytes));
    assert_true(turns() - before >= 2); /* one alone, and the others as that was quick */
    assert_int_equal(sent("m1000,800\nm1800,800\nm2000,800\nm2800,800\n"), 1);
    assert_true(target->answer_ns < 1000000000);

    pace_note(target, 1, 1000000000);
    assert_int_equal(pace_at_once(target, 64), 1);
    pace_note(target, 64, 1000);
    assert_int_equal(pace_at_once(target, 64), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(start_process, test_epoch),
        TEST_ON(start_process, test_written),
        TEST_ON(start_process, test_written_in_parts),
        TEST_ON(start_machine, test_device),
        TEST_ON(start_process, test_end_of_ram),
        TEST_ON(start_machine, test_stack),
        TEST_ON(start_machine, test_sections),
        TEST_ON(start_process, test_filter_reads),
        TEST_ON(start_process, test_filter_writes),
        TEST_ON(start_process, test_misses),
        TEST_ON(start_process, test_pace),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
