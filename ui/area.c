/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/area.h"

#include <string.h>

#include "ui/columns.h"

enum { RUN_CHARACTERS = 1024 }; /* characters handed to curses at a time */

bool area_contains(const struct area *a, int y, int x)
{
    return y >= a->y && y < a->y + a->height && x >= a->x && x < a->x + a->width;
}

/* Where the next character goes. */
struct pen {
    int y, x, end;
    enum charset charset;
};

/* `n` bytes of one style; what does not fit is left out. */
static void draw_run(struct pen *pen, const char *s, size_t n, attr_t attributes)
{
    wchar_t run[RUN_CHARACTERS];
    size_t count = 0, i = 0;
    int x = pen->x;
    while (i < n && count < RUN_CHARACTERS) {
        wchar_t c;
        i += columns_decode(s + i, n - i, &c);
        c = columns_shown(c, pen->charset);
        int width = (int)columns_of(c);
        if (x + width > pen->end)
            break;
        if (width == 0 && count == 0)
            continue; /* nothing that it could combine with */
        run[count++] = c;
        x += width;
    }
    attrset((int)attributes);
    if (count)
        mvaddnwstr(pen->y, pen->x, run, (int)count);
    pen->x = x;
}

static void draw_blanks(struct pen *pen, int count, attr_t attributes)
{
    attrset((int)attributes);
    for (; count > 0 && pen->x < pen->end; count--)
        mvaddch(pen->y, pen->x++, ' ');
}

/* Bytes `from` to `to` of the row, span by span. */
static void draw_bytes(struct pen *pen, const struct theme *theme, const struct row *row, size_t from,
                       size_t to, attr_t extra)
{
    for (size_t i = 0; i < row->span_count; i++) {
        size_t start = row->spans[i].offset;
        size_t end = i + 1 < row->span_count ? row->spans[i + 1].offset : row->text.length;
        if (start < from)
            start = from;
        if (end > to)
            end = to;
        if (start < end)
            draw_run(pen, row->text.data + start, end - start,
                     theme->attributes[row->spans[i].style] | extra);
    }
}

void area_row(const struct theme *theme, const struct area *a, int line, const struct row *row, size_t left,
              attr_t extra)
{
    if (line < 0 || line >= a->height || !area_shown(a))
        return;
    struct pen pen = {a->y + line, a->x, a->x + a->width, theme->charset};
    size_t length = row->text.length, blank = 0;
    size_t fixed = row->fixed < length ? row->fixed : length;
    draw_bytes(&pen, theme, row, 0, fixed, extra);
    size_t skip = left ? columns_skip(buf_text(&row->text) + fixed, length - fixed, left, &blank) : 0;
    draw_blanks(&pen, (int)blank, theme->attributes[STYLE_TEXT] | extra);
    draw_bytes(&pen, theme, row, fixed + skip, length, extra);
    draw_blanks(&pen, a->width, theme->attributes[STYLE_TEXT] | extra);
    attrset(A_NORMAL);
}

void area_clear(const struct area *a, int line)
{
    attrset(A_NORMAL);
    for (; line < a->height; line++)
        for (int x = 0; x < a->width; x++)
            mvaddch(a->y + line, a->x + x, ' ');
}
