/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/curses_api.h - <curses.h> without its macros, which have names such as scroll, move and clear.
 */
#ifndef ALLSTOP_UI_CURSES_API_H
#define ALLSTOP_UI_CURSES_API_H

#define NCURSES_NOMACROS 1
#include <ncursesw/curses.h>

#endif
