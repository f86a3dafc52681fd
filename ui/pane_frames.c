/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane of the stack: its frames, and the key that selects one. */
#include "ui/pane.h"

#include <string.h>

#include "ui/columns.h"
#include "ui/list.h"
#include "ui/screen.h"

enum { FUNCTION_COLUMNS = 32, WHERE_COLUMNS = 32 };

static void needs(const struct pane *p, struct view_needs *needs)
{
    needs->frames = (unsigned)(p->top + (size_t)p->area.height);
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    (void)p;
    row_add(out, STYLE_TITLE, "stack");
    for (size_t i = 0; v && i < v->thread_count; i++)
        if (v->threads[i].selected && v->threads[i].id)
            row_printf(out, STYLE_TITLE, " of %s", v->threads[i].id);
}

static size_t count(const struct pane *p, const struct view *v)
{
    (void)p;
    return v ? v->frame_count + (v->frames_end ? 1 : 0) : 0;
}

static size_t widest_function(const struct view *v)
{
    size_t widest = 0;
    for (size_t i = 0; i < v->frame_count; i++) {
        const char *name = v->frames[i].function;
        size_t width = name ? columns_width(name, strlen(name)) : sizeof "0x0123456789abcdef" - 1;
        if (width > widest)
            widest = width;
    }
    return widest < FUNCTION_COLUMNS ? widest : FUNCTION_COLUMNS;
}

static void row(const struct pane *p, const struct view *v, size_t index, struct row *out)
{
    (void)p;
    if (index >= v->frame_count) {
        row_printf(out, STYLE_QUIET, "  %s", v->frames_end);
        return;
    }
    const struct view_frame *f = &v->frames[index];
    pane_add_arrow(out, f->selected);
    row_printf(out, f->selected ? STYLE_CURRENT : STYLE_QUIET, "%2u ", f->level);
    size_t width = widest_function(v);
    if (f->function)
        row_add_cut(out, STYLE_NAME, f->function, width);
    else
        row_printf(out, STYLE_ADDRESS, "%#llx", (unsigned long long)f->pc);
    row_pad(out, 4 + width + 2);
    if (f->where)
        row_add_cut(out, STYLE_TEXT, f->where, WHERE_COLUMNS);
    row_add(out, STYLE_TEXT, "  ");
    row_add(out, STYLE_QUIET, f->inlined ? "inlined" : f->rule ? f->rule : "");
}

static void update(struct pane *p, const struct view *old, const struct view *now)
{
    (void)old;
    if (old && old->epoch == now->epoch)
        return;
    p->cursor = 0;
    p->top = 0;
}

static void select_frame(struct screen *s, const char *argument)
{
    (void)argument;
    const struct pane *p = &s->panes[PANE_FRAMES];
    if (!s->view || p->cursor >= s->view->frame_count)
        return;
    cJSON *args = cJSON_CreateObject();
    cJSON_AddNumberToObject(args, "level", s->view->frames[p->cursor].level);
    screen_do(s, "frame", args);
}

static const struct key_binding keys[] = {
    {KEY_RETURN, select_frame, NULL, "select"},
    {0},
};

const struct pane_class pane_frames = {
    .id = PANE_FRAMES,
    .name = "stack",
    .keys = keys,
    .needs = needs,
    .title = title,
    .count = count,
    .row = row,
    .update = update,
};
