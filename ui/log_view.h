/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/log_view.h - a scrollback seen through an area, from its end.
 *
 * The newest row is at the bottom until one scrolls back; what is read then stays where it is while lines
 * come. One line more, which is being typed or printed, can stand behind the log's. Main thread; nothing
 * fails.
 */
#ifndef ALLSTOP_UI_LOG_VIEW_H
#define ALLSTOP_UI_LOG_VIEW_H

#include <stdbool.h>

#include "ui/area.h"
#include "ui/scrollback.h"

struct log_view {
    size_t back;  /* rows scrolled back from the end */
    size_t added; /* lines of the log when it was last drawn */
    bool cursor_shown;
    int cursor_y, cursor_x; /* of the screen */
};

/* The first `count` lines of the log and `last` behind them; `cursor` is a byte of `last`. */
void log_view_draw(struct log_view *v, const struct theme *theme, const struct area *area,
                   const struct scrollback *log, size_t count, const struct scrollback_line *last,
                   size_t cursor);
/* Lines of the screen, negative: back. */
void log_view_scroll(struct log_view *v, long lines);
/* To the next line that holds `text`, older (-1) or newer (1) than the lowest row; false: none. */
bool log_view_search(struct log_view *v, const struct scrollback *log, size_t count, size_t width,
                     const char *text, int direction);

#endif
