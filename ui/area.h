/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/area.h - rectangles of the terminal, and rows drawn into them.
 *
 * The only file besides ui/terminal.c and the frame drawing that talks to curses. Everything is clipped to
 * the area, and the area to the screen, so that no size of the terminal is too small. Nothing is sent before
 * the screen calls doupdate(): curses works out what differs.
 */
#ifndef ALLSTOP_UI_AREA_H
#define ALLSTOP_UI_AREA_H

#include <stdbool.h>

#include "ui/layout.h"
#include "ui/row.h"
#include "ui/theme.h"

static inline bool area_shown(const struct area *a)
{
    return a->height > 0 && a->width > 0;
}
bool area_contains(const struct area *a, int y, int x);

/*
 * Draws a row on `line` of the area from column `left` of what is not fixed, and blanks after it. `extra` is
 * added to every cell (A_REVERSE for a cursor line, A_DIM for what is no longer true).
 */
void area_row(const struct theme *theme, const struct area *a, int line, const struct row *row, size_t left,
              attr_t extra);
/* Blanks lines from `line` to the end. */
void area_clear(const struct area *a, int line);

#endif
