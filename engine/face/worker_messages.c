/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine says to the face: the bounded queue of messages, and the view that is published. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "engine/face/worker_private.h"

void worker_signal_fd(int fd)
{
    uint64_t one = 1;
    ssize_t n;
    do
        n = write(fd, &one, sizeof one);
    while (n < 0 && errno == EINTR);
}

void worker_drain_fd(int fd)
{
    uint64_t count;
    ssize_t n = read(fd, &count, sizeof count);
    (void)n; /* non-blocking: nothing to take is fine */
}

void worker_message_free(struct worker_message *m)
{
    error_free(m->error);
    cJSON_Delete(m->result);
    cJSON_Delete(m->event);
    free(m->text);
    *m = (struct worker_message){0};
}

static size_t program_bytes(const struct worker_message *m)
{
    const char *kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(m->event, "event"));
    if (m->kind != WORKER_EVENT || !kind || strcmp(kind, "program") != 0)
        return 0;
    return strlen(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(m->event, "output")));
}

/* -- the queue, with the lock held ------------------------------------------------------------------- */

static bool may_be_dropped(const struct message *m)
{
    return m->content.kind == WORKER_EVENT || m->content.kind == WORKER_CONSOLE;
}

static size_t weight_of(const struct worker_message *m)
{
    size_t weight = m->length;
    const cJSON *item;
    cJSON_ArrayForEach (item, m->event)
        weight += cJSON_IsString(item) ? strlen(item->valuestring) : 0;
    return weight;
}

static void printed_less(struct worker *w, struct message *m)
{
    bool was_behind = w->backlog > PROGRAM_BACKLOG_MOST;
    w->backlog -= m->program_bytes;
    m->program_bytes = 0;
    if (was_behind && w->backlog <= PROGRAM_BACKLOG_MOST)
        worker_signal_fd(w->wake_fd); /* more can be taken from the terminal */
}

static void unlink_message(struct worker *w, struct message **at)
{
    struct message *m = *at;
    *at = m->next;
    if (w->last_message == &m->next)
        w->last_message = at;
    if (may_be_dropped(m)) {
        w->event_count--;
        w->event_bytes -= m->weight;
    }
    printed_less(w, m);
    w->view_queued = w->view_queued && m->content.kind != WORKER_VIEW;
}

struct message *worker_first_message(struct worker *w)
{
    struct message *m = w->first_message;
    if (!m)
        return NULL;
    unlink_message(w, &w->first_message);
    if (w->dropped == m)
        w->dropped = NULL;
    return m;
}

static struct message **oldest_event(struct message **from)
{
    while (*from && !may_be_dropped(*from))
        from = &(*from)->next;
    return from;
}

/* The oldest event becomes the one that tells how many are missing there. */
static bool begin_dropping(struct worker *w)
{
    struct message *m = *oldest_event(&w->first_message);
    if (!m)
        return false;
    w->event_bytes -= m->weight;
    m->weight = 0;
    printed_less(w, m);
    worker_message_free(&m->content);
    m->content.kind = WORKER_EVENT;
    m->content.event = cJSON_CreateObject();
    cJSON_AddStringToObject(m->content.event, "event", "dropped");
    cJSON_AddNumberToObject(m->content.event, "count", 1);
    w->dropped = m;
    return true;
}

static bool drop_next(struct worker *w)
{
    struct message **at = oldest_event(&w->dropped->next), *m = *at;
    if (!m)
        return false;
    unlink_message(w, at);
    worker_message_free(&m->content);
    free(m);
    cJSON *count = cJSON_GetObjectItemCaseSensitive(w->dropped->content.event, "count");
    if (count)
        cJSON_SetNumberValue(count, count->valuedouble + 1);
    return true;
}

/* The newest event is kept in any case. */
static void keep_bounds(struct worker *w)
{
    bool dropped = true;
    while (dropped &&
           (w->event_count > WORKER_EVENTS_MOST || (w->event_bytes > WORKER_TEXT_MOST && w->event_count > 2)))
        dropped = w->dropped ? drop_next(w) : begin_dropping(w);
}

static void append(struct worker *w, struct message *m)
{
    *w->last_message = m;
    w->last_message = &m->next;
    w->backlog += m->program_bytes;
    w->view_queued = w->view_queued || m->content.kind == WORKER_VIEW;
    if (!may_be_dropped(m))
        return;
    w->event_count++;
    w->event_bytes += m->weight;
    keep_bounds(w);
}

/* -- to the face --------------------------------------------------------------------------------------- */

void worker_send(struct worker *w, const struct worker_message *content)
{
    struct message *m = xcalloc(1, sizeof *m);
    m->content = *content;
    m->weight = weight_of(content);
    m->program_bytes = program_bytes(content);
    pthread_mutex_lock(&w->lock);
    bool told = content->kind == WORKER_VIEW && w->view_queued;
    if (!told)
        append(w, m);
    pthread_mutex_unlock(&w->lock);
    if (told)
        free(m);
    else
        worker_signal_fd(w->message_fd);
}

void worker_publish(struct worker *w)
{
    if (!w->options.views)
        return;
    pthread_mutex_lock(&w->lock);
    struct view *previous = view_ref(w->view);
    pthread_mutex_unlock(&w->lock);
    struct view *now = view_build(w->session, &w->needs, previous);
    view_unref(previous);
    pthread_mutex_lock(&w->lock);
    struct view *old = w->view;
    w->view = now;
    pthread_mutex_unlock(&w->lock);
    view_unref(old);
    struct worker_message m = {.kind = WORKER_VIEW};
    worker_send(w, &m);
}
