/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expectations against results: literals, matchers, numbers in their spellings, paths of misfits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* -- one row a question ------------------------------------------------------------------------------ */

struct row {
    const char *expected, *got;
    bool fits;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fits(rows[i].expected, rows[i].got, NULL) != rows[i].fits)
            fail_msg("%s against %s: not %s", rows[i].expected, rows[i].got, rows[i].fits ? "met" : "missed");
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof rows / sizeof rows[0])

/* Every element counts, wherever it stands, and its name is told. */
static void test_each_element(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"[1, 2, 3]", "[1, 2, 3]", true},
        {"[9, 2, 3]", "[1, 2, 3]", false},
        {"[1, 9, 3]", "[1, 2, 3]", false},
        {"[1, 2, 9]", "[1, 2, 3]", false},
        {"[{\"a\": 1}, {\"a\": 2}]", "[{\"a\": 9}, {\"a\": 2}]", false},
        {"[{\"a\": 1}, {\"a\": 2}]", "[{\"a\": 1}, {\"a\": 9}]", false},
        {"{\"a\": 1, \"b\": 2}", "{\"a\": 9, \"b\": 2}", false},
        {"{\"a\": 1, \"b\": 2}", "{\"a\": 1, \"b\": 9}", false},
        {"[]", "[1]", true},
        {"[1]", "[]", false},
        {"[1]", "{\"0\": 1}", false},
        {"[1]", "1", false},
        {"{\"a\": [[1, 2], [3]]}", "{\"a\": [[1, 9], [3]]}", false},
    };
    CHECK_ROWS(rows);
    cJSON *failed = cJSON_CreateArray();
    assert_false(fits("[0, [1], 2, {\"x\": [3]}, 4]", "[9, [9], 9, {\"x\": [9]}]", failed));
    static const char *const places[] = {"/0", "/1/0", "/2", "/3/x/0", "/4"};
    assert_int_equal(cJSON_GetArraySize(failed), 5);
    for (int i = 0; i < 5; i++) {
        const cJSON *one = cJSON_GetArrayItem(failed, i);
        assert_string_equal(cJSON_GetObjectItem(one, "at")->valuestring, places[i]);
        assert_int_equal(cJSON_HasObjectItem(one, "got"), i < 4);
    }
    cJSON_Delete(failed);
}

/* What is told of a misfit is the whole of what was expected and what came. */
static void test_misfits_are_told_whole(void **state)
{
    (void)state;
    cJSON *failed = cJSON_CreateArray();
    assert_false(fits("{\"a\": {\"eq\": {\"b\": [1]}}, \"c\": [1]}",
                      "{\"a\": {\"b\": [2]}, \"c\": {\"d\": [3]}}", failed));
    char *text = cJSON_PrintUnformatted(failed);
    assert_string_equal(text, "[{\"at\":\"/a\",\"expected\":{\"eq\":{\"b\":[1]}},\"got\":{\"b\":[2]}},"
                              "{\"at\":\"/c\",\"expected\":[1],\"got\":{\"d\":[3]}}]");
    free(text);
    cJSON_Delete(failed);
}

