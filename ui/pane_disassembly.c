/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/pane_disassembly.h"

#include <stdio.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/list.h"
#include "ui/screen.h"

enum {
    BYTES_COLUMNS = 24,
    BYTES_FROM_WIDTH = 72, /* narrower panes leave the bytes out */
    STEP_BACK = 4,         /* bytes taken for one instruction upwards; the decoder finds its feet again */
};

struct disassembly_state {
    uint64_t from; /* 0: around the pc */
};

static void needs(const struct pane *p, struct view_needs *needs)
{
    const struct disassembly_state *state = p->state;
    needs->disassembly = (unsigned)p->area.height;
    needs->disassembly_from = state->from;
}

static size_t count(const struct pane *p, const struct view *v)
{
    (void)p;
    if (!v)
        return 0;
    return v->instruction_count ? v->instruction_count : v->disassembly_problem ? 1 : 0;
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    row_add(out, STYLE_TITLE, "disassembly");
    if (v && p->cursor < v->instruction_count && v->instructions[p->cursor].place)
        row_printf(out, STYLE_TITLE, " · %s", v->instructions[p->cursor].place);
}

void pane_disassembly_row(const struct view *v, size_t index, int width, struct row *out)
{
    if (index >= v->instruction_count) {
        row_add(out, STYLE_HINT, v->disassembly_problem);
        return;
    }
    const struct view_instruction *i = &v->instructions[index];
    char address[24];
    snprintf(address, sizeof address, "%llx",
             (unsigned long long)v->instructions[v->instruction_count - 1].address);
    int digits = (int)strlen(address);
    pane_add_arrow(out, i->current);
    pane_add_mark(out, i->mark);
    row_printf(out, i->current ? STYLE_CURRENT : STYLE_ADDRESS, "%*llx", digits,
               (unsigned long long)i->address);
    size_t at = row_width(out) + 2;
    row_pad(out, at);
    if (width >= BYTES_FROM_WIDTH) {
        row_add_cut(out, STYLE_QUIET, i->bytes ? i->bytes : "", BYTES_COLUMNS);
        row_pad(out, at + BYTES_COLUMNS + 1);
    }
    row_add(out, STYLE_TEXT, i->text ? i->text : "");
}

static void row(const struct pane *p, const struct view *v, size_t index, struct row *out)
{
    pane_disassembly_row(v, index, p->area.width, out);
}

static void update(struct pane *p, const struct view *old, const struct view *now)
{
    struct disassembly_state *state = p->state;
    if (old && old->epoch == now->epoch && old->pc == now->pc && old->instruction_count)
        return;
    if (now->state == TARGET_STOPPED)
        state->from = 0;
    for (size_t i = 0; i < now->instruction_count; i++)
        if (now->instructions[i].current)
            list_goto(p, now->instruction_count, i);
}

/* Beyond what was fetched, other instructions are asked for. */
static void scroll_by(struct screen *s, struct pane *p, long lines)
{
    struct disassembly_state *state = p->state;
    const struct view *v = s->view;
    if (!v || v->instruction_count == 0)
        return;
    long goal = (long)p->cursor + lines;
    if (goal < 0) {
        uint64_t first = v->instructions[0].address, back = (uint64_t)-goal * STEP_BACK;
        state->from = first > back ? first - back : 1;
        screen_needs_changed(s);
    } else if ((size_t)goal >= v->instruction_count) {
        size_t over = (size_t)goal - v->instruction_count + 1;
        size_t top = over < v->instruction_count ? over : v->instruction_count - 1;
        state->from = v->instructions[top].address;
        screen_needs_changed(s);
    }
    list_scroll(s, p, lines);
}

static void follow(struct screen *s, const char *argument)
{
    (void)argument;
    struct pane *p = &s->panes[PANE_DISASSEMBLY];
    ((struct disassembly_state *)p->state)->from = 0;
    for (size_t i = 0; s->view && i < s->view->instruction_count; i++)
        if (s->view->instructions[i].current)
            list_goto(p, s->view->instruction_count, i);
    screen_needs_changed(s);
}

bool pane_disassembly_address(const struct screen *s, uint64_t *ret)
{
    size_t cursor = s->panes[PANE_DISASSEMBLY].cursor;
    if (!s->view || cursor >= s->view->instruction_count)
        return false;
    *ret = s->view->instructions[cursor].address;
    return true;
}

static const struct key_binding keys[] = {
    {'.', follow, NULL, "follow the target"},
    {0},
};

const struct pane_class pane_disassembly = {
    .id = PANE_DISASSEMBLY,
    .name = "disassembly",
    .keys = keys,
    .state_size = sizeof(struct disassembly_state),
    .needs = needs,
    .title = title,
    .count = count,
    .row = row,
    .update = update,
    .scroll = scroll_by,
};
