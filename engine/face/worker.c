/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/descriptor.h"
#include "engine/face/worker_private.h"

/* Longer than anything takes that can be cancelled, and the good-bye behind it. */
enum { JOIN_S = 8 };

static char **copy_words(const char *const *words)
{
    size_t count = 0;
    while (words && words[count])
        count++;
    char **copy = xcalloc(count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = xstrdup(words[i]);
    return copy;
}

static void copy_options(struct worker_options *to, const struct worker_options *from)
{
    *to = *from;
    to->program = xstrdup_or_null(from->program);
    to->target = xstrdup_or_null(from->target);
    to->wire_log = xstrdup_or_null(from->wire_log);
    to->break_in = xstrdup_or_null(from->break_in);
    to->tty = xstrdup_or_null(from->tty);
    to->printers = xstrdup_or_null(from->printers);
    to->args = copy_words((const char *const *)from->args);
    to->symbols = (const char *const *)copy_words(from->symbols);
}

static void free_options(struct worker_options *o)
{
    free((char *)(uintptr_t)o->program);
    free((char *)(uintptr_t)o->target);
    free((char *)(uintptr_t)o->wire_log);
    free((char *)(uintptr_t)o->break_in);
    free((char *)(uintptr_t)o->tty);
    free((char *)(uintptr_t)o->printers);
    worker_words_free((char **)(uintptr_t)o->args);
    worker_words_free((char **)(uintptr_t)o->symbols);
}

struct worker *worker_start(const struct worker_options *options)
{
    struct worker *w = xcalloc(1, sizeof *w);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->completed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->message_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->last_request = &w->first_request;
    w->last_message = &w->first_message;
    w->busy = true; /* the opening can be interrupted */
    copy_options(&w->options, options);
    if (w->wake_fd < 0 || w->message_fd < 0 || w->cancel_fd < 0 ||
        pthread_create(&w->thread, NULL, worker_engine_main, w) != 0) {
        perror("allstop: cannot start the engine's thread");
        abort();
    }
    return w;
}

uint64_t worker_post_request(struct worker *w, struct request *r)
{
    pthread_mutex_lock(&w->lock);
    r->id = ++w->next_id;
    uint64_t id = r->id;
    *w->last_request = r;
    w->last_request = &r->next;
    w->busy = true;
    pthread_mutex_unlock(&w->lock);
    fd_signal(w->wake_fd);
    return id;
}

uint64_t worker_post_line(struct worker *w, const char *line)
{
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_LINE;
    r->text = xstrdup(line);
    return worker_post_request(w, r);
}

uint64_t worker_post(struct worker *w, const char *command, cJSON *args)
{
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_JSON;
    r->text = xstrdup(command);
    r->args = args;
    return worker_post_request(w, r);
}

void worker_type(struct worker *w, const char *bytes, size_t n)
{
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_TYPE;
    r->text = xmemdup(bytes, n);
    r->length = n;
    worker_post_request(w, r);
}

void worker_resize(struct worker *w, unsigned rows, unsigned columns)
{
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_SIZE;
    r->rows = rows;
    r->columns = columns;
    worker_post_request(w, r);
}

void worker_set_needs(struct worker *w, const struct view_needs *needs)
{
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_NEEDS;
    r->needs = *needs;
    worker_post_request(w, r);
}

void worker_give_up(struct worker *w)
{
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_GIVE_UP;
    worker_post_request(w, r);
}

/* One that the engine has not begun; NULL: it has. */
static struct request *take_back(struct worker *w, uint64_t id)
{
    pthread_mutex_lock(&w->lock);
    struct request **at = &w->first_request;
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    struct request *r = *at;
    if (r) {
        *at = r->next;
        if (w->last_request == &r->next)
            w->last_request = at;
    }
    pthread_mutex_unlock(&w->lock);
    return r;
}

void worker_abandon(struct worker *w, uint64_t id)
{
    struct request *waits = take_back(w, id);
    if (waits) {
        free(waits->text);
        cJSON_Delete(waits->args);
        free(waits);
        return;
    }
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_ABANDON;
    r->abandoned = id;
    worker_post_request(w, r);
}

bool worker_interrupt(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    bool busy = w->busy;
    if (busy)
        fd_signal(w->cancel_fd); /* under the lock, so that it cannot hit what comes after */
    pthread_mutex_unlock(&w->lock);
    return busy;
}

int worker_fd(const struct worker *w)
{
    return w->message_fd;
}

bool worker_take(struct worker *w, struct worker_message *ret)
{
    pthread_mutex_lock(&w->lock);
    struct message *m = worker_first_message(w);
    if (!m)
        fd_drain(w->message_fd);
    pthread_mutex_unlock(&w->lock);
    if (!m)
        return false;
    *ret = m->content;
    free(m);
    return true;
}

struct view *worker_view(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    struct view *v = view_ref(w->view);
    pthread_mutex_unlock(&w->lock);
    return v;
}

static void drop_requests(struct worker *w)
{
    while (w->first_request) {
        struct request *r = w->first_request;
        w->first_request = r->next;
        if (r->completion)
            worker_completion_unref(r->completion);
        free(r->text);
        cJSON_Delete(r->args);
        free(r);
    }
}

static bool join_in_time(struct worker *w)
{
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += JOIN_S;
    return pthread_timedjoin_np(w->thread, NULL, &limit) == 0;
}

static void take_last_words(struct worker *w)
{
    struct worker_message m;
    while (worker_take(w, &m)) {
        if (w->options.last_words && m.at_end && m.event_kind == EVENT_OUTPUT)
            w->options.last_words(m.event);
        worker_message_free(&m);
    }
}

bool worker_stop(struct worker *w, enum worker_ending ending)
{
    if (!w)
        return true;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_mutex_unlock(&w->lock);
    worker_interrupt(w);
    struct request *r = xcalloc(1, sizeof *r);
    r->kind = REQUEST_QUIT;
    r->ending = ending;
    worker_post_request(w, r);
    bool joined = join_in_time(w);
    take_last_words(w);
    if (!joined)
        return false;
    drop_requests(w);
    view_unref(w->view);
    free_options(&w->options);
    close(w->wake_fd);
    close(w->message_fd);
    close(w->cancel_fd);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->completed);
    free(w);
    return true;
}
