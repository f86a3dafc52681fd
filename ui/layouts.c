/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of layouts: which panes stand where, and from which size of screen on. */
#include "ui/layout.h"

/*
 * The layouts. A screen of 80x24 shows source over console; what else there is comes with the room for it
 * (need_height, need_width are of the whole screen). Panes that have no place of their own are shown in the
 * main one when they are asked for.
 */

enum { MANY_ROWS = 28, MANY_COLUMNS = 100, HUGE_ROWS = 48, HUGE_COLUMNS = 160 };

#define PANE(id, ...)                                                                                        \
    {                                                                                                        \
        .kind = LAYOUT_PANE, .pane = (id), __VA_ARGS__                                                       \
    }
#define CHILDREN(array) .children = (array), .count = sizeof(array) / sizeof((array)[0])
#define WIDE            .need_width = MANY_COLUMNS
#define HIGH            .need_height = MANY_ROWS

static const struct layout_node source_left[] = {
    PANE(PANE_SOURCE, .weight = 12, .main = true),
    PANE(PANE_DISASSEMBLY, .weight = 5, HIGH),
    PANE(PANE_REGISTERS, .weight = 5, HIGH, WIDE),
};
static const struct layout_node source_right[] = {
    PANE(PANE_THREADS, .weight = 5),
    PANE(PANE_LOCALS, .weight = 6),
    PANE(PANE_FRAMES, .weight = 5),
    PANE(PANE_BREAKPOINTS, .weight = 4),
    PANE(PANE_MEMORY, .weight = 6, .need_height = HUGE_ROWS, .need_width = HUGE_COLUMNS),
};
static const struct layout_node source_top[] = {
    {.kind = LAYOUT_ROWS, .weight = 11, CHILDREN(source_left)},
    {.kind = LAYOUT_ROWS, .weight = 10, WIDE, CHILDREN(source_right)},
};
static const struct layout_node source_rows[] = {
    {.kind = LAYOUT_COLUMNS, .weight = 3, CHILDREN(source_top)},
    PANE(PANE_CONSOLE, .weight = 1),
};

static const struct layout_node assembly_left[] = {
    PANE(PANE_DISASSEMBLY, .weight = 3, .main = true),
    PANE(PANE_SOURCE, .weight = 2, HIGH),
};
static const struct layout_node assembly_right[] = {
    PANE(PANE_REGISTERS, .weight = 3),
    PANE(PANE_FRAMES, .weight = 2),
    PANE(PANE_MEMORY, .weight = 2),
};
static const struct layout_node assembly_top[] = {
    {.kind = LAYOUT_ROWS, .weight = 5, CHILDREN(assembly_left)},
    {.kind = LAYOUT_ROWS, .weight = 4, WIDE, CHILDREN(assembly_right)},
};
static const struct layout_node assembly_rows[] = {
    {.kind = LAYOUT_COLUMNS, .weight = 3, CHILDREN(assembly_top)},
    PANE(PANE_CONSOLE, .weight = 1),
};

static const struct layout_node threads_right[] = {
    PANE(PANE_SOURCE, .weight = 3),
    PANE(PANE_FRAMES, .weight = 2),
    PANE(PANE_LOCALS, .weight = 2),
};
static const struct layout_node threads_top[] = {
    PANE(PANE_THREADS, .weight = 1, .main = true),
    {.kind = LAYOUT_ROWS, .weight = 1, WIDE, CHILDREN(threads_right)},
};
static const struct layout_node threads_rows[] = {
    {.kind = LAYOUT_COLUMNS, .weight = 3, CHILDREN(threads_top)},
    PANE(PANE_CONSOLE, .weight = 1),
};

static const struct layout_node memory_left[] = {
    PANE(PANE_MEMORY, .weight = 3, .main = true),
    PANE(PANE_DISASSEMBLY, .weight = 2, HIGH),
};
static const struct layout_node memory_right[] = {
    PANE(PANE_SOURCE, .weight = 2),
    PANE(PANE_REGISTERS, .weight = 2),
};
static const struct layout_node memory_top[] = {
    /* A row of memory is 78 columns wide. */
    {.kind = LAYOUT_ROWS, .weight = 5, CHILDREN(memory_left)},
    {.kind = LAYOUT_ROWS, .weight = 3, .need_width = 130, CHILDREN(memory_right)},
};
static const struct layout_node memory_rows[] = {
    {.kind = LAYOUT_COLUMNS, .weight = 3, CHILDREN(memory_top)},
    PANE(PANE_CONSOLE, .weight = 1),
};

static const struct layout_node time_right[] = {
    PANE(PANE_LOCALS, .weight = 3),
    PANE(PANE_FRAMES, .weight = 2),
    PANE(PANE_BREAKPOINTS, .weight = 2),
};
static const struct layout_node time_top[] = {
    PANE(PANE_SOURCE, .weight = 1, .main = true),
    {.kind = LAYOUT_ROWS, .weight = 1, WIDE, CHILDREN(time_right)},
};
static const struct layout_node time_rows[] = {
    {.kind = LAYOUT_COLUMNS, .weight = 4, CHILDREN(time_top)},
    PANE(PANE_TIME, .weight = 2),
    PANE(PANE_CONSOLE, .weight = 1),
};

/* One line for console and protocol: what is typed at the debugger and at the target side by side. */
static const struct layout_node wire_right[] = {
    PANE(PANE_THREADS, .weight = 3),
    PANE(PANE_FRAMES, .weight = 3),
    PANE(PANE_BREAKPOINTS, .weight = 2),
};
static const struct layout_node wire_top[] = {
    PANE(PANE_SOURCE, .weight = 1, .main = true),
    {.kind = LAYOUT_ROWS, .weight = 1, WIDE, CHILDREN(wire_right)},
};
static const struct layout_node wire_bottom[] = {
    PANE(PANE_CONSOLE, .weight = 1),
    PANE(PANE_TERMINAL, .weight = 1),
};
static const struct layout_node wire_rows[] = {
    {.kind = LAYOUT_COLUMNS, .weight = 3, CHILDREN(wire_top)},
    {.kind = LAYOUT_COLUMNS, .weight = 2, CHILDREN(wire_bottom)},
};

static const struct layout layouts[] = {
    {"source", {.kind = LAYOUT_ROWS, .weight = 1, CHILDREN(source_rows)}},
    {"assembly", {.kind = LAYOUT_ROWS, .weight = 1, CHILDREN(assembly_rows)}},
    {"threads", {.kind = LAYOUT_ROWS, .weight = 1, CHILDREN(threads_rows)}},
    {"memory", {.kind = LAYOUT_ROWS, .weight = 1, CHILDREN(memory_rows)}},
    {"time", {.kind = LAYOUT_ROWS, .weight = 1, CHILDREN(time_rows)}},
    {"wire", {.kind = LAYOUT_ROWS, .weight = 1, CHILDREN(wire_rows)}},
};

const struct layout *layout_table(size_t *count)
{
    *count = sizeof layouts / sizeof layouts[0];
    return layouts;
}