static void test_order(void **state)
{
    (void)state;
    static const char *const keys[] = {"lt", "le", "gt", "ge", "eq", "ne"};
    /* a less than b, equal, greater: what each matcher says */
    static const bool says[3][6] = {
        {true, true, false, false, false, true},
        {false, true, false, true, true, false},
        {false, false, true, true, false, true},
    };
    static const struct {
        const char *got, *than;
        int order;
    } pairs[] = {
        {"1", "2", 0},
        {"2", "2", 1},
        {"3", "2", 2},
        {"1.25", "1.5", 0},
        {"1.5", "1.5", 1},
        {"1.75", "1.5", 2},
        {"\"0xa\"", "11", 0},
        {"\"0xA\"", "10", 1},
        {"\"0XB\"", "\"10\"", 2},
        {"\"a\"", "\"b\"", 0},
        {"\"b\"", "\"b\"", 1},
        {"\"c\"", "\"b\"", 2},
        {"\"-3\"", "-2", 0},
        {"-2", "\"-2\"", 1},
        {"-1", "\"-2\"", 2},
        {"0.5", "1", 0},
        {"1.5", "1", 2},
        {"\"0xffffffffffffffff\"", "\"0x10000000000000000\"", 0},
        {"\"0x7f\"", "0", 2},
        {"\"9\"", "\"10\"", 0},
        {"9007199254740992", "\"9007199254740992\"", 1},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        for (size_t k = 0; k < 6; k++) {
            char expected[100];
            snprintf(expected, sizeof expected, "{\"%s\": %s}", keys[k], pairs[i].than);
            if (fits(expected, pairs[i].got, NULL) != says[pairs[i].order][k])
                fail_msg("%s against %s", expected, pairs[i].got);
        }
    /* what has no order is in none */
    static const struct row rows[] = {
        {"{\"lt\": 1}", "\"text\"", false},
        {"{\"le\": 1}", "\"text\"", false},
        {"{\"gt\": 1}", "\"text\"", false},
        {"{\"ge\": 1}", "\"text\"", false},
        {"{\"lt\": 1}", "[0]", false},
        {"{\"ge\": 1}", "true", false},
        {"{\"ge\": \"a\"}", "1.5", false},
        {"{\"ne\": 1}", "\"text\"", true},
        {"1", "\"text\"", false},
        {"1.5", "\"1.5\"", false},
        {"\"1.5\"", "1.5", false},
        {"{\"x\": {\"lt\": 1}}", "{}", false},
        {"{\"x\": {\"ge\": 0}}", "{}", false},
    };
    CHECK_ROWS(rows);
}

/* Which texts are numbers. */
static void test_spellings(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"\"0x10\"", "\"16\"", true},
        {"\"0X1f\"", "31", true},
        {"\"0xaBcDeF\"", "11259375", true},
        {"\"0x0099\"", "153", true},
        {"\"10\"", "\"010\"", false},
        {"\"0\"", "0", true},
        {"\"-0\"", "0", true},
        {"\"0x\"", "0", false},
        {"\"\"", "0", false},
        {"\"-\"", "0", false},
        {"\"0xg\"", "16", false},
        {"\"12a\"", "12", false},
        {"\"1a\"", "20", false},
        {"\"1x2\"", "\"12\"", false},
        {"\"zx1\"", "1", false},
        {"\"+1\"", "1", false},
        {"\"0x1ffffffffffffffffffffffffffffff\"", "\"0x01ffffffffffffffffffffffffffffff\"", true},
        {"\"0x1fffffffffffffffffffffffffffffffffffffff\"", "\"0x01fffffffffffffffffffffffffffffffffffffff\"",
         false},
        {"\"340282366920938463463374607431768211457\"", "1", false},
        {"9007199254740994", "\"9007199254740994\"", false}, /* not every whole number is one there */
        {"1.5", "\"1\"", false},
    };
    CHECK_ROWS(rows);
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"false", "false", true},    {"true", "false", false},
        {"false", "0", false},       {"null", "false", false},
        {"null", "0", false},        {"0", "null", false},
        {"0", "false", false},       {"\"\"", "null", false},
        {"\"a\"", "[\"a\"]", false}, {"\"a\"", "{\"a\": 1}", false},
        {"true", "1", false},        {"{}", "[]", false},
        {"{}", "{}", true},          {"{}", "1", false},
    };
    CHECK_ROWS(rows);
}

static void test_texts_stay_texts(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{\"hex\": \"10\", \"n\": 16}", "{\"hex\": \"10\", \"n\": \"0x10\"}", true}, /* only under its key */
        {"{\"text\": \"1\"}", "{\"text\": \"0x1\"}", false},
        {"{\"text\": {\"lt\": \"9\"}}", "{\"text\": \"10\"}", true},
        {"{\"n\": {\"lt\": \"9\"}}", "{\"n\": \"10\"}", false},
        {"{\"text\": {\"eq\": \"1\"}}", "{\"text\": \"0x1\"}", false},
        {"{\"name\": {\"in\": [\"1\"]}}", "{\"name\": \"0x1\"}", false},
        {"{\"hex\": [\"1\"]}", "{\"hex\": [\"0x1\"]}", false},
        {"{\"hex\": {\"n\": 1}}", "{\"hex\": {\"n\": \"0x1\"}}", false},
    };
    CHECK_ROWS(rows);
}

static void test_each_matcher(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{\"x\": {\"eq\": 1}}", "{}", false},
        {"{\"x\": {\"ne\": 1}}", "{}", true},
        {"{\"ne\": {\"lt\": 5}}", "1", true}, /* literal: an object, and no matcher */
        {"{\"ne\": {\"count\": 1}}", "[5]", true},
        {"{\"ne\": 3}", "3", false},
        {"{\"x\": {\"in\": [1]}}", "{}", false},
        {"{\"x\": {\"match\": \"\"}}", "{}", false},
        {"{\"x\": {\"contains\": 1}}", "{}", false},
        {"{\"x\": {\"count\": 0}}", "{}", false},
        {"{\"x\": {\"exists\": true}}", "{\"x\": 1}", true},
        {"{\"x\": {\"exists\": true}}", "{\"x\": null}", false},
        {"{\"x\": {\"exists\": true}}", "{}", false},
        {"{\"x\": {\"exists\": false}}", "{\"x\": 1}", false},
        {"{\"in\": []}", "1", false},
        {"{\"in\": [{\"lt\": 5}]}", "1", true},
        {"{\"in\": [[1, 2]]}", "[1, 3]", false},
        {"{\"match\": \"b\"}", "\"abc\"", true},
        {"{\"match\": \"^b\"}", "\"abc\"", false},
        {"{\"contains\": \"x\"}", "\"abc\"", false},
        {"{\"contains\": \"1\"}", "[1]", true},
        {"{\"contains\": 1}", "\"1\"", false},
        {"{\"contains\": \"a\"}", "7", false},
        {"{\"contains\": {\"gt\": 2}}", "[1, 2, 3]", true},
        {"{\"contains\": {\"gt\": 2}}", "[1, 2]", false},
        {"{\"contains\": 1}", "{\"a\": 1}", false},
        {"{\"count\": 2}", "{\"a\": 1, \"b\": 2}", true},
        {"{\"count\": 0}", "[]", true},
        {"{\"count\": 1}", "\"a\"", false},
        {"{\"count\": {\"lt\": 2}}", "[1, 2]", false},
        {"{\"ge\": 1, \"match\": \"0x2\"}", "\"0x2\"", true},
        {"{\"ge\": 1, \"match\": \"0x3\"}", "\"0x2\"", false},
        {"{\"eq\": [{\"lt\": 5}]}", "[1]", false},
        {"{\"eq\": [1, 2]}", "[1, 2, 3]", true},
    };
    CHECK_ROWS(rows);
}

