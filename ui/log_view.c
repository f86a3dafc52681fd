/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/log_view.h"

#include <string.h>

#include "ui/columns.h"

enum { ROWS = 512 }; /* of a pane, at most drawn */

struct lines {
    const struct scrollback *log;
    size_t count;
    const struct scrollback_line *last;
};

/* A row of the log, or of the last line when `line` is LAST. */
struct placed_row {
    size_t line, row;
};
static const size_t LAST = (size_t)-1;

/* The rows to show, last first; fewer than `height` when there is no more. */
static size_t collect(const struct lines *l, size_t width, size_t height, size_t back, struct placed_row *ret)
{
    size_t count = 0, index = l->count, line = LAST;
    const struct scrollback_line *text = l->last;
    for (;;) {
        for (size_t row = scrollback_rows(text, width); row-- > 0 && count < height;) {
            if (back > 0)
                back--;
            else
                ret[count++] = (struct placed_row){line, row};
        }
        if (count == height || index == 0)
            return count;
        line = --index;
        text = scrollback_at(l->log, line);
    }
}

static void place_cursor(struct log_view *v, const struct area *area, const struct scrollback_line *last,
                         size_t from, size_t to, size_t cursor, int line)
{
    bool ends = to == last->length;
    if (cursor < from || (ends ? cursor > to : cursor >= to))
        return;
    int column = (int)columns_width(last->text + from, cursor - from);
    v->cursor_shown = true;
    v->cursor_y = area->y + line;
    v->cursor_x = area->x + (column < area->width ? column : area->width - 1);
}

static void draw_row(struct log_view *v, const struct theme *theme, const struct area *area,
                     const struct lines *l, const struct placed_row *at, int line, size_t cursor)
{
    const struct scrollback_line *text = at->line == LAST ? l->last : scrollback_at(l->log, at->line);
    BASE_ROW struct row row = {0};
    size_t from, to;
    scrollback_row(text, (size_t)area->width, at->row, &from, &to);
    row_add_bytes(&row, text->style, text->text + from, to - from);
    area_row(theme, area, line, &row, 0, A_NORMAL);
    if (at->line == LAST)
        place_cursor(v, area, text, from, to, cursor, line);
}

void log_view_draw(struct log_view *v, const struct theme *theme, const struct area *area,
                   const struct scrollback *log, size_t count, const struct scrollback_line *last,
                   size_t cursor)
{
    struct placed_row rows[ROWS];
    struct lines l = {log, count, last};
    size_t height = area->height < ROWS ? (size_t)area->height : ROWS, width = (size_t)area->width;
    if (v->back && log->added > v->added)
        v->back += log->added - v->added; /* what is read stays where it is */
    v->added = log->added;
    v->cursor_shown = false;
    size_t shown = collect(&l, width, height, v->back, rows);
    if (shown < height && v->back) {
        v->back -= v->back < height - shown ? v->back : height - shown;
        shown = collect(&l, width, height, v->back, rows);
    }
    for (size_t i = 0; i < shown; i++)
        draw_row(v, theme, area, &l, &rows[shown - 1 - i], (int)i, cursor);
    area_clear(area, (int)shown);
}

void log_view_scroll(struct log_view *v, long lines)
{
    if (lines < 0)
        v->back += (size_t)-lines;
    else
        v->back -= v->back < (size_t)lines ? v->back : (size_t)lines;
}

/* Rows below a line of the log, without the last line's. */
static size_t rows_after(const struct scrollback *log, size_t count, size_t line, size_t width)
{
    size_t rows = 0;
    for (size_t i = line + 1; i < count; i++)
        rows += scrollback_rows(scrollback_at(log, i), width);
    return rows;
}

/* Older: the newest line that is not on the screen's last row or below. */
bool log_view_search(struct log_view *v, const struct scrollback *log, size_t count, size_t width,
                     const char *text, int direction)
{
    size_t rows = 0, found = count;
    width = width ? width : 1;
    for (size_t i = count; i-- > 0; rows += scrollback_rows(scrollback_at(log, i), width)) {
        bool older = rows + 1 > v->back;
        if (!strcasestr(scrollback_at(log, i)->text, text))
            continue;
        if (direction < 0 && older) {
            found = i;
            break;
        }
        if (direction > 0 && rows + 1 < v->back)
            found = i; /* the last one seen is the next one down */
    }
    if (found == count)
        return false;
    v->back = rows_after(log, count, found, width) + 1;
    return true;
}
