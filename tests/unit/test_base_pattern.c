/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regular expressions: those that are taken match as they should, and none takes time or memory beyond its
 * limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/pattern.h"

static void test_taken(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *subject;
        bool fits;
    } rows[] = {
        {"^0x[0-9a-f]{1,16}$", "0x7fff0000", true},
        {"^0x[0-9a-f]{1,16}$", "0x12345678123456781", false},
        {"a{3}", "caaat", true},
        {"^((a+b+)+c++)+$", "aabbabccabc", true},
        {"(ab){2,}c", "xababababc", true},
        {"(ab){2,}c", "xabc", false},
        {"[]a]{2}x", "]ax", true},
        {"[[:digit:]]{4}", "in 2024", true},
        {"[^]]+\\]", "a]", true},
        {"[{(]{2}", "{(", true},
        {"\\{1\\}", "{1}", true},
        {"worker|main", "the main one", true},
        {"((a{8}){8}){8}", "no", false},
        {"(a+){100}", "aa", false},
        {"^two.lines$", "two\nlines", true},
        {"^lines$", "two\nlines", false},
        {"end$", "end\n", false},
        {"^\\w+ \\d+$", "errno 11", true},
        {"", "", true},
        {"\xff", "a \xff byte", true},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        if (pattern_fits(rows[i].pattern, rows[i].subject) != rows[i].fits)
            fail_msg("%s on %s", rows[i].pattern, rows[i].subject);
}

static void refused(const char *pattern)
{
    BASE_FREE char *why = pattern_check(pattern);
    if (!why || strlen(why) < 8)
        fail_msg("%.60s: %s", pattern, why ? why : "taken");
    assert_false(pattern_fits(pattern, "aaa"));
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const patterns[] = {
        "(a", "[a", "*a", "(((a{255}){255}){255}){255}", "(a{99999999999999999999})", "a\\",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(patterns); i++)
        refused(patterns[i]);
    BASE_BUF struct buf text = {0};
    for (unsigned i = 0; i <= PATTERN_NESTED_MOST; i++)
        buf_add_char(&text, '(');
    for (unsigned i = 0; i <= PATTERN_NESTED_MOST; i++)
        buf_add_char(&text, ')');
    refused(buf_text(&text));
    buf_clear(&text);
    for (unsigned i = 0; i <= PATTERN_BYTES; i++)
        buf_add_char(&text, 'a');
    refused(buf_text(&text));
}

static double used_seconds(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6;
}

/* Each of these takes the C library's expressions minutes or gigabytes, or those that try every way ages;
 * whether it is taken or refused is not the question. */
static void test_bounded(void **state)
{
    (void)state;
    enum { KILOBYTES_MOST = 200000, SECONDS_MOST = 20 };
    static const char *const patterns[] = {
        "((a{1,19}){1,19}){1,19}$",
        "([a-f]{90}){90}",
        "(a+)+$",
        "(a*)*\\1$",
        "((a|aa)+)+$",
        "(.*?)*(.*?)*(.*)*a$",
        "(?:(?:(?:a{1,200}){1,200}){1,200}){1,2}",
        "xpM$-+*********************-+************+*********0x10",
        "(((((x*)*)*)*)*)*a$",
        "(?R)?a",
        "^(?:a?){4000}a{4000}$",
        "(|(|(|(|a+)+)+)+)+$",
        "(((((((.+)+)+)+)+)+)+)+a$",
    };
    BASE_BUF struct buf subject = {0};
    for (unsigned i = 0; i < 5000; i++)
        buf_add_char(&subject, 'a');
    buf_add_char(&subject, '!');
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    double begun = used_seconds();
    for (size_t i = 0; i < ARRAY_LENGTH(patterns); i++) {
        double from = used_seconds();
        free(pattern_check(patterns[i]));
        bool fits = pattern_fits(patterns[i], buf_text(&subject));
        if (getenv("SHOW"))
            print_message("%s: %d %.3f s\n", patterns[i], fits, used_seconds() - from);
    }
    getrusage(RUSAGE_SELF, &after);
    assert_true(used_seconds() - begun < SECONDS_MOST);
    assert_true(after.ru_maxrss - before.ru_maxrss < KILOBYTES_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
