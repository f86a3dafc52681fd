/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/keys.h - keys as numbers, their names, and tables that bind them to actions.
 *
 * A key is a character, or KEY_PAD plus a curses KEY_… code, or either with KEY_ALT. What can be pressed
 * where is the union of three tables: the pane's own, the one of all panes that are not typed at, and the
 * global one; no key stands twice in such a union. The help is made from the same tables.
 */
#ifndef ALLSTOP_UI_KEYS_H
#define ALLSTOP_UI_KEYS_H

#include "ui/curses_api.h"
#include <stddef.h>

#include "base/buf.h"

struct screen;

enum {
    KEY_PAD = 0x1000000,
    KEY_ALT = 0x2000000,
    KEY_ESCAPE = 27,
    KEY_RETURN = '\r',
    KEY_RUBOUT = 127,
};
#define KEY_CTRL(letter)    ((unsigned)(letter)&31u)
#define KEY_OF(curses_code) ((unsigned)KEY_PAD | (unsigned)(curses_code))
#define KEY_FUNCTION(n)     KEY_OF(KEY_F(n))
/* Terminals number shifted function keys on from 12. */
#define KEY_SHIFT_FUNCTION(n) KEY_OF(KEY_F((n) + 12))
#define KEY_ALT_FUNCTION(n)   ((unsigned)KEY_ALT | KEY_FUNCTION(n))

struct key_binding {
    unsigned key; /* 0 ends a table */
    void (*run)(struct screen *screen, const char *argument);
    const char *argument;
    const char *about; /* neighbours with the same text are one line of the help */
};

/* What curses gave as get_wch() result: one number for a key, whatever the terminal calls it. */
unsigned key_normal(unsigned key);
/* Appends "F5", "Shift-F11", "Ctrl-C", "Alt-F5", "Tab", "c". */
void key_spell(unsigned key, struct buf *out);

/* Appends what a terminal sends for it; nothing where it sends nothing that programs agree on. */
void key_bytes(unsigned key, struct buf *out);

const struct key_binding *keys_global(void);
/* Every pane but those where they are text (pane_is_typed_at()). */
const struct key_binding *keys_panes(void);
/* The binding of a key in a table, or NULL. */
const struct key_binding *keys_find(const struct key_binding *table, unsigned key);

#endif
