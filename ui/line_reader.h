/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/line_reader.h - lines from a pipe or file, without waiting for them.
 *
 * A line is at most LINE_READER_BYTES; the rest of a longer one is left out. One owner, one thread.
 */
#ifndef ALLSTOP_UI_LINE_READER_H
#define ALLSTOP_UI_LINE_READER_H

#include <stdbool.h>

#include "base/buf.h"
#include "ui/limits.h"

struct line_reader {
    int fd;
    struct buf bytes;
    bool over;     /* the end was read; what is left are the last lines */
    bool skipping; /* inside a line that is too long */
};

void line_reader_free(struct line_reader *r);
/* Reads what is there; call when the descriptor is readable. */
void line_reader_fill(struct line_reader *r);
/* The next line without its newline, malloc'd; NULL: none yet, or none any more (`over`). */
char *line_reader_next(struct line_reader *r);

#endif
