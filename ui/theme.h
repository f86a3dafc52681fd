/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/theme.h - what each style looks like on this terminal.
 *
 * Filled once after curses has started. Without colours, or on a terminal without half of the attributes,
 * bold, underline and reverse still tell apart what must be told apart.
 */
#ifndef ALLSTOP_UI_THEME_H
#define ALLSTOP_UI_THEME_H

#include "ui/curses_api.h"

#include "ui/columns.h"
#include "ui/row.h"

struct theme {
    enum charset charset;
    attr_t attributes[STYLE_COUNT];
};

void theme_init(struct theme *theme);

#endif
