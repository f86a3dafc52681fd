/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/pane_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "ui/ask.h"
#include "ui/columns.h"
#include "ui/highlight.h"
#include "ui/limits.h"
#include "ui/list.h"
#include "ui/pane_disassembly.h"
#include "ui/screen.h"

struct source_state {
    char file[sizeof((struct view_needs *)NULL)->source_file]; /* browsed, "": where the target is */
    unsigned goal;              /* line to go to when the file comes; 0: none */
    struct source_file *source; /* that `states` belong to; a reference */
    unsigned char *states;      /* enum highlight_state a line, or NULL */
};

static void forget(struct source_state *state)
{
    source_unref(state->source);
    free(state->states);
    state->source = NULL;
    state->states = NULL;
}

static void close_pane(struct pane *p)
{
    forget(p->state);
}

/* Reads the file once from the top: a comment may begin anywhere above. */
static void scan(struct source_state *state, struct source_file *source)
{
    forget(state);
    state->source = source_ref(source);
    if (!highlight_knows(source_path(source)))
        return;
    size_t lines = source_line_count(source);
    state->states = xcalloc(lines + 1, 1);
    enum highlight_state at = HIGHLIGHT_CODE;
    for (size_t i = 0; i < lines; i++) {
        size_t n;
        const char *line = source_line(source, i + 1, &n);
        state->states[i] = (unsigned char)at;
        if (line)
            at = highlight_line(line, n < PANE_SOURCE_BYTES ? n : PANE_SOURCE_BYTES, at, NULL);
    }
}

static void needs(const struct pane *p, struct view_needs *needs)
{
    const struct source_state *state = p->state;
    needs->source = (unsigned)p->area.height;
    needs->code_for_source = true;
    snprintf(needs->source_file, sizeof needs->source_file, "%s", state->file);
}

static size_t count(const struct pane *p, const struct view *v)
{
    (void)p;
    if (!v)
        return 0;
    /* Where the source is missing: why, and the code itself. */
    return v->source ? source_line_count(v->source) : 1 + v->instruction_count;
}

static void title(const struct pane *p, const struct view *v, struct row *out)
{
    const char *path = v && v->source_path ? v->source_path : "source";
    size_t width = p->area.width > 8 ? (size_t)p->area.width - 8 : 0;
    /* Of a path too long for the frame its end says more than its start. */
    if (columns_width(path, strlen(path)) > width && strrchr(path, '/'))
        path = strrchr(path, '/') + 1;
    BASE_FREE char *shown = text_visible(path, strlen(path));
    row_add_cut(out, STYLE_TITLE, shown, width);
    if (v && v->source_newer)
        row_add(out, STYLE_TITLE, " · newer than the program");
}

static void update(struct pane *p, const struct view *old, const struct view *now)
{
    struct source_state *state = p->state;
    bool stopped_anew = !old || old->epoch != now->epoch;
    if (stopped_anew && now->state == TARGET_STOPPED)
        state->file[0] = '\0';
    if (now->source && now->source != state->source)
        scan(state, now->source);
    bool other_file = !old || !text_same(old->source_path, now->source_path);
    if (other_file)
        p->left = 0;
    if (state->file[0] && state->goal && (other_file || text_same(state->file, now->source_path))) {
        list_goto(p, count(p, now), state->goal - 1);
        state->goal = 0;
    } else if (!state->file[0] && now->source_line &&
               (stopped_anew || other_file || old->source_line != now->source_line)) {
        list_goto(p, count(p, now), now->source_line - 1);
    }
}

static enum view_mark mark_of(const struct view *v, size_t line)
{
    for (size_t i = 0; i < v->line_mark_count; i++)
        if (v->line_marks[i].line == line)
            return v->line_marks[i].mark;
    return MARK_NONE;
}

static void problem_row(const struct view *v, struct row *out)
{
    if (v->state == TARGET_EXITED)
        row_add(out, STYLE_QUIET, "the program has ended; F5, or `run` at the prompt, starts it again");
    else if (v->source_problem)
        row_add(out, STYLE_HINT, v->source_problem);
    else if (v->state == TARGET_DISCONNECTED)
        row_add(out, STYLE_QUIET, "no target; \"connect\" or \"launch\" at the prompt");
    else
        row_add(out, STYLE_QUIET, "no source here; `a` shows the disassembly");
}

