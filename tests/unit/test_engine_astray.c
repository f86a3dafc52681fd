/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs that lose their way: the stub stands somewhere, and begins to refuse the registers by which the next
 * part would be decided. */
#include "engine_played.h"

#include "engine/control/run/plan.h"

static struct plan of_kind(enum plan_kind kind)
{
    struct thread *t;
    must(threads_current(session->target, &t));
    must(registers_fetch(session->target, t));
    return (struct plan){.kind = kind, .times = 1, .has_thread = true, .thread = t->id};
}

/* Registers are refused from now on, and the run stops: the error, with the session as it is to be. */
static struct error *goes_astray(const struct plan *plan, const char *reply)
{
    struct stop stop;
    bool done = false;
    uint64_t epoch = session->target->epoch;
    sent_nothing_yet();
    rule("g", "E01");
    rule("p", "E01");
    stops_with(reply);
    must(plan_start(session->control, plan));
    struct error *e = session_pump(session, session->target->deadline_ns, -1, &stop, &done);
    assert_non_null(e);
    assert_false(done);
    assert_int_equal(session->target->state, TARGET_STOPPED);
    assert_false(session->control->plan_active);
    assert_int_equal(session->target->epoch, epoch + 1);
    assert_true(told("\"stopped\",\"reason\":\"signal\""));
    return e;
}

static void says(struct error *e, const char *what)
{
    if (!strstr(e->message, what))
        fail_msg("%s", e->message);
    error_free(e);
}

static const struct {
    enum plan_kind kind;
    const char *somewhere, *here;
} steps[] = {
    {PLAN_NEXTI,
     "`nexti` from 0x1000, which now stands somewhere: register rip is not available: the stub refuses `g`",
     "`nexti` from 0x1000, which now stands at 0x2000: "},
    {PLAN_STEP,
     "`step` from 0x1000, which now stands somewhere: ", "`step` from 0x1000, which now stands at 0x2000: "},
    {PLAN_NEXT,
     "`next` from 0x1000, which now stands somewhere: ", "`next` from 0x1000, which now stands at 0x2000: "},
    {PLAN_UNTIL_NEXT, "`until` from 0x1000, which now stands somewhere: ",
     "`until` from 0x1000, which now stands at 0x2000: "},
};

/* What is asked next works as ever. */
static void goes_on(void)
{
    struct plan plan = {
        .kind = PLAN_STEPI, .times = 1, .has_thread = true, .thread = session->target->threads.current};
    struct stop stop;
    bool done = false;
    stops_with("T05thread:1;");
    must(plan_start(session->control, &plan));
    must(session_pump(session, session->target->deadline_ns, -1, &stop, &done));
    assert_true(done);
    assert_int_equal(stop.reason, STOP_STEP);
}

static void step_to(size_t i, const char *reply, const char *what)
{
    struct plan plan = of_kind(steps[i].kind);
    says(goes_astray(&plan, reply), what);
    goes_on();
}

#define STEP_TEST(i)                                                                                         \
    static void test_step_##i(void **state)                                                                  \
    {                                                                                                        \
        (void)state;                                                                                         \
        step_to(i, "T05thread:1;", steps[i].somewhere);                                                      \
    }                                                                                                        \
    static void test_step_known_##i(void **state)                                                            \
    {                                                                                                        \
        (void)state;                                                                                         \
        step_to(i, "T0510:0020000000000000;thread:1;", steps[i].here);                                       \
    }
STEP_TEST(0)
STEP_TEST(1)
STEP_TEST(2)
STEP_TEST(3)

/* A run to a place of ours: it is no longer wanted, and out before the target is left. */
static void test_place(void **state)
{
    (void)state;
    struct plan plan = of_kind(PLAN_FINISH);
    plan_add_target(session->control, &plan, 0x1200, 0);
    says(goes_astray(&plan, "T05thread:1;"), "`finish` from 0x1000, which now stands somewhere: ");
    assert_int_equal(sent("Z0,1200"), 1);
    must(session_leave(session, false));
    assert_int_equal(sent("z0,1200"), 1);
}

/* The place is the right one, and whether the frame is cannot be seen. */
static void test_place_known(void **state)
{
    (void)state;
    struct plan plan = of_kind(PLAN_FINISH);
    plan_add_target(session->control, &plan, 0x1200, 0x2f00);
    says(goes_astray(&plan, "T0510:0012000000000000;thread:1;"),
         "`finish` from 0x1000, which now stands at 0x1200: ");
    goes_on();
    assert_int_equal(sent("z0,1200"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(played_plain, test_step_0),       TEST_ON(played_plain, test_step_1),
        TEST_ON(played_plain, test_step_2),       TEST_ON(played_plain, test_step_3),
        TEST_ON(played_plain, test_step_known_0), TEST_ON(played_plain, test_step_known_1),
        TEST_ON(played_plain, test_step_known_2), TEST_ON(played_plain, test_step_known_3),
        TEST_ON(played_plain, test_place),        TEST_ON(played_plain, test_place_known),
    };
    return cmocka_run_group_tests_name("runs that lose their way", tests, NULL, NULL);
}
