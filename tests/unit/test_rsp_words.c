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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blanks),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
