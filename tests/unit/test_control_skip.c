/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/control/run/skip.h: what a skip means, and the table of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/limits.h"
#include "engine/control/run/skip.h"
#include "symbols/map.h"

static void test_meanings(void **state)
{
    (void)state;
    static const struct {
        struct skip skip;
        const char *function, *file;
        bool meant;
    } cases[] = {
        {{.function = "f"}, "f", "/a/b.c", true},
        {{.function = "f"}, "f(int)", "/a/b.c", true},
        {{.function = "f(int)"}, "f(int)", NULL, true},
        {{.function = "f(int)"}, "f(long)", NULL, false},
        {{.function = "f"}, "fg", NULL, false},
        {{.function = "f"}, "n::f", NULL, false},
        {{.function = "f"}, NULL, "/a/b.c", false},
        {{.function = "f", .function_how = SKIP_REGEX}, "n::fg()", NULL, true},
        {{.function = "^f", .function_how = SKIP_REGEX}, "n::fg()", NULL, false},
        {{.function = "n::*", .function_how = SKIP_GLOB}, "n::fg()", NULL, true},
        {{.function = "n::*", .function_how = SKIP_GLOB}, "m::n::f", NULL, false},
        {{.file = "b.c"}, "f", "/a/b.c", true},
        {{.file = "b.c"}, "f", "/a/bb.c", false},
        {{.file = "a/b.c"}, NULL, "/a/b.c", true},
        {{.file = "/a/b.c"}, "f", "/a/b.c", true},
        {{.file = "/b.c"}, "f", "/a/b.c", false},
        {{.file = "b.c"}, "f", "b.c", true},
        {{.file = "b.c"}, "f", NULL, false},
        {{.file = "*.c", .file_how = SKIP_GLOB}, "f", "/a/b.c", true},
        {{.file = "/a/*", .file_how = SKIP_GLOB}, "f", "/a/b.c", true},
        {{.file = "a*", .file_how = SKIP_GLOB}, "f", "/a/b.c", false},
        {{.function = "f", .file = "b.c"}, "f", "/a/b.c", true},
        {{.function = "f", .file = "c.c"}, "f", "/a/b.c", false},
        {{.function = "g", .file = "b.c"}, "f", "/a/b.c", false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct skip_table t = {0};
        int id;
        assert_null(skip_add(&t, &cases[i].skip, &id));
        struct symbol_place place = {.function = cases[i].function, .file = cases[i].file};
        if (skip_has_function(&t, &place) != cases[i].meant)
            fail_msg("case %zu: %s, %s", i, cases[i].function ? cases[i].function : "-",
                     cases[i].file ? cases[i].file : "-");
        assert_false(skip_has_inlined(&t, &place)); /* nothing was inlined there */
        assert_null(skip_change(&t, id, SKIP_DISABLE));
        assert_false(skip_has_function(&t, &place));
        skip_free(&t);
    }
}

/* The function that really exists, and the innermost that was inlined into it. */
static void test_inlined(void **state)
{
    (void)state;
    struct skip_table t = {0};
    int id;
    assert_null(skip_add(&t, &(struct skip){.function = "inner"}, &id));
    struct symbol_place place = {.function = "inner", .inlined_count = 1};
    place.inlined[0].function = "outer";
    assert_false(skip_has_function(&t, &place));
    assert_true(skip_has_inlined(&t, &place));
    skip_free(&t);
}

static void expect(struct error *e, enum error_code code)
{
    assert_true(error_is(e, code));
    error_free(e);
}

static void test_table(void **state)
{
    (void)state;
    struct skip_table t = {0};
    int id;
    BASE_FREE char *long_text = xcalloc(1, SKIP_TEXT_MOST + 2);
    memset(long_text, 'a', SKIP_TEXT_MOST + 1);
    expect(skip_add(&t, &(struct skip){.id = 0}, &id), ERR_USAGE);
    expect(skip_add(&t, &(struct skip){.function = long_text}, &id), ERR_USAGE);
    expect(skip_add(&t, &(struct skip){.function = "(", .function_how = SKIP_REGEX}, &id), ERR_SYNTAX);
    for (int i = 1; i <= SKIPS_MOST; i++) {
        assert_null(skip_add(&t, &(struct skip){.function = "f"}, &id));
        assert_int_equal(id, i);
    }
    expect(skip_add(&t, &(struct skip){.function = "f"}, &id), ERR_USAGE);
    assert_null(skip_change(&t, 7, SKIP_DELETE));
    expect(skip_change(&t, 7, SKIP_ENABLE), ERR_USAGE);
    assert_int_equal(t.count, SKIPS_MOST - 1);
    assert_int_equal(t.items[6].id, 8);
    assert_null(skip_add(&t, &(struct skip){.function = "g"}, &id));
    assert_int_equal(id, SKIPS_MOST + 1); /* a number is not used again */
    assert_null(skip_change(&t, 0, SKIP_DELETE));
    assert_int_equal(t.count, 0);
    assert_null(skip_change(&t, 0, SKIP_ENABLE)); /* all of none */
    skip_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meanings),
        cmocka_unit_test(test_inlined),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests_name("skip", tests, NULL, NULL);
}
