/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completions of a prompt line: the face waits a moment for the engine's answer. */
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/face/worker_private.h"
#include "engine/commands/command.h"

void worker_completion_unref(struct completion *c)
{
    if (--c->references)
        return;
    worker_words_free(c->words);
    free(c);
}

void worker_handle_complete(struct worker *w, const struct request *r)
{
    size_t start = 0;
    char **words = command_complete(w->session, r->text, r->completion->cursor, &start);
    pthread_mutex_lock(&w->lock);
    r->completion->words = words;
    r->completion->word_start = start;
    r->completion->done = true;
    pthread_cond_broadcast(&w->completed);
    worker_completion_unref(r->completion);
    pthread_mutex_unlock(&w->lock);
}

void worker_words_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}

static struct timespec after_ms(int timeout_ms)
{
    int64_t at = clock_now_ns() + (int64_t)timeout_ms * 1000000;
    return (struct timespec){.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
}

char **worker_complete(struct worker *w, const char *line, size_t cursor, int timeout_ms, size_t *word_start)
{
    struct completion *c = xcalloc(1, sizeof *c);
    c->references = 2;
    c->cursor = cursor;
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_COMPLETE;
    r->text = xstrdup(line);
    r->completion = c;
    worker_post_request(w, r);
    struct timespec until = after_ms(timeout_ms);
    pthread_mutex_lock(&w->lock);
    while (!c->done && pthread_cond_timedwait(&w->completed, &w->lock, &until) == 0) {
    }
    char **words = c->words;
    c->words = NULL;
    *word_start = c->word_start;
    worker_completion_unref(c);
    pthread_mutex_unlock(&w->lock);
    return words;
}
