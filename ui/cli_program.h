/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/cli_program.h - the line mode's terminal, lent to the program that was started here.
 *
 * While it runs, our terminal sends each key as it is and shows none: the program's own terminal does the
 * echo, the editing of a line and the end of input. Ctrl-C alone stays ours. What the program prints is shown
 * with its carriage returns and backspaces, without escape sequences. Main thread; nothing fails.
 */
#ifndef ALLSTOP_UI_CLI_PROGRAM_H
#define ALLSTOP_UI_CLI_PROGRAM_H

#include <stdbool.h>
#include <termios.h>

#include "base/buf.h"
#include "ui/console_text.h"

struct worker;

struct cli_program {
    bool lent;
    struct termios before;
    enum console_escape escape;
};

void cli_program_lend(struct cli_program *p);
void cli_program_take_back(struct cli_program *p);
/* Hands on the keys that wait; false when the terminal is gone. */
bool cli_program_read(const struct cli_program *p, struct worker *w);
/* Tells the program's terminal how large ours is. */
void cli_program_size(struct worker *w);
/* Appends what may be shown of bytes that the program printed. */
void cli_program_text(struct cli_program *p, const char *bytes, size_t n, struct buf *out);

#endif
