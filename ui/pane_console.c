/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/pane_console.h"

#include <string.h>

#include "base/text.h"
#include "ui/columns.h"
#include "ui/log_view.h"
#include "ui/screen.h"

/* The prompt and what is typed as one line, harmless; *cursor: the byte where the cursor stands. */
static struct scrollback_line prompt_line(const struct screen *s, struct buf *text, size_t *cursor)
{
    struct editor_view e = editor_view(&s->editor);
    size_t length = strlen(e.text), at = e.cursor < length ? e.cursor : length;
    text_add_visible(text, e.prompt, strlen(e.prompt), false);
    text_add_visible(text, e.text, at, false);
    *cursor = text->length;
    text_add_visible(text, e.text + at, length - at, false);
    buf_reserve(text, 0);
    return (struct scrollback_line){.text = text->data, .length = text->length, .style = STYLE_INPUT};
}

static void draw(struct screen *s, struct pane *p)
{
    BASE_BUF struct buf text = {0};
    size_t cursor;
    struct scrollback_line prompt = prompt_line(s, &text, &cursor);
    log_view_draw(p->state, &s->theme, &p->area, &s->log, s->log.count, &prompt, cursor);
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    const struct log_view *state = p->state;
    (void)v;
    row_add(out, STYLE_TITLE, "console");
    if (state->back)
        row_printf(out, STYLE_TITLE, " · %zu rows back", state->back);
}

static void scroll_by(struct screen *s, struct pane *p, long lines)
{
    (void)s;
    log_view_scroll(p->state, lines);
}

static bool search(struct screen *s, struct pane *p, const char *text, int direction)
{
    size_t width = p->area.width > 0 ? (size_t)p->area.width : 1;
    return log_view_search(p->state, &s->log, s->log.count, width, text, direction);
}

bool pane_console_cursor(const struct pane *p, int *y, int *x)
{
    const struct log_view *state = p->state;
    *y = state->cursor_y;
    *x = state->cursor_x;
    return state->cursor_shown;
}

void pane_console_to_end(struct pane *p)
{
    ((struct log_view *)p->state)->back = 0;
}

void pane_console_type(struct screen *s, unsigned key)
{
    BASE_BUF struct buf bytes = {0};
    key_bytes(key, &bytes);
    pane_console_to_end(&s->panes[PANE_CONSOLE]);
    editor_feed(&s->editor, buf_text(&bytes), bytes.length);
}

static void leave(struct screen *s, const char *argument)
{
    (void)argument;
    screen_set_focus(s, s->back);
}

void pane_log_page(struct screen *s, const char *direction)
{
    struct pane *p = &s->panes[s->focus];
    long lines = p->area.height > 1 ? p->area.height - 1 : 1;
    log_view_scroll(p->state, direction[0] == '-' ? -lines : lines);
}

static void got_text(struct screen *s, const char *text)
{
    struct pane *p = &s->panes[s->focus];
    if (!text || !p->class->search)
        return;
    if (*text) {
        buf_clear(&s->searched);
        buf_add_text(&s->searched, text);
    }
    if (s->searched.length && !p->class->search(s, p, buf_text(&s->searched), -1))
        screen_note(s, STYLE_HINT, "no earlier \"%s\" in the %s", buf_text(&s->searched), p->class->name);
}

void pane_log_search(struct screen *s, const char *argument)
{
    (void)argument;
    ask_text(s, "search back (nothing: the same again): ", got_text);
}

static const struct key_binding keys[] = {
    {KEY_ESCAPE, leave, NULL, "leave"},
    {KEY_CTRL('w'), leave, NULL, "leave"},
    {KEY_OF(KEY_PPAGE), pane_log_page, "-", "scroll back"},
    {KEY_OF(KEY_NPAGE), pane_log_page, "+", "scroll on"},
    {KEY_ALT | '/', pane_log_search, NULL, "search"},
    {0},
};

const struct pane_class pane_console = {
    .id = PANE_CONSOLE,
    .name = "console",
    .keys = keys,
    .state_size = sizeof(struct log_view),
    .title = title,
    .draw = draw,
    .scroll = scroll_by,
    .search = search,
};
