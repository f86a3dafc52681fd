/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The typed calls against real stubs. Turn counts are exact and are what the wire costs. */
#include "test_rsp_stubs.h"

struct stub {
    const char *name;
    const char *spec;
    unsigned negotiation_turns;
    bool has_p;
};

static const struct stub gdbserver = {"gdbserver", GDBSERVER, 3, false};
static const struct stub qemu_user = {"qemu-x86_64", QEMU_USER, 2, true};

static void report(const struct stub *stub, const char *what, struct session *s, uint64_t before)
{
    print_message("%s: %s: %llu turns\n", stub->name, what,
                  (unsigned long long)(rsp_stats(s->c)->turns - before));
}

static void everybody(struct session *s, enum rsp_resume_how how)
{
    const struct rsp_action a = {.thread = {.pid = 0, .tid = -1}, .how = how};
    must(rsp_resume_actions(s->c, &a, 1));
}

static struct rsp_stop run_to_hot(struct session *s)
{
    must(rsp_insert_point(s->c, 0, stub_symbol("hot"), 1));
    everybody(s, RSP_CONTINUE);
    struct rsp_stop stop = wait_stop(s);
    assert_int_equal(stop.signal, 5);
    must(rsp_remove_point(s->c, 0, stub_symbol("hot"), 1));
    rsp_note_selected(s->c, stop.thread);
    return stop;
}

static uint64_t read_pc(struct session *s, const struct rsp_tdesc *d, struct ptid thread)
{
    struct rsp_g g;
    must(rsp_read_g(s->c, thread, &g));
    const struct rsp_register *rip = rsp_tdesc_find(d, "rip");
    assert_non_null(rip);
    uint64_t pc;
    memcpy(&pc, g.bytes + rip->offset, sizeof pc);
    assert_true(g.known[rip->offset]);
    rsp_g_free(&g);
    return pc;
}

/* -- opening, description, registers --------------------------------------------------------------- */

static void check_description(const struct stub *stub, struct session *s, struct ptid thread)
{
    uint64_t turns = rsp_stats(s->c)->turns;
    struct rsp_tdesc *d;
    must(rsp_read_description(s->c, &d));
    report(stub, "description", s, turns);
    assert_string_equal(d->architecture, "i386:x86-64");
    assert_int_equal(rsp_tdesc_find(d, "rip")->number, 16);
    assert_int_equal(rsp_tdesc_find(d, "rip")->size, 8);
    struct rsp_g g;
    turns = rsp_stats(s->c)->turns;
    must(rsp_read_g(s->c, thread, &g));
    assert_int_equal(rsp_stats(s->c)->turns - turns, 1);
    assert_true(g.size >= d->g_size); /* QEMU's g may end in registers it does not describe */
    unsigned char rip[64];
    size_t size = sizeof rip;
    if (stub->has_p) {
        must(rsp_read_register(s->c, thread, 16, rip, &size));
        assert_int_equal(size, 8);
        assert_memory_equal(rip, g.bytes + rsp_tdesc_find(d, "rip")->offset, 8);
        must(rsp_write_register(s->c, thread, 0, (const unsigned char *)"\1\2\3\4\5\6\7\10", 8));
        size = sizeof rip;
        must(rsp_read_register(s->c, thread, 0, rip, &size));
        assert_memory_equal(rip, "\1\2\3\4\5\6\7\10", 8);
        size = 4;
        must_fail(rsp_read_register(s->c, thread, 16, rip, &size), ERR_VIOLATION);
    } else {
        turns = rsp_stats(s->c)->turns;
        must_fail(rsp_read_register(s->c, thread, 16, rip, &size), ERR_UNSUPPORTED);
        must_fail(rsp_read_register(s->c, thread, 16, rip, &size), ERR_UNSUPPORTED);
        assert_int_equal(rsp_stats(s->c)->turns - turns, 1); /* remembered */
    }
    g.bytes[0] = 0x42;
    must(rsp_write_g(s->c, thread, g.bytes, g.size));
    struct rsp_g again;
    must(rsp_read_g(s->c, thread, &again));
    assert_int_equal(again.bytes[0], 0x42);
    must_fail(rsp_write_g(s->c, thread, g.bytes, g.size - 1), ERR_USAGE); /* would crash QEMU */
    rsp_g_free(&again);
    rsp_g_free(&g);
    rsp_tdesc_free(d);
}

