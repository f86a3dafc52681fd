/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/scrollback.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ui/columns.h"
#include "ui/limits.h"

enum { TAB = 8 };

void scrollback_init(struct scrollback *s)
{
    *s = (struct scrollback){.lines = xcalloc(SCROLLBACK_LINES, sizeof *s->lines)};
}

void scrollback_free(struct scrollback *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->lines[(s->first + i) % SCROLLBACK_LINES].text);
    free(s->lines);
    *s = (struct scrollback){0};
}

static struct scrollback_line *line_at(const struct scrollback *s, size_t index)
{
    return &s->lines[(s->first + index) % SCROLLBACK_LINES];
}

const struct scrollback_line *scrollback_at(const struct scrollback *s, size_t index)
{
    return line_at(s, index);
}

static void drop_oldest(struct scrollback *s)
{
    struct scrollback_line *oldest = line_at(s, 0);
    s->bytes -= oldest->length;
    free(oldest->text);
    *oldest = (struct scrollback_line){0};
    s->first = (s->first + 1) % SCROLLBACK_LINES;
    s->count--;
}

static struct scrollback_line *begin_line(struct scrollback *s, enum style style)
{
    if (s->count == SCROLLBACK_LINES)
        drop_oldest(s);
    struct scrollback_line *line = line_at(s, s->count++);
    *line = (struct scrollback_line){.text = xstrdup(""), .style = style};
    s->added++;
    return line;
}

/* Adds a piece without newline to the open line, or to a new one. */
static void add_piece(struct scrollback *s, enum style style, const char *text, size_t n)
{
    do {
        struct scrollback_line *line = s->open ? line_at(s, s->count - 1) : begin_line(s, style);
        size_t room = SCROLLBACK_LINE - line->length;
        size_t take = n < room ? n : room;
        /* Not in the middle of a character. */
        while (take < n && take > 0 && ((unsigned char)text[take] & 0xc0) == 0x80)
            take--;
        if (take == 0 && line->length == 0) /* not a character at all */
            take = n < room ? n : room;
        line->text = xrealloc(line->text, line->length + take + 1);
        memcpy(line->text + line->length, text, take);
        line->length += take;
        line->text[line->length] = '\0';
        s->bytes += take;
        text += take;
        n -= take;
        s->open = n == 0;
    } while (n);
    while (s->bytes > SCROLLBACK_BYTES && s->count > 1)
        drop_oldest(s);
}

static void add_tab(struct scrollback *s, enum style style)
{
    static const char blanks[] = "        ";
    const struct scrollback_line *line = s->open ? line_at(s, s->count - 1) : NULL;
    size_t column = line ? columns_width(line->text, line->length) : 0;
    add_piece(s, style, blanks, TAB - column % TAB);
}

void scrollback_add(struct scrollback *s, enum style style, const char *text)
{
    if (s->open && s->count && line_at(s, s->count - 1)->style != style)
        s->open = false;
    while (*text) {
        size_t n = strcspn(text, "\n\t");
        add_piece(s, style, text, n);
        if (text[n] == '\n')
            s->open = false;
        else if (text[n] == '\t')
            add_tab(s, style);
        text += n + (text[n] != '\0');
    }
}

void scrollback_open_line(struct scrollback *s, enum style style, const char *text)
{
    if (s->open && s->count) {
        struct scrollback_line *line = line_at(s, s->count - 1);
        s->bytes -= line->length;
        line->length = 0;
        line->text[0] = '\0';
    }
    if (*text || s->open)
        add_piece(s, style, text, strlen(text));
}

void scrollback_line(struct scrollback *s, enum style style, const char *text)
{
    s->open = false;
    scrollback_add(s, style, *text ? text : "\n");
    s->open = false;
}

void scrollback_row(const struct scrollback_line *line, size_t width, size_t row, size_t *from, size_t *to)
{
    size_t at = 0, end;
    for (;;) {
        end = at + columns_fit(line->text + at, line->length - at, width, NULL);
        if (end == at && end < line->length) /* a wide character and one column: it goes alone */
            end += columns_fit(line->text + at, line->length - at, 2, NULL);
        if (row == 0 || end >= line->length)
            break;
        at = end;
        row--;
    }
    *from = at;
    *to = end;
}

size_t scrollback_rows(const struct scrollback_line *line, size_t width)
{
    size_t rows = 1, at = 0;
    while (width > 0) {
        size_t fit = columns_fit(line->text + at, line->length - at, width, NULL);
        if (fit == 0 && at < line->length)
            fit = columns_fit(line->text + at, line->length - at, 2, NULL);
        at += fit;
        if (at >= line->length || fit == 0)
            break;
        rows++;
    }
    return rows;
}
