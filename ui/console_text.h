/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/console_text.h - what a target's console prints, as lines of a scrollback.
 *
 * A terminal of one line: carriage return, backspace, tab and the sequences that shells edit a line with
 * (ECMA-48 CUF, CUB, CHA, EL, ED) are followed; all other escape sequences are dropped, other control
 * characters and bytes that are no UTF-8 are made visible. Sequences may come in pieces. One owner, one
 * thread; nothing fails, and memory is bounded by the scrollback and one line.
 */
#ifndef ALLSTOP_UI_CONSOLE_TEXT_H
#define ALLSTOP_UI_CONSOLE_TEXT_H

#include <stddef.h>

#include "base/buf.h"
#include "ui/scrollback.h"

enum console_escape { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_CSI, ESCAPE_STRING, ESCAPE_STRING_END };

struct console_text {
    struct buf line; /* that has not ended */
    size_t cursor;   /* byte of it */
    enum console_escape escape;
    unsigned number; /* the sequence's parameter, as far as it has come */
};

/* The state behind one more byte; ESCAPE_NONE, for a byte that belongs to no sequence. */
enum console_escape console_escape_next(enum console_escape at, char byte);

void console_text_free(struct console_text *c);
void console_text_add(struct console_text *c, struct scrollback *log, const char *bytes, size_t n);

#endif