static void registers_of(const struct stub *stub)
{
    struct session s;
    stub_open(&s, stub->spec, NULL);
    report(stub, "opening", &s, 0);
    assert_int_equal(rsp_stats(s.c)->turns, stub->negotiation_turns);
    assert_true(rsp_pipelines(s.c));
    struct ptid thread = first_stop(&s);
    struct ptid current;
    must(rsp_query_current(s.c, &current));
    assert_true(ptid_equal(current, thread));
    check_description(stub, &s, thread);
    /* a thread that is not there */
    struct rsp_g g;
    must_fail(rsp_read_g(s.c, (struct ptid){.pid = thread.pid, .tid = 0x7ffffff0}, &g), ERR_NO_THREAD);
    must(rsp_kill(s.c, thread.pid));
    stub_close(&s);
}

static void test_registers_gdbserver(void **state)
{
    (void)state;
    registers_of(&gdbserver);
}

static void test_registers_qemu(void **state)
{
    (void)state;
    registers_of(&qemu_user);
}

/* -- memory ---------------------------------------------------------------------------------------- */

static void check_batch_of_reads(const struct stub *stub, struct session *s, struct ptid thread)
{
    uint64_t bytes = stub_symbol("bytes");
    unsigned char room[5][64];
    struct rsp_read r[5];
    for (size_t i = 0; i < 5; i++)
        r[i] = (struct rsp_read){.address = bytes + i * 100, .length = 64, .bytes = room[i]};
    uint64_t turns = rsp_stats(s->c)->turns;
    must(rsp_read_memory(s->c, thread, r, 5, true));
    report(stub, "five reads", s, turns);
    /* four of them are alike: a stub without acks is asked, once, whether it says its answers twice */
    bool no_ack = strncmp(stub->name, "gdbserver", 9) == 0;
    assert_int_equal(rsp_stats(s->c)->turns - turns, no_ack ? 2 : 1);
    turns = rsp_stats(s->c)->turns;
    must(rsp_read_memory(s->c, thread, r, 5, true));
    assert_int_equal(rsp_stats(s->c)->turns - turns, 1);
    for (size_t i = 0; i < 5; i++) {
        assert_null(r[i].error);
        assert_int_equal(r[i].got, 64);
    }
    assert_string_equal((char *)room[0], "some bytes");
}

/* The last page of the program's data is followed by nothing. */
static void check_bisect(const struct stub *stub, struct session *s, struct ptid thread)
{
    static unsigned char room[400000];
    uint64_t start = stub_symbol("bytes") + 1;
    struct rsp_read r = {.address = start, .length = sizeof room, .bytes = room};
    uint64_t turns = rsp_stats(s->c)->turns;
    must(rsp_read_memory(s->c, thread, &r, 1, true));
    report(stub, "a read that runs out of the mapping", s, turns);
    assert_true(error_is(r.error, ERR_NO_MEMORY));
    error_free(r.error);
    assert_true(r.got >= 8191 && r.got < sizeof room);
    assert_int_equal((start + r.got) % 4096, 0);
    size_t got = r.got;
    struct rsp_read edges[] = {
        {.address = start + got - 1, .length = 1, .bytes = room},
        {.address = start + got, .length = 1, .bytes = room},
        {.address = start + got - 1, .length = 2, .bytes = room},
        {.address = start + got - 1, .length = 2, .bytes = room},
    };
    must(rsp_read_memory(s->c, thread, edges, 3, true));
    assert_null(edges[0].error);
    assert_true(error_is(edges[1].error, ERR_NO_MEMORY));
    assert_int_equal(edges[1].got, 0);
    assert_true(error_is(edges[2].error, ERR_NO_MEMORY));
    assert_int_equal(edges[2].got, 1);
    /* a device is asked exactly once */
    uint64_t packets = rsp_stats(s->c)->packets_out;
    must(rsp_read_memory(s->c, thread, &edges[3], 1, false));
    assert_int_equal(rsp_stats(s->c)->packets_out - packets, 1);
    assert_true(error_is(edges[3].error, ERR_NO_MEMORY));
    for (size_t i = 0; i < 4; i++)
        error_free(edges[i].error);
}

