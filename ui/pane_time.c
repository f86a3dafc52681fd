/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recording as a line, with bookmarks, snapshots and stops on it, and the bookmarks below. */
#include "ui/pane.h"

#include <string.h>

#include "base/alloc.h"
#include "ui/screen.h"

enum { HEAD_ROWS = 2, LINE_LEAST = 16, LINE_MOST = 400, NAME_COLUMNS = 24, COUNT_TEXT = 32 };

static void needs(const struct pane *p, struct view_needs *needs)
{
    needs->time = (unsigned)p->area.height;
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    (void)p;
    row_add(out, STYLE_TITLE, "time");
    if (v && v->time.unit)
        row_printf(out, STYLE_TITLE, " ─ %s", v->time.unit);
}

static bool has_line(const struct view *v)
{
    return v && v->time.shown && !v->time.problem;
}

static size_t count(const struct pane *p, const struct view *v)
{
    (void)p;
    if (!v || !v->time.shown)
        return 0;
    return has_line(v) ? HEAD_ROWS + v->time.bookmark_count : 1;
}

/* 12345678 as 12,345,678. */
static void add_grouped(uint64_t n, char *out)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (int i = 0; i < length; i++) {
        *out++ = digits[i];
        if ((length - i) % 3 == 1 && i + 1 < length)
            *out++ = ',';
    }
    *out = '\0';
}

/* -- the line --------------------------------------------------------------------------------------- */

enum cell { CELL_EMPTY, CELL_SNAPSHOT, CELL_STOP, CELL_BOOKMARK, CELL_HERE };

static uint64_t end_of(const struct view_time *t)
{
    uint64_t end = t->total > t->position ? t->total : t->position;
    for (size_t i = 0; i < t->bookmark_count; i++)
        end = t->bookmarks[i].position > end ? t->bookmarks[i].position : end;
    for (size_t i = 0; i < t->stop_count; i++)
        end = t->stops[i] > end ? t->stops[i] : end;
    return end ? end : 1;
}

static void put(unsigned char *cells, size_t width, uint64_t end, uint64_t position, enum cell cell)
{
    uint64_t at = position > end ? end : position;
    size_t i = (size_t)((unsigned __int128)at * (width - 1) / end);
    if (cells[i] < cell)
        cells[i] = (unsigned char)cell;
}

static void add_line(const struct view_time *t, size_t width, struct row *out)
{
    static const struct {
        const char *text;
        enum style style;
    } shown[] = {
        [CELL_EMPTY] = {"─", STYLE_QUIET},  [CELL_SNAPSHOT] = {"┴", STYLE_QUIET},
        [CELL_STOP] = {"•", STYLE_TEXT},    [CELL_BOOKMARK] = {"◆", STYLE_MARK},
        [CELL_HERE] = {"▶", STYLE_CURRENT},
    };
    unsigned char cells[LINE_MOST] = {CELL_EMPTY};
    uint64_t end = end_of(t);
    for (size_t i = 0; i < t->snapshot_count; i++)
        put(cells, width, end, t->snapshots[i], CELL_SNAPSHOT);
    for (size_t i = 0; i < t->stop_count; i++)
        put(cells, width, end, t->stops[i], CELL_STOP);
    for (size_t i = 0; i < t->bookmark_count; i++)
        put(cells, width, end, t->bookmarks[i].position, CELL_BOOKMARK);
    put(cells, width, end, t->position, CELL_HERE);
    for (size_t i = 0; i < width; i++)
        row_add(out, shown[cells[i]].style, shown[cells[i]].text);
}

static void add_scale(const struct view_time *t, size_t width, struct row *out)
{
    char here[COUNT_TEXT], total[COUNT_TEXT];
    add_grouped(t->position, here);
    add_grouped(t->total, total);
    row_add(out, STYLE_CURRENT, here);
    if (!t->total)
        return;
    row_printf(out, STYLE_QUIET, "  %.1f %%", 100.0 * (double)t->position / (double)t->total);
    row_right(out, STYLE_QUIET, width, total);
}

/* -- the bookmarks ---------------------------------------------------------------------------------- */

