/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture: areas, frames and titles, each pane, the status line, help and the cursor. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "ui/area.h"
#include "ui/list.h"
#include "ui/pane_console.h"
#include "ui/pane_terminal.h"
#include "ui/screen.h"
#include "ui/status.h"

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8 }; /* lines that meet in a cell of the frame */

/* In the layout's main place: what the user put there, or the disassembly where there is no source. */
static enum pane_id main_pane(const struct screen *s, const struct layout *layout)
{
    const struct view *v = s->view;
    bool sourceless = v && v->state == TARGET_STOPPED && !v->source;
    if (s->in_main == PANE_NONE && sourceless && s->focus != PANE_SOURCE &&
        !layout_has(layout, PANE_DISASSEMBLY, LINES, COLS) && layout_has(layout, PANE_SOURCE, LINES, COLS))
        return PANE_DISASSEMBLY;
    return s->in_main;
}

void screen_place(struct screen *s)
{
    size_t count;
    const struct layout *layout = &layout_table(&count)[s->layout];
    struct layout_request request = {
        .layout = layout,
        .height = LINES,
        .width = COLS,
        .focus = s->focus,
        .in_main = main_pane(s, layout),
        .zoom = s->zoom,
    };
    memcpy(request.growth, s->growth, sizeof request.growth);
    layout_place(&request, &s->placed);
    for (int i = 0; i < PANE_COUNT; i++)
        s->panes[i].area = s->placed.panes[i];
}

struct frame {
    int height, width;
    unsigned char *lines; /* what meets in each cell */
    unsigned char *bright;
};

static void join(struct frame *f, int y, int x, unsigned char lines, bool bright)
{
    if (y < 0 || x < 0 || y >= f->height || x >= f->width)
        return;
    size_t at = (size_t)y * (size_t)f->width + (size_t)x;
    f->lines[at] |= lines;
    f->bright[at] |= bright;
}

static void add_box(struct frame *f, const struct area *inside, bool bright)
{
    int top = inside->y - 1, bottom = inside->y + inside->height;
    int left = inside->x - 1, right = inside->x + inside->width;
    for (int x = left; x <= right; x++) {
        unsigned char lines = (unsigned char)((x > left ? LEFT : 0) | (x < right ? RIGHT : 0));
        join(f, top, x, lines, bright);
        join(f, bottom, x, lines, bright);
    }
    for (int y = top; y <= bottom; y++) {
        unsigned char lines = (unsigned char)((y > top ? UP : 0) | (y < bottom ? DOWN : 0));
        join(f, y, left, lines, bright);
        join(f, y, right, lines, bright);
    }
}

static void draw_frame(const struct screen *s, const struct frame *f)
{
    static const wchar_t glyphs[16] = {
        L' ', L'│', L'│', L'│', L'─', L'┘', L'┐', L'┤', L'─', L'└', L'┌', L'├', L'─', L'┴', L'┬', L'┼',
    };
    for (int y = 0; y < f->height; y++) {
        for (int x = 0; x < f->width; x++) {
            size_t at = (size_t)y * (size_t)f->width + (size_t)x;
            if (!f->lines[at])
                continue;
            wchar_t c = columns_shown(glyphs[f->lines[at] & 15], s->theme.charset);
            attrset((int)s->theme.attributes[f->bright[at] ? STYLE_FRAME_FOCUS : STYLE_FRAME]);
            mvaddnwstr(y, x, &c, 1);
        }
    }
    attrset(A_NORMAL);
}

/* One line over the frame: " text ", no longer than `width`. */
static void draw_over(const struct screen *s, int y, int x, int width, struct row *text)
{
    BASE_ROW struct row row = {0};
    row_add(&row, STYLE_TEXT, " ");
    for (size_t i = 0; i < text->span_count; i++) {
        size_t from = text->spans[i].offset;
        size_t to = i + 1 < text->span_count ? text->spans[i + 1].offset : text->text.length;
        row_add_bytes(&row, text->spans[i].style, text->text.data + from, to - from);
    }
    row_add(&row, STYLE_TEXT, " ");
    int wanted = (int)row_width(&row);
    struct area area = {y, x, 1, wanted < width ? wanted : width};
    area_row(&s->theme, &area, 0, &row, 0, A_NORMAL);
}

static void draw_titles(const struct screen *s)
{
    BASE_ROW struct row title = {0};
    for (int i = 0; i < PANE_COUNT; i++) {
        const struct pane *p = &s->panes[i];
        if (!area_shown(&p->area))
            continue;
        row_clear(&title);
        p->class->title(p, s->view, &title);
        for (size_t k = 0; k < title.span_count && s->focus == p->class->id; k++)
            title.spans[k].style = STYLE_TITLE_FOCUS;
        draw_over(s, p->area.y - 1, p->area.x, p->area.width, &title);
    }
}

