/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/time/bookmarks.h - places in time that the user wants to come back to.
 *
 * They belong to a recording, not to a session: they are kept in $XDG_STATE_HOME/allstop/bookmarks/ID.json,
 * where ID comes from what identifies the recording. This room says where that is and moves the file's bytes
 * (bookmark_file.c); what is written in it, and when, is known above (engine/commands/bookmark_text.h), where
 * every change begins. What a bookmark says about its place (pc, and the code there) is compared with what is
 * found there when the target is taken to it; one that does not fit, as the image or the recording is
 * another, is STALE and is said to be. Positions of a target without a recording die with the connection, and
 * so do its bookmarks; there one without a snapshot leads nowhere: NO_SNAPSHOT.
 *
 * Part of the session; engine thread. Errors: ERR_USAGE for names, ERR_NO_SNAPSHOT, those of time.h.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_TIME_BOOKMARKS_H
#define ALLSTOP_ENGINE_CONTROL_TIME_BOOKMARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/control/limits.h"

struct control;

enum { BOOKMARK_CODE_BYTES = 16 };
enum bookmark_state { BOOKMARK_UNCHECKED, BOOKMARK_GOOD, BOOKMARK_STALE, BOOKMARK_NO_SNAPSHOT };

struct bookmark {
    uint64_t id;
    char *name, *note; /* note: or NULL */
    uint64_t position;
    char *thread;
    bool has_pc;
    uint64_t pc;
    char *function, *file; /* or NULL */
    unsigned line;
    int64_t made;                            /* seconds since 1970 */
    char *snapshot;                          /* its name in the target, or NULL */
    unsigned char code[BOOKMARK_CODE_BYTES]; /* what stood at the pc, as far as it could be read */
    size_t code_length;
    enum bookmark_state state;
};

struct bookmark_table {
    struct bookmark **items; /* by position, then id */
    size_t count, capacity;
    uint64_t next_id;
    bool looked;   /* what was on disk is in it */
    char *path;    /* NULL: not kept on disk */
    char *program; /* digest of the program they were made with, or NULL: not known */
};

void bookmarks_free(struct bookmark_table *t);
void bookmark_free(struct bookmark *b);
/* The table of this session as far as it is in memory, made when there was none: faces and commands ask
 * bookmarks_open() in its place. */
struct error *bookmarks_of(struct control *c, struct bookmark_table **ret) BASE_MUST_CHECK;
/* Says a line about them to the user. */
void bookmarks_say(struct control *c, const char *text);
/* Puts it into its place of the order; taken over. */
void bookmarks_insert(struct bookmark_table *t, struct bookmark *b);
struct bookmark *bookmarks_by_name(struct bookmark_table *t, const char *name);
struct bookmark *bookmarks_by_id(struct bookmark_table *t, uint64_t id);
/* The one made last, or NULL. */
struct bookmark *bookmarks_newest(struct bookmark_table *t);
/* A bookmark here; a NULL name is made up. With `snapshot` a snapshot too, where the target can. */
struct error *bookmark_make(struct control *c, struct bookmark_table *t, const char *name, const char *note,
                            bool snapshot, struct bookmark **ret) BASE_MUST_CHECK;
/* Removes its snapshot and forgets it. An error with *forgotten: the snapshot is still there. */
struct error *bookmark_remove(struct control *c, struct bookmark_table *t, struct bookmark *b,
                              bool *forgotten) BASE_MUST_CHECK;
/* What became of it: a snapshot may have been removed since by somebody else. Nothing is asked but the list
 * of snapshots, where that is in doubt. */
struct error *bookmark_look(struct control *c, const struct bookmark *b, bool *has_snapshot,
                            enum bookmark_state *ret) BASE_MUST_CHECK;
/* Takes the target there and looks whether it is the place that was meant. */
struct error *bookmark_go(struct control *c, struct bookmark *b) BASE_MUST_CHECK;

/* -- bookmark_file.c ------------------------------------------------------------------------------- */

/* Where the bookmarks of this session's recording are, or NULL; malloc'd. */
char *bookmark_path(struct control *c);
/* What the program is known by: its build-id, or a digest of its code; malloc'd, or NULL. */
char *bookmark_program(struct control *c);
/* The bytes of the file, malloc'd; NULL when there is none. One that is too big or no plain file is put
 * aside: an error. */
struct error *bookmark_file_read(const char *path, char **ret, size_t *n) BASE_MUST_CHECK;
/* Puts a file aside under a name with `.damaged` behind it: the error that says so, and `what` was wrong. */
struct error *bookmark_file_put_aside(const char *path, const char *what);
/* Writes it anew: to another file first, which then takes its place. */
struct error *bookmark_file_write(const char *path, const char *text) BASE_MUST_CHECK;

#endif
