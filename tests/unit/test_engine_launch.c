/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a program is to be started, and what may be shown of what it prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/session/launch/setup.h"
#include "ui/cli_program.h"

static void must(struct error *e)
{
    if (e)
        fail_msg("%s", e->message);
}

static void must_fail(struct error *e, enum error_code code)
{
    assert_non_null(e);
    assert_int_equal(e->code, code);
    error_free(e);
}

/* What a line becomes when it is shown: it is taken again as the same. */
static void check_line(const char *line, const char *shown)
{
    struct program_setup p = {0};
    for (const char *next = line;; next = shown) {
        BASE_BUF struct buf got = {0};
        must(setup_set_line(&p, next));
        setup_add_line(&p, &got);
        assert_string_equal(buf_text(&got), shown);
        if (next == shown)
            break;
    }
    setup_free(&p);
}

static void test_lines(void **state)
{
    (void)state;
    check_line("", "");
    check_line("a  b", "a b");
    check_line("\"a b\" c\\ d ''", "'a b' 'c d' ''");
    check_line("<in a >out b", "a b < in > out");
    check_line("a >> 'o o' 2>> e", "a >> 'o o' 2>> e");
    check_line("a > o 2>&1", "a > o 2>&1");
    check_line("a 2> e 2>&1", "a 2>&1");
    check_line("a 2>&1 2> e", "a 2> e");
    check_line("> o", "> o");
    check_line("2>&1", "2>&1");
    struct program_setup p = {0};
    must_fail(setup_set_line(&p, "a <"), ERR_USAGE);
    must_fail(setup_set_line(&p, "a < > b"), ERR_USAGE);
    must_fail(setup_set_line(&p, "a 'b"), ERR_USAGE);
    setup_free(&p);
}

static const char *value_in(char **list, const char *name)
{
    const char *found = NULL;
    size_t n = strlen(name);
    for (size_t i = 0; list[i]; i++) {
        if (strncmp(list[i], name, n) != 0 || list[i][n] != '=')
            continue;
        assert_null(found); /* once */
        found = list[i] + n + 1;
    }
    return found;
}

static void test_environment(void **state)
{
    (void)state;
    setenv("ALLSTOP_TEST_OURS", "ours", 1);
    setenv("LD_ALLSTOP_TEST", "ours", 1);
    struct program_setup p = {0};
    must(setup_set_variable(&p, "ALLSTOP_TEST_NEW", "a=b c"));
    must(setup_set_variable(&p, "ALLSTOP_TEST_OURS", "first"));
    must(setup_set_variable(&p, "ALLSTOP_TEST_OURS", "changed"));
    must(setup_set_variable(&p, "LD_ALLSTOP_TEST", NULL));
    must_fail(setup_set_variable(&p, "", "x"), ERR_USAGE);
    must_fail(setup_set_variable(&p, "a=b", "x"), ERR_USAGE);
    char **list = setup_environment(&p, false);
    assert_string_equal(value_in(list, "ALLSTOP_TEST_NEW"), "a=b c");
    assert_string_equal(value_in(list, "ALLSTOP_TEST_OURS"), "changed");
    assert_null(value_in(list, "LD_ALLSTOP_TEST"));
    setup_list_free(list);
    list = setup_environment(&p, true); /* an emulator's own: what is the loader's is left alone */
    assert_string_equal(value_in(list, "LD_ALLSTOP_TEST"), "ours");
    setup_list_free(list);
    setup_clear_environment(&p);
    must(setup_set_variable(&p, "ALLSTOP_TEST_NEW", ""));
    list = setup_environment(&p, false);
    assert_string_equal(list[0], "ALLSTOP_TEST_NEW=");
    assert_null(list[1]);
    setup_list_free(list);
    setup_free(&p);
}

static void test_folders(void **state)
{
    (void)state;
    struct program_setup p = {0};
    must(setup_set_folder(&p, "/"));
    must(setup_set_folder(&p, "tmp"));
    BASE_FREE char *tmp = realpath("/tmp", NULL);
    assert_string_equal(p.folder, tmp);
    BASE_FREE char *path = setup_path(&p, "x");
    BASE_FREE char *expected = xasprintf("%s/x", tmp);
    assert_string_equal(path, expected);
    must_fail(setup_set_folder(&p, "no such folder"), ERR_NO_SOURCE);
    must_fail(setup_set_folder(&p, "/dev/null"), ERR_NO_SOURCE);
    assert_string_equal(p.folder, tmp);
    must(setup_set_line(&p, "< /no/such/file"));
    must_fail(setup_check(&p), ERR_NO_SOURCE);
    must(setup_set_line(&p, "< /dev/null"));
    must(setup_check(&p));
    p.tty = xstrdup("/dev/null");
    must_fail(setup_check(&p), ERR_USAGE);
    setup_free(&p);
}

/* In one piece, and byte by byte. */
static void check_shown(const char *printed, const char *shown)
{
    struct cli_program whole = {0}, pieces = {0};
    BASE_BUF struct buf one = {0}, many = {0};
    cli_program_text(&whole, printed, strlen(printed), &one);
    for (const char *p = printed; *p; p++)
        cli_program_text(&pieces, p, 1, &many);
    assert_string_equal(buf_text(&one), shown);
    assert_string_equal(buf_text(&many), shown);
}

static void test_shown(void **state)
{
    (void)state;
    check_shown("50%\r60%\r\nab\b \b\tc\n", "50%\r60%\r\nab\b \b\tc\n");
    check_shown("\033[31mred\033[0m \033]0;title\007x \033P1\033\\y \033cz\a", "red x y z");
    check_shown("\001\177", "^A^?");
    check_shown("a\033[", "a");
}

static void test_unfinished(void **state)
{
    (void)state;
    assert_int_equal(text_unfinished("", 0), 0);
    assert_int_equal(text_unfinished("abc", 3), 0);
    assert_int_equal(text_unfinished("a\xc3", 2), 1);
    assert_int_equal(text_unfinished("\xc3\xa4", 2), 0);
    assert_int_equal(text_unfinished("\xe2\x82", 2), 2);
    assert_int_equal(text_unfinished("\xf0\x9f\x98", 3), 3);
    assert_int_equal(text_unfinished("\xf0\x9f\x98\x80", 4), 0);
    assert_int_equal(text_unfinished("\x80\x80", 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines), cmocka_unit_test(test_environment), cmocka_unit_test(test_folders),
        cmocka_unit_test(test_shown), cmocka_unit_test(test_unfinished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
