/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/face/worker.h - the engine's own thread, for faces that never wait (screen, prompt, --jsonl).
 *
 * The face posts prompt lines or JSON requests and takes back messages: exactly one ANSWER for each post,
 * EVENTs in between, and VIEW when a new view was published. While the target runs, interrupt wait console
 * features breakpoints position summary sleep echo are served; everything else is answered `not-stopped`.
 * All functions may be called from the face's thread; a message is owned by the taker.
 *
 * What waits for a slow face is bounded: of events and console text at most WORKER_EVENTS_MOST messages and
 * WORKER_TEXT_MOST bytes of text are kept. Beyond that the oldest are dropped, and in their place stands one
 * event {"event":"dropped","count":N}. Answers are never dropped: there are as many as posts. Of views only
 * the last counts, so one message stands for several.
 *
 * A view that takes long gives way to a command that is posted meanwhile, and is built behind it.
 *
 * Whoever presses Ctrl-C (worker_interrupt()) gets an answer: where the target does not stop for some
 * seconds, or Ctrl-C comes again, everyone who waits for the stop is answered with `timeout`, the view says
 * `deaf`, and the target counts as running.
 */
#ifndef ALLSTOP_ENGINE_FACE_WORKER_H
#define ALLSTOP_ENGINE_FACE_WORKER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/face/limits.h"
#include "engine/face/view.h"

struct worker;

struct worker_options {
    const char *program;        /* or NULL */
    char *const *args;          /* of the program, NULL-terminated, or NULL */
    const char *target;         /* spec, or NULL: launch the program when there is one; "none": do neither */
    const char *const *symbols; /* NULL-terminated specs, or NULL */
    const char *break_in;       /* as session_options */
    bool running;               /* as session_target */
    const char *wire_log;
    const char *tty;       /* of the program that is started, or NULL: one of ours */
    const char *printers;  /* as session_options */
    enum start_at stop_at; /* where that program stands first */
    bool capture_output;
    bool views; /* build and publish views */
    /* What the session said while it ended with the target, by worker_stop(); or NULL. */
    void (*last_words)(const cJSON *event);
};

enum worker_message_kind {
    WORKER_ANSWER,  /* id, and either error or result (and text for prompt lines) */
    WORKER_EVENT,   /* event */
    WORKER_CONSOLE, /* text, length: what the target's console printed, as it came, where there are views; its
                       event comes too */
    WORKER_PROGRAM, /* the same of the terminal of a program that we started */
    WORKER_VIEW,    /* a new view is there: worker_view() */
    WORKER_READY,   /* the opening (symbols, connection, the way to `main`) is over; error: how it failed, or
                       NULL */
};

struct worker_message {
    enum worker_message_kind kind;
    uint64_t id;
    const struct command *command; /* of an answer; NULL when the line named none */
    struct error *error;
    cJSON *result;
    char
        *text; /* the result for people (prompt lines), many lines, harmless, or NULL; or of a console, raw */
    size_t length; /* bytes of a console's text */
    cJSON *event;
    enum event_kind event_kind; /* of the session's events */
    bool at_end;                /* said while it ended with the target */
    int64_t elapsed_ns;
};
void worker_message_free(struct worker_message *m);

enum worker_ending {
    WORKER_LEAVE,  /* ends a program that was started for this session, and detaches from any other */
    WORKER_DETACH, /* lets it run on, whoever started it */
    WORKER_KILL,
};

struct worker *worker_start(const struct worker_options *options);
/*
 * Cancels what is going on, ends with the target, joins the thread, frees everything. It does not wait for
 * ever for a stub that is deaf: false when the engine is still busy after some seconds, and nothing is freed
 * then; the process is to end.
 */
bool worker_stop(struct worker *w, enum worker_ending ending);

/* A prompt line; the id of its answer. */
uint64_t worker_post_line(struct worker *w, const char *line);
/* A command by name with JSON arguments, which are taken over (NULL: none); the id of its answer. */
uint64_t worker_post(struct worker *w, const char *command, cJSON *args);
/* Bytes typed at the terminal of the program; nothing answers. */
void worker_type(struct worker *w, const char *bytes, size_t n);
/* The size of that terminal, in cells. */
void worker_resize(struct worker *w, unsigned rows, unsigned columns);
/* Ctrl-C: interrupts a running target, cancels a long command, at once, and what is read only to be shown.
 * False: there is nothing of that, and it does not hit what comes next. */
bool worker_interrupt(struct worker *w);

/* Drops the connection to a target that is deaf, without a word; told by the `lost` event. Whoever waits for
 * a stop is answered `lost`. */
void worker_give_up(struct worker *w);
/* The answer to this post has been given by the face itself (its time is up): should it be a stop, that is
 * kept for the next `wait`, and one that was not begun yet never is. */
void worker_abandon(struct worker *w, uint64_t id);

/* Readable when a message waits. */
int worker_fd(const struct worker *w);
bool worker_take(struct worker *w, struct worker_message *ret);

/* Drops the oldest of the console's and the stub's text that waits, as if there were too much of it, until at
 * most `keep` bytes are left. Nothing else is dropped. */
void worker_skip_text(struct worker *w, size_t keep);

/* A new reference to the last view (never NULL once WORKER_READY came); give it back with view_unref(). */
struct view *worker_view(struct worker *w);
/* Tells what the panes need; a new view is published when that changes something. */
void worker_set_needs(struct worker *w, const struct view_needs *needs);

/*
 * Completions of a prompt line at `cursor`; waits at most timeout_ms for the engine (NULL when it is busy).
 * *word_start: where the words replace. A malloc'd NULL-terminated array of malloc'd words (free with
 * worker_words_free()).
 */
char **worker_complete(struct worker *w, const char *line, size_t cursor, int timeout_ms, size_t *word_start);
void worker_words_free(char **words);

#endif
