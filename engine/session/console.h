/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/console.h - what the console of the target has printed.
 *
 * Every byte becomes part of a `console` event, made harmless; the last 1 MiB is kept raw; a log file gets
 * all of it raw. A UTF-8 character that was cut by a read is joined with its rest. A wait looks for text
 * behind what earlier waits have found.
 *
 * Owned by the session, engine thread. Errors: ERR_REFUSED when the log cannot be opened; a full disk ends
 * the log with a line of output.
 */
#ifndef ALLSTOP_ENGINE_SESSION_CONSOLE_H
#define ALLSTOP_ENGINE_SESSION_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/session/limits.h"

struct session;

struct console {
    char *ring;      /* CONSOLE_KEPT bytes, or NULL before the first */
    uint64_t total;  /* bytes that ever came; the last of them are kept, each at its number modulo the size */
    uint64_t looked; /* a wait begins here */
    char split[4];   /* the beginning of a character */
    size_t split_length;
    int log_fd; /* -1: none */
    char *log_path;
    struct buf typed; /* on its way to the target: at most CONSOLE_TYPED_MOST bytes */
    char *awaited;    /* text that a wait is for, or NULL */
    int wake_fd;      /* readable when it has come; -1 before the first wait */
};

void console_init(struct console *c);
void console_free(struct console *c);
/* What came, raw. */
void console_take(struct session *s, const char *bytes, size_t n);
/* A character that was begun is not going to be ended. */
void console_flush(struct session *s);
/* From now on everything goes to this file too; "" ends that. */
struct error *console_log(struct session *s, const char *path) BASE_MUST_CHECK;
/*
 * Types text at it, as soon as the target runs freely: while one of its processors is stepped, as off a
 * breakpoint after `continue`, the line belongs to its debugger. ERR_NOT_RUNNING when it is stopped.
 */
struct error *console_type(struct session *s, const char *text) BASE_MUST_CHECK;
/* The target was resumed: what waits to be typed is, unless it only steps. */
struct error *console_type_waiting(struct session *s) BASE_MUST_CHECK;
/* The last `count` lines, harmless: a NULL-terminated, malloc'd array for words_free(). */
char **console_tail(const struct console *c, uint64_t count);
/* Lets console_wait_fd() become readable when `text` comes, or has come behind what was found last. */
void console_await(struct session *s, const char *text);
/* It has come: what was found is passed over by the next wait. */
bool console_found(struct session *s);
int console_wait_fd(struct session *s);
void console_await_no_more(struct session *s);

#endif
