/* Expectations against results: literals, matchers, numbers in their spellings, paths of misfits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "scripts/match.h"
#include "scripts/scope.h"

static bool fits(const char *expected, const char *got, cJSON *failed)
{
    cJSON *e = cJSON_Parse(expected), *g = cJSON_Parse(got);
    assert_non_null(e);
    bool result = match_value(e, g, failed);
    cJSON_Delete(e);
    cJSON_Delete(g);
    return result;
}

static void test_numbers(void **state)
{
    (void)state;
    assert_true(fits("16", "\"0x10\"", NULL));
    assert_true(fits("\"18446744073709551615\"", "\"0xffffffffffffffff\"", NULL));
    assert_false(fits("-1", "\"0xffffffffffffffff\"", NULL)); /* no modulo */
    assert_false(fits("\"010\"", "10", NULL));                /* leading zeros: text */
    assert_false(fits("1", "true", NULL));
    assert_true(fits("true", "true", NULL));
    assert_false(fits("true", "\"true\"", NULL));
    assert_true(fits("{\"lt\": \"0x20\"}", "31", NULL));
    assert_false(fits("{\"lt\": 31}", "31", NULL));
    assert_true(fits("{\"ge\": 1.5}", "1.5", NULL));
    assert_true(fits("\"-5\"", "-5", NULL));
}

static void test_text_keys(void **state)
{
    (void)state;
    assert_false(fits("{\"hex\": \"10\"}", "{\"hex\": \"0xa\"}", NULL));
    assert_true(fits("{\"hex\": \"00\"}", "{\"hex\": \"00\"}", NULL));
    assert_false(fits("{\"name\": \"1\"}", "{\"name\": \"0x1\"}", NULL));
    assert_true(fits("{\"value\": \"1\"}", "{\"value\": \"0x1\"}", NULL));
}

static void test_shapes(void **state)
{
    (void)state;
    assert_true(fits("{\"a\": {\"b\": 1}}", "{\"a\": {\"b\": 1, \"c\": 2}, \"d\": 3}", NULL));
    assert_true(fits("[1, 2]", "[1, 2, 3]", NULL));
    assert_false(fits("[1, 2, 3]", "[1, 2]", NULL));
    assert_false(fits("{\"a\": 1}", "[1]", NULL));
    assert_true(fits("null", "null", NULL));
    assert_false(fits("{\"a\": null}", "{}", NULL));
}

static void test_matchers(void **state)
{
    (void)state;
    assert_true(fits("{\"exists\": false}", "null", NULL));
    assert_true(fits("{\"x\": {\"exists\": false}}", "{}", NULL));
    assert_true(fits("{\"in\": [1, \"two\"]}", "\"two\"", NULL));
    assert_false(fits("{\"in\": [1, \"two\"]}", "3", NULL));
    assert_true(fits("{\"match\": \"^ab+$\"}", "\"abb\"", NULL));
    assert_false(fits("{\"match\": \"^ab+$\"}", "7", NULL));
    assert_true(fits("{\"contains\": {\"id\": 2}}", "[{\"id\": 1}, {\"id\": 2}]", NULL));
    assert_false(fits("{\"contains\": {\"id\": 3}}", "[{\"id\": 1}]", NULL));
    assert_true(fits("{\"contains\": \"ell\"}", "\"hello\"", NULL));
    assert_true(fits("{\"count\": {\"ge\": 2}}", "[1, 2]", NULL));
    assert_false(fits("{\"count\": 1}", "[1, 2]", NULL));
    assert_true(fits("{\"ge\": 1, \"lt\": 3}", "2", NULL));
    assert_false(fits("{\"ge\": 1, \"lt\": 3}", "3", NULL));
    assert_true(fits("{\"ne\": 3}", "4", NULL));
    /* inside eq an object is literal: a C struct may have a member called count */
    assert_true(fits("{\"eq\": {\"count\": 3}}", "{\"count\": 3}", NULL));
    assert_false(fits("{\"eq\": {\"count\": 3}}", "[1, 2, 3]", NULL));
    /* one unknown key makes it no matcher */
    assert_true(fits("{\"eq\": 1, \"other\": 2}", "{\"eq\": 1, \"other\": 2}", NULL));
}

