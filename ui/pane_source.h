/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/pane_source.h - what other panes and the running keys ask of the source pane.
 */
#ifndef ALLSTOP_UI_PANE_SOURCE_H
#define ALLSTOP_UI_PANE_SOURCE_H

#include <stdbool.h>

#include "base/buf.h"

struct screen;

/* Shows a line of a file (its path as DWARF says it), whatever the target is doing, and takes the focus. */
void pane_source_show(struct screen *s, const char *file, unsigned line);
/* The place under the cursor as "file.c:42"; false when there is no source. */
bool pane_source_place(const struct screen *s, struct buf *out);
/* The number of the line under the cursor, from 1; 0: none. */
unsigned pane_source_line(const struct screen *s);

#endif