static void check_write(const struct stub *stub, struct session *s, struct ptid thread)
{
    uint64_t bytes = stub_symbol("bytes");
    unsigned char out[8000], in[8000];
    for (size_t i = 0; i < sizeof out; i++)
        out[i] = (unsigned char)(i * 7); /* all values, those that are escaped too */
    uint64_t turns = rsp_stats(s->c)->turns;
    must(rsp_write_memory(s->c, thread, bytes, out, sizeof out));
    report(stub, "writing 8000 bytes", s, turns);
    struct rsp_read r = {.address = bytes, .length = sizeof in, .bytes = in};
    must(rsp_read_memory(s->c, thread, &r, 1, true));
    assert_null(r.error);
    assert_memory_equal(in, out, sizeof in);
    must(rsp_write_memory(s->c, thread, bytes, (const unsigned char *)"x", 1));
    r.length = 1;
    must(rsp_read_memory(s->c, thread, &r, 1, true));
    assert_int_equal(in[0], 'x');
    must(rsp_write_memory(s->c, thread, bytes, out, 0));
    must_fail(rsp_write_memory(s->c, thread, 0x10, out, 4), ERR_NO_MEMORY);
}

static void memory_of(const struct stub *stub)
{
    struct session s;
    stub_open(&s, stub->spec, NULL);
    struct ptid thread = first_stop(&s);
    check_batch_of_reads(stub, &s, thread);
    check_bisect(stub, &s, thread);
    check_write(stub, &s, thread);
    must(rsp_read_memory(s.c, thread, NULL, 0, true));
    must(rsp_kill(s.c, thread.pid));
    stub_close(&s);
}

static void test_memory_gdbserver(void **state)
{
    (void)state;
    memory_of(&gdbserver);
}

static void test_memory_qemu(void **state)
{
    (void)state;
    memory_of(&qemu_user);
}

/* -- running --------------------------------------------------------------------------------------- */

static void run_of(const struct stub *stub)
{
    struct session s;
    stub_open(&s, stub->spec, NULL);
    first_stop(&s);
    struct rsp_tdesc *d;
    must(rsp_read_description(s.c, &d));
    uint64_t hot = stub_symbol("hot");
    struct rsp_stop stop = run_to_hot(&s);
    assert_int_equal(read_pc(&s, d, stop.thread), hot);
    uint64_t turns = rsp_stats(s.c)->turns;
    const struct rsp_action step = {.thread = stop.thread, .how = RSP_STEP};
    for (int i = 0; i < 3; i++) {
        must(rsp_resume_actions(s.c, &step, 1));
        stop = wait_stop(&s);
        assert_int_equal(stop.signal, 5);
    }
    report(stub, "three steps", &s, turns);
    assert_int_equal(rsp_stats(s.c)->turns - turns, 3);
    assert_true(read_pc(&s, d, stop.thread) != hot);
    must_fail(rsp_insert_point(s.c, 3, hot, 1), ERR_UNSUPPORTED);
    turns = rsp_stats(s.c)->turns;
    must_fail(rsp_insert_point(s.c, 3, hot, 1), ERR_UNSUPPORTED);
    assert_int_equal(rsp_stats(s.c)->turns, turns); /* remembered */
    must_fail(rsp_insert_point(s.c, 7, hot, 1), ERR_USAGE);
    rsp_tdesc_free(d);
    must(rsp_kill(s.c, stop.thread.pid));
    stub_close(&s);
}

static void test_run_gdbserver(void **state)
{
    (void)state;
    run_of(&gdbserver);
}

static void test_run_qemu(void **state)
{
    (void)state;
    run_of(&qemu_user);
}

