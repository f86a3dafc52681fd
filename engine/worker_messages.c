#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "engine/worker_private.h"

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

void worker_send(struct worker *w, const struct worker_message *content)
{
    struct message *m = xcalloc(1, sizeof *m);
    m->content = *content;
    m->program_bytes = program_bytes(content);
    pthread_mutex_lock(&w->lock);
    w->backlog += m->program_bytes;
    *w->last_message = m;
    w->last_message = &m->next;
    pthread_mutex_unlock(&w->lock);
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
