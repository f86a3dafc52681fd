/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/limits.h - how much of what is typed, of the history and of what is printed is kept. Constants only.
 * What stands behind a colon is what happens beyond.
 */
#ifndef ALLSTOP_UI_LIMITS_H
#define ALLSTOP_UI_LIMITS_H

enum {
    /* Lines of the history: the oldest are forgotten. */
    HISTORY_LINES = 1000,
    /* Bytes of the history: the oldest lines are forgotten. */
    HISTORY_BYTES = 1 << 20,
    /* Bytes of one line of the history: a longer one is not kept. */
    HISTORY_LINE = 1 << 16,
    /* Bytes of a command that comes from a pipe or a file: the rest of the line is left out. */
    LINE_READER_BYTES = 16384,
    /* Bytes of a command that is typed: the rest is cut off. */
    EDITOR_LINE_BYTES = 16384,
    /* Bytes of an answer to a question of the screen: more is not taken. */
    ANSWER_BYTES = 500,
    /* Commands that wait for the one before: a further one is dropped, which is told. */
    POSTS_LINES = 1000,
    /* Lines of a console or of the program's output: the oldest are forgotten. */
    SCROLLBACK_LINES = 10000,
    /* Bytes of these lines: the oldest are forgotten. */
    SCROLLBACK_BYTES = 8 << 20,
    /* Bytes of one of these lines: the rest is on the next. */
    SCROLLBACK_LINE = 4096,
    /* Bytes of a line of a target's console that has not ended: the rest is on the next. */
    CONSOLE_LINE_MOST = SCROLLBACK_LINE - 8,
    /* The highest number in an escape sequence of a console: a higher one becomes this. */
    ESCAPE_NUMBER_MOST = 9999,
    /* Bytes of a source line on the screen: the rest is left out. */
    PANE_SOURCE_BYTES = 4096,
    /* Bytes of a source line at a stop with --cli: the rest is left out. */
    CLI_SOURCE_BYTES = 4096,
    /* Bytes of what the target says that wait for the terminal of --cli when a line is entered or Ctrl-C is
     * pressed: the oldest are dropped, and their number is told. */
    CLI_UNSEEN_BYTES = 32 << 10,
    /* Breakpoints that the screen knows: the others are not shown. */
    FACE_BREAKPOINTS = 256,
    /* Threads that are shown together where they stand at the same place: of the others each has a row. */
    THREADS_GROUPED_MOST = 256,
};

#endif
