/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regular expressions: those that are taken match as they should, and those that would take all memory are
 * refused before the C library sees them. */
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
#include "scripts/pattern.h"

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
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        if (pattern_fits(rows[i].pattern, rows[i].subject) != rows[i].fits)
            fail_msg("%s on %s", rows[i].pattern, rows[i].subject);
}

static void refused(const char *pattern, const char *part)
{
    regex_t regex;
    BASE_FREE char *why = pattern_compile(pattern, &regex);
    if (!why || !strstr(why, part))
        fail_msg("%.60s: %s", pattern, why ? why : "taken");
    assert_false(pattern_fits(pattern, "aaa"));
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const large[] = {
        "(((a{1,200}){1,200}){1,200}){1,2}",
        "(((a{255}){255}){255}){255}",
        "((a{0,255}){0,255}){0,255}",
        "(([a-z]{200})+{200}){200}",
        "(([)(]{100,}){100,}){100,}",
        "((\\({100}){100}){2}",
        "(a{32767}){32767}",
        "((((aaaa){90}){90})?{90})*",
        "(a|b|(c{99}|d){99}){99}",
        "(a{99999999999999999999})",
        "){32767}{32767}",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(large); i++)
        refused(large[i], "too large");
    static const char *const repeated[] = {
        "xpM$-+*********************-+************+*********0x10",
        "x****",
        "x++++++++++++++++++++++++++++",
        "((((x*)?)+)*)",
        "(x{2}+?)*",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(repeated); i++)
        refused(repeated[i], "too often");
    refused("(a*)*\\1", "back-references");
    refused("(a", "(");
    refused("a{2", "{");
    refused("[a", "[");
    BASE_BUF struct buf text = {0};
    for (unsigned i = 0; i < 100; i++)
        buf_add_char(&text, '(');
    refused(buf_text(&text), "nested too deep");
    for (unsigned i = 0; i < PATTERN_BYTES; i++)
        buf_add_char(&text, 'a');
    refused(buf_text(&text), "too long");
}

/* The largest that are taken stay small, too. */
static void test_memory(void **state)
{
    (void)state;
    enum { KILOBYTES_MOST = 200000 };
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    static const char *const patterns[] = {"((a{1,19}){1,19}){1,19}b", "([a-f]{90}){90}"};
    for (size_t i = 0; i < ARRAY_LENGTH(patterns); i++) {
        regex_t regex;
        assert_null(pattern_compile(patterns[i], &regex));
        assert_int_equal(regexec(&regex, "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, NULL, 0), REG_NOMATCH);
        regfree(&regex);
    }
    getrusage(RUSAGE_SELF, &after);
    assert_true(after.ru_maxrss - before.ru_maxrss < KILOBYTES_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
