/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/theme.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

struct look {
    short colour; /* -1: the terminal's own */
    attr_t coloured, plain;
};

static const struct look looks[STYLE_COUNT] = {
    [STYLE_TEXT] = {-1, A_NORMAL, A_NORMAL},
    [STYLE_QUIET] = {-1, A_DIM, A_DIM},
    [STYLE_CHANGED] = {-1, A_BOLD, A_BOLD},
    [STYLE_CURRENT] = {COLOR_YELLOW, A_BOLD, A_BOLD},
    [STYLE_ADDRESS] = {COLOR_CYAN, A_NORMAL, A_NORMAL},
    [STYLE_NAME] = {COLOR_GREEN, A_NORMAL, A_NORMAL},
    [STYLE_KEYWORD] = {COLOR_BLUE, A_BOLD, A_NORMAL},
    [STYLE_LITERAL] = {COLOR_MAGENTA, A_NORMAL, A_NORMAL},
    [STYLE_COMMENT] = {COLOR_CYAN, A_NORMAL, A_DIM},
    [STYLE_MARK] = {COLOR_RED, A_BOLD, A_BOLD},
    [STYLE_MARK_BAD] = {COLOR_YELLOW, A_BOLD, A_UNDERLINE},
    [STYLE_FRAME] = {-1, A_DIM, A_NORMAL},
    [STYLE_FRAME_FOCUS] = {COLOR_GREEN, A_BOLD, A_BOLD},
    [STYLE_TITLE] = {-1, A_NORMAL, A_NORMAL},
    [STYLE_TITLE_FOCUS] = {COLOR_GREEN, A_BOLD, A_REVERSE},
    [STYLE_INPUT] = {-1, A_BOLD, A_BOLD},
    [STYLE_ERROR] = {COLOR_RED, A_BOLD, A_BOLD},
    [STYLE_HINT] = {COLOR_YELLOW, A_NORMAL, A_NORMAL},
    [STYLE_TARGET] = {COLOR_GREEN, A_NORMAL, A_UNDERLINE},
    [STYLE_EVENT] = {-1, A_DIM, A_DIM},
};

void theme_init(struct theme *theme)
{
    const char *term = getenv("TERM");
    theme->charset = CHARSET_ASCII;
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
        theme->charset = term && strncmp(term, "linux", 5) == 0 ? CHARSET_CONSOLE : CHARSET_UNICODE;
    bool colour = has_colors() && start_color() == OK && COLORS >= 8;
    bool own = colour && use_default_colors() == OK;
    for (int i = 0; i < STYLE_COUNT; i++) {
        const struct look *look = &looks[i];
        theme->attributes[i] = colour ? look->coloured : look->plain;
        if (!colour || look->colour < 0)
            continue;
        init_pair((short)(i + 1), look->colour, own ? -1 : COLOR_BLACK);
        theme->attributes[i] |= (attr_t)COLOR_PAIR(i + 1);
    }
}
