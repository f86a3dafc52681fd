/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/pane.h - what a pane is: a struct of functions, one file each.
 *
 * A pane shows one part of the engine's view (engine/face/view.h) as rows and knows its own keys. It keeps
 * what the user chose (cursor, scroll position, a file he browses) and never any state of the target. Panes
 * are owned by the screen and live as long as it does; main thread. Nothing fails: what is not there says so
 * in a row.
 */
#ifndef ALLSTOP_UI_PANE_H
#define ALLSTOP_UI_PANE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/face/view.h"
#include "ui/keys.h"
#include "ui/layout.h"
#include "ui/row.h"

struct screen;
struct pane;

struct pane_class {
    enum pane_id id;
    const char *name;
    const struct key_binding *keys; /* its own */
    size_t state_size;              /* of `state`, zeroed; 0: none */

    void (*close)(struct pane *p);
    /* A new view; `old` is NULL for the first. */
    void (*update)(struct pane *p, const struct view *old, const struct view *now);
    /* Adds what this pane needs when it shows `p->area.height` rows. */
    void (*needs)(const struct pane *p, struct view_needs *needs);
    /* The text in its frame. */
    void (*title)(const struct pane *p, const struct view *v, struct row *out);

    /* A list of rows (ui/list.h draws, scrolls and searches it). */
    size_t (*count)(const struct pane *p, const struct view *v);
    void (*row)(const struct pane *p, const struct view *v, size_t index, struct row *out);

    /* NULL: as a list. `lines` moves the cursor, or the text where there is none. */
    void (*draw)(struct screen *s, struct pane *p);
    void (*scroll)(struct screen *s, struct pane *p, long lines);
    /* From the cursor on, `direction` 1 or -1; true when found. */
    bool (*search)(struct screen *s, struct pane *p, const char *text, int direction);
};

struct pane {
    const struct pane_class *class;
    struct area area;
    size_t top, cursor; /* rows */
    size_t left;        /* columns */
    void *state;
};

/* Indexed by enum pane_id. */
extern const struct pane_class *const pane_classes[PANE_COUNT];

/* Where a target or a program is typed at. */
static inline bool pane_is_terminal(enum pane_id id)
{
    return id == PANE_TERMINAL || id == PANE_PROGRAM;
}

/* Letters are text there, and no keys. */
static inline bool pane_is_typed_at(enum pane_id id)
{
    return id == PANE_CONSOLE || pane_is_terminal(id);
}

void pane_open(struct pane *p, const struct pane_class *class);
void pane_close(struct pane *p);

/* Two columns: the mark of a breakpoint, or blanks. */
void pane_add_mark(struct row *row, enum view_mark mark);
/* "▶" or a blank. */
void pane_add_arrow(struct row *row, bool here);

extern const struct pane_class pane_source, pane_disassembly, pane_registers, pane_threads, pane_breakpoints,
    pane_frames, pane_locals, pane_memory, pane_time, pane_terminal, pane_program, pane_console;

#endif