static void test_misfits_are_told(void **state)
{
    (void)state;
    cJSON *failed = cJSON_CreateArray();
    assert_false(fits("{\"a\": [1, {\"b\": 2}], \"c\": 3}", "{\"a\": [1, {\"b\": 9}], \"c\": 4}", failed));
    assert_int_equal(cJSON_GetArraySize(failed), 2);
    cJSON *first = cJSON_GetArrayItem(failed, 0);
    assert_string_equal(cJSON_GetObjectItem(first, "at")->valuestring, "/a/1/b");
    assert_int_equal(cJSON_GetObjectItem(first, "expected")->valueint, 2);
    assert_int_equal(cJSON_GetObjectItem(first, "got")->valueint, 9);
    cJSON_Delete(failed);
}

static void test_checks(void **state)
{
    (void)state;
    cJSON *bad = cJSON_Parse("{\"x\": [{\"match\": \"(\"}]}");
    char *pointer = NULL, *why = match_check(bad, &pointer);
    assert_non_null(why);
    assert_string_equal(pointer, "/x/0/match");
    free(why);
    free(pointer);
    cJSON_Delete(bad);
    cJSON *good = cJSON_Parse("{\"eq\": {\"match\": \"(\"}}");
    assert_null(match_check(good, &pointer));
    free(pointer);
    cJSON_Delete(good);
}

static void test_truth(void **state)
{
    (void)state;
    static const char *const no[] = {"0", "\"0\"", "\"0x0\"", "false", "null", "\"\"", "0.0"};
    static const char *const yes[] = {"1", "\"-1\"", "\"0x10\"", "true", "\"text\"", "[]", "0.5"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        cJSON *a = cJSON_Parse(no[i]), *b = cJSON_Parse(yes[i]);
        assert_false(match_truth(a));
        assert_true(match_truth(b));
        cJSON_Delete(a);
        cJSON_Delete(b);
    }
    assert_false(match_truth(NULL));
}

static char *substituted(const char *json)
{
    struct scope s;
    scope_init(&s);
    scope_set(&s, "bp", cJSON_Parse("{\"id\": 7, \"list\": [{\"pc\": \"0x10\"}]}"));
    struct error *e = scope_define(&s, "times=200");
    assert_null(e);
    e = scope_define(&s, "word=abc def");
    assert_null(e);
    cJSON *from = cJSON_Parse(json), *to = NULL;
    e = scope_substitute(&s, from, &to);
    char *text = e ? NULL : cJSON_PrintUnformatted(to);
    if (e)
        assert_int_equal(e->code, ERR_USAGE);
    error_free(e);
    cJSON_Delete(from);
    cJSON_Delete(to);
    scope_free(&s);
    return text;
}

static void expect_substituted(const char *json, const char *wanted)
{
    char *text = substituted(json);
    if (wanted) {
        assert_non_null(text);
        assert_string_equal(text, wanted);
    } else {
        assert_null(text);
    }
    free(text);
}

static void test_substitution(void **state)
{
    (void)state;
    expect_substituted("{\"id\": \"${bp.id}\"}", "{\"id\":7}"); /* exactly one keeps its type */
    expect_substituted("\"number ${bp.id}!\"", "\"number 7!\"");
    expect_substituted("[\"${bp.list[0].pc}\", \"${times}\"]", "[\"0x10\",200]");
    expect_substituted("\"${word}\"", "\"abc def\"");
    expect_substituted("\"$ {x} ${\"", "\"$ {x} ${\"");
    expect_substituted("\"${nobody}\"", NULL);
    expect_substituted("\"${bp.nothing}\"", NULL);
    expect_substituted("\"${bp.list[1]}\"", NULL);
    expect_substituted("\"${bp.list[x]}\"", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_text_keys),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_matchers),
        cmocka_unit_test(test_misfits_are_told),
        cmocka_unit_test(test_checks),
        cmocka_unit_test(test_truth),
        cmocka_unit_test(test_substitution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
