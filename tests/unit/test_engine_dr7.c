/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Debug registers that a kernel puts back (engine/control/breakpoints/dr7.h), and two processors that hit at
 * once. */
#include "engine_played.h"

#include "engine/control/breakpoints/dr7.h"

static struct stop final;
static struct breakpoint *place, *watch;

/* A stub inside of a kernel under a hypervisor, without symbols: a breakpoint and a watchpoint. */
static int kernel(void **state)
{
    played_plain(state);
    rsp_features(session->target->connection)->state[FEATURE_PACKET_SIZE].advertised = TRI_NO;
    session->control->breakpoints.sites.bare_machine = TRI_NO;
    place = BREAK(.at = "*0x1300", .kind = BREAKPOINT_HARDWARE);
    must(watchpoint_set(session->control, &(struct breakpoint_request){.at = "it"}, 0x1800, 8, SITE_WRITE,
                        &watch));
    return 0;
}

static void begin(void)
{
    sent_nothing_yet();
    must(plan_start(session->control, &(struct plan){.kind = PLAN_CONTINUE}));
}

/* Runs to the stop that is for the user. */
static void run_on(void)
{
    for (bool done = false; !done;) {
        struct rsp_stop stop;
        bool stopped = false;
        must(rsp_wait_stop(session->target->connection, session->target->deadline_ns, -1, &stop, &stopped));
        assert_true(stopped);
        must(plan_on_stop(session->control, &stop, &final, &done));
    }
    plan_end(session->control);
    assert_int_equal(played.stop_first, played.stop_count); /* all were taken */
}

static void hits_watch(void)
{
    stops_with(at(1, 0x1200, ""));
    begin();
    run_on();
    assert_int_equal(final.reason, STOP_WATCHPOINT);
    assert_int_equal(final.watchpoint, watch->id);
}

/* Each processor that tells of a watchpoint which is gone has it still, until it makes a step without any. */
static void test_late_hit(void **state)
{
    (void)state;
    hits_watch();
    must(breakpoint_delete(session->control, watch));
    stops_with(at(1, 0x1201, "")); /* the step without any */
    stops_with(at(2, 0x1210, "")); /* the other processor */
    stops_with(at(2, 0x1211, "")); /* and its own step */
    stops_with(at(1, 0x1300, ""));
    begin();
    run_on();
    assert_int_equal(final.reason, STOP_BREAKPOINT);
    assert_int_equal(final.breakpoint, place->id);
    assert_int_equal(sent("s\n"), 2);
    assert_int_equal(sent("z1,1300"), 2);
    assert_int_equal(sent("Z1,1300"), 2);
    assert_false(session->control->breakpoints.sites.hardware_late);
}

/* The same where there is nothing left to be taken out. */
static void test_late_and_empty(void **state)
{
    (void)state;
    hits_watch();
    must(breakpoint_delete(session->control, watch));
    must(breakpoint_delete(session->control, place));
    stops_with(at(1, 0x1201, ""));
    stops_with(at(2, 0x1210, ""));
    stops_with(at(2, 0x1211, ""));
    stops_with("W00");
    begin();
    run_on();
    assert_int_equal(final.reason, STOP_EXITED);
    assert_int_equal(sent("s\n"), 2);
}

/* A processor that is known to have waited tells of what is still there: it needs the step all the same. */
static void test_behind(void **state)
{
    (void)state;
    hits_watch();
    stops_with(at(2, 0x1210, ""));
    begin();
    session->control->breakpoints.sites.hardware_behind = 1;
    run_on();
    assert_int_equal(final.watchpoint, watch->id);
    assert_int_equal(sent("s\n"), 0);
    assert_true(dr7_change_needed_to_leave(session->control));
    stops_with(at(2, 0x1211, ""));
    stops_with(at(1, 0x1300, ""));
    begin();
    run_on();
    assert_int_equal(final.breakpoint, place->id);
    assert_int_equal(sent("s\n"), 1);
    assert_int_equal(session->control->breakpoints.sites.hardware_behind, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(kernel, test_late_hit),
        TEST_ON(kernel, test_late_and_empty),
        TEST_ON(kernel, test_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
