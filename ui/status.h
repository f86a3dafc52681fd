/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/status.h - the status line: what the target is doing and what that cost.
 *
 * Written into a row of a given width; what matters less is left out first on a narrow screen.
 */
#ifndef ALLSTOP_UI_STATUS_H
#define ALLSTOP_UI_STATUS_H

#include "engine/face/view.h"
#include "ui/row.h"

struct status {
    const struct view *view; /* NULL: not opened yet */
    bool ready;              /* the opening is over */
    int64_t now_ns;          /* CLOCK_MONOTONIC */
    const char *progress;    /* of long work, or NULL: the view's */
    const char *busy;        /* what is being answered, or NULL */
    int64_t busy_since_ns;
    const char *note; /* something to tell, or NULL */
    enum style note_style;
    const char *own_keys; /* of the focused pane: "Enter look at this thread", or "" */
    const char *keys;     /* "? help" */
};

void status_row(const struct status *s, size_t width, struct row *out);
/* "index [####......] 41 %"; `what` is made harmless. */
void status_progress(const char *what, double done, double total, struct buf *out);
/* "4.1 kB", "0.9 ms" */
void status_bytes(uint64_t bytes, struct buf *out);
void status_time(int64_t ns, struct buf *out);

#endif
