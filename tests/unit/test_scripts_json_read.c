/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON that somebody wrote: kept whole, or refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scripts/json_read.h"
#include "scripts/scope.h"

struct refusal {
    const char *text;
    size_t n;     /* 0: up to the NUL */
    size_t where; /* SIZE_MAX: a JSON pointer in front of the message instead */
    const char *message;
};

static const struct refusal refusals[] = {
    {"", 0, 0, "this is no JSON"},
    {"{\"a\": 1", 0, 7, "this is no JSON"},
    {"{\"a\": 1} x", 0, 9, "this is no JSON"},
    {"[1, tru]", 0, 4, "this is no JSON"},
    {"[\"\xff\"]", 0, 2, "the byte 0xff is no UTF-8"},
    {"[\"\xc3\"]", 0, 2, "the byte 0xc3 is no UTF-8"},
    {"[\"\xc0\x80\"]", 0, 2, "the byte 0xc0 is no UTF-8"},
    {"[\"\xed\xa0\x80\"]", 0, 2, "the byte 0xed is no UTF-8"},
    {"[1]\0", 4, 3, "there is a NUL byte"},
    {"[\"a\0b\"]", 7, 3, "there is a NUL byte"},
    {"[\"a\\u0000b\"]", 0, 3, "a text cannot hold \\u0000"},
    {"{\"a\\u0000\": 1}", 0, 3, "a text cannot hold \\u0000"},
    {"[\"\\\\\\u0000\"]", 0, 4, "a text cannot hold \\u0000"},
    {"[01]", 0, 1, "\"01\" is no number of JSON"},
    {"[-01]", 0, 1, "\"-01\" is no number of JSON"},
    {"[1.]", 0, 1, "\"1.\" is no number of JSON"},
    {"[1e]", 0, 1, "\"1e\" is no number of JSON"},
    {"[1.5.2]", 0, 1, "\"1.5.2\" is no number of JSON"},
    {"[\"a\tb\"]", 0, 3, "a control character stands in a text"},
    {"[9007199254740992]", 0, 1, "a whole number from 2^53 on loses its last digits"},
    {"{\"a\": -9007199254740993}", 0, 6, "a whole number from 2^53 on loses its last digits"},
    {"[1, 18446744073709551615 ]", 0, 4, "a whole number from 2^53 on loses its last digits"},
    {"{\"a\": 1, \"b\": 2, \"a\": 3}", 0, SIZE_MAX, "/a: stands twice in one object"},
    {"{\"s\": [1, {\"do\": 1, \"do\": 1}]}", 0, SIZE_MAX, "/s/1/do: stands twice in one object"},
    {"{\"\\u0061\": 1, \"a\": 2}", 0, SIZE_MAX, "/a: stands twice in one object"},
    {"[0, 1e999]", 0, SIZE_MAX, "/1: the number is too large"},
    {"-1e999", 0, SIZE_MAX, "the number is too large"},
};

static void test_what_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(refusals); i++) {
        const struct refusal *r = &refusals[i];
        cJSON *value = (cJSON *)1;
        size_t where = 12345;
        struct error *e = json_read(r->text, r->n ? r->n : strlen(r->text), &value, &where);
        assert_true(error_is(e, ERR_SYNTAX));
        assert_string_equal(e->message, r->message);
        assert_int_equal(where, r->where);
        assert_null(value);
        error_free(e);
    }
}

static void test_what_is_kept(void **state)
{
    (void)state;
    static const char *const good[] = {
        "0",
        " [1,2] \n",
        "{\"a\":{\"a\":1},\"b\":{\"a\":2}}",
        "[\"\\\\u0000\"]",
        "[\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"]",
        "[1e308,-0,0.5,-1.25e-7,10,1E+2]",
        "[\"\\t\\n\",\n\t1]",
        "[9007199254740991,-9007199254740991,9007199254740993.0,1e17,0.12345678901234567890]",
        "[\"9007199254740993\",\"\\\"9007199254740993\"]",
        "{\"\":1,\" \":2}",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
        cJSON *value = NULL;
        struct error *e = json_read(good[i], strlen(good[i]), &value, NULL);
        assert_null(e);
        assert_non_null(value);
        cJSON_Delete(value);
    }
}

/* A value that is no JSON is a text; one that is, and cannot be kept, is refused all the same. */
static void test_definitions(void **state)
{
    (void)state;
    struct scope s;
    scope_init(&s);
    assert_null(scope_define(&s, "path=C:\\u0000"));
    assert_null(scope_define(&s, "n=[1,2]"));
    assert_string_equal(cJSON_GetObjectItem(s.values, "path")->valuestring, "C:\\u0000");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(s.values, "n")), 2);
    static const char *const bad[] = {"x=\xff", "x=1e999", "x={\"a\":1,\"a\":2}", "=1", "x"};
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        struct error *e = scope_define(&s, bad[i]);
        assert_non_null(e);
        assert_null(cJSON_GetObjectItem(s.values, "x"));
        error_free(e);
    }
    scope_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_what_is_kept),
        cmocka_unit_test(test_definitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
