/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `verify` finds where a trap was put, and what it does about it; and the last lines of a console. */
#include "engine_played.h"

#include "engine/session/verify.h"

static struct verify_result result;

static int end(void **state)
{
    verify_result_free(&result);
    return played_end(state);
}

static void verify(struct breakpoint *b, enum verify_mend mend)
{
    verify_result_free(&result);
    must(verify_breakpoint(session, b, mend, 1, &result));
    assert_ptr_equal(result.breakpoint, b);
    assert_int_equal(result.count, 1);
    assert_int_equal(result.checks[0].address, b->locations[0].address);
}

static enum verify_verdict verdict(void)
{
    return result.checks[0].verdict;
}

/* A stub that shows the program's own bytes keeps its traps to itself; where the trap is seen, it is there.
 */
static void test_sight(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1200", .kind = BREAKPOINT_SOFTWARE);
    verify(b, VERIFY_REPORT);
    assert_int_equal(verdict(), VERDICT_OUT_OF_SIGHT);
    assert_int_equal(result.checks[0].found_count, 0);
    played.memory[0x200] = 0xcc;
    verify(b, VERIFY_REPORT);
    assert_int_equal(verdict(), VERDICT_THERE);
    assert_string_equal(breakpoint_state_name(breakpoint_state(b)), "armed");
}

/* What stands in a trap's place is told, and the trap is not put back unless that is asked for. */
static void test_overwritten(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1200", .kind = BREAKPOINT_MEMORY);
    verify(b, VERIFY_REPORT);
    assert_int_equal(verdict(), VERDICT_THERE);
    played.memory[0x200] = 0xf8;
    verify(b, VERIFY_REPORT);
    assert_int_equal(verdict(), VERDICT_OVERWRITTEN);
    assert_int_equal(result.checks[0].found_count, 1);
    assert_int_equal(result.checks[0].found[0], 0xf8);
    assert_string_equal(breakpoint_state_name(breakpoint_state(b)), "suspect");
    assert_int_equal(played.memory[0x200], 0xf8);
    verify(b, VERIFY_REINSERT);
    assert_int_equal(verdict(), VERDICT_OVERWRITTEN);
    assert_int_equal(played.memory[0x200], 0xcc);
    verify(b, VERIFY_REPORT);
    assert_int_equal(verdict(), VERDICT_THERE);
}

/* A page that is not there any more has nothing to show; the breakpoint is dropped where that is asked for.
 */
static void test_unmapped(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1200", .kind = BREAKPOINT_MEMORY);
    rule("m1200,", "E14");
    verify(b, VERIFY_DROP);
    assert_int_equal(verdict(), VERDICT_OVERWRITTEN);
    assert_int_equal(result.checks[0].found_count, 0);
    assert_false(b->enabled);
    assert_non_null(strstr(b->reason, "dropped: "));
}

/* -- hardware -------------------------------------------------------------------------------------- */

/* The target is run to the instruction behind, where another slot must fire. */
static void test_fires(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1200", .kind = BREAKPOINT_HARDWARE);
    stops_with(at(1, 0x1001, ""));
    played.registers[1][PLAYED_RIP] = 0x1000;
    verify(b, VERIFY_REPORT);
    assert_int_equal(verdict(), VERDICT_FIRES);
    assert_int_equal(sent("Z1,1001,1"), 1);
    assert_string_equal(breakpoint_state_name(breakpoint_state(b)), "armed");
}

/* -- console --------------------------------------------------------------------------------------- */

static void tail_is(struct console *c, uint64_t count, const char *lines)
{
    BASE_BUF struct buf out = {0};
    char **list = console_tail(c, count);
    for (size_t i = 0; list[i]; i++)
        buf_printf(&out, "%s|", list[i]);
    words_free(list);
    assert_string_equal(buf_text(&out), lines);
}

static void prints(struct console *c, const char *text)
{
    if (!c->ring)
        c->ring = xcalloc(1, CONSOLE_KEPT);
    for (; *text; text++)
        c->ring[c->total++ % CONSOLE_KEPT] = *text;
}

static void test_tail(void **state)
{
    (void)state;
    struct console c;
    console_init(&c);
    tail_is(&c, 3, "");
    prints(&c, "one\r\n\ntwo \033[2J\nthree");
    tail_is(&c, 0, "");
    tail_is(&c, 1, "three|");
    tail_is(&c, 3, "|two ^[[2J|three|");
    tail_is(&c, UINT64_MAX, "one||two ^[[2J|three|");
    prints(&c, "\n"); /* the end of a line begins none */
    tail_is(&c, 1, "three|");
    console_free(&c);
    console_init(&c);
    c.total = 7 * (uint64_t)CONSOLE_KEPT - 3; /* a line that goes over the end of the ring */
    prints(&c, "\nacross\nbehind\n");
    tail_is(&c, 2, "across|behind|");
    for (unsigned i = 0; i < CONSOLE_KEPT / 8; i++)
        prints(&c, "1234567\n");
    tail_is(&c, 2, "1234567|1234567|"); /* all else is forgotten */
    char **list = console_tail(&c, UINT64_MAX);
    size_t count = 0;
    for (; list[count]; count++)
        assert_string_equal(list[count], "1234567");
    words_free(list);
    assert_int_equal(count, CONSOLE_LINES_MOST);
    console_free(&c);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, played_machine, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sight), TEST(test_overwritten),      TEST(test_unmapped),
        TEST(test_fires), cmocka_unit_test(test_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
