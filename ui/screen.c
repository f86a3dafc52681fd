/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/screen.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "ui/area.h"
#include "ui/face.h"
#include "ui/limits.h"
#include "ui/pane_console.h"

enum {
    KEYS = 512, /* taken before the screen is drawn again */
    TICK_NS = 1000000000,
    BUSY_TICK_MS = 600,
};

enum pane_id screen_focus(const struct screen *s)
{
    return s->ask.open || s->help.open ? PANE_NONE : s->focus;
}

void screen_note(struct screen *s, enum style style, const char *format, ...)
{
    va_list args;
    buf_clear(&s->note);
    va_start(args, format);
    buf_vprintf(&s->note, format, args);
    va_end(args);
    s->note_style = style;
    s->dirty = true;
}

static bool same_needs(const struct view_needs *a, const struct view_needs *b)
{
    return a->source == b->source && a->disassembly == b->disassembly && a->registers == b->registers &&
           a->threads == b->threads && a->threads_from == b->threads_from && a->time == b->time &&
           a->breakpoints == b->breakpoints && a->frames == b->frames && a->locals == b->locals &&
           a->memory == b->memory && a->all_registers == b->all_registers &&
           a->code_for_source == b->code_for_source && a->disassembly_from == b->disassembly_from &&
           strcmp(a->memory_at, b->memory_at) == 0 && strcmp(a->source_file, b->source_file) == 0;
}

/* The program's terminal is as large as its pane; while that is not shown, as the screen. */
static void tell_size(struct screen *s)
{
    const struct area *a = &s->panes[PANE_PROGRAM].area;
    int rows = area_shown(a) ? a->height : LINES, columns = area_shown(a) ? a->width : COLS;
    if (rows == s->program_rows && columns == s->program_columns)
        return;
    s->program_rows = rows;
    s->program_columns = columns;
    worker_resize(s->worker, (unsigned)rows, (unsigned)columns);
}

void screen_needs_changed(struct screen *s)
{
    struct view_needs needs = {0};
    screen_place(s);
    tell_size(s);
    for (int i = 0; i < PANE_COUNT; i++) {
        const struct pane *p = &s->panes[i];
        if (p->area.height > 0 && p->area.width > 0 && p->class->needs)
            p->class->needs(p, &needs);
    }
    /* Both cost nothing on the wire: F9 and the question at the end look at the breakpoints, and whether
     * there is source decides what the main place shows. */
    if (needs.breakpoints < FACE_BREAKPOINTS)
        needs.breakpoints = FACE_BREAKPOINTS;
    if (needs.source == 0)
        needs.source = 1;
    s->dirty = true;
    if (same_needs(&needs, &s->needs))
        return;
    s->needs = needs;
    worker_set_needs(s->worker, &needs);
}

void screen_set_focus(struct screen *s, enum pane_id pane)
{
    size_t count;
    const struct layout *layout = &layout_table(&count)[s->layout];
    if (!pane_is_typed_at(s->focus))
        s->back = s->focus;
    s->focus = pane;
    if (pane != PANE_CONSOLE) {
        if (!layout_has(layout, pane, LINES, COLS))
            s->in_main = pane;
        else if (s->placed.panes[pane].height <= 0)
            s->in_main = PANE_NONE; /* its own place was taken by another */
    }
    screen_needs_changed(s);
}

/* 'c', or no answer, cancels. */
static void got_quit(struct screen *s, const char *letter)
{
    if (letter && *letter == 'd')
        s->ending = ENDING_DETACH;
    else if (letter && *letter == 'k')
        s->ending = ENDING_KILL;
}

void screen_quit(struct screen *s)
{
    if (face_has_sites(s->view))
        ask_letter(s, FACE_QUIT_QUESTION, "dkc", got_quit);
    else
        s->ending = ENDING_LEAVE;
}

static void on_print(void *context, enum style style, const char *text)
{
    struct screen *s = context;
    if (style == STYLE_TARGET)
        scrollback_add(&s->log, style, text);
    else
        scrollback_line(&s->log, style, text);
    s->dirty = true;
}

static void on_line(void *context, char *text)
{
    struct screen *s = context;
    if (!text) {
        screen_quit(s);
        return;
    }
    BASE_BUF struct buf echo = {0};
    buf_add_text(&echo, EDITOR_PROMPT);
    text_add_visible(&echo, text, strlen(text), false);
    scrollback_line(&s->log, STYLE_INPUT, buf_text(&echo));
    pane_console_to_end(&s->panes[PANE_CONSOLE]);
    screen_line(s, text);
    free(text);
}

static void on_words(void *context, char *const *words)
{
    struct screen *s = context;
    int width = s->panes[PANE_CONSOLE].area.width;
    BASE_BUF struct buf text = {0};
    face_words(words, width > 0 ? (size_t)width : 80, &text);
    scrollback_line(&s->log, STYLE_EVENT, buf_text(&text));
}

