/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/bookmark_text.h - bookmarks as JSON, for the user and in the file that keeps them.
 *
 * The file is read before anything is asked of the table and written after every change, by the command that
 * made it. Engine thread. Errors: ERR_REFUSED, of a file that cannot be read or written.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_BOOKMARK_TEXT_H
#define ALLSTOP_ENGINE_COMMANDS_BOOKMARK_TEXT_H

#include <cjson/cJSON.h>

#include "engine/control/time/bookmarks.h"

/* good, unchecked, stale or no-snapshot. */
const char *bookmark_state_name(enum bookmark_state state);
/* A new object: {id name note? position thread? pc? function? file? line? made snapshot? state}. */
cJSON *bookmark_to_json(const struct bookmark *b);
/* The session's table, read when it was not yet; what is wrong with the file is said once. */
struct error *bookmarks_open(struct control *c, struct bookmark_table **ret) BASE_MUST_CHECK;
/* Reads the file into an empty table. A file that is missing gives none; one that is damaged or of another
 * version is an error, and stays as it is under a name with `.damaged` behind it. */
struct error *bookmarks_read(const char *path, struct bookmark_table *t) BASE_MUST_CHECK;
/* Writes the file of the table, where it has one. */
struct error *bookmarks_write(const struct bookmark_table *t) BASE_MUST_CHECK;

#endif
