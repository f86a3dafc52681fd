/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tests/unit/ui_fake_worker.h - a worker without an engine, for tests of the faces.
 *
 * Included by one test program, it takes the place of engine/worker*.c in the link. It writes down what is
 * posted; the test pushes the messages that an engine would send.
 */
#ifndef ALLSTOP_TESTS_UI_FAKE_WORKER_H
#define ALLSTOP_TESTS_UI_FAKE_WORKER_H

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/command.h"
#include "engine/face/worker.h"

enum { FAKE_POSTS = 256, FAKE_MESSAGES = 20000 };

struct worker {
    char *posts[FAKE_POSTS]; /* "line TEXT" or "NAME {json}", index is id - 1 */
    size_t post_count;
    struct worker_message messages[FAKE_MESSAGES];
    size_t first, count;
    struct view *view;
    struct view_needs needs;
    unsigned needs_set, interrupts, given_up;
    bool idle; /* there is nothing to interrupt */
    const char *words[8];
};

/* What became of the last worker that was stopped. */
struct fake_end {
    bool stopped;
    enum worker_ending how;
};
static struct fake_end fake_end;

struct worker *worker_start(const struct worker_options *options)
{
    (void)options;
    fake_end = (struct fake_end){0};
    return xcalloc(1, sizeof(struct worker));
}

void worker_message_free(struct worker_message *m)
{
    error_free(m->error);
    cJSON_Delete(m->result);
    cJSON_Delete(m->event);
    free(m->text);
}

bool worker_stop(struct worker *w, enum worker_ending ending)
{
    for (size_t i = 0; i < w->post_count; i++)
        free(w->posts[i]);
    for (; w->first < w->count; w->first++)
        worker_message_free(&w->messages[w->first]);
    view_unref(w->view);
    free(w);
    fake_end = (struct fake_end){true, ending};
    return true;
}

static uint64_t fake_post(struct worker *w, char *text)
{
    if (w->post_count == FAKE_POSTS)
        abort();
    w->posts[w->post_count++] = text;
    return w->post_count;
}

uint64_t worker_post_line(struct worker *w, const char *line)
{
    return fake_post(w, xasprintf("line %s", line));
}

uint64_t worker_post(struct worker *w, const char *command, cJSON *args)
{
    char *json = args ? cJSON_PrintUnformatted(args) : xstrdup("{}");
    char *text = xasprintf("%s %s", command, json);
    free(json);
    cJSON_Delete(args);
    return fake_post(w, text);
}

void worker_type(struct worker *w, const char *bytes, size_t n)
{
    fake_post(w, xasprintf("type %.*s", (int)n, bytes));
}

void worker_resize(struct worker *w, unsigned rows, unsigned columns)
{
    (void)w, (void)rows, (void)columns;
}

bool worker_interrupt(struct worker *w)
{
    w->interrupts += !w->idle;
    return !w->idle;
}

void worker_skip_text(struct worker *w, size_t keep)
{
    (void)w;
    (void)keep;
}

void worker_give_up(struct worker *w)
{
    w->given_up++;
}

int worker_fd(const struct worker *w)
{
    (void)w;
    return -1;
}

bool worker_take(struct worker *w, struct worker_message *ret)
{
    if (w->first == w->count)
        return false;
    *ret = w->messages[w->first++];
    return true;
}

struct view *worker_view(struct worker *w)
{
    return w->view ? view_ref(w->view) : NULL;
}

void worker_set_needs(struct worker *w, const struct view_needs *needs)
{
    w->needs = *needs;
    w->needs_set++;
}

char **worker_complete(struct worker *w, const char *line, size_t cursor, int timeout_ms, size_t *word_start)
{
    (void)timeout_ms;
    size_t start = cursor, n = 0;
    while (start > 0 && line[start - 1] != ' ')
        start--;
    *word_start = start;
    char **words = xcalloc(ARRAY_LENGTH(w->words) + 1, sizeof *words);
    for (size_t i = 0; i < ARRAY_LENGTH(w->words) && w->words[i]; i++)
        if (strncmp(w->words[i], line + start, cursor - start) == 0)
            words[n++] = xstrdup(w->words[i]);
    return words;
}

void worker_words_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}

static inline void fake_push(struct worker *w, struct worker_message m)
{
    if (w->count == FAKE_MESSAGES)
        abort();
    w->messages[w->count++] = m;
}

/* An answer; `json` of its result, NULL: none. The command is found by name. */
static inline void fake_answer(struct worker *w, uint64_t id, const char *command, const char *json,
                               const char *text)
{
    fake_push(w, (struct worker_message){.kind = WORKER_ANSWER,
                                         .id = id,
                                         .command = command_find(command),
                                         .result = json ? cJSON_Parse(json) : NULL,
                                         .text = text ? xstrdup(text) : NULL});
}

static inline void fake_event(struct worker *w, const char *json)
{
    fake_push(w, (struct worker_message){.kind = WORKER_EVENT, .event = cJSON_Parse(json)});
}

/* Publishes a view; the worker takes it over. */
static inline void fake_view(struct worker *w, struct view *v)
{
    view_unref(w->view);
    w->view = v;
    fake_push(w, (struct worker_message){.kind = WORKER_VIEW});
}

#endif
