/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane of the selected frame's variables; what has changed is bright. */
#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ui/columns.h"
#include "ui/screen.h"

enum { NAME_COLUMNS = 20, TYPES_FROM_WIDTH = 64 };

static void needs(const struct pane *p, struct view_needs *needs)
{
    needs->locals = (unsigned)(p->top + (size_t)p->area.height);
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    (void)p;
    row_add(out, STYLE_TITLE, "locals");
    for (size_t i = 0; v && i < v->frame_count; i++)
        if (v->frames[i].selected && v->frames[i].function)
            row_printf(out, STYLE_TITLE, " of %s", v->frames[i].function);
}

static size_t count(const struct pane *p, const struct view *v)
{
    (void)p;
    return v ? v->local_count : 0;
}

static size_t widest_name(const struct view *v)
{
    size_t widest = 0;
    for (size_t i = 0; i < v->local_count; i++) {
        size_t width = columns_width(v->locals[i].name, strlen(v->locals[i].name));
        if (width > widest)
            widest = width;
    }
    return widest < NAME_COLUMNS ? widest : NAME_COLUMNS;
}

static void row(const struct pane *p, const struct view *v, size_t index, struct row *out)
{
    const struct view_local *l = &v->locals[index];
    size_t names = widest_name(v);
    row_add_cut(out, l->argument ? STYLE_LITERAL : STYLE_NAME, l->name, names);
    row_pad(out, names + 2);
    row_add(out, l->old ? STYLE_CHANGED : STYLE_TEXT, l->value ? l->value : "?");
    if (p->area.width <= 0)
        return;
    size_t width = (size_t)p->area.width;
    if (l->old) {
        BASE_FREE char *was = xasprintf("was %s", l->old);
        row_right(out, STYLE_QUIET, width, was);
    } else if (l->type && width >= TYPES_FROM_WIDTH) {
        row_right(out, STYLE_QUIET, width, l->type);
    }
}

static const struct key_binding keys[] = {{0}};

const struct pane_class pane_locals = {
    .id = PANE_LOCALS,
    .name = "locals",
    .keys = keys,
    .needs = needs,
    .title = title,
    .count = count,
    .row = row,
};
