/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/breakpoints/journal_file.h - the journal's file: lines, and reading them back. For
 * journal*.c only.
 *
 * The first line is `allstop-journal 1`; then `+ ADDRESS SAVED TRAP` before a trap is written and `- ADDRESS`
 * when it is gone, all in hexadecimal. A last line that was cut short is ignored.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_JOURNAL_FILE_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_JOURNAL_FILE_H

#include "base/buf.h"
#include "engine/control/breakpoints/journal.h"

/* Where the journal of a target is; NULL when there is no home to put it; malloc'd. */
char *journal_path(const char *target);
/* Opens it for appending, made with its folders (0700, 0600) when it is not there. */
struct error *journal_open(const char *path, int *ret) BASE_MUST_CHECK;
struct error *journal_append(const char *path, int fd, const char *line) BASE_MUST_CHECK;
void journal_line(const struct journal_entry *e, struct buf *out);
/* The entries that were not taken back; none when the file is missing or not a journal. */
void journal_read(const char *path, struct journal_entry **ret, size_t *count);

#endif
