/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Breakpoints in a target that no session holds: who shares a site, which means are tried in which order, and
 * what stays when the target is lost. */
#include "target_played.h"
#include "test_symbols_support.h"

#include "engine/control/control.h"
#include "engine/inspect/frames/unwind_rules.h"
#include "engine/inspect/kernel/entry.h"
#include "engine/inspect/kernel/kernel.h"

static struct control *control;
static unsigned waited;

static void hide_traps(struct target *t, uint64_t address, unsigned char *bytes, size_t n)
{
    (void)t;
    traps_hide(control, address, bytes, n);
}

static void divert_writes(struct target *t, uint64_t address, const unsigned char *bytes,
                          unsigned char *beneath, size_t n)
{
    (void)t, (void)bytes;
    traps_divert(control, address, beneath, n);
}

static void waits(struct control *c)
{
    assert_ptr_equal(c, control);
    waited++;
}

static int start_with(const char *features)
{
    target_alone();
    target->hooks.memory_read = hide_traps;
    target->hooks.memory_write = divert_writes;
    target->kernel = kernel_create();
    target->unwind_rules = &kernel_unwind_rules;
    control = xcalloc(1, sizeof *control);
    control->target = target;
    control->breakpoints.waits = waits;
    audit_init(&control->audit);
    waited = 0;
    target_connect(features);
    return 0;
}

static int start(void **state)
{
    (void)state;
    return start_with("");
}

static int start_with_map(void **state)
{
    (void)state;
    start_with(";qXfer:memory-map:read+");
    rule("qXfer:memory-map:read", "l<memory-map><memory type=\"rom\" start=\"0x1000\" length=\"0x100\"/>"
                                  "<memory type=\"flash\" start=\"0x1100\" length=\"0x100\"/>"
                                  "<memory type=\"ram\" start=\"0x1200\" length=\"0x1000\"/></memory-map>");
    return 0;
}

/* What whoever drops a connection does with what was inserted through it. */
static void lose(void)
{
    journal_close(control, true);
    sites_lost(control);
    breakpoints_lost(control);
    slots_forget(control);
    target_disconnect();
}

static int end(void **state)
{
    lose();
    breakpoints_free(&control->breakpoints);
    audit_free(&control->audit);
    slots_free(&control->slots);
    free(control);
    kernel_free(target);
    return end_target(state);
}

static struct error *set(const struct breakpoint_request *request, struct breakpoint **ret)
{
    *ret = NULL;
    return breakpoint_set(control, request, ret);
}

static struct breakpoint *breakpoint(const char *at)
{
    struct breakpoint *b;
    must(set(&(struct breakpoint_request){.at = at}, &b));
    return b;
}

static const struct site *site_of(const struct breakpoint *b)
{
    assert_non_null(b->locations[0].site);
    return b->locations[0].site;
}

/* The packets that insert and take out were exactly these, in this order, each with a blank behind it. */
static void inserted_by(const char *packets)
{
    BASE_BUF struct buf out = {0};
    pthread_mutex_lock(&played.lock);
    for (const char *line = buf_text(&played.sent); *line; line = strchr(line, '\n') + 1)
        if (strchr("ZzMX", *line))
            buf_printf(&out, "%.*s ", (int)strcspn(line, "\n"), line);
    buf_clear(&played.sent);
    pthread_mutex_unlock(&played.lock);
    assert_string_equal(buf_text(&out), packets);
}

/* -- shared sites ---------------------------------------------------------------------------------- */

static void test_shared(void **state)
{
    (void)state;
    struct breakpoint *a = breakpoint("*0x1200"), *b = breakpoint("*0x1200"), *c = breakpoint("*0x1201");
    inserted_by("Z0,1200,1 Z0,1201,1 ");
    assert_ptr_equal(site_of(a), site_of(b));
    assert_ptr_not_equal(site_of(a), site_of(c));
    assert_int_equal(site_of(a)->users, 2);
    assert_ptr_equal(breakpoint_at(control, 0x1200), a); /* the lowest of several */
    must(breakpoint_delete(control, a));
    inserted_by("");
    assert_int_equal(site_of(b)->users, 1);
    assert_ptr_equal(breakpoint_at(control, 0x1200), b);
    must(breakpoint_enable(control, b, false));
    inserted_by("z0,1200,1 ");
    assert_null(breakpoint_at(control, 0x1200));
    assert_int_equal(control->breakpoints.sites.count, 1);
    must(breakpoint_enable(control, b, true));
    inserted_by("Z0,1200,1 ");
    /* the same place by other means is another site */
    struct breakpoint *d;
    must(set(&(struct breakpoint_request){.at = "*0x1200", .kind = BREAKPOINT_HARDWARE}, &d));
    inserted_by("Z1,1200,1 ");
    assert_int_equal(site_of(b)->users, 1);
    must(breakpoint_delete(control, b));
    must(breakpoint_delete(control, d));
    inserted_by("z0,1200,1 z1,1200,1 ");
}