static void draw_frames(const struct screen *s)
{
    size_t cells = (size_t)LINES * (size_t)COLS;
    struct frame f = {LINES, COLS, xcalloc(cells, 1), xcalloc(cells, 1)};
    for (int i = 0; i < PANE_COUNT; i++)
        if (area_shown(&s->panes[i].area))
            add_box(&f, &s->panes[i].area, (enum pane_id)i == s->focus);
    draw_frame(s, &f);
    free(f.lines);
    free(f.bright);
    draw_titles(s);
}

/* "Enter look at this thread · d delete" */
static void own_keys(const struct screen *s, struct buf *out)
{
    const char *about = "";
    for (const struct key_binding *k = s->panes[s->focus].class->keys; k->key; k++) {
        if (strcmp(k->about, about) == 0)
            continue;
        about = k->about;
        buf_add_text(out, out->length ? " · " : "");
        key_spell(k->key, out);
        buf_printf(out, " %s", about);
    }
}

/* Where a question's answer is typed goes to *cursor. */
static void draw_status(const struct screen *s, int *cursor)
{
    BASE_ROW struct row row = {0};
    int edge = s->placed.framed ? 1 : 0, width = COLS - 2 * edge;
    BASE_BUF struct buf own = {0};
    own_keys(s, &own);
    struct status status = {
        .view = s->view,
        .ready = s->ready,
        .now_ns = clock_now_ns(),
        .note = s->note.length ? buf_text(&s->note) : NULL,
        .note_style = s->note_style,
        .progress = s->progress.length ? buf_text(&s->progress) : NULL,
        .busy = s->posts.count ? posts_text(&s->posts.items[0]) : NULL,
        .busy_since_ns = s->posts.count ? s->posts.items[0].since_ns : 0,
        .own_keys = buf_text(&own),
        .keys = pane_is_typed_at(s->focus) ? "F1 help" : "? help",
    };
    if (s->ask.open)
        ask_row(&s->ask, &row);
    else
        status_row(&status, width > 2 ? (size_t)width - 2 : 0, &row);
    *cursor = edge + 1 + (int)row_width(&row);
    draw_over(s, s->placed.status_line, edge, width, &row);
}

static void draw_help(const struct screen *s)
{
    int margin = LINES > 12 && COLS > 60 ? 2 : s->placed.framed ? 1 : 0;
    struct area area = {margin, margin * 2, LINES - 2 * margin, COLS - 4 * margin};
    if (!area_shown(&area))
        return;
    int line = 0;
    for (; line < area.height && s->help.top + (size_t)line < s->help.count; line++)
        area_row(&s->theme, &area, line, &s->help.rows[s->help.top + (size_t)line], 0, A_NORMAL);
    area_clear(&area, line);
    if (margin == 0)
        return;
    size_t cells = (size_t)LINES * (size_t)COLS;
    struct frame f = {LINES, COLS, xcalloc(cells, 1), xcalloc(cells, 1)};
    add_box(&f, &area, true);
    draw_frame(s, &f);
    free(f.lines);
    free(f.bright);
    BASE_ROW struct row title = {0};
    row_add(&title, STYLE_TITLE_FOCUS, "help · arrows scroll, any other key closes");
    draw_over(s, area.y - 1, area.x, area.width, &title);
}

static void draw_cursor(const struct screen *s, int question_end)
{
    int y = s->placed.status_line, x = question_end;
    bool shown = s->ask.open;
    if (!shown && !s->help.open && s->focus == PANE_CONSOLE)
        shown = pane_console_cursor(&s->panes[PANE_CONSOLE], &y, &x);
    if (!shown && !s->help.open && pane_is_terminal(s->focus))
        shown = pane_terminal_cursor(&s->panes[s->focus], &y, &x);
    curs_set(shown);
    if (shown && x < COLS && y < LINES)
        move(y, x);
}

void screen_draw(struct screen *s)
{
    int question_end;
    erase();
    if (s->placed.framed)
        draw_frames(s);
    for (int i = 0; i < PANE_COUNT; i++) {
        struct pane *p = &s->panes[i];
        if (!area_shown(&p->area))
            continue;
        if (p->class->draw)
            p->class->draw(s, p);
        else
            list_draw(s, p);
    }
    draw_status(s, &question_end);
    if (s->help.open)
        draw_help(s);
    draw_cursor(s, question_end);
    refresh();
    s->dirty = false;
}
