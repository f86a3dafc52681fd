/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hardware slots and held threads as the floors above read them: who holds what, how much is left, and who
 * has ended. */
#include "target_played.h"

#include "engine/control/control.h"

static struct control *control;

static int start(void **state)
{
    start_alone(state);
    control = xcalloc(1, sizeof *control);
    control->target = target;
    target->arch = &arch_x86_64;
    return 0;
}

static int end(void **state)
{
    sites_lost(control);
    breakpoints_free(&control->breakpoints);
    slots_free(&control->slots);
    free(control);
    return end_target(state);
}

static struct site *inserted(int breakpoint, enum site_type type, uint64_t address)
{
    struct site *p = breakpoint ? site_acquire_for(control, breakpoint, type, address, 1)
                                : site_acquire(control, type, address, 1);
    p->inserted = true;
    return p;
}

static void refused(enum site_type type)
{
    BASE_ERROR struct error *e = slots_refused(control, type, 0x9000, "E22");
    assert_non_null(e);
}

static void counts(enum site_type type, bool known, unsigned total, unsigned left)
{
    struct slot_counts n = slots_counts(control, slots_pool_of(control, type));
    assert_int_equal(n.known, known);
    assert_int_equal(n.total, total);
    assert_int_equal(n.free, left);
}

/* The holders of a pool are exactly these, in this order: the breakpoint of each, 0 behind the last. */
static void holders(unsigned pool, const int *breakpoints, size_t count)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const struct site *p = slots_next_holder(control, pool, &at);
        assert_non_null(p);
        assert_int_equal(slots_breakpoint_of(p), breakpoints[i]);
    }
    assert_null(slots_next_holder(control, pool, &at));
    assert_null(slots_next_holder(control, pool, &at));
}

/* -- slots ----------------------------------------------------------------------------------------- */

/* What is neither in hardware nor there yet holds nothing. */
static void test_holders(void **state)
{
    (void)state;
    holders(0, NULL, 0);
    inserted(3, SITE_SOFTWARE, 0x1000);
    inserted(4, SITE_MEMORY, 0x1001);
    inserted(5, SITE_STEPPED, 0x1002);
    site_acquire_for(control, 6, SITE_HARDWARE, 0x1003, 1);
    holders(0, NULL, 0);
    inserted(7, SITE_HARDWARE, 0x1004);
    inserted(0, SITE_HARDWARE, 0x1005); /* run control's */
    inserted(8, SITE_ACCESS, 0x1006);
    assert_int_equal(slots_pool_count(control), 1);
    holders(0, (const int[]){7, 0, 8}, 3);
    target->arch = &arch_aarch64;
    assert_int_equal(slots_pool_count(control), 2);
    holders(0, (const int[]){7, 0}, 2);
    holders(1, (const int[]){8}, 1);
    target->arch = NULL; /* not known: one pool may be all there is */
    assert_int_equal(slots_pool_count(control), 1);
    holders(0, (const int[]){7, 0, 8}, 3);
}

static void test_pools(void **state)
{
    (void)state;
    for (enum site_type type = SITE_HARDWARE; type <= SITE_ACCESS; type++)
        assert_int_equal(slots_pool_of(control, type), 0);
    target->arch = &arch_aarch64;
    assert_int_equal(slots_pool_of(control, SITE_HARDWARE), 0);
    for (enum site_type type = SITE_WRITE; type <= SITE_ACCESS; type++)
        assert_int_equal(slots_pool_of(control, type), 1);
}

/* A refusal says how many there are at most; more of them in use say more. */
static void test_learnt(void **state)
{
    (void)state;
    counts(SITE_HARDWARE, false, 0, 0);
    struct site *p = inserted(1, SITE_HARDWARE, 0x1000);
    counts(SITE_HARDWARE, false, 0, 0);
    refused(SITE_WRITE);
    counts(SITE_ACCESS, true, 1, 0);
    p->inserted = false;
    counts(SITE_ACCESS, true, 1, 1);
    p->inserted = true;
    inserted(2, SITE_WRITE, 0x2000);
    counts(SITE_ACCESS, true, 2, 0);
    slots_forget(control);
    counts(SITE_ACCESS, false, 0, 0);
}

/* The user's word holds against a refusal, outlives the target, and is taken back with 0. */
static void test_told(void **state)
{
    (void)state;
    target->arch = &arch_aarch64;
    slots_set_total(control, SLOTS_DATA, 3);
    counts(SITE_HARDWARE, false, 0, 0);
    counts(SITE_READ, true, 3, 3);
    refused(SITE_READ);
    slots_forget(control);
    counts(SITE_READ, true, 3, 3);
    assert_true(control->slots.pools[1].by_user);
    slots_set_total(control, SLOTS_DATA, 0);
    counts(SITE_READ, false, 0, 0);
    target->arch = &arch_x86_64; /* one pool, whatever it is called */
    slots_set_total(control, SLOTS_DATA, 4);
    counts(SITE_HARDWARE, true, 4, 4);
    assert_false(control->slots.pools[1].total_known);
}

/* -- held threads ---------------------------------------------------------------------------------- */

static void test_held(void **state)
{
    (void)state;
    struct thread a = {.id = {1, 7}, .state = THREAD_STOPPED}, b = {.id = {1, 8}, .state = THREAD_STOPPED};
    assert_int_equal(hold_honoured(control), TRI_UNKNOWN); /* nothing is connected */
    hold_thread(control, &a);
    hold_thread(control, &a); /* once is enough */
    assert_true(hold_any(control));
    hold_thread_gone(control, &b); /* it was not held */
    assert_int_equal(control->hold.gone_count, 0);
    hold_thread_gone(control, &a);
    assert_false(hold_any(control));
    assert_int_equal(control->hold.gone_count, 1);
    assert_true(ptid_equal(control->hold.gone[0], a.id));
    hold_gone_told(control);
    assert_int_equal(control->hold.gone_count, 0);
    for (unsigned i = 0; i <= HOLD_GONE_MAX; i++) { /* more than are kept: the first of them are told */
        b.id.tid = (int64_t)i;
        b.state = THREAD_STOPPED;
        hold_thread(control, &b);
        hold_thread_gone(control, &b);
    }
    assert_int_equal(control->hold.gone_count, HOLD_GONE_MAX);
    assert_int_equal(control->hold.gone[HOLD_GONE_MAX - 1].tid, HOLD_GONE_MAX - 1);
    assert_false(hold_any(control));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_holders), TEST(test_pools), TEST(test_learnt), TEST(test_told), TEST(test_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
