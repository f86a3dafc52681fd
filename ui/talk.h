/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/talk.h - what the engine says, in words: answers, errors, events.
 *
 * Shared by the screen's console and the line mode. A stop is told twice by the engine, as an event and as
 * the answer of the command that ran the target; it is printed once, so the event waits until it is known
 * whether an answer tells it. Main thread; nothing fails.
 */
#ifndef ALLSTOP_UI_TALK_H
#define ALLSTOP_UI_TALK_H

#include <stdbool.h>

#include "engine/face/worker.h"
#include "ui/row.h"

struct talk {
    /* Text of one or more lines, harmless to a terminal; STYLE_TARGET text may end in mid-line. */
    void (*print)(void *context, enum style style, const char *text);
    void *context;
    unsigned awaited; /* answers still to come */
    cJSON *held_stop;
    double told_epoch; /* of the stop that was told last */
};

void talk_free(struct talk *t);
/* A command was posted. */
void talk_posted(struct talk *t);
void talk_event(struct talk *t, const cJSON *event);
/*
 * An answer. `typed`: at the prompt, so its text is wanted; a key's answer is seen in the panes, and only
 * what they do not show is told: errors, stops that are not the end of a step, what became of a breakpoint.
 */
void talk_answer(struct talk *t, const struct worker_message *m, bool typed);
/* "message" and the hint on a line of its own. */
void talk_error(struct talk *t, const struct error *e);
/* The opening is over: a stop that came with it is told now. */
void talk_ready(struct talk *t, const struct error *e);

#endif
