#include "ui/pane_console.h"

#include <string.h>

#include "base/text.h"
#include "ui/area.h"
#include "ui/columns.h"
#include "ui/screen.h"

enum { ROWS = 512 }; /* of a pane, at most drawn */

struct console_state {
    size_t back;  /* rows scrolled back from the end */
    size_t added; /* lines of the log when it was last drawn */
    bool cursor_shown;
    int cursor_y, cursor_x; /* of the screen */
};

/* A row of the log, or of the prompt when `line` is PROMPT. */
struct placed_row {
    size_t line, row;
};
static const size_t PROMPT = (size_t)-1;

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

/* The rows to show, last first; fewer than `height` when there is no more. */
static size_t collect(const struct screen *s, const struct scrollback_line *prompt, size_t width,
                      size_t height, size_t back, struct placed_row *ret)
{
    size_t count = 0, index = s->log.count, line = PROMPT;
    const struct scrollback_line *text = prompt;
    for (;;) {
        for (size_t row = scrollback_rows(text, width); row-- > 0 && count < height;) {
            if (back > 0)
                back--;
            else
                ret[count++] = (struct placed_row){line, row};
        }
        if (count == height || index == 0)
            return count;
        line = --index;
        text = scrollback_at(&s->log, line);
    }
}

static void place_cursor(struct pane *p, const struct scrollback_line *prompt, size_t from, size_t to,
                         size_t cursor, int line)
{
    struct console_state *state = p->state;
    bool last = to == prompt->length;
    if (cursor < from || (last ? cursor > to : cursor >= to))
        return;
    int column = (int)columns_width(prompt->text + from, cursor - from);
    state->cursor_shown = true;
    state->cursor_y = p->area.y + line;
    state->cursor_x = p->area.x + (column < p->area.width ? column : p->area.width - 1);
}

static void draw(struct screen *s, struct pane *p)
{
    struct console_state *state = p->state;
    struct placed_row rows[ROWS];
    size_t height = p->area.height < ROWS ? (size_t)p->area.height : ROWS, width = (size_t)p->area.width;
    BASE_BUF struct buf text = {0};
    BASE_ROW struct row row = {0};
    size_t cursor, count;
    struct scrollback_line prompt = prompt_line(s, &text, &cursor);
    if (state->back && s->log.added > state->added)
        state->back += s->log.added - state->added; /* what is read stays where it is */
    state->added = s->log.added;
    state->cursor_shown = false;
    count = collect(s, &prompt, width, height, state->back, rows);
    if (count < height && state->back) {
        state->back -= state->back < height - count ? state->back : height - count;
        count = collect(s, &prompt, width, height, state->back, rows);
    }
    for (size_t i = 0; i < count; i++) {
        const struct placed_row *at = &rows[count - 1 - i];
        const struct scrollback_line *line = at->line == PROMPT ? &prompt : scrollback_at(&s->log, at->line);
        size_t from, to;
        scrollback_row(line, width, at->row, &from, &to);
        row_clear(&row);
        row_add_bytes(&row, line->style, line->text + from, to - from);
        area_row(&s->theme, &p->area, (int)i, &row, 0, A_NORMAL);
        if (at->line == PROMPT)
            place_cursor(p, &prompt, from, to, cursor, (int)i);
    }
    area_clear(&p->area, (int)count);
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    const struct console_state *state = p->state;
    (void)v;
    row_add(out, STYLE_TITLE, "console");
    if (state->back)
        row_printf(out, STYLE_TITLE, " · %zu rows back", state->back);
}

static void scroll_by(struct screen *s, struct pane *p, long lines)
{
    struct console_state *state = p->state;
    (void)s;
    if (lines < 0)
        state->back += (size_t)-lines;
    else
        state->back -= state->back < (size_t)lines ? state->back : (size_t)lines;
}

/* Rows below a line of the log, without the prompt's. */
static size_t rows_after(const struct screen *s, size_t line, size_t width)
{
    size_t rows = 0;
    for (size_t i = line + 1; i < s->log.count; i++)
        rows += scrollback_rows(scrollback_at(&s->log, i), width);
    return rows;
}

