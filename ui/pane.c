/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/pane.h"

#include <stdlib.h>

#include "base/alloc.h"

const struct pane_class *const pane_classes[PANE_COUNT] = {
    [PANE_SOURCE] = &pane_source,
    [PANE_DISASSEMBLY] = &pane_disassembly,
    [PANE_REGISTERS] = &pane_registers,
    [PANE_THREADS] = &pane_threads,
    [PANE_BREAKPOINTS] = &pane_breakpoints,
    [PANE_FRAMES] = &pane_frames,
    [PANE_LOCALS] = &pane_locals,
    [PANE_MEMORY] = &pane_memory,
    [PANE_TIME] = &pane_time,
    [PANE_TERMINAL] = &pane_terminal,
    [PANE_PROGRAM] = &pane_program,
    [PANE_CONSOLE] = &pane_console,
};

void pane_open(struct pane *p, const struct pane_class *class)
{
    *p = (struct pane){.class = class};
    if (class->state_size)
        p->state = xcalloc(1, class->state_size);
}

void pane_close(struct pane *p)
{
    if (p->class->close)
        p->class->close(p);
    free(p->state);
    p->state = NULL;
}

void pane_add_mark(struct row *row, enum view_mark mark)
{
    static const char *const marks[] = {
        [MARK_NONE] = " ",    [MARK_SOFTWARE] = "●", [MARK_HARDWARE] = "H", [MARK_MEMORY] = "M",
        [MARK_PLANNED] = "○", [MARK_FAILED] = "!",   [MARK_BOOKMARK] = "◆",
    };
    if (mark == MARK_NONE) {
        row_add(row, STYLE_TEXT, "  ");
        return;
    }
    bool bad = mark == MARK_FAILED || mark == MARK_PLANNED;
    row_add(row, bad ? STYLE_MARK_BAD : STYLE_MARK, marks[(unsigned)mark < ARRAY_LENGTH(marks) ? mark : 0]);
    row_add(row, STYLE_TEXT, " ");
}

void pane_add_arrow(struct row *row, bool here)
{
    row_add(row, here ? STYLE_CURRENT : STYLE_TEXT, here ? "▶" : " ");
}
