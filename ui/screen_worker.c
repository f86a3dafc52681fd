/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of the engine by keys and lines, and what becomes of its messages. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "ui/area.h"
#include "ui/face.h"
#include "ui/pane_terminal.h"
#include "ui/screen.h"
#include "ui/status.h"

enum { MESSAGES = 256 }; /* handled before the screen is drawn again */

bool screen_is_running(const struct screen *s)
{
    return s->view && s->view->state == TARGET_RUNNING;
}

static void post(struct screen *s, const char *command, cJSON *args, bool runs)
{
    uint64_t id = worker_post(s->worker, command, args);
    posts_add(&s->posts, id, NULL, command, runs);
    talk_posted(&s->talk);
}

void screen_do(struct screen *s, const char *command, cJSON *args)
{
    post(s, command, args, false);
}

static bool is_step(const char *command)
{
    return strcmp(command, "continue") != 0 && strcmp(command, "reverse-continue") != 0;
}

void screen_run(struct screen *s, const char *command, cJSON *args)
{
    if (!posts_runs(&s->posts)) {
        post(s, command, args, true);
        return;
    }
    if (args || !is_step(command) || !posts_queue_step(&s->posts, command))
        screen_note(s, STYLE_HINT, "the target is running; F6 or Ctrl-C stops it");
    cJSON_Delete(args);
}

static void post_line(struct screen *s, const char *line)
{
    uint64_t id = worker_post_line(s->worker, line);
    posts_add(&s->posts, id, line, NULL, false);
    talk_posted(&s->talk);
}

/* A line whose turn has come; an empty one repeats the last that ran the target. */
static void do_line(struct screen *s, const char *line)
{
    line += strspn(line, " \t");
    if (face_is_quit(line))
        screen_quit(s);
    else if (*line)
        post_line(s, line);
    else if (s->posts.repeat)
        post_line(s, s->posts.repeat);
}

void screen_line(struct screen *s, const char *line)
{
    if (!posts_line_awaited(&s->posts) || screen_is_running(s))
        do_line(s, line);
    else if (!posts_queue_line(&s->posts, line))
        screen_note(s, STYLE_ERROR, "too many lines are waiting; this one is dropped");
}

/* What an empty line shall repeat. */
static void remember(struct screen *s, struct post *p, const struct worker_message *m)
{
    free(s->posts.repeat);
    s->posts.repeat = NULL;
    if (m->command && (m->command->flags & COMMAND_RUNS) && !(m->command->flags & COMMAND_STARTS)) {
        s->posts.repeat = p->line;
        p->line = NULL;
    }
}

static void next_lines(struct screen *s)
{
    while (s->posts.line_count) {
        for (size_t i = 0; i < s->posts.count; i++)
            if (s->posts.items[i].line)
                return;
        BASE_FREE char *line = posts_next_line(&s->posts);
        do_line(s, line);
    }
}

static void next_step(struct screen *s, const struct worker_message *m)
{
    const char *reason = json_text_or_null(m->result, "reason");
    if (m->error || !reason || strcmp(reason, "step") != 0)
        s->posts.step_count = 0;
    const char *command = posts_next_step(&s->posts);
    if (command)
        post(s, command, NULL, true);
}

static void on_answer(struct screen *s, const struct worker_message *m)
{
    struct post p = {0};
    if (!posts_take(&s->posts, m->id, &p))
        return;
    talk_answer(&s->talk, m, p.line != NULL);
    if (s->posts.count == 0)
        buf_clear(&s->progress); /* its end was not told: it was cancelled, or failed */
    if (m->error && !p.line)
        screen_note(s, STYLE_ERROR, "%s", m->error->message);
    if (p.line)
        remember(s, &p, m);
    else if (p.runs)
        next_step(s, m);
    free(p.line);
    next_lines(s);
}

static void on_view(struct screen *s)
{
    struct view *now = worker_view(s->worker);
    if (!now)
        return;
    for (int i = 0; i < PANE_COUNT; i++)
        if (s->panes[i].class->update)
            s->panes[i].class->update(&s->panes[i], s->view, now);
    view_unref(s->view);
    s->view = now;
    if (now->thrifty && !s->layout_settled) {
        s->layout = LAYOUT_WIRE;
        s->layout_settled = true;
    }
    screen_needs_changed(s);
}

static void note_progress(struct screen *s, const cJSON *event)
{
    const char *name = json_text_or_null(event, "event");
    const char *what = json_text_or_null(event, "what");
    const cJSON *done = cJSON_GetObjectItemCaseSensitive(event, "done");
    const cJSON *total = cJSON_GetObjectItemCaseSensitive(event, "total");
    if (!name || strcmp(name, "progress") != 0 || !cJSON_IsNumber(done) || !cJSON_IsNumber(total))
        return;
    buf_clear(&s->progress);
    if (done->valuedouble < total->valuedouble)
        status_progress(what ? what : "working", done->valuedouble, total->valuedouble, &s->progress);
}

/* What is printed is in its own pane; while that is shown, the prompt's log is left clean. */
static bool is_shown_there(const struct screen *s, const cJSON *event)
{
    const char *name = json_text_or_null(event, "event");
    if (name && strcmp(name, "console") == 0)
        return area_shown(&s->panes[PANE_TERMINAL].area);
    return name && strcmp(name, "program") == 0 && area_shown(&s->panes[PANE_PROGRAM].area);
}

void screen_take_messages(struct screen *s)
{
    struct worker_message m;
    for (int i = 0; i < MESSAGES && worker_take(s->worker, &m); i++) {
        switch (m.kind) {
        case WORKER_ANSWER:
            on_answer(s, &m);
            break;
        case WORKER_EVENT:
            note_progress(s, m.event);
            if (!is_shown_there(s, m.event))
                talk_event(&s->talk, m.event);
            break;
        case WORKER_CONSOLE:
            pane_terminal_add(s, PANE_TERMINAL, m.text, m.length);
            break;
        case WORKER_PROGRAM:
            pane_terminal_add(s, PANE_PROGRAM, m.text, m.length);
            break;
        case WORKER_VIEW:
            on_view(s);
            break;
        case WORKER_READY:
            s->ready = true;
            talk_ready(&s->talk, m.error);
            break;
        }
        worker_message_free(&m);
        s->dirty = true;
    }
}

static void got_give_up(struct screen *s, const char *letter)
{
    if (letter && *letter == 'g')
        worker_give_up(s->worker);
}

void screen_interrupt(struct screen *s)
{
    posts_forget(&s->posts);
    if (face_is_deaf(s->view)) {
        ask_letter(s, FACE_GIVE_UP_QUESTION, "gw", got_give_up);
        return;
    }
    if (!worker_interrupt(s->worker))
        screen_note(s, STYLE_HINT, "nothing is running");
}
