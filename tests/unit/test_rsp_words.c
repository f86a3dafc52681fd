/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test_rsp_support.h"

static void check(const char *line, const char *const *expected)
{
    char **words;
    must(words_split(line, &words));
    size_t i = 0;
    for (; expected[i]; i++) {
        assert_non_null(words[i]);
        assert_string_equal(words[i], expected[i]);
    }
    assert_null(words[i]);
    words_free(words);
}
#define CHECK(line, ...) check((line), (const char *const[]){__VA_ARGS__, NULL})

static void test_blanks(void **state)
{
    (void)state;
    CHECK("a", "a");
    CHECK("  a\tbc \n d ", "a", "bc", "d");
}

static void test_quotes(void **state)
{
    (void)state;
    CHECK("'a b' \"c d\" e\\ f", "a b", "c d", "e f");
    CHECK("a'b'\"c\"d", "abcd");
    CHECK("'' \"\" x", "", "", "x");
    CHECK("'a\\b' \"a\\b\\\"\\\\\\$\" \\'", "a\\b", "a\\b\"\\$", "'");
    CHECK("'$HOME' \"$(x)\" *", "$HOME", "$(x)", "*");
    CHECK("a\\\nb \"c\\\nd\"", "ab", "cd");
    CHECK("gdbserver --once :{port} 'my prog'", "gdbserver", "--once", ":{port}", "my prog");
}

static void test_refused(void **state)
{
    (void)state;
    char **words;
    must_fail(words_split("a 'b", &words), ERR_USAGE);
    must_fail(words_split("a \"b\\\"", &words), ERR_USAGE);
    must_fail(words_split("a\\", &words), ERR_USAGE);
    must_fail(words_split("", &words), ERR_USAGE);
    must_fail(words_split(" \t\n", &words), ERR_USAGE);
    words_free(NULL);
}

/* Operators have `!` in front of them in `expected`. */
static void check_shell(const char *line, const char *expected)
{
    struct shell_word *words;
    size_t count;
    BASE_BUF struct buf got = {0};
    must(shell_words_split(line, &words, &count));
    for (size_t i = 0; i < count; i++)
        buf_printf(&got, "%s%s[%s]", i ? " " : "", words[i].is_operator ? "!" : "", words[i].text);
    assert_string_equal(buf_text(&got), expected);
    shell_words_free(words, count);
}

static void test_redirections(void **state)
{
    (void)state;
    check_shell("", "");
    check_shell("a b", "[a] [b]");
    check_shell("a<b>c", "[a] ![<] [b] ![>] [c]");
    check_shell("a >>c 2>d 2>> e 2>&1", "[a] ![>>] [c] ![2>] [d] ![2>>] [e] ![2>&1]");
    check_shell("a2>b 1>c 0<d 1>>e", "[a2] ![>] [b] ![>] [c] ![<] [d] ![>>] [e]");
    check_shell("'<' \\> \"2>\" '2'>x", "[<] [>] [2>] [2] ![>] [x]");
    check_shell("a|b;c&", "[a|b;c&]");
    struct shell_word *words;
    size_t count;
    must_fail(shell_words_split("a < 'b", &words, &count), ERR_USAGE);
    static const char *const others[] = {"a 12>c", "3>x",   ">&2", "1>&2", "2>&3", "&>o",
                                         ">|o",    "a <<E", "<&3", "<>f",  ">>&2", "4<f"};
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        must_fail(shell_words_split(others[i], &words, &count), ERR_USAGE);
}

/* Every byte that can be in an argument comes back, from us and from a shell. */
static void test_quoting(void **state)
{
    (void)state;
    char all[256];
    for (int c = 1; c < 256; c++)
        all[c - 1] = (char)c;
    all[255] = '\0';
    const char *const words[] = {"",   "plain", "a b", "it's", "''",        "\\",
                                 "-x", "~",     "$x",  "#",    "a=b,c:d%e", all};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        BASE_BUF struct buf line = {0};
        words_quote(&line, words[i]);
        CHECK(buf_text(&line), words[i]);
        struct shell_word *back;
        size_t count;
        must(shell_words_split(buf_text(&line), &back, &count));
        assert_int_equal(count, 1);
        assert_false(back[0].is_operator);
        assert_string_equal(back[0].text, words[i]);
        shell_words_free(back, count);
    }
    BASE_BUF struct buf plain = {0};
    words_quote(&plain, "/usr/bin/a-b_c.d");
    assert_string_equal(buf_text(&plain), "/usr/bin/a-b_c.d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blanks),       cmocka_unit_test(test_quotes),  cmocka_unit_test(test_refused),
        cmocka_unit_test(test_redirections), cmocka_unit_test(test_quoting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
