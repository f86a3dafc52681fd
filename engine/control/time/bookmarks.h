/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/time/bookmarks.h - places in time that the user wants to come back to.
 *
 * They belong to a recording, not to a session: the table is read when it is first asked for, from
 * $XDG_STATE_HOME/allstop/bookmarks/ID.json, and written after every change (bookmark_file.c), where ID comes
 * from what identifies the recording. What a bookmark says about its place (pc) is compared with what is
 * found there when the target is taken to it; one that does not fit is STALE and is said to be. Positions of
 * a target without a recording die with the connection, and so do its bookmarks.
 *
 * Part of the session; engine thread. Errors: ERR_USAGE for names, ERR_NO_SNAPSHOT, those of time.h.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_TIME_BOOKMARKS_H
#define ALLSTOP_ENGINE_CONTROL_TIME_BOOKMARKS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct control;

enum bookmark_state { BOOKMARK_UNCHECKED, BOOKMARK_GOOD, BOOKMARK_STALE };
enum { BOOKMARKS_MOST = 10000, BOOKMARK_TEXT_MOST = 1000 };

struct bookmark {
    uint64_t id;
    char *name, *note; /* note: or NULL */
    uint64_t position;
    char *thread;
    bool has_pc;
    uint64_t pc;
    char *function, *file; /* or NULL */
    unsigned line;
    int64_t made;   /* seconds since 1970 */
    char *snapshot; /* its name in the target, or NULL */
    enum bookmark_state state;
};

struct bookmark_table {
    struct bookmark **items; /* by position, then id */
    size_t count, capacity;
    uint64_t next_id;
    char *path;    /* NULL: not kept on disk */
    char *program; /* digest of the program they were made with, or NULL: not known */
};

void bookmarks_free(struct bookmark_table *t);
void bookmark_free(struct bookmark *b);
/* The table, read when it was not yet; what is wrong with the file is said once. */
struct error *bookmarks_of(struct control *c, struct bookmark_table **ret) BASE_MUST_CHECK;
/* Puts it into its place of the order; taken over. */
void bookmarks_insert(struct bookmark_table *t, struct bookmark *b);
struct bookmark *bookmarks_by_name(struct bookmark_table *t, const char *name);
struct bookmark *bookmarks_by_id(struct bookmark_table *t, uint64_t id);
/* The one made last, or NULL. */
struct bookmark *bookmarks_newest(struct bookmark_table *t);
/* A bookmark here; a NULL name is made up. With `snapshot` a snapshot too, where the target can. */
struct error *bookmark_make(struct control *c, const char *name, const char *note, bool snapshot,
                            struct bookmark **ret) BASE_MUST_CHECK;
/* Forgets it, and removes its snapshot. */
struct error *bookmark_remove(struct control *c, struct bookmark *b) BASE_MUST_CHECK;
/* Takes the target there and looks whether it is the place that was meant. */
struct error *bookmark_go(struct control *c, struct bookmark *b) BASE_MUST_CHECK;
cJSON *bookmark_to_json(const struct bookmark *b);

/* -- bookmark_file.c ------------------------------------------------------------------------------- */

/* Where the bookmarks of this session's recording are, or NULL; malloc'd. */
char *bookmark_path(struct control *c);
/* What the program is known by: its build-id, or a digest of its code; malloc'd, or NULL. */
char *bookmark_program(struct control *c);
/* Reads the file into an empty table. A file that is missing gives none; one that is damaged or of another
 * version is an error, and stays as it is under a name with `.damaged` behind it. */
struct error *bookmark_read(const char *path, struct bookmark_table *t) BASE_MUST_CHECK;
/* Writes it anew: to another file first, which then takes its place. */
struct error *bookmark_write(const struct bookmark_table *t) BASE_MUST_CHECK;

#endif
