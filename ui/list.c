/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/list.h"

#include <string.h>

#include "ui/area.h"
#include "ui/screen.h"

enum { CONTEXT = 2 }; /* rows that should be seen before and after the one that is gone to */

void list_clamp(struct pane *p, size_t count)
{
    size_t height = p->area.height > 0 ? (size_t)p->area.height : 1;
    if (p->cursor >= count)
        p->cursor = count ? count - 1 : 0;
    size_t last_top = count > height ? count - height : 0;
    if (p->top > last_top)
        p->top = last_top;
    if (p->cursor < p->top)
        p->top = p->cursor;
    if (p->cursor >= p->top + height)
        p->top = p->cursor - height + 1;
}

void list_goto(struct pane *p, size_t count, size_t row)
{
    size_t height = p->area.height > 0 ? (size_t)p->area.height : 1;
    size_t margin = height > 3 * CONTEXT ? CONTEXT : 0;
    p->cursor = row;
    if (row < p->top + (p->top ? margin : 0) || row + margin >= p->top + height)
        p->top = row > height / 3 ? row - height / 3 : 0;
    list_clamp(p, count);
}

void list_draw(struct screen *s, struct pane *p)
{
    size_t count = p->class->count(p, s->view);
    list_clamp(p, count);
    attr_t faded = screen_is_running(s) ? A_DIM : A_NORMAL;
    bool focused = screen_focus(s) == p->class->id;
    BASE_ROW struct row row = {0};
    int line = 0;
    for (; line < p->area.height && p->top + (size_t)line < count; line++) {
        size_t index = p->top + (size_t)line;
        row_clear(&row);
        p->class->row(p, s->view, index, &row);
        attr_t cursor = focused && index == p->cursor ? A_REVERSE : A_NORMAL;
        area_row(&s->theme, &p->area, line, &row, p->left, faded | cursor);
    }
    area_clear(&p->area, line);
}

void list_scroll(struct screen *s, struct pane *p, long lines)
{
    size_t count = p->class->count(p, s->view);
    list_clamp(p, count);
    size_t by = lines < 0 ? (size_t)-lines : (size_t)lines;
    if (lines < 0)
        p->cursor = p->cursor > by ? p->cursor - by : 0;
    else
        p->cursor = by < count - p->cursor ? p->cursor + by : count;
    list_clamp(p, count);
}

bool list_search(struct screen *s, struct pane *p, const char *text, int direction)
{
    size_t count = p->class->count(p, s->view);
    BASE_ROW struct row row = {0};
    for (size_t step = 1; step <= count; step++) {
        size_t index = (p->cursor + (direction > 0 ? step : count - step)) % count;
        row_clear(&row);
        p->class->row(p, s->view, index, &row);
        if (strcasestr(buf_text(&row.text), text)) {
            list_goto(p, count, index);
            return true;
        }
    }
    return false;
}