/* A mistake in an expectation is told with its place, and by its kind. */
static void test_what_is_no_expectation(void **state)
{
    (void)state;
    static const struct {
        const char *json, *place, *why; /* NULL: it is one */
    } rows[] = {
        {"{\"in\": 1}", "/in", "`in` takes an array"},
        {"{\"a\": {\"exists\": 1}}", "/a/exists", "`exists` takes true or false"},
        {"[0, {\"match\": 1}]", "/1/match", "`match` takes a regular expression"},
        {"[[], {\"x\": 1, \"y\": {\"match\": \"a(\"}}]", "/1/y/match", "\"a(\" is no regular expression: "},
        {"{\"a\": {\"in\": [1, {\"match\": \"[\"}]}}", "/a/in/1/match", "\"[\" is no regular expression: "},
        {"{\"contains\": {\"exists\": 3}}", "/contains/exists", "`exists` takes true or false"},
        {"{\"in\": [{\"a\": 1}]}", "", NULL},
        {"{\"exists\": false}", "", NULL},
        {"{\"match\": \"^a+$\"}", "", NULL},
        {"{\"eq\": {\"in\": 1}}", "", NULL},
        {"{\"in\": 1, \"other\": 2}", "", NULL},
        {"{\"a\": {}, \"b\": [], \"c\": 1}", "", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cJSON *json = cJSON_Parse(rows[i].json);
        char *pointer = NULL, *why = match_check(json, &pointer);
        assert_int_equal(why != NULL, rows[i].why != NULL);
        assert_string_equal(pointer, rows[i].place);
        if (why) {
            size_t n = strlen(rows[i].why);
            assert_memory_equal(why, rows[i].why, n);
            assert_true(rows[i].why[n - 1] != ' ' || strlen(why) > n); /* what is wrong with it is told */
        }
        free(why);
        free(pointer);
        cJSON_Delete(json);
    }
}

/* A step's end: its result, or its error where one is expected. */
static void test_outcomes(void **state)
{
    (void)state;
    static const struct {
        const char *expect; /* NULL: nothing is said of it */
        bool fails, fits;
    } rows[] = {
        {NULL, false, true},
        {NULL, true, false},
        {"{\"n\": 1}", false, true},
        {"{\"n\": 2}", false, false},
        {"{\"n\": 1}", true, false},
        {"{\"error\": {\"code\": \"usage\"}}", true, true},
        {"{\"error\": {\"code\": \"lost\"}}", true, false},
        {"{\"error\": {\"code\": \"usage\"}, \"list\": [{\"a\": 1}]}", true, true},
        {"{\"error\": {\"code\": \"usage\"}, \"list\": [{\"a\": 2}]}", true, false},
        {"{\"error\": {\"code\": \"usage\"}}", false, false},
        {"{\"error\": {\"exists\": false}}", false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cJSON *expect = rows[i].expect ? cJSON_Parse(rows[i].expect) : NULL;
        cJSON *result = cJSON_Parse("{\"n\": 1, \"list\": [{\"a\": 1}]}");
        struct error *e = rows[i].fails ? error_new(ERR_USAGE, "no") : NULL;
        cJSON *failed = cJSON_CreateArray();
        if (match_outcome(expect, e, result, failed) != rows[i].fits)
            fail_msg("%s, %s", rows[i].expect ? rows[i].expect : "nothing", e ? "an error" : "a result");
        cJSON_Delete(failed);
        cJSON_Delete(result);
        cJSON_Delete(expect);
        error_free(e);
    }
    struct error *e = error_new(ERR_USAGE, "no");
    cJSON *expect = cJSON_Parse("{\"error\": {\"code\": \"usage\"}}");
    assert_true(match_outcome(expect, e, NULL, NULL));
    cJSON_Delete(expect);
    error_free(e);
}

static void test_truth_of_numbers(void **state)
{
    (void)state;
    cJSON *half = cJSON_CreateNumber(0.5), *large = cJSON_CreateNumber(1e300), *list = cJSON_CreateArray();
    assert_true(match_truth(half));
    assert_true(match_truth(large));
    assert_true(match_truth(list));
    cJSON_Delete(half);
    cJSON_Delete(large);
    cJSON_Delete(list);
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
        cmocka_unit_test(test_each_element),
        cmocka_unit_test(test_misfits_are_told_whole),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_texts_stay_texts),
        cmocka_unit_test(test_each_matcher),
        cmocka_unit_test(test_what_is_no_expectation),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_truth_of_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
