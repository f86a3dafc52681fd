/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/posts.h - what was asked of the worker and not yet answered, and what is to be asked next.
 *
 * Lines typed (or pasted) while one is being answered wait their turn, unless the target runs: then they go
 * out at once, because some commands are served meanwhile and only the engine knows which. Step keys pressed
 * while the target steps wait too; anything but the end of a step forgets them. Everything is bounded. Main
 * thread.
 */
#ifndef ALLSTOP_UI_POSTS_H
#define ALLSTOP_UI_POSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/limits.h"

enum { POSTS_STEPS = 32 };

struct post {
    uint64_t id;
    char *line;          /* typed at the prompt, or NULL */
    const char *command; /* pressed as a key, or NULL; static */
    bool runs;           /* a key that resumes the target */
    int64_t since_ns;    /* CLOCK_MONOTONIC */
};

struct posts {
    struct post *items;
    size_t count, capacity;
    char **lines; /* waiting */
    size_t line_count, line_capacity;
    const char *steps[POSTS_STEPS]; /* waiting */
    size_t step_count;
    char *repeat; /* what an empty line means, or NULL */
};

void posts_free(struct posts *p);
void posts_add(struct posts *p, uint64_t id, const char *line, const char *command, bool runs);
/* Takes the post that an answer belongs to out; false when there is none. The line is the caller's. */
bool posts_take(struct posts *p, uint64_t id, struct post *ret);
/* True while a key's or a line's answer is awaited. */
bool posts_runs(const struct posts *p);
bool posts_line_awaited(const struct posts *p);
/* What was asked, for people. */
const char *posts_text(const struct post *p);

/* Waiting lines; false when there are too many. */
bool posts_queue_line(struct posts *p, const char *line);
char *posts_next_line(struct posts *p); /* malloc'd, or NULL */
bool posts_queue_step(struct posts *p, const char *command);
const char *posts_next_step(struct posts *p);
/* Forgets all that waits. */
void posts_forget(struct posts *p);

#endif
