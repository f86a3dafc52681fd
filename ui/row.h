/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/row.h - one line of styled text, before it meets the terminal.
 *
 * Panes, titles, the status line and the help build rows; ui/area.h puts them on the screen, searching reads
 * their text, tests compare it. A row is owned by who made it and free of any curses state.
 */
#ifndef ALLSTOP_UI_ROW_H
#define ALLSTOP_UI_ROW_H

#include <stddef.h>

#include "base/buf.h"

enum style {
    STYLE_TEXT,
    STYLE_QUIET,   /* of less interest: gutters, instruction bytes */
    STYLE_CHANGED, /* differs from the last stop */
    STYLE_CURRENT, /* where the target is */
    STYLE_ADDRESS,
    STYLE_NAME,
    STYLE_KEYWORD,
    STYLE_LITERAL,
    STYLE_COMMENT,
    STYLE_MARK,     /* a breakpoint that is armed */
    STYLE_MARK_BAD, /* one that is not */
    STYLE_FRAME,
    STYLE_FRAME_FOCUS,
    STYLE_TITLE,
    STYLE_TITLE_FOCUS,
    STYLE_INPUT,
    STYLE_ERROR,
    STYLE_HINT,
    STYLE_TARGET, /* what the target prints */
    STYLE_EVENT,
    STYLE_COUNT
};

struct row_span {
    size_t offset; /* into the text; ends where the next one starts */
    enum style style;
};

enum { ROW_SPANS = 96 };

struct row {
    struct buf text;
    struct row_span spans[ROW_SPANS]; /* what is beyond keeps the style of the last */
    size_t span_count;
    size_t fixed; /* bytes at the start that stay when the row is shifted sideways */
};

void row_free(struct row *r);
#define BASE_ROW __attribute__((cleanup(row_free)))
/* Empty again, keeping its memory. */
void row_clear(struct row *r);

void row_add(struct row *r, enum style style, const char *text);
void row_add_bytes(struct row *r, enum style style, const char *text, size_t n);
void row_printf(struct row *r, enum style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* At least one blank, up to `column`. */
void row_pad(struct row *r, size_t column);
/* Adds text so that it ends at `width`, when at least one blank is left between; else leaves it out. */
void row_right(struct row *r, enum style style, size_t width, const char *text);
size_t row_width(const struct row *r);
/* Text of at most `columns`, with an ellipsis in place of what is left out. */
void row_add_cut(struct row *r, enum style style, const char *text, size_t columns);

#endif
