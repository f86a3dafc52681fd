/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/: what is too small for a file of tests of its own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"

static void test_json_text(void **state)
{
    (void)state;
    cJSON *o = cJSON_Parse("{\"a\": \"text\", \"b\": 1, \"empty\": \"\"}");
    assert_string_equal(json_text(o, "a"), "text");
    assert_string_equal(json_text_or_null(o, "a"), "text");
    assert_string_equal(json_text_or_null(o, "empty"), "");
    static const char *const none[] = {"b", "c", "A"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_string_equal(json_text(o, none[i]), "");
        assert_null(json_text_or_null(o, none[i]));
    }
    assert_null(json_text_or_null(NULL, "a"));
    assert_string_equal(json_text(NULL, "a"), "");
    cJSON_Delete(o);
}

static void test_json_move_members(void **state)
{
    (void)state;
    cJSON *to = cJSON_Parse("{\"a\": 1}"), *from = cJSON_Parse("{\"b\": 2, \"c\": [3]}");
    json_move_members(to, from);
    char *text = cJSON_PrintUnformatted(to);
    assert_string_equal(text, "{\"a\":1,\"b\":2,\"c\":[3]}");
    cJSON_free(text);
    cJSON_Delete(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_text),
        cmocka_unit_test(test_json_move_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
