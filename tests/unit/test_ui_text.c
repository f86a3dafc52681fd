/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Widths, clipping, tabs and colours of text. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "ui/columns.h"
#include "ui/highlight.h"
#include "ui/row.h"

static size_t width(const char *s)
{
    return columns_width(s, strlen(s));
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(width("abc"), 3);
    assert_int_equal(width("日本"), 4);
    assert_int_equal(width("e\xcc\x81x"), 2);   /* combining acute */
    assert_int_equal(width("\xff\xfe"), 2);     /* not UTF-8: one replacement each */
    assert_int_equal(width("\xe6\x97"), 2);     /* cut in the middle */
    assert_int_equal(width("\xed\xa0\x80"), 3); /* a surrogate is not a character */
    assert_int_equal(width("\x1b["), 2);
}

static void check_fit(const char *s, size_t columns, size_t bytes, size_t used)
{
    size_t got;
    assert_int_equal(columns_fit(s, strlen(s), columns, &got), bytes);
    assert_int_equal(got, used);
}

static void test_fit(void **state)
{
    (void)state;
    check_fit("abcdef", 3, 3, 3);
    check_fit("abc", 10, 3, 3);
    check_fit("a日本", 2, 1, 1); /* no half of a wide one */
    check_fit("a日本", 3, 4, 3);
    check_fit("ae\xcc\x81", 2, 4, 2); /* its accent comes along */
    check_fit("日", 0, 0, 0);
    check_fit("", 5, 0, 0);
}

static void test_skip(void **state)
{
    (void)state;
    size_t blank;
    assert_int_equal(columns_skip("abc", 3, 1, &blank), 1);
    assert_int_equal(blank, 0);
    assert_int_equal(columns_skip("日本", 6, 1, &blank), 3);
    assert_int_equal(blank, 1);
    assert_int_equal(columns_skip("e\xcc\x81x", 4, 1, &blank), 3); /* not the accent alone */
    assert_int_equal(columns_skip("abc", 3, 0, &blank), 0);
    assert_int_equal(columns_skip("abc", 3, 9, &blank), 3);
}

/* Whatever the bytes are: what fits is no wider than asked, and another character would be too much. */
static void test_fit_random(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    static const char *const pieces[] = {"a",    "日", "e\xcc\x81",        "\xff",
                                         "\x1b", "é",  "\xf0\x9f\x98\x80", "\xc2"};
    for (int round = 0; round < 2000; round++) {
        BASE_BUF struct buf made = {0};
        for (int i = rand_r(&seed) % 20; i > 0; i--)
            buf_add_text(&made, pieces[(unsigned)rand_r(&seed) % ARRAY_LENGTH(pieces)]);
        const char *text = buf_text(&made);
        size_t n = made.length, columns = (size_t)rand_r(&seed) % 24, used;
        size_t fit = columns_fit(text, n, columns, &used);
        assert_true(used <= columns && fit <= n);
        assert_int_equal(columns_width(text, fit), used);
        if (fit < n) {
            wchar_t c;
            columns_decode(text + fit, n - fit, &c);
            assert_true(used + columns_of(c) > columns);
        }
    }
}

static void test_shown_never_control(void **state)
{
    (void)state;
    for (int set = CHARSET_UNICODE; set <= CHARSET_ASCII; set++)
        for (wchar_t c = 0; c < 0x3000; c++) {
            wchar_t shown = columns_shown(c, (enum charset)set);
            assert_false(shown < 0x20 || (shown >= 0x7f && shown < 0xa0));
            assert_true(set != CHARSET_ASCII || shown < 0x7f);
        }
    assert_int_equal(columns_shown(L'●', CHARSET_ASCII), '*');
    assert_int_equal(columns_shown(L'▶', CHARSET_ASCII), '>');
    assert_int_equal(columns_shown(L'┼', CHARSET_ASCII), '+');
    assert_int_equal(columns_shown(L'日', CHARSET_UNICODE), L'日');
}

static void test_source_text(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    size_t column = 0;
    columns_add_source(&b, "\tx\t日\ty\x1b", 9, &column);
    assert_string_equal(buf_text(&b), "        x       日      y^[");
    assert_int_equal(column, 27);
}

static void test_encode_decode(void **state)
{
    (void)state;
    static const wchar_t all[] = {'a', 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff};
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
        BASE_BUF struct buf b = {0};
        wchar_t back;
        columns_encode(&b, all[i]);
        assert_int_equal(columns_decode(buf_text(&b), b.length, &back), b.length);
        assert_int_equal(back, all[i]);
    }
}

