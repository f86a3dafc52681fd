/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/pane_terminal.h - what the screen asks of the panes that are a terminal: the target's console, and
 * that of a program that was started here.
 */
#ifndef ALLSTOP_UI_PANE_TERMINAL_H
#define ALLSTOP_UI_PANE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/layout.h"

struct pane;
struct screen;

/* What was printed there: kept, and shown when the pane is. */
void pane_terminal_add(struct screen *s, enum pane_id id, const char *bytes, size_t n);
/* Of the one that has the focus: true when the key was taken because the one before it said so. */
bool pane_terminal_takes(struct screen *s, unsigned key);
/* A key for it; a console hears it only while the target runs. */
void pane_terminal_type(struct screen *s, unsigned key);
/* Where the target's cursor was drawn; false when it is scrolled away. */
bool pane_terminal_cursor(const struct pane *p, int *y, int *x);

#endif
