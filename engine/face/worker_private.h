/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/face/worker_private.h - what the two sides of a worker share, and who may touch which part of it.
 *
 * worker.c and worker_complete.c are the face's side, worker_engine.c is the engine's thread,
 * worker_messages.c carries what that says to the face, and worker_waiters.c knows who waits for the next
 * stop. What is under the lock is touched with it held, everything else by the engine's thread alone once
 * that runs. Nothing here fails.
 */
#ifndef ALLSTOP_ENGINE_FACE_WORKER_PRIVATE_H
#define ALLSTOP_ENGINE_FACE_WORKER_PRIVATE_H

#include <pthread.h>

#include "engine/face/limits.h"
#include "engine/face/worker.h"

enum request_kind {
    REQUEST_LINE,
    REQUEST_JSON,
    REQUEST_NEEDS,
    REQUEST_COMPLETE,
    REQUEST_TYPE,
    REQUEST_SIZE,
    REQUEST_ABANDON,
    REQUEST_GIVE_UP,
    REQUEST_QUIT
};

struct request {
    struct request *next;
    enum request_kind kind;
    uint64_t id;
    char *text; /* line, command name, or what is typed */
    size_t length;
    unsigned rows, columns;
    cJSON *args;
    struct view_needs needs;
    struct completion *completion;
    uint64_t abandoned;
    enum worker_ending ending;
};

/* Shared by the face that waits and the engine that answers; the last one frees it. */
struct completion {
    unsigned references;
    bool done;
    size_t cursor, word_start;
    char **words;
};

struct message {
    struct message *next;
    size_t program_bytes; /* of what a program printed */
    size_t weight;        /* bytes of an event's text */
    struct worker_message content;
};

/* A request whose answer is the next stop. */
struct waiter {
    struct waiter *next;
    uint64_t id;
    const struct command *command;
    bool is_line;
    int64_t started_ns;
};

struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t completed;
    int wake_fd, message_fd, cancel_fd;

    /* under the lock */
    struct request *first_request, **last_request;
    struct message *first_message, **last_message;
    size_t event_count, event_bytes; /* of those that may be dropped */
    struct message *dropped;         /* the one that tells how many were, while it is in the queue */
    size_t dropped_count;
    bool view_queued;
    struct view *view;
    uint64_t next_id;
    bool busy, stopping;
    size_t backlog; /* program_bytes of all messages */

    /* the engine thread's own */
    struct worker_options options;
    struct session *session;
    struct view_needs needs;
    struct waiter *waiters;
    bool quitting;
    enum worker_ending ending;
    bool opening;   /* the program is on its way to where it stands first */
    bool view_owed; /* one that gave way to a command */
};

/* -- worker.c -------------------------------------------------------------------------------------- */

/* Queues a request, which is taken over, and wakes the engine; its id. */
uint64_t worker_post_request(struct worker *w, struct request *r);

/* -- worker_complete.c ----------------------------------------------------------------------------- */

/* Engine's thread: answers a completion. */
void worker_handle_complete(struct worker *w, const struct request *r);
/* With the lock held. */
void worker_completion_unref(struct completion *c);

/* -- worker_engine.c ------------------------------------------------------------------------------- */

/* The engine's thread; its argument is the worker. */
void *worker_engine_main(void *context);

/* -- worker_messages.c ----------------------------------------------------------------------------- */

/* To the face; what the content points to is taken over. */
void worker_send(struct worker *w, const struct worker_message *content);
/* With the lock held: the first message leaves the queue; NULL when there is none. */
struct message *worker_first_message(struct worker *w);
/* Builds a view of what the panes need and says that there is one; nothing without views. Where that takes
 * long a command that waits goes first, and the view is owed. */
void worker_publish(struct worker *w);

/* -- worker_waiters.c ------------------------------------------------------------------------------ */

/* Says what became of a request; `e` and `result` are taken over. */
void worker_answer(struct worker *w, const struct waiter *to, struct error *e, cJSON *result);
/* Its answer is the next stop; copied. */
void worker_add_waiter(struct worker *w, const struct waiter *from);
/* The stop, or what went wrong (taken over), goes to everyone who waits for it. */
void worker_answer_waiters(struct worker *w, struct error *e, const struct stop *stop);
/* Nobody waits for its answer any more. */
void worker_forget_waiter(struct worker *w, uint64_t id);

#endif
