/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane of memory, from the stack pointer or from where an expression says. */
#include "ui/pane.h"

#include <stdio.h>
#include <string.h>

#include "ui/ask.h"
#include "ui/list.h"
#include "ui/screen.h"

enum { ROW_BYTES = 16 };

struct memory_state {
    char at[sizeof((struct view_needs *)NULL)->memory_at]; /* "": the stack pointer */
};

static void needs(const struct pane *p, struct view_needs *needs)
{
    const struct memory_state *state = p->state;
    needs->memory = (unsigned)p->area.height;
    memcpy(needs->memory_at, state->at, sizeof needs->memory_at);
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    const struct memory_state *state = p->state;
    (void)v;
    row_printf(out, STYLE_TITLE, "memory at %s", state->at[0] ? state->at : "$sp");
}

static size_t count(const struct pane *p, const struct view *v)
{
    (void)p;
    return v ? v->memory_count : 0;
}

static void row(const struct pane *p, const struct view *v, size_t index, struct row *out)
{
    (void)p;
    const struct view_memory_row *m = &v->memory[index];
    row_printf(out, STYLE_ADDRESS, "%llx", (unsigned long long)m->address);
    row_add(out, STYLE_TEXT, "  ");
    row_add(out, STYLE_TEXT, m->hex ? m->hex : "");
    row_add(out, STYLE_TEXT, " ");
    row_add(out, STYLE_LITERAL, m->text ? m->text : "");
}

static void set_address(struct screen *s, uint64_t address)
{
    struct memory_state *state = s->panes[PANE_MEMORY].state;
    snprintf(state->at, sizeof state->at, "%#llx", (unsigned long long)address);
    screen_needs_changed(s);
}

static void scroll_by(struct screen *s, struct pane *p, long lines)
{
    const struct view *v = s->view;
    if (!v || v->memory_count == 0)
        return;
    long goal = (long)p->cursor + lines;
    uint64_t first = v->memory[0].address;
    if (goal < 0) {
        uint64_t back = (uint64_t)-goal * ROW_BYTES;
        set_address(s, first > back ? first - back : 0);
    } else if ((size_t)goal >= v->memory_count) {
        uint64_t over = (uint64_t)goal - v->memory_count + 1;
        set_address(s, first + over * ROW_BYTES);
    }
    list_scroll(s, p, lines);
}

static void got_address(struct screen *s, const char *text)
{
    struct pane *p = &s->panes[PANE_MEMORY];
    struct memory_state *state = p->state;
    if (!text)
        return;
    if (strlen(text) >= sizeof state->at) {
        screen_note(s, STYLE_ERROR, "that expression is too long");
        return;
    }
    memcpy(state->at, text, strlen(text) + 1);
    p->cursor = p->top = 0;
    screen_needs_changed(s);
}

static void go_to(struct screen *s, const char *argument)
{
    (void)argument;
    ask_text(s, "memory at (an expression; nothing: $sp): ", got_address);
}

static void follow(struct screen *s, const char *argument)
{
    (void)argument;
    got_address(s, "");
}

static const struct key_binding keys[] = {
    {'g', go_to, NULL, "go to address"},
    {'.', follow, NULL, "follow the stack pointer"},
    {0},
};

const struct pane_class pane_memory = {
    .id = PANE_MEMORY,
    .name = "memory",
    .keys = keys,
    .state_size = sizeof(struct memory_state),
    .needs = needs,
    .title = title,
    .count = count,
    .row = row,
    .scroll = scroll_by,
};
