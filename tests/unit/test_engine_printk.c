/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kernel's console and our breakpoints: which lines are about them, and what they do. What a stub inside a
 * kernel leaves unsaid about its slots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "engine/commands/slots_json.h"
#include "engine/control/breakpoints/hits.h"
#include "engine/control/breakpoints/breakpoint.h"
#include "engine/session/session_private.h"

#define PLACE 0xffffffff8115a0a0u

static struct session *session;
static unsigned changes;

static void count_changes(void *context, struct session *s, const struct event *event)
{
    (void)context, (void)s;
    changes += event->kind == EVENT_BREAKPOINT_CHANGED;
}

static int setup(void **state)
{
    (void)state;
    struct session_options options = {.cancel_fd = -1, .event = count_changes};
    session = session_create(&options);
    session->target->arch = &arch_x86_64;
    changes = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    session_destroy(session);
    return 0;
}

static struct site *inserted(enum site_type type, uint64_t address)
{
    struct breakpoint *b = xcalloc(1, sizeof *b);
    breakpoint_add(session->control, b);
    b->at = xstrdup("somewhere");
    b->enabled = true;
    b->is_watch = type >= SITE_WRITE;
    b->watch_type = type;
    b->watch_address = address;
    b->watch_length = 8;
    b->locations = xcalloc(1, sizeof *b->locations);
    b->count = 1;
    b->locations[0].address = address;
    struct site *p = site_acquire_for(session->control, b->id, type, address, type >= SITE_WRITE ? 8 : 1);
    b->locations[0].site = p;
    p->inserted = true;
    p->stale = false;
    p->state = SITE_ARMED;
    site_changed(session->control, p);
    return p;
}

static void feed(const char *text)
{
    printk_feed(session->control, text, strlen(text));
}

static bool matches(const char *line, uint64_t *address, bool *hardware)
{
    return printk_match(line, strlen(line), address, hardware);
}

static void test_messages(void **state)
{
    (void)state;
    uint64_t address;
    bool hardware;
    assert_true(matches("KGDB: BP install failed: ffffffff8115a0a0", &address, &hardware));
    assert_int_equal(address, PLACE);
    assert_false(hardware);
    assert_true(matches("[    2.639230] KGDB: BP remove failed: ffffffff8115a0a0", &address, &hardware));
    assert_int_equal(address, PLACE);
    assert_true(matches("[    2.639230][  T123] Cannot remove hw breakpoint at c0de", &address, &hardware));
    assert_int_equal(address, 0xc0de);
    assert_true(hardware);
    assert_true(matches("KGDB: hw bpt remove failed ffffffff8115a0a0", &address, &hardware));
    assert_true(hardware);
}

static void test_what_only_looks_like_one(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "[",
        "[]",
        "[1] ",
        "KGDB: BP install failed: ",
        "KGDB: BP install failed: 0xffffffff8115a0a0",
        "KGDB: BP install failed: FFFFFFFF8115A0A0",
        "KGDB: BP install failed: ffffffff8115a0a0 ",
        "KGDB: BP install failed: 0ffffffff8115a0a0",
        "KGDB: BP install failed: 1ffffffff8115a0a0",
        " KGDB: BP install failed: ffffffff8115a0a0",
        "sh: KGDB: BP install failed: ffffffff8115a0a0",
        "[x KGDB: BP install failed: ffffffff8115a0a0",
        "KGDB: BP installed: ffffffff8115a0a0",
        "Cannot remove hw breakpoint at 0",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        uint64_t address = 0;
        bool hardware;
        bool found = matches(lines[i], &address, &hardware);
        if (found && address != 0)
            fail_msg("taken for a message: %s", lines[i]);
    }
}

static void test_marks_what_is_ours(void **state)
{
    (void)state;
    struct site *trap = inserted(SITE_SOFTWARE, PLACE), *slot = inserted(SITE_WRITE, PLACE);
    feed("KGDB: BP install failed: ffffffff8115a0a8\r\n");
    assert_int_equal(trap->state, SITE_ARMED);
    feed("chatter line 1 from user space\r\nKGDB: BP ");
    feed("install failed: ffffffff8115");
    assert_int_equal(changes, 0);
    feed("a0a0\r\nmore");
    assert_int_equal(trap->state, SITE_FAILED);
    assert_non_null(strstr(trap->reason, "KGDB: BP install failed: ffffffff8115a0a0"));
    assert_int_equal(slot->state, SITE_ARMED);
    assert_int_equal(changes, 1);
    feed("\nKGDB: hw bpt remove failed ffffffff8115a0a0\n");
    assert_int_equal(slot->state, SITE_FAILED);
    feed("KGDB: hw bpt remove failed ffffffff8115a0a0\n");
    assert_int_equal(changes, 2);
}

