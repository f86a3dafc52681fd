/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/screen.h - the screen's own state and what panes and keys may do with it.
 *
 * Everything the screen knows lives in one struct, owned by ui_run_screen() on the main thread. Files of this
 * folder share it: screen.c the loop, screen_draw.c the picture, screen_worker.c what the engine says,
 * actions.c what keys do.
 */
#ifndef ALLSTOP_UI_SCREEN_H
#define ALLSTOP_UI_SCREEN_H

#include "base/signal_pipe.h"
#include "engine/face/worker.h"
#include "ui/ask.h"
#include "ui/console_text.h"
#include "ui/editor.h"
#include "ui/face.h"
#include "ui/help.h"
#include "ui/layout.h"
#include "ui/pane.h"
#include "ui/posts.h"
#include "ui/scrollback.h"
#include "ui/talk.h"
#include "ui/terminal.h"
#include "ui/theme.h"
#include "ui/ui.h"

struct screen_terminal {
    struct scrollback log;
    struct console_text text;
};

struct screen {
    struct worker *worker;
    bool ready; /* the opening is over */
    struct view *view;

    struct terminal terminal;
    struct theme theme;
    struct signal_pipe signals;

    struct pane panes[PANE_COUNT];
    enum pane_id focus, back; /* back: where Escape leads from the console */
    enum pane_id in_main;     /* shown in the layout's main place, or PANE_NONE */
    size_t layout;
    bool layout_settled; /* chosen by the user, or for him by what the target is */
    bool zoom;
    int growth[PANE_COUNT];
    struct layout_result placed;
    struct view_needs needs; /* as last told to the worker */

    struct scrollback log;
    struct screen_terminal target, program; /* the target's console; what a program of ours printed */
    int program_rows, program_columns;      /* as last told to the worker */
    struct editor editor;
    struct talk talk;
    struct posts posts;
    struct ask ask;
    struct help help;
    struct buf searched; /* the last text searched for */
    struct buf progress; /* of long work, as last told; empty: none */
    struct buf note;     /* shown in the status line until the next key */
    enum style note_style;

    bool dirty; /* something is to be drawn */
    enum face_ending ending;
    int ended_by; /* signal */
};

/* Starts the worker and fills `s`, which is zeroed but for its terminal; curses has been started. */
void screen_open(struct screen *s, const struct ui_options *options);
/* Gives the terminal back, stops the worker as `s->ending` says and frees everything. */
void screen_close(struct screen *s);

bool screen_is_running(const struct screen *s);
enum pane_id screen_focus(const struct screen *s);
void screen_set_focus(struct screen *s, enum pane_id pane);
/* A key's command, with its arguments (taken over, may be NULL). */
void screen_do(struct screen *s, const char *command, cJSON *args);
/* A command that resumes the target; step-like ones wait their turn while the target steps. */
void screen_run(struct screen *s, const char *command, cJSON *args);
/* A line typed at the prompt. */
void screen_line(struct screen *s, const char *line);
void screen_note(struct screen *s, enum style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Works out again what the visible panes need, and tells the worker when it differs. */
void screen_needs_changed(struct screen *s);
/* Interrupts the target or a long command. */
void screen_interrupt(struct screen *s);
/* Asks what to do with a target that would be left changed, or ends at once. */
void screen_quit(struct screen *s);

/* -- screen_draw.c --------------------------------------------------------------------------------- */

/* Shares out the screen at its present size. */
void screen_place(struct screen *s);
void screen_draw(struct screen *s);

/* -- screen_worker.c ------------------------------------------------------------------------------- */

void screen_take_messages(struct screen *s);

/* -- screen_keys.c --------------------------------------------------------------------------------- */

void screen_key(struct screen *s, unsigned key);

#endif
