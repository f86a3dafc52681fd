/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/row.h"

#include <stdarg.h>
#include <string.h>

#include "ui/columns.h"

void row_free(struct row *r)
{
    buf_free(&r->text);
}

void row_clear(struct row *r)
{
    buf_clear(&r->text);
    r->span_count = 0;
    r->fixed = 0;
}

static void start_span(struct row *r, enum style style)
{
    if (r->span_count && r->spans[r->span_count - 1].style == style)
        return;
    if (r->span_count < ROW_SPANS)
        r->spans[r->span_count++] = (struct row_span){r->text.length, style};
}

void row_add_bytes(struct row *r, enum style style, const char *text, size_t n)
{
    if (n == 0)
        return;
    start_span(r, style);
    buf_add(&r->text, text, n);
}

void row_add(struct row *r, enum style style, const char *text)
{
    row_add_bytes(r, style, text, strlen(text));
}

void row_printf(struct row *r, enum style style, const char *format, ...)
{
    va_list args;
    start_span(r, style);
    va_start(args, format);
    buf_vprintf(&r->text, format, args);
    va_end(args);
}

size_t row_width(const struct row *r)
{
    return columns_width(buf_text(&r->text), r->text.length);
}

static void add_blanks(struct row *r, size_t n)
{
    start_span(r, STYLE_TEXT);
    for (size_t i = 0; i < n; i++)
        buf_add_char(&r->text, ' ');
}

void row_pad(struct row *r, size_t column)
{
    size_t width = row_width(r);
    add_blanks(r, width < column ? column - width : 1);
}

void row_right(struct row *r, enum style style, size_t width, const char *text)
{
    size_t have = row_width(r), want = columns_width(text, strlen(text));
    if (have + 1 + want > width)
        return;
    add_blanks(r, width - want - have);
    row_add(r, style, text);
}

void row_add_cut(struct row *r, enum style style, const char *text, size_t columns)
{
    size_t n = strlen(text);
    if (columns_fit(text, n, columns, NULL) == n) {
        row_add_bytes(r, style, text, n);
    } else if (columns > 0) {
        row_add_bytes(r, style, text, columns_fit(text, n, columns - 1, NULL));
        row_add(r, style, "…");
    }
}
