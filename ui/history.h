/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/history.h - what was typed at the prompt, kept from one session to the next.
 *
 * One line a command in $XDG_STATE_HOME/allstop/history (~/.local/state), mode 0600: the newest
 * HISTORY_LINES within HISTORY_BYTES. The file is replaced as a whole, so a full disk or a kill leaves the
 * old one, and what another session wrote meanwhile is kept. Main thread.
 */
#ifndef ALLSTOP_UI_HISTORY_H
#define ALLSTOP_UI_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "ui/limits.h"

/* The file's path, malloc'd, or NULL where there is no home. Creates nothing. */
char *history_path(void);
/* Hands the lines of the file, oldest first, to `line`. A file that is not there is an empty one. */
struct error *history_load(const char *path, void (*line)(const char *text)) BASE_MUST_CHECK;
/* Adds one line to the file. `durable`: it is on the disk when this returns. ERR_REFUSED says what failed. */
struct error *history_append(const char *path, const char *line, bool durable) BASE_MUST_CHECK;

#endif
