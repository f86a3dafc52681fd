/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/pane_console.h - what the screen asks of the console pane.
 */
#ifndef ALLSTOP_UI_PANE_CONSOLE_H
#define ALLSTOP_UI_PANE_CONSOLE_H

#include <stdbool.h>

struct pane;
struct screen;

/* Where the cursor of the prompt was drawn; false when it is scrolled away. */
bool pane_console_cursor(const struct pane *p, int *y, int *x);
void pane_console_to_end(struct pane *p);
/* A key for the line that is being typed. */
void pane_console_type(struct screen *s, unsigned key);
/* What the keys of a pane with a log do, in the one that has the focus: page (`-` back), ask what to search.
 */
void pane_log_page(struct screen *s, const char *direction);
void pane_log_search(struct screen *s, const char *argument);

#endif