static void on_problem(void *context, const char *text)
{
    on_print(context, STYLE_HINT, text);
}

void screen_open(struct screen *s, const struct ui_options *options)
{
    struct worker_options worker = *options->worker;
    worker.last_words = face_last_words;
    worker.views = true;
    worker.capture_output = true;
    s->focus = PANE_CONSOLE;
    s->back = PANE_SOURCE;
    s->in_main = PANE_NONE;
    s->dirty = true;
    s->talk = (struct talk){.print = on_print, .context = s};
    scrollback_init(&s->log);
    scrollback_init(&s->target.log);
    scrollback_init(&s->program.log);
    theme_init(&s->theme);
    for (int i = 0; i < PANE_COUNT; i++)
        pane_open(&s->panes[i], pane_classes[i]);
    s->worker = worker_start(&worker);
    struct editor_options editor = {
        .in_screen = true,
        .worker = s->worker,
        .line = on_line,
        .words = on_words,
        .problem = on_problem,
        .context = s,
    };
    editor_open(&s->editor, &editor);
    screen_needs_changed(s);
}

void screen_close(struct screen *s)
{
    editor_close(&s->editor);
    terminal_close(&s->terminal);
    face_end(s->worker, s->ending);
    for (int i = 0; i < PANE_COUNT; i++)
        pane_close(&s->panes[i]);
    view_unref(s->view);
    scrollback_free(&s->log);
    scrollback_free(&s->target.log);
    console_text_free(&s->target.text);
    scrollback_free(&s->program.log);
    console_text_free(&s->program.text);
    talk_free(&s->talk);
    posts_free(&s->posts);
    help_free(&s->help);
    buf_free(&s->ask.text);
    buf_free(&s->searched);
    buf_free(&s->note);
    buf_free(&s->progress);
}

/* Milliseconds until the seconds in the status line change; -1: nothing changes by itself. */
static int until_tick(const struct screen *s)
{
    if (!s->ready || (s->posts.count && !screen_is_running(s)))
        return BUSY_TICK_MS;
    if (!screen_is_running(s))
        return -1;
    int64_t into = (clock_now_ns() - s->view->running_since_ns) % TICK_NS;
    return (int)((TICK_NS - (into < 0 ? 0 : into)) / 1000000) + 1;
}

/* Nobody is there to be asked: a program that was started for this session ends with it. */
static void end_unattended(struct screen *s, int signal_number)
{
    s->ended_by = signal_number;
    s->ending = ENDING_LEAVE;
}

static void on_signals(struct screen *s)
{
    struct signals_seen seen = signal_pipe_take(&s->signals);
    if (seen.interrupt)
        screen_interrupt(s);
    if (seen.resized) {
        terminal_resize();
        screen_needs_changed(s);
    }
    if (seen.ended_by)
        end_unattended(s, seen.ended_by);
}

static void take_keys(struct screen *s)
{
    unsigned key;
    for (int i = 0; i < KEYS && s->ending == ENDING_NONE && terminal_key(&key); i++)
        screen_key(s, key);
}

static void loop(struct screen *s)
{
    while (s->ending == ENDING_NONE) {
        if (s->dirty)
            screen_draw(s);
        struct pollfd waits[] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = worker_fd(s->worker), .events = POLLIN},
            {.fd = s->signals.fd, .events = POLLIN},
        };
        int ready = poll(waits, ARRAY_LENGTH(waits), until_tick(s));
        if (ready == 0)
            s->dirty = true;
        if (ready <= 0)
            continue;
        if (waits[2].revents)
            on_signals(s);
        if (waits[1].revents)
            screen_take_messages(s);
        if (waits[0].revents & POLLIN)
            take_keys(s);
        if (waits[0].revents & (POLLHUP | POLLERR | POLLNVAL))
            end_unattended(s, SIGHUP); /* the terminal is gone */
    }
}

int ui_run_screen(const struct ui_options *options)
{
    /* Not LC_NUMERIC: numbers on the wire and in JSON have a point. */
    setlocale(LC_CTYPE, "");
    struct screen s = {0};
    const char *problem = terminal_problem();
    if (!problem && !signal_pipe_open(&s.signals, true))
        problem = strerror(errno);
    if (!problem)
        editor_prepare(true);
    if (!problem && !terminal_open(&s.terminal)) {
        problem = "curses does not start on it";
        signal_pipe_close(&s.signals);
    }
    if (problem) {
        fprintf(stderr, "allstop: no screen on this terminal (%s); line mode instead\n", problem);
        return ui_run_cli(options);
    }
    screen_open(&s, options);
    loop(&s);
    screen_close(&s);
    signal_pipe_close(&s.signals);
    return s.ended_by ? 128 + s.ended_by : 0;
}