/* gdbserver does not step off an inserted breakpoint: remove, step, insert again. */
static void test_step_over_in_one_turn(void **state)
{
    (void)state;
    struct session s;
    stub_open(&s, GDBSERVER, NULL);
    first_stop(&s);
    uint64_t hot = stub_symbol("hot");
    struct rsp_stop stop = run_to_hot(&s);
    must(rsp_insert_point(s.c, 0, hot, 1));
    BASE_FREE char *remove = xasprintf("z0,%llx,1", (unsigned long long)hot);
    struct rsp_request r = {
        .payload = remove, .length = strlen(remove), .grammar = RSP_GRAMMAR_OK, .flags = RSP_MUTATES};
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf packet = {0};
    const struct rsp_action step = {.thread = stop.thread, .how = RSP_STEP};
    must(rsp_resume_packet(s.c, &step, 1, &before, &packet));
    assert_int_equal(before.length, 0);
    uint64_t turns = rsp_stats(s.c)->turns;
    enum rsp_resumed resumed;
    must(rsp_batch_then_resume(s.c, &r, 1, packet.data, packet.length, &resumed));
    assert_string_equal(buf_text(&r.reply), "OK");
    stop = wait_stop(&s);
    assert_int_equal(rsp_stats(s.c)->turns - turns, 1);
    rsp_request_free(&r);
    must(rsp_kill(s.c, stop.thread.pid));
    stub_close(&s);
}

static void test_interrupt(void **state)
{
    (void)state;
    struct session s;
    stub_open(&s, GDBSERVER, NULL);
    first_stop(&s);
    run_to_hot(&s);
    everybody(&s, RSP_CONTINUE);
    must(rsp_interrupt(s.c));
    struct rsp_stop stop = wait_stop(&s);
    assert_int_equal(stop.signal, 2);
    BASE_BUF struct buf output = {0};
    must(rsp_monitor(s.c, "help", &output));
    assert_non_null(strstr(output.data, "monitor commands"));
    static const unsigned char passed[] = {14, 20};
    must(rsp_pass_signals(s.c, passed, 2));
    must(rsp_kill(s.c, stop.thread.pid));
    stub_close(&s);
}

/* -- threads --------------------------------------------------------------------------------------- */

static void threads_of(const struct stub *stub, unsigned first_turns, unsigned later_turns)
{
    struct session s;
    stub_open(&s, stub->spec, NULL);
    first_stop(&s);
    struct rsp_stop stop = run_to_hot(&s);
    for (int round = 0; round < 2; round++) {
        struct rsp_thread *threads;
        size_t count;
        uint64_t turns = rsp_stats(s.c)->turns;
        must(rsp_list_threads(s.c, &threads, &count));
        report(stub, "four threads", &s, turns);
        assert_int_equal(rsp_stats(s.c)->turns - turns, round ? later_turns : first_turns);
        assert_int_equal(count, 4);
        bool current = false;
        for (size_t i = 0; i < count; i++) {
            current |= ptid_equal(threads[i].id, stop.thread);
            for (size_t k = 0; k < i; k++)
                assert_false(ptid_equal(threads[i].id, threads[k].id));
        }
        assert_true(current);
        turns = rsp_stats(s.c)->turns;
        must(rsp_thread_extra(s.c, threads, count));
        assert_int_equal(rsp_stats(s.c)->turns - turns, 1);
        if (stub->has_p)
            assert_non_null(strstr(threads[0].extra, "CPU#"));
        else
            assert_string_equal(threads[0].name, "p");
        /* another thread's registers: Hg and g together */
        struct rsp_g g;
        struct ptid other = ptid_equal(threads[0].id, stop.thread) ? threads[1].id : threads[0].id;
        rsp_note_selected(s.c, stop.thread);
        turns = rsp_stats(s.c)->turns;
        must(rsp_read_g(s.c, other, &g));
        assert_int_equal(rsp_stats(s.c)->turns - turns, 1);
        rsp_g_free(&g);
        rsp_threads_free(threads, count);
    }
    must(rsp_kill(s.c, stop.thread.pid));
    stub_close(&s);
}

static void test_threads_gdbserver(void **state)
{
    (void)state;
    threads_of(&gdbserver, 1, 1);
}

static void test_threads_qemu(void **state)
{
    (void)state;
    threads_of(&qemu_user, 2, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registers_gdbserver),   cmocka_unit_test(test_registers_qemu),
        cmocka_unit_test(test_memory_gdbserver),      cmocka_unit_test(test_memory_qemu),
        cmocka_unit_test(test_run_gdbserver),         cmocka_unit_test(test_run_qemu),
        cmocka_unit_test(test_step_over_in_one_turn), cmocka_unit_test(test_interrupt),
        cmocka_unit_test(test_threads_gdbserver),     cmocka_unit_test(test_threads_qemu),
    };
    return cmocka_run_group_tests(tests, stubs_setup, stubs_teardown);
}