/* Run control wants a site for a step: it takes the breakpoint's, and leaves it there. */
static void test_shared_with_a_run(void **state)
{
    (void)state;
    struct breakpoint *b = breakpoint("*0x1200");
    struct site *p = site_acquire(control, SITE_SOFTWARE, 0x1200, 1);
    assert_ptr_equal(site_of(b), p);
    must(sites_flush(control));
    inserted_by("Z0,1200,1 ");
    must(breakpoint_delete(control, b));
    inserted_by("");
    assert_ptr_equal(site_at(control, 0x1200), p);
    assert_null(breakpoint_at(control, 0x1200));
    site_release(control, p);
    assert_int_equal(sites_dirty(control), 1);
    must(sites_flush(control));
    inserted_by("z0,1200,1 ");
    assert_false(sites_any(control));
}

/* -- which means, in which order ------------------------------------------------------------------- */

/* A stub that refuses: a trap in memory, with what it stands on; then hardware; then the reason, which is
 * kept. */
static void test_order(void **state)
{
    (void)state;
    rule("Z0", "E01");
    struct breakpoint *b = breakpoint("*0x1200");
    inserted_by("Z0,1200,1 M1200,1:cc ");
    assert_int_equal(site_of(b)->type, SITE_MEMORY);
    assert_int_equal(site_of(b)->state, SITE_UNVERIFIED);
    assert_true(site_of(b)->journalled);
    rule("M", "E02");
    b = breakpoint("*0x1201");
    inserted_by("Z0,1201,1 M1201,1:cc Z1,1201,1 ");
    assert_int_equal(site_of(b)->type, SITE_HARDWARE);
    assert_int_equal(site_of(b)->state, SITE_ARMED);
    rule("Z1", "E03");
    b = breakpoint("*0x1202");
    inserted_by("Z0,1202,1 M1202,1:cc Z1,1202,1 ");
    assert_null(b->locations[0].site);
    assert_non_null(strstr(b->reason, "E03 to Z1 at 0x1202"));
    b = breakpoint("*0x1203"); /* hardware was found to be used up, until the target has run */
    inserted_by("Z0,1203,1 M1203,1:cc ");
    assert_non_null(strstr(b->reason, "are held by breakpoint 2"));
    next_stop();
    b = breakpoint("*0x1203");
    inserted_by("Z0,1203,1 M1203,1:cc Z1,1203,1 ");
    rule("M", "OK");
}

/* What a stub does not know at all is tried once. */
static void test_unknown(void **state)
{
    (void)state;
    rule("Z0", "");
    breakpoint("*0x1200");
    inserted_by("Z0,1200,1 M1200,1:cc ");
    struct breakpoint *b = breakpoint("*0x1201");
    inserted_by("M1201,1:cc ");
    assert_int_equal(b->attempt_count, 2);
    assert_non_null(strstr(b->attempts[0].outcome, "does not support Z0"));
    assert_int_equal(b->attempts[1].type, SITE_MEMORY);
}

/* By policy nothing is written into ROM and flash: hardware at once, and nothing after it. */
static void test_memory_map(void **state)
{
    (void)state;
    breakpoint("*0x1000");
    breakpoint("*0x1100");
    inserted_by("Z1,1000,1 Z1,1100,1 ");
    rule("Z1", "E01");
    struct breakpoint *b = breakpoint("*0x1180");
    inserted_by("Z1,1180,1 ");
    assert_null(b->locations[0].site);
    breakpoint("*0x1200");
    inserted_by("Z0,1200,1 ");
}

/* A kind that was asked for is not fallen back from, and leaves nothing behind, not even its number. */
static void test_kind(void **state)
{
    (void)state;
    struct breakpoint *b;
    rule("Z0", "E01");
    must_fail(set(&(struct breakpoint_request){.at = "*0x1200", .kind = BREAKPOINT_SOFTWARE}, &b),
              ERR_REFUSED);
    inserted_by("Z0,1200,1 ");
    assert_int_equal(control->breakpoints.count, 0);
    assert_false(sites_any(control));
    rule("Z0", "OK");
    assert_int_equal(breakpoint("*0x1200")->id, 1);
}

/* -- what is seen of a trap ------------------------------------------------------------------------ */

static void test_hidden(void **state)
{
    (void)state;
    unsigned char bytes[3];
    struct breakpoint *b;
    must(set(&(struct breakpoint_request){.at = "*0x1201", .kind = BREAKPOINT_MEMORY}, &b));
    assert_int_equal(stands_at(0x1201), 0xcc);
    must(memory_read(target, 0x1200, bytes, 3));
    assert_memory_equal(bytes, "\x90\x90\x90", 3);
    must(memory_write(target, 0x1200, "abc", 3));
    assert_int_equal(stands_at(0x1200), 'a');
    assert_int_equal(stands_at(0x1201), 0xcc);
    next_stop();
    must(memory_read(target, 0x1200, bytes, 3));
    assert_memory_equal(bytes, "abc", 3);
    must(breakpoint_delete(control, b));
    inserted_by("M1201,1:62 ");
    assert_int_equal(stands_at(0x1201), 'b');
}

