/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two panes of a kind: the target's console, and the terminal of a program that was started here. Each shows
 * what was printed and is a place to type. */
#include "ui/pane_terminal.h"

#include <string.h>

#include "ui/log_view.h"
#include "ui/pane_console.h"
#include "ui/screen.h"

struct state {
    struct log_view view; /* first: pane_log_page() scrolls it */
    bool verbatim;        /* the next key goes to the target whatever it means here */
};

static struct screen_terminal *of(struct screen *s, const struct pane *p)
{
    return p->class->id == PANE_PROGRAM ? &s->program : &s->target;
}

static bool has_open_line(const struct screen_terminal *t)
{
    return t->log.open && t->log.count > 0;
}

/* The lines that have ended; the one that has not stands behind them. */
static size_t whole_lines(const struct screen_terminal *t)
{
    return t->log.count - has_open_line(t);
}

static void draw(struct screen *s, struct pane *p)
{
    struct state *state = p->state;
    const struct screen_terminal *t = of(s, p);
    char nothing[] = "";
    struct scrollback_line last = {.text = nothing, .style = STYLE_TARGET};
    if (has_open_line(t))
        last = *scrollback_at(&t->log, t->log.count - 1);
    log_view_draw(&state->view, &s->theme, &p->area, &t->log, whole_lines(t), &last,
                  t->text.cursor < last.length ? t->text.cursor : last.length);
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    const struct state *state = p->state;
    row_add(out, STYLE_TITLE, p->class->id == PANE_PROGRAM ? "program" : "target's console");
    if (p->class->id == PANE_PROGRAM && v && !v->has_terminal)
        row_add(out, STYLE_TITLE, v->state == TARGET_EXITED ? " · ended" : " · none was started here");
    else if (v && v->state == TARGET_STOPPED)
        row_add(out, STYLE_TITLE, " · stopped");
    if (state->view.back)
        row_printf(out, STYLE_TITLE, " · %zu rows back", state->view.back);
}

static void scroll_by(struct screen *s, struct pane *p, long lines)
{
    (void)s;
    log_view_scroll(p->state, lines);
}

static bool search(struct screen *s, struct pane *p, const char *text, int direction)
{
    size_t width = p->area.width > 0 ? (size_t)p->area.width : 1;
    return log_view_search(p->state, &of(s, p)->log, whole_lines(of(s, p)), width, text, direction);
}

void pane_terminal_add(struct screen *s, enum pane_id id, const char *bytes, size_t n)
{
    struct screen_terminal *t = of(s, &s->panes[id]);
    console_text_add(&t->text, &t->log, bytes, n);
}

bool pane_terminal_cursor(const struct pane *p, int *y, int *x)
{
    const struct state *state = p->state;
    *y = state->view.cursor_y;
    *x = state->view.cursor_x;
    return state->view.cursor_shown;
}

static void send_to_console(struct screen *s, const struct buf *bytes)
{
    if (!screen_is_running(s)) {
        screen_note(s, STYLE_HINT, "the target is stopped and hears nothing: F5 lets it run");
        return;
    }
    cJSON *args = cJSON_CreateObject();
    cJSON_AddStringToObject(args, "text", buf_text(bytes));
    screen_do(s, "console", args);
}

/* What is typed at a program that is stopped waits in its terminal. */
static void send_to_program(struct screen *s, const struct buf *bytes)
{
    if (s->view && s->view->has_terminal)
        worker_type(s->worker, buf_text(bytes), bytes->length);
    else
        screen_note(s, STYLE_HINT, "no program with a terminal of ours is there: `run` starts it");
}

void pane_terminal_type(struct screen *s, unsigned key)
{
    BASE_BUF struct buf bytes = {0};
    key_bytes(key, &bytes);
    if (!bytes.length || !buf_text(&bytes)[0]) /* no JSON string holds a NUL */
        return;
    ((struct state *)s->panes[s->focus].state)->view.back = 0;
    if (s->focus == PANE_PROGRAM)
        send_to_program(s, &bytes);
    else
        send_to_console(s, &bytes);
}

bool pane_terminal_takes(struct screen *s, unsigned key)
{
    struct state *state = s->panes[s->focus].state;
    if (!state->verbatim)
        return false;
    state->verbatim = false;
    pane_terminal_type(s, key);
    return true;
}

static void leave(struct screen *s, const char *argument)
{
    (void)argument;
    screen_set_focus(s, s->back);
}

static void verbatim(struct screen *s, const char *argument)
{
    (void)argument;
    ((struct state *)s->panes[s->focus].state)->verbatim = true;
    screen_note(s, STYLE_HINT, "the next key is typed there, whatever it is");
}

static const struct key_binding keys[] = {
    {KEY_ESCAPE, leave, NULL, "leave"},
    {KEY_CTRL(']'), verbatim, NULL, "send the next key as it is (Ctrl-C, Escape …)"},
    {KEY_OF(KEY_PPAGE), pane_log_page, "-", "scroll back"},
    {KEY_OF(KEY_NPAGE), pane_log_page, "+", "scroll on"},
    {KEY_ALT | '/', pane_log_search, NULL, "search"},
    {0},
};

const struct pane_class pane_program = {
    .id = PANE_PROGRAM,
    .name = "program",
    .keys = keys,
    .state_size = sizeof(struct state),
    .title = title,
    .draw = draw,
    .scroll = scroll_by,
    .search = search,
};

const struct pane_class pane_terminal = {
    .id = PANE_TERMINAL,
    .name = "terminal",
    .keys = keys,
    .state_size = sizeof(struct state),
    .title = title,
    .draw = draw,
    .scroll = scroll_by,
    .search = search,
};
