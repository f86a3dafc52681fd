/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Breakpoints that a stub takes in and does not take out again. */
#include "engine_played.h"
#include "test_symbols_support.h"

#include "engine/control/breakpoints/journal_file.h"

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    BASE_FREE char *home = xasprintf("%s/state", scratch);
    setenv("XDG_STATE_HOME", home, 1);
    return 0;
}

/* Runs until there is a stop for the user, or an error. */
static struct error *run_plan(enum plan_kind kind, struct stop *final)
{
    const struct plan plan = {
        .kind = kind, .has_thread = kind != PLAN_CONTINUE, .thread = {0, 1}, .times = 1};
    bool done = false;
    TRY(plan_start(session->control, &plan));
    while (!done) {
        struct rsp_stop stop;
        bool stopped = false;
        TRY(rsp_wait_stop(session->target->connection, session->target->deadline_ns, -1, &stop, &stopped));
        struct error *e = plan_on_stop(session->control, &stop, final, &done);
        if (e || done)
            plan_end(session->control);
        TRY(e);
    }
    return NULL;
}

static size_t listed(void)
{
    return session->control->breakpoints.count;
}

/* It stays in the list with its place; what the user asks for again is asked of the stub again. */
static void test_delete(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1200");
    rule("z0", "E02");
    must_fail(breakpoint_delete(session->control, b), ERR_REFUSED);
    assert_true(told("E02") && told("0x1200"));
    assert_int_equal(listed(), 1);
    assert_true(b->enabled && b->locations[0].site && b->locations[0].site->inserted);
    must_fail(breakpoint_enable(session->control, b, false), ERR_REFUSED);
    assert_true(b->enabled);
    assert_int_equal(sent("z0,1200"), 2);
    must(sites_flush(session->control));
    assert_int_equal(sent("z0,1200"), 2); /* and not by itself */
    rule("z0", "OK");
    must(breakpoint_delete(session->control, b));
    assert_int_equal(listed(), 0);
    assert_int_equal(session->control->breakpoints.sites.count, 0);
}

/* A refusal is that of the site that it is about. */
static void test_delete_beside_a_refusal(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1200");
    site_acquire(session->control, SITE_SOFTWARE, 0x1300, 1); /* goes out with what is sent next */
    rule("Z0,1300", "E02");
    must_fail(breakpoint_delete(session->control, b), ERR_REFUSED);
    assert_int_equal(sent("z0,1200"), 1);
    assert_int_equal(listed(), 0);
}

/* A trap in memory that became read-only: the journal keeps what is beneath. */
static void test_memory(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1200", .kind = BREAKPOINT_MEMORY);
    assert_int_equal(played.memory[0x200], 0xcc);
    rule("M", "E01");
    must_fail(breakpoint_delete(session->control, b), ERR_REFUSED);
    assert_true(told("recover"));
    assert_true(b->locations[0].site->journalled);
    BASE_FREE char *path = journal_path(session->target->spec);
    struct journal_entry *list = NULL;
    size_t count = 0;
    journal_read(path, &list, &count);
    assert_int_equal(count, 1);
    free(list);
    unsigned char byte;
    must(memory_read(session->target, 0x1200, &byte, 1));
    assert_int_equal(byte, 0x90);
    rule("M", "OK");
    must(breakpoint_delete(session->control, b));
}

/* The step off it runs into it again: that is no second hit, and the user is told why nothing moves. */
static void test_step_off(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1000");
    struct stop final;
    rsp_features(session->target->connection)->state[FEATURE_STEP_OFF].works = TRI_NO;
    rule("z0", "E02");
    stops_with(at(1, 0x1000, ""));
    must_fail(run_plan(PLAN_CONTINUE, &final), ERR_REFUSED);
    assert_int_equal(b->hits, 0);
    assert_int_equal(sent("vCont;c"), 0);
    stops_with(at(1, 0x1000, ""));
    must_fail(run_plan(PLAN_STEPI, &final), ERR_REFUSED);
    assert_true(told("stays in the target"));
    rule("z0", "OK");
    stops_with(at(1, 0x1001, ""));
    must(run_plan(PLAN_STEPI, &final));
    assert_int_equal(final.pc, 0x1001);
}

/* One of run control's that stayed is nobody's: its hit is passed by. */
static void test_left_over(void **state)
{
    (void)state;
    struct stop final;
    struct site *p = site_acquire(session->control, SITE_SOFTWARE, 0x1300, 1);
    must(sites_flush(session->control));
    rule("z0", "E02");
    site_release(session->control, p);
    must(sites_flush(session->control));
    assert_int_equal(sent("z0"), 1);
    struct breakpoint *b = BREAK(.at = "*0x1400");
    stops_with(at(1, 0x1300, ""));
    stops_with(at(1, 0x1301, ""));
    stops_with(at(1, 0x1400, ""));
    must(run_plan(PLAN_CONTINUE, &final));
    assert_int_equal(final.reason, STOP_BREAKPOINT);
    assert_int_equal(final.breakpoint, b->id);
}

/* One whose insertion nobody answered, and whose removal is refused, was never there. */
static void test_unsure(void **state)
{
    (void)state;
    struct site *p = site_acquire(session->control, SITE_SOFTWARE, 0x1300, 1);
    must(sites_flush(session->control));
    p->unsure = true;
    rule("z0", "E02");
    site_release(session->control, p);
    must(sites_flush(session->control));
    assert_int_equal(session->control->breakpoints.sites.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(played_machine, test_delete),    TEST_ON(played_machine, test_delete_beside_a_refusal),
        TEST_ON(played_machine, test_memory),    TEST_ON(played_machine, test_step_off),
        TEST_ON(played_machine, test_left_over), TEST_ON(played_machine, test_unsure),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