/* -- places that are not there yet ----------------------------------------------------------------- */

/* Whoever follows libraries is asked for them, before the target runs, while somebody waits. */
static void test_pending(void **state)
{
    (void)state;
    struct breakpoint *b;
    must_fail(set(&(struct breakpoint_request){.at = "nobody"}, &b), ERR_NO_SYMBOL);
    must(breakpoints_complete(control));
    assert_int_equal(waited, 0);
    must(set(&(struct breakpoint_request){.at = "nobody", .pending = true}, &b));
    assert_true(b->pending);
    must(breakpoints_complete(control));
    must(breakpoints_complete(control));
    assert_int_equal(waited, 2);
    must(breakpoint_delete(control, b));
    must(breakpoints_complete(control));
    must(breakpoints_complete(control));
    assert_int_equal(waited, 2);
    inserted_by("");
}

/* -- a loss ---------------------------------------------------------------------------------------- */

/* It is told once; a breakpoint that was to be set then is not there. */
static void is_lost(void)
{
    struct breakpoint *b;
    breakpoint("*0x1200");
    rule("Z0", "E01");
    rule("M", "E02");
    rule("Z1", "E03");
    breakpoint("*0x1201");
    nothing_yet();
    hang_up();
    must_fail(set(&(struct breakpoint_request){.at = "*0x1202"}, &b), ERR_LOST);
    assert_int_equal(told("lost "), 1);
    assert_int_equal(control->breakpoints.count, 2);
    must_fail(set(&(struct breakpoint_request){.at = "*0x1202"}, &b), ERR_NOT_CONNECTED);
    assert_int_equal(told("lost "), 1);
}

/* By the look at what stands there. */
static void test_lost(void **state)
{
    (void)state;
    is_lost();
}

/* By the insertion: nothing has to be looked at in a process. */
static void test_lost_on_insertion(void **state)
{
    (void)state;
    target->is_process = true;
    is_lost();
}

/* What was inserted is planned again, what was refused is no longer held against anybody, and the next target
 * is asked for all of it. */
static void test_planned_again(void **state)
{
    (void)state;
    struct breakpoint *a = breakpoint("*0x1200");
    rule("Z0", "E01");
    struct breakpoint *b = breakpoint("*0x1201");
    rule("M", "E02");
    rule("Z1", "E03");
    struct breakpoint *c = breakpoint("*0x1202");
    assert_int_equal(site_of(b)->type, SITE_MEMORY);
    assert_string_equal(breakpoint_state_name(breakpoint_state(b)), "unverified");
    assert_string_equal(breakpoint_state_name(breakpoint_state(c)), "failed");
    assert_int_equal(control->breakpoints.sites.in_memory, 1);
    lose();
    for (int i = 1; i <= 3; i++) {
        const struct breakpoint *each = breakpoint_find(control, i);
        assert_string_equal(breakpoint_state_name(breakpoint_state(each)), "planned");
        assert_null(breakpoint_reason(each));
        assert_int_equal(each->attempt_count, 0);
    }
    assert_false(site_of(a)->inserted || site_of(b)->inserted || site_of(b)->journalled);
    assert_int_equal(control->breakpoints.sites.in_memory, 0);
    target_connect("");
    unsigned before = sent("M1201");
    must(breakpoints_reinsert(control));
    assert_int_equal(sent("M1201"), before); /* how it stood in the old one is no way for the new one */
    assert_int_equal(sent("Z0,120"), 3);
    assert_int_equal(sent("Z1"), 0);
    assert_int_equal(control->breakpoints.sites.count, 3);
    assert_int_equal(control->breakpoints.sites.in_memory, 0);
    for (int i = 1; i <= 3; i++)
        assert_string_equal(breakpoint_state_name(breakpoint_state(breakpoint_find(control, i))), "armed");
    assert_int_equal(stands_at(0x1201), 0x90);
}

/* -------------------------------------------------------------------------------------------------- */

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    BASE_FREE char *home = xasprintf("%s/state", scratch);
    return setenv("XDG_STATE_HOME", home, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_shared),
        TEST(test_shared_with_a_run),
        TEST(test_order),
        TEST(test_unknown),
        cmocka_unit_test_setup_teardown(test_memory_map, start_with_map, end),
        TEST(test_kind),
        TEST(test_hidden),
        TEST(test_pending),
        TEST(test_lost),
        TEST(test_lost_on_insertion),
        TEST(test_planned_again),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
