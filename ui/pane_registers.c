/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane of registers, as many side by side as there is room for. */
#include "ui/pane.h"

#include <string.h>

#include "base/alloc.h"
#include "ui/columns.h"
#include "ui/screen.h"

enum { VALUE_COLUMNS = 34 };

struct registers_state {
    bool all;
};

static void needs(const struct pane *p, struct view_needs *needs)
{
    const struct registers_state *state = p->state;
    needs->registers = (unsigned)p->area.height;
    needs->all_registers = state->all;
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    const struct registers_state *state = p->state;
    (void)v;
    row_printf(out, STYLE_TITLE, "registers%s", state->all ? " (all)" : "");
}

struct grid {
    size_t names, values, cell, columns;
};

/* As many registers side by side as there is room for. */
static struct grid grid_of(const struct pane *p, const struct view *v)
{
    struct grid g = {.columns = 1};
    for (size_t i = 0; i < v->register_count; i++) {
        const struct view_register *r = &v->registers[i];
        size_t name = columns_width(r->name, strlen(r->name));
        size_t value = r->value ? columns_width(r->value, strlen(r->value)) : 0;
        g.names = name > g.names ? name : g.names;
        g.values = value > g.values ? value : g.values;
    }
    if (g.values > VALUE_COLUMNS)
        g.values = VALUE_COLUMNS;
    g.cell = g.names + 1 + g.values + 2;
    if (p->area.width > 0)
        g.columns = ((size_t)p->area.width + 2) / g.cell;
    if (g.columns == 0)
        g.columns = 1;
    return g;
}

static size_t count(const struct pane *p, const struct view *v)
{
    if (!v || v->register_count == 0)
        return 0;
    struct grid g = grid_of(p, v);
    return (v->register_count + g.columns - 1) / g.columns;
}

static void row(const struct pane *p, const struct view *v, size_t index, struct row *out)
{
    struct grid g = grid_of(p, v);
    for (size_t k = 0; k < g.columns; k++) {
        size_t i = index * g.columns + k;
        if (i >= v->register_count)
            break;
        const struct view_register *r = &v->registers[i];
        if (k)
            row_pad(out, k * g.cell);
        row_add(out, STYLE_QUIET, r->name);
        row_pad(out, k * g.cell + g.names + 1);
        const char *value = r->value ? r->value : "?";
        /* Alone in its row even a vector is shown whole. */
        row_add_cut(out, r->old ? STYLE_CHANGED : STYLE_TEXT, value,
                    g.columns > 1 ? g.values : strlen(value));
    }
    if (g.columns == 1 && v->registers[index].old && p->area.width > 0) {
        BASE_FREE char *was = xasprintf("was %s", v->registers[index].old);
        row_right(out, STYLE_QUIET, (size_t)p->area.width, was);
    }
}

static void toggle_all(struct screen *s, const char *argument)
{
    (void)argument;
    struct registers_state *state = s->panes[PANE_REGISTERS].state;
    state->all = !state->all;
    screen_needs_changed(s);
}

static const struct key_binding keys[] = {
    {'A', toggle_all, NULL, "all or general"},
    {0},
};

const struct pane_class pane_registers = {
    .id = PANE_REGISTERS,
    .name = "registers",
    .keys = keys,
    .state_size = sizeof(struct registers_state),
    .needs = needs,
    .title = title,
    .count = count,
    .row = row,
};