static void row(const struct pane *p, const struct view *v, size_t index, struct row *out)
{
    const struct source_state *state = p->state;
    if (!v->source) {
        if (index)
            pane_disassembly_row(v, index - 1, p->area.width, out);
        else
            problem_row(v, out);
        return;
    }
    size_t number = index + 1, n;
    /* without a target it is only what was read last */
    bool gone = v->state == TARGET_EXITED || v->state == TARGET_DISCONNECTED;
    bool here = number == v->source_line;
    pane_add_arrow(out, here);
    pane_add_mark(out, mark_of(v, number));
    row_printf(out, here ? STYLE_CURRENT : STYLE_QUIET, "%4zu ", number);
    row_add(out, STYLE_TEXT, " ");
    out->fixed = out->text.length;
    const char *line = source_line(v->source, number, &n);
    if (!line)
        return;
    n = n < PANE_SOURCE_BYTES ? n : PANE_SOURCE_BYTES;
    if (!gone && state->states && state->source == v->source) {
        highlight_line(line, n, state->states[index], out);
    } else {
        BASE_BUF struct buf text = {0};
        size_t column = 0;
        columns_add_source(&text, line, n, &column);
        row_add_bytes(out, gone ? STYLE_QUIET : STYLE_TEXT, buf_text(&text), text.length);
    }
}

bool pane_source_place(const struct screen *s, struct buf *out)
{
    unsigned line = pane_source_line(s);
    if (!line || !s->view->source_path)
        return false;
    buf_printf(out, "%s:%u", s->view->source_path, line);
    return true;
}

unsigned pane_source_line(const struct screen *s)
{
    const struct pane *p = &s->panes[PANE_SOURCE];
    if (!s->view || !s->view->source || p->cursor >= source_line_count(s->view->source))
        return 0;
    return (unsigned)p->cursor + 1;
}

void pane_source_show(struct screen *s, const char *file, unsigned line)
{
    struct pane *p = &s->panes[PANE_SOURCE];
    struct source_state *state = p->state;
    screen_set_focus(s, PANE_SOURCE);
    if (strlen(file) >= sizeof state->file) {
        screen_note(s, STYLE_ERROR, "the path of that file is too long");
        return;
    }
    memcpy(state->file, file, strlen(file) + 1);
    state->goal = line;
    if (s->view && s->view->source && text_same(s->view->source_path, file)) {
        list_goto(p, count(p, s->view), line - 1);
        state->goal = 0;
    }
    screen_needs_changed(s);
}

static void follow(struct screen *s, const char *argument)
{
    (void)argument;
    struct pane *p = &s->panes[PANE_SOURCE];
    struct source_state *state = p->state;
    state->file[0] = '\0';
    state->goal = 0;
    if (s->view && s->view->source_line)
        list_goto(p, count(p, s->view), s->view->source_line - 1);
    screen_needs_changed(s);
}

static void got_file(struct screen *s, const char *text)
{
    if (text && *text)
        pane_source_show(s, text, 1);
}

static void open_file(struct screen *s, const char *argument)
{
    (void)argument;
    ask_text(s, "source file: ", got_file);
}

static void got_line(struct screen *s, const char *text)
{
    uint64_t line;
    if (!text || !*text)
        return;
    if (text_parse_u64(text, &line) && line > 0)
        list_goto(&s->panes[PANE_SOURCE], count(NULL, s->view), (size_t)line - 1);
    else
        screen_note(s, STYLE_ERROR, "a line is a number from 1 on");
}

static void go_to_line(struct screen *s, const char *argument)
{
    (void)argument;
    ask_text(s, "line: ", got_line);
}

static const struct key_binding keys[] = {
    {'.', follow, NULL, "follow the target"},
    {'g', go_to_line, NULL, "go to line"},
    {'o', open_file, NULL, "open file"},
    {0},
};

const struct pane_class pane_source = {
    .id = PANE_SOURCE,
    .name = "source",
    .keys = keys,
    .state_size = sizeof(struct source_state),
    .close = close_pane,
    .needs = needs,
    .title = title,
    .count = count,
    .row = row,
    .update = update,
};
