/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/list.h - what all panes that are lists of rows share: cursor, scrolling, searching, drawing.
 */
#ifndef ALLSTOP_UI_LIST_H
#define ALLSTOP_UI_LIST_H

#include "ui/pane.h"

/* Keeps cursor and top inside `count` rows, and the cursor on the screen. */
void list_clamp(struct pane *p, size_t count);
/* Moves the cursor to a row; when that is off the screen, a third of the height is left above it. */
void list_goto(struct pane *p, size_t count, size_t row);

void list_draw(struct screen *s, struct pane *p);
void list_scroll(struct screen *s, struct pane *p, long lines);
bool list_search(struct screen *s, struct pane *p, const char *text, int direction);

#endif
