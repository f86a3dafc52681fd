/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/help.h - all keys and all commands, made from their tables.
 */
#ifndef ALLSTOP_UI_HELP_H
#define ALLSTOP_UI_HELP_H

#include <stdbool.h>

#include "engine/commands/command.h"
#include "ui/pane.h"

struct help {
    bool open;
    size_t top;
    struct row *rows;
    size_t count, capacity;
};

/* Makes the rows for a pane: its own keys, those of all panes, the global ones, the commands by group. */
void help_build(struct help *h, const struct pane_class *pane, const struct command *const *commands,
                size_t command_count);
void help_free(struct help *h);
/* Scrolls, or closes it. */
void help_key(struct help *h, unsigned key, size_t height);

#endif
