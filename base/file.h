/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/file.h - where our files are, and those of ours that are written whole or not at all.
 *
 * No state; any thread. Errors: ERR_REFUSED with the path and what the system said.
 */
#ifndef ALLSTOP_BASE_FILE_H
#define ALLSTOP_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Where a file of ours that outlives a session is kept: `name` below $XDG_STATE_HOME/allstop, or
 * ~/.local/state/allstop (XDG Base Directory Specification: relative paths are ignored). malloc'd; NULL
 * where neither is known. */
char *file_state_path(const char *name);
/* The same of a file that the user writes and we read: below $XDG_CONFIG_HOME/allstop, or ~/.config/allstop.
 */
char *file_config_path(const char *name);
/* Makes the folders above `path` that are not there yet, for the user alone. Whether it worked shows when the
 * file is opened. */
void file_make_folders(const char *path);
/* Replaces `path` with these bytes by way of a new file beside it; makes its folders. A symbolic link is
 * replaced, not followed. `durable`: it is on the disk before this returns. */
struct error *file_replace(const char *path, const void *bytes, size_t n, bool durable) BASE_MUST_CHECK;

#endif