static void add_bookmark(const struct view_time *t, const struct view_bookmark *b, struct row *out)
{
    char position[COUNT_TEXT], distance[COUNT_TEXT];
    bool behind = b->position < t->position;
    add_grouped(b->position, position);
    add_grouped(behind ? t->position - b->position : b->position - t->position, distance);
    row_add(out, b->stale ? STYLE_MARK_BAD : STYLE_MARK, b->stale ? "! " : "◆ ");
    row_printf(out, STYLE_QUIET, "%llu ", (unsigned long long)b->id);
    row_pad(out, 6);
    row_add_cut(out, STYLE_NAME, b->name, NAME_COLUMNS);
    row_pad(out, 6 + NAME_COLUMNS + 1);
    row_printf(out, STYLE_TEXT, "%15s", position);
    if (b->position == t->position)
        row_add(out, STYLE_CURRENT, "  here");
    else
        row_printf(out, STYLE_QUIET, "  %s%s", behind ? "−" : "+", distance);
    if (b->where)
        row_printf(out, STYLE_TEXT, "  %s", b->where);
    if (b->snapshot)
        row_add(out, STYLE_QUIET, "  snapshot");
    if (b->stale)
        row_add(out, STYLE_MARK_BAD, "  another program is there");
    if (b->note)
        row_printf(out, STYLE_COMMENT, "  %s", b->note);
}

static void row(const struct pane *p, const struct view *v, size_t index, struct row *out)
{
    size_t width = p->area.width < LINE_LEAST ? LINE_LEAST : (size_t)p->area.width;
    const struct view_time *t = &v->time;
    if (width > LINE_MOST)
        width = LINE_MOST;
    if (t->problem)
        row_add(out, STYLE_HINT, t->problem);
    else if (index == 0)
        add_line(t, width, out);
    else if (index == 1)
        add_scale(t, width, out);
    else
        add_bookmark(t, &t->bookmarks[index - HEAD_ROWS], out);
}

/* -- keys ------------------------------------------------------------------------------------------- */

static const struct view_bookmark *at_cursor(const struct screen *s)
{
    size_t cursor = s->panes[PANE_TIME].cursor;
    if (!has_line(s->view) || cursor < HEAD_ROWS || cursor - HEAD_ROWS >= s->view->time.bookmark_count)
        return NULL;
    return &s->view->time.bookmarks[cursor - HEAD_ROWS];
}

static cJSON *id_of(const struct view_bookmark *b)
{
    cJSON *args = cJSON_CreateObject();
    cJSON_AddNumberToObject(args, "id", (double)b->id);
    return args;
}

static void go(struct screen *s, const char *argument)
{
    (void)argument;
    const struct view_bookmark *b = at_cursor(s);
    if (b)
        screen_run(s, "goto", id_of(b));
    else
        screen_note(s, STYLE_HINT,
                    "no bookmark in this row; M makes one here, g goes to a count or a percentage");
}

static void forget(struct screen *s, const char *argument)
{
    (void)argument;
    const struct view_bookmark *b = at_cursor(s);
    if (b)
        screen_do(s, "unbookmark", id_of(b));
}

static void make(struct screen *s, const char *argument)
{
    (void)argument;
    screen_do(s, "bookmark", cJSON_CreateObject());
}

/* The next bookmark before or after where the target is. */
static void jump(struct screen *s, const char *direction)
{
    const struct view_bookmark *found = NULL;
    const struct view_time *t = has_line(s->view) ? &s->view->time : NULL;
    bool back = direction[0] == '-';
    for (size_t i = 0; t && i < t->bookmark_count; i++) {
        const struct view_bookmark *b = &t->bookmarks[i];
        if (back && b->position < t->position)
            found = b;
        if (!back && b->position > t->position && !found)
            found = b;
    }
    if (found)
        screen_run(s, "goto", id_of(found));
    else
        screen_note(s, STYLE_HINT, "no bookmark %s here", back ? "before" : "after");
}

static void got_moment(struct screen *s, const char *text)
{
    if (!text || !*text)
        return;
    cJSON *args = cJSON_CreateObject();
    cJSON_AddStringToObject(args, "position", text);
    screen_run(s, "goto", args);
}

static void ask_moment(struct screen *s, const char *argument)
{
    (void)argument;
    ask_text(s, "go to (a count, 50%, start, end, last): ", got_moment);
}

static void edge(struct screen *s, const char *which)
{
    got_moment(s, which);
}

static const struct key_binding keys[] = {
    {KEY_RETURN, go, NULL, "go to the bookmark"},
    {'M', make, NULL, "bookmark here"},
    {'d', forget, NULL, "forget the bookmark"},
    {KEY_OF(KEY_DC), forget, NULL, "forget the bookmark"},
    {'[', jump, "-", "to the bookmark before, or after"},
    {']', jump, "+", "to the bookmark before, or after"},
    {'g', ask_moment, NULL, "go to a moment"},
    {'^', edge, "start", "to the start, or the end"},
    {'$', edge, "end", "to the start, or the end"},
    {0},
};

const struct pane_class pane_time = {
    .id = PANE_TIME,
    .name = "time",
    .keys = keys,
    .needs = needs,
    .title = title,
    .count = count,
    .row = row,
};
