/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine says to the face: the bounded queue of messages, and the view that is published. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/descriptor.h"
#include "engine/commands/event_json.h"
#include "engine/face/limits.h"
#include "engine/face/worker_private.h"

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
    return m->kind == WORKER_EVENT && m->event_kind == EVENT_PROGRAM ? event_weight(m->event) : 0;
}

/* -- the queue, with the lock held ------------------------------------------------------------------- */

static bool may_be_dropped(const struct message *m)
{
    return m->content.kind == WORKER_EVENT || m->content.kind == WORKER_CONSOLE;
}

static size_t weight_of(const struct worker_message *m)
{
    return m->length + event_weight(m->event);
}

static void printed_less(struct worker *w, struct message *m)
{
    bool was_behind = w->backlog > PROGRAM_BACKLOG_MOST;
    w->backlog -= m->program_bytes;
    m->program_bytes = 0;
    if (was_behind && w->backlog <= PROGRAM_BACKLOG_MOST)
        fd_signal(w->wake_fd); /* more can be taken from the terminal */
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
    if (w->dropped == m) {
        w->dropped = NULL;
        m->content.event = event_of_dropped(w->dropped_count);
    }
    return m;
}

/* What a program printed has a bound of its own, as it waits where nobody shows it. */
static bool is_text(const struct message *m)
{
    const struct worker_message *c = &m->content;
    return c->kind == WORKER_CONSOLE ||
           (c->kind == WORKER_EVENT && (c->event_kind == EVENT_OUTPUT || c->event_kind == EVENT_CONSOLE));
}

typedef bool droppable(const struct message *m);

static struct message **oldest(struct message **from, droppable *is)
{
    while (*from && !is(*from))
        from = &(*from)->next;
    return from;
}

/* The oldest event becomes the one that tells how many are missing there. */
static bool begin_dropping(struct worker *w, droppable *is)
{
    struct message *m = *oldest(&w->first_message, is);
    if (!m)
        return false;
    w->event_bytes -= m->weight;
    m->weight = 0;
    printed_less(w, m);
    worker_message_free(&m->content);
    m->content.kind = WORKER_EVENT;
    w->dropped = m;
    w->dropped_count = 1;
    return true;
}

static bool drop_next(struct worker *w, droppable *is)
{
    struct message **at = oldest(&w->dropped->next, is), *m = *at;
    if (!m)
        return false;
    unlink_message(w, at);
    worker_message_free(&m->content);
    free(m);
    w->dropped_count++;
    return true;
}

static bool drop(struct worker *w, droppable *is)
{
    return w->dropped ? drop_next(w, is) : begin_dropping(w, is);
}

/* The newest event is kept in any case. */
static void keep_bounds(struct worker *w)
{
    bool dropped = true;
    while (dropped &&
           (w->event_count > WORKER_EVENTS_MOST || (w->event_bytes > WORKER_TEXT_MOST && w->event_count > 2)))
        dropped = drop(w, may_be_dropped);
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
        fd_signal(w->message_fd);
}

void worker_skip_text(struct worker *w, size_t keep)
{
    size_t bytes = 0;
    bool dropped = true;
    pthread_mutex_lock(&w->lock);
    for (const struct message *m = w->first_message; m; m = m->next)
        bytes += is_text(m) ? m->weight : 0;
    while (dropped && bytes > keep) {
        size_t before = w->event_bytes;
        dropped = drop(w, is_text);
        bytes -= before - w->event_bytes;
    }
    pthread_mutex_unlock(&w->lock);
}

/* A command, or the end, waits for the engine. The first view is there before anything else. */
static bool is_awaited(void *context)
{
    struct worker *w = context;
    bool found = false;
    pthread_mutex_lock(&w->lock);
    for (const struct request *r = w->view ? w->first_request : NULL; r && !found; r = r->next)
        found = r->kind == REQUEST_LINE || r->kind == REQUEST_JSON || r->kind == REQUEST_GIVE_UP ||
                r->kind == REQUEST_QUIT;
    pthread_mutex_unlock(&w->lock);
    return found;
}

void worker_publish(struct worker *w)
{
    if (!w->options.views)
        return;
    pthread_mutex_lock(&w->lock);
    struct view *previous = view_ref(w->view);
    pthread_mutex_unlock(&w->lock);
    struct view *now = view_build(w->session, &w->needs, previous, is_awaited, w);
    view_unref(previous);
    w->view_owed = !now;
    if (!now)
        return;
    pthread_mutex_lock(&w->lock);
    struct view *old = w->view;
    w->view = now;
    pthread_mutex_unlock(&w->lock);
    view_unref(old);
    struct worker_message m = {.kind = WORKER_VIEW};
    worker_send(w, &m);
}