/* It failed, but the stub took it: without its user it is still to be taken out. */
static void test_failed_is_taken_out(void **state)
{
    (void)state;
    struct site *p = inserted(SITE_SOFTWARE, PLACE);
    feed("KGDB: BP install failed: ffffffff8115a0a0\n");
    site_changed(session->control, p);
    assert_int_equal(sites_dirty(session->control), 0);
    site_remove(session->control, p, true);
    assert_int_equal(sites_dirty(session->control), 1);
    site_remove(session->control, p, false);
    assert_int_equal(sites_dirty(session->control), 0);
}

static void test_long_line(void **state)
{
    (void)state;
    struct site *p = inserted(SITE_SOFTWARE, PLACE);
    for (int i = 0; i < 3000; i++)
        feed("x");
    feed("KGDB: BP install failed: ffffffff8115a0a0\n");
    assert_int_equal(p->state, SITE_ARMED);
    feed("KGDB: BP install failed: ffffffff8115a0a0\n");
    assert_int_equal(p->state, SITE_FAILED);
}

static void test_silence(void **state)
{
    (void)state;
    assert_null(slots_not_firing(session->control, SITE_HARDWARE));
    slots_mark_not_firing(session->control, SITE_WRITE, "nothing came");
    assert_string_equal(slots_not_firing(session->control, SITE_HARDWARE),
                        "nothing came"); /* x86: one pool */
    assert_null(slots_not_firing(session->control, SITE_SOFTWARE));
    cJSON *o = slots_to_json(session->control);
    const cJSON *pool = cJSON_GetArrayItem(cJSON_GetObjectItem(o, "pools"), 0);
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(pool, "fires")));
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(pool, "at_most")));
    cJSON_Delete(o);
    slots_mark_firing(session->control, SITE_ACCESS);
    assert_null(slots_not_firing(session->control, SITE_HARDWARE));
    slots_mark_not_firing(session->control, SITE_WRITE, "nothing came");
    slots_forget(session->control);
    assert_null(slots_not_firing(session->control, SITE_HARDWARE));
}

/* A refusal of Z3 on x86 is not for want of slots. */
static void test_read_watch(void **state)
{
    (void)state;
    struct error *e = slots_refused(session->control, SITE_READ, PLACE, "E01");
    assert_true(error_is(e, ERR_UNSUPPORTED));
    error_free(e);
    assert_false(session->control->slots.pools[0].total_known);
    e = slots_refused(session->control, SITE_WRITE, PLACE, "E01");
    assert_true(error_is(e, ERR_NO_SLOT));
    error_free(e);
    assert_true(session->control->slots.pools[0].total_known);
}

/* What the user writes is no change of the target's. */
static void test_written_by_the_user(void **state)
{
    (void)state;
    inserted(SITE_WRITE, 0x1000);
    struct breakpoint *b = breakpoint_find(session->control, 1);
    b->watch_old_known = true;
    memset(b->watch_old, 0, 8);
    hits_note_written(session->control, 0xffe, (const unsigned char *)"abcdef", 6);
    assert_memory_equal(b->watch_old, "cdef\0\0\0\0", 8);
    hits_note_written(session->control, 0x1006, (const unsigned char *)"xyz", 3);
    assert_memory_equal(b->watch_old, "cdef\0\0xy", 8);
    hits_note_written(session->control, UINT64_MAX - 1, (const unsigned char *)"pq", 2);
    assert_memory_equal(b->watch_old, "cdef\0\0xy", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_messages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_only_looks_like_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_marks_what_is_ours, setup, teardown),
        cmocka_unit_test_setup_teardown(test_failed_is_taken_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_silence, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_watch, setup, teardown),
        cmocka_unit_test_setup_teardown(test_written_by_the_user, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
