/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which binding a key or the mouse has where the focus is. */
#include "ui/area.h"
#include "ui/list.h"
#include "ui/pane_console.h"
#include "ui/pane_terminal.h"
#include "ui/screen.h"

enum { WHEEL_LINES = 3 };

static void scroll_by(struct screen *s, struct pane *p, long lines)
{
    if (p->class->scroll)
        p->class->scroll(s, p, lines);
    else
        list_scroll(s, p, lines);
}

/* The title belongs to its pane. */
static struct pane *pane_at(struct screen *s, int y, int x)
{
    for (int i = 0; i < PANE_COUNT; i++) {
        struct area area = s->panes[i].area;
        if (!area_shown(&area))
            continue;
        area.y--;
        area.height++;
        if (area_contains(&area, y, x))
            return &s->panes[i];
    }
    return NULL;
}

static void on_mouse(struct screen *s)
{
    MEVENT event;
    if (getmouse(&event) != OK)
        return;
    struct pane *p = pane_at(s, event.y, event.x);
    if (!p)
        return;
    if (event.bstate & BUTTON4_PRESSED) {
        scroll_by(s, p, -WHEEL_LINES);
    } else if (event.bstate & BUTTON5_PRESSED) {
        scroll_by(s, p, WHEEL_LINES);
    } else {
        screen_set_focus(s, p->class->id);
        if (p->class->count && event.y >= p->area.y) {
            p->cursor = p->top + (size_t)(event.y - p->area.y);
            list_clamp(p, p->class->count(p, s->view));
        }
    }
}

static const struct key_binding *find(const struct screen *s, unsigned key)
{
    const struct key_binding *k = keys_find(s->panes[s->focus].class->keys, key);
    if (!k && !pane_is_typed_at(s->focus))
        k = keys_find(keys_panes(), key);
    return k ? k : keys_find(keys_global(), key);
}

void screen_key(struct screen *s, unsigned key)
{
    s->dirty = true;
    buf_clear(&s->note);
    if (key == KEY_OF(KEY_MOUSE)) {
        on_mouse(s);
    } else if (s->ask.open) {
        ask_key(s, key);
    } else if (s->help.open) {
        help_key(&s->help, key, LINES > 4 ? (size_t)LINES - 4 : 1);
    } else if (!pane_is_terminal(s->focus) || !pane_terminal_takes(s, key)) {
        const struct key_binding *k = find(s, key);
        if (k)
            k->run(s, k->argument);
        else if (s->focus == PANE_CONSOLE)
            pane_console_type(s, key);
        else if (pane_is_terminal(s->focus))
            pane_terminal_type(s, key);
    }
}
