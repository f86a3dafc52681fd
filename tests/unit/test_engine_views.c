/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read only to be shown, from a stub that takes its time: it keeps nobody waiting, and nothing is
 * read that nobody sees. */
#include <signal.h>
#include <time.h>

#include "stub_played.h"

#include "engine/face/worker.h"

/* The code (no RAM is known: it is read each time) and a piece of memory, one request each. */
static const struct view_needs two_panes = {.disassembly = 4, .memory = 1, .memory_at = "0x2000"};

static struct worker *worker;

static struct worker_message next(enum worker_message_kind kind)
{
    struct worker_message m;
    struct pollfd fd = {.fd = worker_fd(worker), .events = POLLIN};
    for (;;) {
        while (worker_take(worker, &m)) {
            if (m.kind == kind)
                return m;
            worker_message_free(&m);
        }
        if (poll(&fd, 1, (int)(PEER_PATIENCE_NS / 1000000)) != 1)
            fail_msg("no message of kind %d came", (int)kind);
    }
}

static void await(enum worker_message_kind kind)
{
    struct worker_message m = next(kind);
    if (m.error)
        fail_msg("%s", m.error->message);
    worker_message_free(&m);
}

static int start(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    BASE_FREE char *spec = stub_start("", "vCont;c;C;s;S");
    worker = worker_start(&(struct worker_options){.target = spec, .capture_output = true, .views = true});
    await(WORKER_READY);
    stub_forget_sent();
    return 0;
}

static int end(void **state)
{
    (void)state;
    slow(NULL);
    worker_stop(worker, WORKER_DETACH);
    stub_end();
    return 0;
}

/* Longer than a view is left alone in any case. */
static void for_a_moment(void)
{
    struct timespec moment = {.tv_nsec = 400000000};
    nanosleep(&moment, NULL);
}

static void wait_memory(const char *hex)
{
    struct view *v = worker_view(worker);
    while (!v->memory_count || strncmp(v->memory[0].hex, hex, strlen(hex)) != 0 || !v->instruction_count) {
        view_unref(v);
        await(WORKER_VIEW);
        v = worker_view(worker);
    }
    view_unref(v);
}

/* The command is answered behind the one request that is under way; the panes come behind that. */
static void test_command_goes_first(void **state)
{
    (void)state;
    slow("m");
    worker_set_needs(worker, &two_panes);
    wait_slow(1);
    for_a_moment();
    worker_post_line(worker, "print 6 * 7");
    slow_goes_on();
    struct worker_message m = next(WORKER_ANSWER);
    assert_null(m.error);
    assert_non_null(strstr(m.text, "42"));
    worker_message_free(&m);
    slow(NULL);
    wait_memory("90 90");
}

/* Where the stub is quick a command that is posted meanwhile does not keep the panes from what they show. */
static void test_quick_view_is_whole(void **state)
{
    (void)state;
    slow("m");
    worker_set_needs(worker, &two_panes);
    wait_slow(1);
    worker_post_line(worker, "print 6 * 7");
    slow(NULL);
    await(WORKER_VIEW);
    await(WORKER_ANSWER);
    assert_true(sent("m2000,") >= 1);
}

/* Ctrl-C ends it where nothing else is under way, and then there is nothing to interrupt. */
static void test_interrupted(void **state)
{
    (void)state;
    slow("m");
    worker_set_needs(worker, &two_panes);
    wait_slow(1);
    assert_true(worker_interrupt(worker));
    await(WORKER_VIEW);
    assert_int_equal(sent("m2000,"), 0);
    slow(NULL);
    while (worker_interrupt(worker))
        sched_yield();
    worker_post_line(worker, "x/2xb 0x2000");
    struct worker_message m = next(WORKER_ANSWER);
    if (m.error)
        fail_msg("%s", m.error->message);
    assert_non_null(strstr(m.text, "0x90\t0x90"));
    worker_message_free(&m);
}

/* A face that shows only source does not have the code read where there is none. */
static void test_source_alone_reads_nothing(void **state)
{
    (void)state;
    worker_set_needs(worker, &(struct view_needs){.source = 1, .breakpoints = 10});
    await(WORKER_VIEW);
    worker_post_line(worker, "print 6 * 7");
    await(WORKER_ANSWER);
    await(WORKER_VIEW);
    assert_int_equal(sent("m"), 0);
    worker_set_needs(worker, &(struct view_needs){.source = 5, .code_for_source = true});
    await(WORKER_VIEW);
    struct view *v = worker_view(worker);
    assert_int_equal(v->instruction_count, 5);
    view_unref(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_command_goes_first, start, end),
        cmocka_unit_test_setup_teardown(test_quick_view_is_whole, start, end),
        cmocka_unit_test_setup_teardown(test_interrupted, start, end),
        cmocka_unit_test_setup_teardown(test_source_alone_reads_nothing, start, end),
    };
    return cmocka_run_group_tests_name("views of a slow stub", tests, NULL, NULL);
}
