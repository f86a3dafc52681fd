/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/terminal.h - taking the terminal over, giving it back, and reading keys.
 *
 * The terminal is restored by terminal_close(), and by a handler when the program aborts or faults: whoever
 * lost his debugger shall not lose his shell as well. Main thread, one at a time in a process.
 */
#ifndef ALLSTOP_UI_TERMINAL_H
#define ALLSTOP_UI_TERMINAL_H

#include <stdbool.h>

#include "ui/keys.h"

struct terminal {
    SCREEN *screen;
    bool open;
};

/* Why curses cannot drive this terminal, as half a sentence, or NULL when it can. Static. */
const char *terminal_problem(void);
/* False when curses gives up. */
bool terminal_open(struct terminal *t);
void terminal_close(struct terminal *t);

/* The next key that waits, or false. For KEY_MOUSE getmouse() tells the rest. */
bool terminal_key(unsigned *ret);
/* Takes over the window's new size. */
void terminal_resize(void);

#endif
