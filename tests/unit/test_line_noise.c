/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether what comes over a line is text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/session/line_noise.h"

static bool all_at_once(const char *bytes, size_t n)
{
    struct line_noise noise = {0};
    return line_noise_feed(&noise, bytes, n);
}

static bool repeated(const char *text)
{
    struct line_noise noise = {0};
    bool ret = false;
    for (int i = 0; i < 2000; i++)
        ret |= line_noise_feed(&noise, text + i % (int)strlen(text), 1);
    return ret;
}

static void test_text(void **state)
{
    (void)state;
    assert_false(repeated("[    1.25] Kernel panic - not syncing\r\n"));
    assert_false(repeated("\033[1;31mred\033[0m\t\b \b\a"));
    assert_false(repeated("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xc3\xa9\xf0\x9f\x90\xa7"));
    assert_false(repeated("text \x80\xff\x01 text, some damaged"));
}

static void test_noise(void **state)
{
    (void)state;
    char bytes[LINE_NOISE_STRETCH];
    memset(bytes, 0, sizeof bytes);
    assert_true(all_at_once(bytes, sizeof bytes));
    assert_false(all_at_once(bytes, sizeof bytes - 1)); /* too few to say */
    assert_true(repeated("\x80\xf8\x1c~\xe6x\xfe\x06"));
    assert_true(repeated("\xe0\xe0\xc3\xc3"));
}

static void test_told_once(void **state)
{
    (void)state;
    struct line_noise noise = {0};
    char bytes[3 * LINE_NOISE_STRETCH];
    memset(bytes, 0xff, sizeof bytes);
    assert_true(line_noise_feed(&noise, bytes, sizeof bytes));
    assert_false(line_noise_feed(&noise, bytes, sizeof bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