/* The newest line that is not on the screen's last row or below. */
static bool search(struct screen *s, struct pane *p, const char *text, int direction)
{
    struct console_state *state = p->state;
    size_t width = p->area.width > 0 ? (size_t)p->area.width : 1, rows = 0;
    size_t found = s->log.count;
    for (size_t i = s->log.count; i-- > 0; rows += scrollback_rows(scrollback_at(&s->log, i), width)) {
        bool older = rows + 1 > state->back;
        if (!strcasestr(scrollback_at(&s->log, i)->text, text))
            continue;
        if (direction < 0 && older) {
            found = i;
            break;
        }
        if (direction > 0 && rows + 1 < state->back)
            found = i; /* the last one seen is the next one down */
    }
    if (found == s->log.count)
        return false;
    state->back = rows_after(s, found, width) + 1;
    return true;
}

bool pane_console_cursor(const struct pane *p, int *y, int *x)
{
    const struct console_state *state = p->state;
    *y = state->cursor_y;
    *x = state->cursor_x;
    return state->cursor_shown;
}

void pane_console_to_end(struct pane *p)
{
    ((struct console_state *)p->state)->back = 0;
}

/* readline's own words for keys that have no character. */
static const struct {
    unsigned key;
    const char *bytes;
} sequences[] = {
    {KEY_OF(KEY_UP), "\033[A"},   {KEY_OF(KEY_DOWN), "\033[B"}, {KEY_OF(KEY_RIGHT), "\033[C"},
    {KEY_OF(KEY_LEFT), "\033[D"}, {KEY_OF(KEY_HOME), "\001"},   {KEY_OF(KEY_END), "\005"},
    {KEY_OF(KEY_DC), "\033[3~"},
};

void pane_console_type(struct screen *s, unsigned key)
{
    BASE_BUF struct buf bytes = {0};
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++)
        if (sequences[i].key == key)
            buf_add_text(&bytes, sequences[i].bytes);
    if (bytes.length == 0 && !(key & KEY_PAD)) {
        if (key & KEY_ALT)
            buf_add_char(&bytes, KEY_ESCAPE);
        columns_encode(&bytes, (wchar_t)(key & ~(unsigned)KEY_ALT));
    }
    pane_console_to_end(&s->panes[PANE_CONSOLE]);
    editor_feed(&s->editor, buf_text(&bytes), bytes.length);
}

static void leave(struct screen *s, const char *argument)
{
    (void)argument;
    screen_set_focus(s, s->back);
}

static void page(struct screen *s, const char *direction)
{
    struct pane *p = &s->panes[PANE_CONSOLE];
    long lines = p->area.height > 1 ? p->area.height - 1 : 1;
    scroll_by(s, p, direction[0] == '-' ? -lines : lines);
}

static void got_text(struct screen *s, const char *text)
{
    if (!text)
        return;
    if (*text) {
        buf_clear(&s->searched);
        buf_add_text(&s->searched, text);
    }
    if (s->searched.length && !search(s, &s->panes[PANE_CONSOLE], buf_text(&s->searched), -1))
        screen_note(s, STYLE_HINT, "no earlier \"%s\" in the console", buf_text(&s->searched));
}

static void search_back(struct screen *s, const char *argument)
{
    (void)argument;
    ask_text(s, "search back (nothing: the same again): ", got_text);
}

static const struct key_binding keys[] = {
    {KEY_ESCAPE, leave, NULL, "leave"},
    {KEY_CTRL('w'), leave, NULL, "leave"},
    {KEY_OF(KEY_PPAGE), page, "-", "scroll back"},
    {KEY_OF(KEY_NPAGE), page, "+", "scroll on"},
    {KEY_ALT | '/', search_back, NULL, "search"},
    {0},
};

const struct pane_class pane_console = {
    .id = PANE_CONSOLE,
    .name = "console",
    .keys = keys,
    .state_size = sizeof(struct console_state),
    .title = title,
    .draw = draw,
    .scroll = scroll_by,
    .search = search,
};
