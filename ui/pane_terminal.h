/*
 * ui/pane_terminal.h - what the screen asks of the pane that is the target's console.
 */
#ifndef ALLSTOP_UI_PANE_TERMINAL_H
#define ALLSTOP_UI_PANE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

struct pane;
struct screen;

/* What the console printed: kept, and shown when the pane is. */
void pane_terminal_add(struct screen *s, const char *bytes, size_t n);
/* True when the key was taken because the one before it said so. */
bool pane_terminal_takes(struct screen *s, unsigned key);
/* A key for the target, which must be running to hear it. */
void pane_terminal_type(struct screen *s, unsigned key);
/* Where the target's cursor was drawn; false when it is scrolled away. */
bool pane_terminal_cursor(const struct pane *p, int *y, int *x);

#endif
