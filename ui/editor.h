/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/editor.h - the line that is being typed: readline, its history and the completion of words.
 *
 * readline keeps its state in globals and calls back without a context, so there is one editor at a time in
 * a process and the pointer to it is static. Inside the screen readline never sees the terminal: keys are
 * fed as bytes, and what it would show is read back with editor_view(). In line mode it drives the terminal
 * itself. Main thread.
 */
#ifndef ALLSTOP_UI_EDITOR_H
#define ALLSTOP_UI_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct worker;

#define EDITOR_PROMPT "(allstop) "

struct editor_options {
    bool in_screen;
    struct worker *worker; /* asked for completions */
    /* A line was entered; NULL: end of input (Ctrl-D). The text is the callee's to keep. */
    void (*line)(void *context, char *text);
    /* Several words fit and none is longer than what stands there. */
    void (*words)(void *context, char *const *words);
    /* Something that could not be done, once (the history file). */
    void (*problem)(void *context, const char *text);
    void *context;
};

struct editor {
    struct editor_options options;
    struct buf input; /* bytes that readline has not taken yet */
    char *history;    /* path or NULL */
    bool history_broken;
    const char *question; /* asked in place of the prompt, its answer is not kept; NULL: none */
    bool installed;
    bool entering; /* inside of `line` */
    char *kept;    /* what was typed when the prompt was removed, or NULL */
    int kept_cursor;
};

/*
 * Sets readline up. In the screen, before curses starts: both read the terminal's description, and the last
 * to do so owns it.
 */
void editor_prepare(bool in_screen);
void editor_open(struct editor *e, const struct editor_options *options);
void editor_close(struct editor *e);

/* Inside the screen: bytes of a key, whole characters and escape sequences only. */
void editor_feed(struct editor *e, const char *bytes, size_t n);
/* What stands there: prompt and text, and the byte of the text at which the cursor is. Lent. */
struct editor_view {
    const char *prompt, *text;
    size_t cursor;
};
struct editor_view editor_view(const struct editor *e);

/* Line mode: the keyboard is readable. */
void editor_read(struct editor *e);
/* Line mode: shows or removes the prompt, so that something can be printed. What was typed is kept. */
void editor_show(struct editor *e);
void editor_hide(struct editor *e);
/* Line mode: the next line is the answer to a question (static text); NULL: commands again. */
void editor_ask(struct editor *e, const char *question);
/* Throws the line away (Ctrl-C). */
void editor_discard(struct editor *e);

/* How many bytes all words share at their start. */
size_t editor_common_prefix(char *const *words);

#endif