static void test_row(void **state)
{
    (void)state;
    BASE_ROW struct row r = {0};
    row_add(&r, STYLE_NAME, "日本");
    row_pad(&r, 6);
    row_add_cut(&r, STYLE_TEXT, "abcdef", 4);
    assert_string_equal(buf_text(&r.text), "日本  abc…");
    row_right(&r, STYLE_QUIET, 14, "end");
    assert_string_equal(buf_text(&r.text), "日本  abc… end");
    row_right(&r, STYLE_QUIET, 15, "no room");
    assert_string_equal(buf_text(&r.text), "日本  abc… end");
    assert_int_equal(row_width(&r), 14);
    row_pad(&r, 3); /* behind it already: one blank */
    assert_int_equal(row_width(&r), 15);
}

/* More spans than there is room for lose their style, not their text. */
static void test_row_many_spans(void **state)
{
    (void)state;
    BASE_ROW struct row r = {0};
    for (int i = 0; i < 4 * ROW_SPANS; i++)
        row_add(&r, i % 2 ? STYLE_NAME : STYLE_TEXT, "x");
    assert_int_equal(r.span_count, ROW_SPANS);
    assert_int_equal(row_width(&r), 4 * ROW_SPANS);
}

static enum style style_at(const struct row *r, const char *text)
{
    const char *found = strstr(buf_text(&r->text), text);
    assert_non_null(found);
    size_t at = (size_t)(found - r->text.data);
    enum style style = STYLE_COUNT;
    for (size_t i = 0; i < r->span_count && r->spans[i].offset <= at; i++)
        style = r->spans[i].style;
    return style;
}

static enum highlight_state highlight(const char *line, enum highlight_state from, struct row *r)
{
    row_clear(r);
    return highlight_line(line, strlen(line), from, r);
}

static void test_highlight(void **state)
{
    (void)state;
    BASE_ROW struct row r = {0};
    assert_int_equal(highlight("int main = \"a \\\" /* b\" + 0x1f; // end", HIGHLIGHT_CODE, &r),
                     HIGHLIGHT_CODE);
    assert_int_equal(style_at(&r, "int"), STYLE_KEYWORD);
    assert_int_equal(style_at(&r, "main"), STYLE_TEXT);
    assert_int_equal(style_at(&r, "b\""), STYLE_LITERAL);
    assert_int_equal(style_at(&r, "0x1f"), STYLE_LITERAL);
    assert_int_equal(style_at(&r, "end"), STYLE_COMMENT);
    assert_int_equal(highlight("a /* b", HIGHLIGHT_CODE, &r), HIGHLIGHT_COMMENT);
    assert_int_equal(highlight("c if", HIGHLIGHT_COMMENT, &r), HIGHLIGHT_COMMENT);
    assert_int_equal(style_at(&r, "if"), STYLE_COMMENT);
    assert_int_equal(highlight("d */ if", HIGHLIGHT_COMMENT, &r), HIGHLIGHT_CODE);
    assert_int_equal(style_at(&r, "if"), STYLE_KEYWORD);
    assert_int_equal(highlight("/*/ still", HIGHLIGHT_CODE, &r), HIGHLIGHT_COMMENT);
    assert_int_equal(highlight("'", HIGHLIGHT_CODE, &r), HIGHLIGHT_CODE);
    assert_int_equal(highlight("\"open \\", HIGHLIGHT_CODE, &r), HIGHLIGHT_CODE);
    assert_string_equal(buf_text(&r.text), "\"open \\");
    assert_true(highlight_knows("/a/b.c") && highlight_knows("x.hpp"));
    assert_false(highlight_knows("Makefile") || highlight_knows("a.c/README"));
}

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "C.utf8")) {
        fputs("no C.UTF-8 locale: the widths of wide characters cannot be tested\n", stderr);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),         cmocka_unit_test(test_fit),
        cmocka_unit_test(test_skip),          cmocka_unit_test(test_fit_random),
        cmocka_unit_test(test_source_text),   cmocka_unit_test(test_shown_never_control),
        cmocka_unit_test(test_encode_decode), cmocka_unit_test(test_row),
        cmocka_unit_test(test_highlight),     cmocka_unit_test(test_row_many_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
