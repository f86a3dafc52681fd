/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/scrollback.h - the lines of the console, bounded.
 *
 * The newest SCROLLBACK_LINES lines and at most SCROLLBACK_BYTES of them are kept; a line longer than
 * SCROLLBACK_LINE bytes is broken. Text must already be harmless to a terminal. One owner, one thread;
 * nothing fails.
 */
#ifndef ALLSTOP_UI_SCROLLBACK_H
#define ALLSTOP_UI_SCROLLBACK_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/limits.h"
#include "ui/row.h"

struct scrollback_line {
    char *text;
    size_t length;
    enum style style;
};

struct scrollback {
    struct scrollback_line *lines; /* a ring */
    size_t first, count;
    size_t bytes;
    bool open;    /* the last line has not ended yet */
    size_t added; /* lines ever begun */
};

void scrollback_init(struct scrollback *s);
void scrollback_free(struct scrollback *s);
/*
 * Adds text of any number of lines. Text without a newline at its end leaves the line open: the next text of
 * the same style goes on there, any other begins a new one.
 */
void scrollback_add(struct scrollback *s, enum style style, const char *text);
/* Adds `text` as whole lines. */
void scrollback_line(struct scrollback *s, enum style style, const char *text);
/* The line that has not ended becomes `text` (of at most SCROLLBACK_LINE bytes, without newline), or begins
 * with it;
 * "" where there is none begins none. */
void scrollback_open_line(struct scrollback *s, enum style style, const char *text);
/* 0: the oldest. */
const struct scrollback_line *scrollback_at(const struct scrollback *s, size_t index);
/* Rows that a line takes when it is broken at `width` columns: at least 1. */
size_t scrollback_rows(const struct scrollback_line *line, size_t width);
/* The bytes of row `row` of a line broken at `width`: *from to *to. */
void scrollback_row(const struct scrollback_line *line, size_t width, size_t row, size_t *from, size_t *to);

#endif
