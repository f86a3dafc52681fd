/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A step of one CPU that the stop of another one cuts off, and what QEMU tells of it later. */
#include "engine_played.h"

#include "engine/control/run/plan.h"

enum { START = 0x1000, PLACE = 0x1800 };

static struct stop stop;

static const struct stop *runs(enum plan_kind kind, int64_t thread)
{
    struct plan plan = {.kind = kind, .times = 1, .has_thread = thread != 0, .thread = {0, thread}};
    bool done = false;
    must(plan_start(session->control, &plan));
    must(session_pump(session, session->target->deadline_ns, -1, &stop, &done));
    assert_true(done);
    return &stop;
}

/* Thread 1 is stepped, and thread 2 comes to a breakpoint in the meantime. */
static void cut_off(void)
{
    BREAK(.at = "*0x1800");
    struct thread *t;
    must(threads_current(session->target, &t));
    must(registers_fetch(session->target, t));
    must(threads_list(session->target));
    stops_with(at(2, PLACE, ""));
    assert_int_equal(runs(PLAN_STEPI, 1)->reason, STOP_BREAKPOINT);
    assert_int_equal(stop.thread.tid, 2);
    sent_nothing_yet();
}

/* The rest of it is passed by, once. */
static void test_rest(void **state)
{
    (void)state;
    cut_off();
    stops_with(at(2, PLACE + 4, "")); /* off the breakpoint */
    stops_with(at(1, START + 4, ""));
    stops_with(at(1, PLACE, ""));
    assert_int_equal(runs(PLAN_CONTINUE, 0)->reason, STOP_BREAKPOINT);
    assert_int_equal(stop.thread.tid, 1);
    assert_int_equal(sent("vCont;c"), 2);
    stops_with(at(1, PLACE + 4, ""));
    stops_with(at(1, START + 8, ""));
    assert_int_equal(runs(PLAN_CONTINUE, 0)->reason, STOP_SIGNAL);
    assert_int_equal(stop.pc, START + 8);
}

/* Nor is it the step of another CPU, which is done when that one has moved. */
static void test_rest_in_a_step(void **state)
{
    (void)state;
    cut_off();
    stops_with(at(2, PLACE + 4, ""));
    assert_int_equal(runs(PLAN_STEPI, 2)->reason, STOP_STEP);
    stops_with(at(1, START + 4, ""));
    stops_with(at(2, PLACE + 8, ""));
    played.registers[1][PLAYED_RIP] = START;
    played.registers[2][PLAYED_RIP] = PLACE + 4;
    assert_int_equal(runs(PLAN_STEPI, 2)->reason, STOP_STEP);
    assert_int_equal(stop.thread.tid, 2);
    assert_int_equal(stop.pc, PLACE + 8);
    assert_int_equal(sent("vCont;s:2;c"), 2);
}

static void test_step_done_beside_the_rest(void **state)
{
    (void)state;
    cut_off();
    stops_with(at(2, PLACE + 4, ""));
    assert_int_equal(runs(PLAN_STEPI, 2)->reason, STOP_STEP);
    sent_nothing_yet();
    stops_with(at(1, START + 4, ""));
    played.registers[2][PLAYED_RIP] = PLACE + 8;
    assert_int_equal(runs(PLAN_STEPI, 2)->reason, STOP_STEP);
    assert_int_equal(stop.thread.tid, 2);
    assert_int_equal(stop.pc, PLACE + 8);
    assert_int_equal(sent("vCont;s"), 1);
}

/* Where it had been done, it is told at once when the same CPU is stepped again: that is not that step. */
static void test_unmoved(void **state)
{
    (void)state;
    cut_off();
    stops_with(at(1, START, ""));
    stops_with(at(1, START + 4, ""));
    played.registers[1][PLAYED_RIP] = START;
    must(threads_select(session->target, (struct ptid){0, 1}));
    struct thread *t = threads_find(&session->target->threads, (struct ptid){0, 1});
    must(registers_fetch(session->target, t));
    session->control->schedule = SCHEDULE_ONE;
    assert_int_equal(runs(PLAN_STEPI, 1)->reason, STOP_STEP);
    assert_int_equal(stop.pc, START + 4);
    assert_int_equal(sent("vCont;s:1"), 2);
}

/* A program's threads are its system's to stop: there a SIGTRAP is one. */
static void test_process(void **state)
{
    (void)state;
    cut_off();
    stops_with(at(2, PLACE + 4, ""));
    stops_with(at(1, START + 4, ""));
    assert_int_equal(runs(PLAN_CONTINUE, 0)->reason, STOP_SIGNAL);
    assert_int_equal(stop.thread.tid, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(played_machine, test_rest),
        TEST_ON(played_machine, test_rest_in_a_step),
        TEST_ON(played_machine, test_step_done_beside_the_rest),
        TEST_ON(played_machine, test_unmoved),
        TEST_ON(played_process, test_process),
    };
    return cmocka_run_group_tests_name("steps that were cut off", tests, NULL, NULL);
}
