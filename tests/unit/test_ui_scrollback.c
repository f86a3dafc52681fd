/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The console's lines: bounded, broken at the width, joined where they were open. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ui/scrollback.h"

static void check_line(const struct scrollback *s, size_t index, const char *text)
{
    assert_true(index < s->count);
    assert_string_equal(scrollback_at(s, index)->text, text);
    assert_int_equal(scrollback_at(s, index)->length, strlen(text));
}

static void test_lines(void **state)
{
    (void)state;
    struct scrollback s;
    scrollback_init(&s);
    scrollback_add(&s, STYLE_TARGET, "one\ntw");
    scrollback_add(&s, STYLE_TARGET, "o\n");
    scrollback_add(&s, STYLE_TARGET, "open");
    scrollback_line(&s, STYLE_ERROR, "error"); /* does not join the open line */
    scrollback_add(&s, STYLE_TARGET, "next");
    scrollback_add(&s, STYLE_TEXT, "other style");
    scrollback_line(&s, STYLE_TEXT, "");
    assert_int_equal(s.count, 7);
    check_line(&s, 0, "one");
    check_line(&s, 1, "two");
    check_line(&s, 2, "open");
    check_line(&s, 3, "error");
    check_line(&s, 4, "next");
    check_line(&s, 5, "other style");
    check_line(&s, 6, "");
    assert_int_equal(scrollback_at(&s, 3)->style, STYLE_ERROR);
    scrollback_free(&s);
}

static void test_tabs(void **state)
{
    (void)state;
    struct scrollback s;
    scrollback_init(&s);
    scrollback_line(&s, STYLE_TEXT, "1\tx\n日本語日\ty\n\tz\n12345678\tw");
    check_line(&s, 0, "1       x");
    check_line(&s, 1, "日本語日        y");
    check_line(&s, 2, "        z");
    check_line(&s, 3, "12345678        w");
    BASE_BUF struct buf tabs = {0};
    for (int i = 0; i < 2000; i++)
        buf_add_char(&tabs, '\t');
    scrollback_line(&s, STYLE_TEXT, buf_text(&tabs));
    assert_int_equal(s.count, 4 + 4); /* 16000 blanks, broken like any long line */
    scrollback_free(&s);
}

static void test_bounds(void **state)
{
    (void)state;
    struct scrollback s;
    char text[32];
    scrollback_init(&s);
    for (int i = 0; i < 3 * SCROLLBACK_LINES + 5; i++) {
        snprintf(text, sizeof text, "line %d", i);
        scrollback_line(&s, STYLE_TEXT, text);
    }
    assert_int_equal(s.count, SCROLLBACK_LINES);
    check_line(&s, SCROLLBACK_LINES - 1, text);
    snprintf(text, sizeof text, "line %d", 2 * SCROLLBACK_LINES + 5);
    check_line(&s, 0, text);
    scrollback_free(&s);
}

static void test_bytes_bound(void **state)
{
    (void)state;
    struct scrollback s;
    scrollback_init(&s);
    char *big = xmalloc((1 << 20) + 1);
    memset(big, 'x', 1 << 20);
    big[1 << 20] = '\0';
    for (int i = 0; i < 12; i++)
        scrollback_add(&s, STYLE_TARGET, big); /* a target that never ends its line */
    assert_true(s.bytes <= SCROLLBACK_BYTES);
    for (size_t i = 0; i < s.count; i++)
        assert_true(scrollback_at(&s, i)->length <= SCROLLBACK_LINE);
    free(big);
    scrollback_free(&s);
}

/* A long line is not broken in the middle of a character; bytes that are none do not hang it. */
static void test_long_lines(void **state)
{
    (void)state;
    struct scrollback s;
    scrollback_init(&s);
    BASE_BUF struct buf b = {0};
    buf_add_char(&b, 'a');
    for (int i = 0; i < SCROLLBACK_LINE; i++)
        buf_add_text(&b, "日");
    scrollback_line(&s, STYLE_TEXT, buf_text(&b));
    size_t total = 0;
    for (size_t i = 0; i < s.count; i++) {
        const struct scrollback_line *l = scrollback_at(&s, i);
        assert_true(((unsigned char)l->text[0] & 0xc0) != 0x80);
        total += l->length;
    }
    assert_int_equal(total, b.length);
    buf_clear(&b);
    for (int i = 0; i < 2 * SCROLLBACK_LINE + 3; i++)
        buf_add_char(&b, (char)0x80);
    size_t before = s.count;
    scrollback_line(&s, STYLE_TEXT, buf_text(&b));
    assert_int_equal(s.count - before, 3);
    scrollback_free(&s);
}

static void check_row(const char *text, size_t width, size_t row, const char *expected)
{
    struct scrollback_line line = {.text = (char *)(uintptr_t)text, .length = strlen(text)};
    size_t from, to;
    scrollback_row(&line, width, row, &from, &to);
    assert_int_equal(to - from, strlen(expected));
    assert_memory_equal(text + from, expected, to - from);
}

static size_t rows(const char *text, size_t width)
{
    return scrollback_rows(&(struct scrollback_line){.text = (char *)(uintptr_t)text, .length = strlen(text)},
                           width);
}

static void test_rows(void **state)
{
    (void)state;
    assert_int_equal(rows("", 5), 1);
    assert_int_equal(rows("abcde", 5), 1);
    assert_int_equal(rows("abcdef", 5), 2);
    assert_int_equal(rows("日本語", 5), 2);
    assert_int_equal(rows("日本", 1), 2); /* wider than the row: it still goes on */
    assert_int_equal(rows("abc", 0), 1);
    check_row("abcdef", 5, 0, "abcde");
    check_row("abcdef", 5, 1, "f");
    check_row("日本語", 5, 0, "日本");
    check_row("日本語", 5, 1, "語");
    check_row("日本", 1, 1, "本");
    check_row("", 5, 0, "");
}

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "C.utf8"))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),       cmocka_unit_test(test_tabs),       cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_bytes_bound), cmocka_unit_test(test_long_lines), cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
