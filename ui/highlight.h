/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/highlight.h - colours for C and its relatives, one line at a time.
 *
 * A comment or a raw line may begin lines above; the caller keeps one `enum highlight_state` a line. Nothing
 * is understood beyond words, numbers, strings and comments. Pure functions.
 */
#ifndef ALLSTOP_UI_HIGHLIGHT_H
#define ALLSTOP_UI_HIGHLIGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/row.h"

enum highlight_state { HIGHLIGHT_CODE, HIGHLIGHT_COMMENT /* inside of one that began above */ };

/* By the ending of the file's name. */
bool highlight_knows(const char *path);
/*
 * Adds a line to the row, tabs expanded and control characters made visible; `row` NULL: only the state is
 * wanted. The state in which the next line begins.
 */
enum highlight_state highlight_line(const char *line, size_t n, enum highlight_state state, struct row *row);

#endif
