/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values that outlive their expression: the history, variables of the user's own, and what they become when
 * the files that their types came from go. */
#include "inspect_played.h"

#include "engine/inspect/convenience/convenience.h"
#include "engine/inspect/limits.h"

static int start_kept(void **state)
{
    start(state);
    convenience_create(target);
    return 0;
}

static int end_kept(void **state)
{
    convenience_free(target);
    return end(state);
}

static unsigned long remember(const char *expression)
{
    struct evaluation e;
    struct value *v = NULL;
    must(evaluation_begin(target, &e));
    must(evaluate_text(&e, expression, &v));
    unsigned long number = convenience_remember(&e.pool, v);
    evaluation_end(&e);
    return number;
}

static struct error *assign(const char *place, const char *value)
{
    BASE_BUF struct buf got = {0};
    return text_of(place, value, 0, &got);
}

static void test_history(void **state)
{
    (void)state;
    is("$", "void");
    is("$$", "void");
    fails("$1", ERR_NO_SYMBOL);
    assert_int_equal(remember("10"), 1);
    assert_int_equal(remember("20"), 2);
    assert_int_equal(remember("$ + $$ * 2"), 3);
    is("$3", "40");
    is("$", "40");
    is("$$", "20");
    is("$$2", "10");
    is("$$0 - $0", "0");
    is("$1+$2", "30");
    fails("$4", ERR_NO_SYMBOL);
    fails("$$3", ERR_NO_SYMBOL);
    fails("$99999999999999999999", ERR_NO_SYMBOL);
    assert_int_equal(remember("(void)0"), 0);
    is("$", "40");
    must_fail(assign("$1", "3"), ERR_TYPE_MISMATCH);
}

/* What was shown stays what it was; where it was is known, and what is there now. */
static void test_of_memory(void **state)
{
    (void)state;
    put_number(0x1800, 42);
    remember("*(long *)0x1800");
    put_number(0x1800, 43);
    memory_forget(target);
    is("$1", "42");
    is("*&$1", "43");
    is("&$1", "(long *) 0x1800");
    must(assign("$copy", "$1"));
    is("$copy", "42");
    fails("&$copy", ERR_TYPE_MISMATCH);
    must(assign("$copy", "$copy + 1"));
    assert_int_equal(stands_at(0x1800), 43);
}

static void test_oldest_go(void **state)
{
    (void)state;
    for (int i = 1; i <= HISTORY_VALUES_MOST + 3; i++)
        assert_int_equal(remember("1"), i);
    fails("$3", ERR_NO_SYMBOL);
    is("$4", "1");
    put(0x1800, "x", 1);
    for (int i = 0; i < 3; i++)
        remember("*(char *)0x1800");
    is("$$2", "120 'x'");
}

static void test_variables(void **state)
{
    (void)state;
    fails("$n", ERR_NO_SYMBOL);
    must(assign("$n", "7"));
    is("$n * 2", "14");
    is("$n++", "7");
    is("$n", "8");
    is("--$n", "7");
    is("$n += 5", "12");
    must(assign(" $n", "2.5"));
    is("$n", "2.5");
    is("$m = $n * 2", "5");
    is("$m + $n", "7.5");
    must(assign("$text", "\"abc\""));
    is("$text", "\"abc\"");
    is("$text[1]", "98 'b'");
    must_fail(assign("$n", "$nobody"), ERR_NO_SYMBOL);
    is("$n", "2.5");
    assert_string_equal(convenience_name(target, 0), "n");
    assert_string_equal(convenience_name(target, 2), "text");
    assert_null(convenience_name(target, 3));
    convenience_forget(target, "n");
    fails("$n", ERR_NO_SYMBOL);
}

/* A register is that, also where it could be taken for a variable. */
static void test_registers_first(void **state)
{
    (void)state;
    must(assign("$rbx", "5"));
    assert_int_equal(sent("P"), 1);
    assert_null(convenience_name(target, 0));
}

static void test_known(void **state)
{
    (void)state;
    is("$_exitcode", "void");
    is("$bpnum", "void");
    convenience_set_integer(target, "_exitcode", -1);
    is("$_exitcode + 2", "1");
    is("$_inferior", "1");
    is("$_thread > 0 && $_thread == $_gthread", "1");
    must_fail(assign("$_thread", "3"), ERR_TYPE_MISMATCH);
    fails("$_siginfo", ERR_UNSUPPORTED); /* this stub does not offer it */
    assert_true(convenience_has(target, "_exitcode"));
    assert_true(convenience_has(target, "_siginfo"));
    assert_false(convenience_has(target, "exitcode"));
}

/* Neither needs a target that stands. */
static void test_running(void **state)
{
    (void)state;
    must(assign("$n", "7"));
    target->state = TARGET_RUNNING;
    is("$n + 1", "8");
    must(assign("$n", "9"));
    is("$n", "9");
    fails("$nobody", ERR_NOT_STOPPED);
    must_fail(assign("$rbx", "1"), ERR_NOT_STOPPED);
}

static void test_too_many(void **state)
{
    (void)state;
    for (int i = 0; i < VARIABLES_MOST; i++) {
        BASE_FREE char *name = xasprintf("$v%d", i);
        must(assign(name, "1"));
    }
    must_fail(assign("$one_more", "1"), ERR_UNSUPPORTED);
    must(assign("$v5", "2"));
    is("$v5", "2");
}

static const char *const before = "struct pair { int a, b; } p = {3, 4}; int _start(void) { return p.a; }\n";

/* The file is another one now: a type of the same name takes the place of the old one, where it fits. */
static void test_file_goes(void **state)
{
    (void)state;
    load(before, "-O0");
    put(0x2200, "\3\0\0\0\4\0\0\0", 8);
    memory_forget(target);
    remember("p");
    remember("&p");
    must(assign("$kept", "p"));
    symbol_map_remove(target->map, symbol_map_file(target->map, 0, NULL));
    fails("$1", ERR_NO_TYPE);
    fails("$kept.a", ERR_NO_TYPE);
    load("struct pair { int first, second; } p; int _start(void) { return p.first; }\n", "-O0");
    is("$kept.second", "4");
    is("$1", "{first = 3, second = 4}");
    is("$2->first", "3");
    symbol_map_remove(target->map, symbol_map_file(target->map, 0, NULL));
    load("struct pair { int a; } p; int _start(void) { return p.a; }\n", "-O0");
    fails("$1", ERR_NO_TYPE);
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, start_kept, end_kept)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_history),   TEST(test_of_memory),       TEST(test_oldest_go),
        TEST(test_variables), TEST(test_known),           TEST(test_running),
        TEST(test_too_many),  TEST(test_registers_first), TEST(test_file_goes),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
