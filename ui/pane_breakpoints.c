/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane of breakpoints: their means and states, and keys that switch, delete and verify one. */
#include "ui/pane.h"

#include <string.h>

#include "ui/columns.h"
#include "ui/pane_source.h"
#include "ui/screen.h"

enum { WHAT_COLUMNS = 28 };

static void needs(const struct pane *p, struct view_needs *needs)
{
    needs->breakpoints = (unsigned)(p->top + (size_t)p->area.height);
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    (void)p;
    row_add(out, STYLE_TITLE, "breakpoints");
    if (!v)
        return;
    if (v->hardware_total)
        row_printf(out, STYLE_TITLE, " ─ hardware %u/%u", v->hardware_used, v->hardware_total);
    else if (v->hardware_used)
        row_printf(out, STYLE_TITLE, " ─ hardware %u", v->hardware_used);
}

static size_t count(const struct pane *p, const struct view *v)
{
    (void)p;
    return v ? v->breakpoint_count : 0;
}

/* Without the folders, which would leave no room for the line. */
static const char *what_of(const struct view_breakpoint *b)
{
    const char *slash = b->what ? strrchr(b->what, '/') : NULL;
    return slash && slash[1] ? slash + 1 : b->what ? b->what : "?";
}

static size_t widest_what(const struct view *v)
{
    size_t widest = 0;
    for (size_t i = 0; i < v->breakpoint_count; i++) {
        const char *what = what_of(&v->breakpoints[i]);
        size_t width = columns_width(what, strlen(what));
        if (width > widest)
            widest = width;
    }
    return widest < WHAT_COLUMNS ? widest : WHAT_COLUMNS;
}

static void row(const struct pane *p, const struct view *v, size_t index, struct row *out)
{
    (void)p;
    const struct view_breakpoint *b = &v->breakpoints[index];
    size_t width = widest_what(v);
    row_printf(out, STYLE_TEXT, "%2d ", b->id);
    pane_add_mark(out, b->mark);
    row_add_cut(out, b->enabled ? STYLE_NAME : STYLE_QUIET, what_of(b), width);
    row_pad(out, 5 + width + 2);
    row_add(out, STYLE_TEXT, b->kind ? b->kind : "");
    if (b->state && strcmp(b->state, "armed") != 0)
        row_printf(out, STYLE_MARK_BAD, " %s", b->state);
    if (b->hits)
        row_printf(out, STYLE_QUIET, "  %llu hit%s", (unsigned long long)b->hits, b->hits == 1 ? "" : "s");
    if (b->reason)
        row_printf(out, STYLE_HINT, "  %s", b->reason);
}

static const struct view_breakpoint *at_cursor(const struct screen *s)
{
    size_t cursor = s->panes[PANE_BREAKPOINTS].cursor;
    return s->view && cursor < s->view->breakpoint_count ? &s->view->breakpoints[cursor] : NULL;
}

static void with_id(struct screen *s, const char *command)
{
    const struct view_breakpoint *b = at_cursor(s);
    if (!b)
        return;
    cJSON *args = cJSON_CreateObject();
    cJSON_AddNumberToObject(args, "id", b->id);
    screen_do(s, command, args);
}

static void toggle(struct screen *s, const char *argument)
{
    (void)argument;
    const struct view_breakpoint *b = at_cursor(s);
    if (b)
        with_id(s, b->enabled ? "disable" : "enable");
}

static void delete_it(struct screen *s, const char *argument)
{
    (void)argument;
    with_id(s, "delete");
}

static void verify(struct screen *s, const char *argument)
{
    (void)argument;
    with_id(s, "verify");
}

static void show_source(struct screen *s, const char *argument)
{
    (void)argument;
    const struct view_breakpoint *b = at_cursor(s);
    if (!b)
        return;
    if (b->file && b->line)
        pane_source_show(s, b->file, b->line);
    else
        screen_note(s, STYLE_HINT, "breakpoint %d has no source line", b->id);
}

static const struct key_binding keys[] = {
    {KEY_RETURN, show_source, NULL, "to its line"},
    {' ', toggle, NULL, "on or off"},
    {'e', toggle, NULL, "on or off"},
    {'d', delete_it, NULL, "delete"},
    {'V', verify, NULL, "is it really there?"},
    {KEY_OF(KEY_DC), delete_it, NULL, "delete"},
    {0},
};

const struct pane_class pane_breakpoints = {
    .id = PANE_BREAKPOINTS,
    .name = "breakpoints",
    .keys = keys,
    .needs = needs,
    .title = title,
    .count = count,
    .row = row,
};
