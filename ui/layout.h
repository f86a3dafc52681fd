/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/layout.h - how the screen is shared out.
 *
 * A layout is data: nested splits with weights. layout_place() turns one into areas for a given size; panes
 * share their frames, one cell wide. What a screen is too small for is left out, the focused pane last, down
 * to a single pane without a frame; nothing here can fail. Pure functions; any thread.
 */
#ifndef ALLSTOP_UI_LAYOUT_H
#define ALLSTOP_UI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

enum pane_id {
    PANE_SOURCE,
    PANE_DISASSEMBLY,
    PANE_REGISTERS,
    PANE_THREADS,
    PANE_BREAKPOINTS,
    PANE_FRAMES,
    PANE_LOCALS,
    PANE_MEMORY,
    PANE_TIME,
    PANE_TERMINAL,
    PANE_PROGRAM,
    PANE_CONSOLE,
    PANE_COUNT,
    PANE_NONE = PANE_COUNT
};

/* Cells; height or width 0: not shown. */
struct area {
    int y, x, height, width;
};

enum layout_kind { LAYOUT_PANE, LAYOUT_ROWS, LAYOUT_COLUMNS };

struct layout_node {
    enum layout_kind kind;
    enum pane_id pane; /* of a LAYOUT_PANE */
    int weight;
    int need_height, need_width; /* left out on a smaller screen */
    bool main;                   /* the place where a pane shows that has none of its own */
    const struct layout_node *children;
    size_t count;
};

struct layout {
    const char *name;
    struct layout_node root;
};

enum { LAYOUT_WIRE = 5 }; /* where the line to the target is its console too */

/* All layouts, the key "1" first. */
const struct layout *layout_table(size_t *count);

struct layout_request {
    const struct layout *layout;
    int height, width;
    enum pane_id focus;     /* always shown */
    enum pane_id in_main;   /* shown in the main place, or PANE_NONE */
    bool zoom;              /* the focused pane alone */
    int growth[PANE_COUNT]; /* added to the weight of a pane, in quarters of what it has */
};

struct layout_result {
    struct area panes[PANE_COUNT]; /* the inside of each */
    bool framed;                   /* else the only pane has no frame */
    int status_line;               /* row of the status line */
};

void layout_place(const struct layout_request *request, struct layout_result *ret);

/* True when the pane has a place of its own in this layout at this size. */
bool layout_has(const struct layout *layout, enum pane_id pane, int height, int width);

#endif
