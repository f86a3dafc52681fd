/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/ask.h - a question in the status line: a short text, or one of a few letters.
 *
 * One question at a time, owned by the screen. The answer goes to a function; NULL means that the user
 * thought better of it (Escape, Ctrl-C).
 */
#ifndef ALLSTOP_UI_ASK_H
#define ALLSTOP_UI_ASK_H

#include <stdbool.h>

#include "ui/row.h"

struct screen;

typedef void ask_answer(struct screen *s, const char *text);

struct ask {
    bool open;
    const char *question;
    const char *letters; /* one of them is the answer; NULL: a text */
    struct buf text;
    ask_answer *answer;
};

void ask_text(struct screen *s, const char *question, ask_answer *answer);
void ask_letter(struct screen *s, const char *question, const char *letters, ask_answer *answer);
/* Takes a key while a question is open. */
void ask_key(struct screen *s, unsigned key);
void ask_row(const struct ask *a, struct row *out);

#endif
