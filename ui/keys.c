/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/keys.h"

#include <string.h>

#include "base/alloc.h"
#include "ui/columns.h"

/* xterm numbers function keys in four rows of twelve: plain, Shift, Ctrl, Ctrl-Shift, and then Alt. */
enum { FUNCTION_ROW = 12, ALT_ROW = 4 };

static const struct {
    unsigned key;
    const char *name;
} names[] = {
    {KEY_OF(KEY_UP), "Up"},
    {KEY_OF(KEY_DOWN), "Down"},
    {KEY_OF(KEY_LEFT), "Left"},
    {KEY_OF(KEY_RIGHT), "Right"},
    {KEY_OF(KEY_PPAGE), "PgUp"},
    {KEY_OF(KEY_NPAGE), "PgDn"},
    {KEY_OF(KEY_HOME), "Home"},
    {KEY_OF(KEY_END), "End"},
    {KEY_OF(KEY_BTAB), "Shift-Tab"},
    {KEY_OF(KEY_DC), "Delete"},
    {KEY_OF(KEY_IC), "Insert"},
    {KEY_OF(KEY_MOUSE), "Mouse"},
    {'\t', "Tab"},
    {KEY_RETURN, "Enter"},
    {KEY_ESCAPE, "Escape"},
    {' ', "Space"},
    {KEY_RUBOUT, "Backspace"},
};

unsigned key_normal(unsigned key)
{
    if (key == '\n' || key == KEY_OF(KEY_ENTER))
        return KEY_RETURN;
    if (key == '\b' || key == KEY_OF(KEY_BACKSPACE))
        return KEY_RUBOUT;
    unsigned first = KEY_FUNCTION(ALT_ROW * FUNCTION_ROW + 1);
    if (key >= first && key < first + FUNCTION_ROW)
        return KEY_ALT | (key - ALT_ROW * FUNCTION_ROW);
    return key;
}

void key_spell(unsigned key, struct buf *out)
{
    if (key & KEY_ALT) {
        buf_add_text(out, "Alt-");
        key &= ~(unsigned)KEY_ALT;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (names[i].key == key) {
            buf_add_text(out, names[i].name);
            return;
        }
    }
    if (key > KEY_FUNCTION(FUNCTION_ROW) && key <= KEY_FUNCTION(2 * FUNCTION_ROW))
        buf_printf(out, "Shift-F%u", key - KEY_FUNCTION(FUNCTION_ROW));
    else if (key >= KEY_FUNCTION(1) && key <= KEY_FUNCTION(63))
        buf_printf(out, "F%u", key - KEY_FUNCTION(0));
    else if (key < 32)
        buf_printf(out, "Ctrl-%c", (int)(key | 64));
    else if (key & KEY_PAD)
        buf_printf(out, "<%u>", key & ~(unsigned)KEY_PAD);
    else
        columns_encode(out, (wchar_t)key);
}

const struct key_binding *keys_find(const struct key_binding *table, unsigned key)
{
    for (; table && table->key; table++)
        if (table->key == key)
            return table;
    return NULL;
}

/* Keys that have no character, as xterm in its normal mode sends them; Home and End as readline knows them
 * everywhere. */
static const struct {
    unsigned key;
    const char *bytes;
} sequences[] = {
    {KEY_OF(KEY_UP), "\033[A"},   {KEY_OF(KEY_DOWN), "\033[B"}, {KEY_OF(KEY_RIGHT), "\033[C"},
    {KEY_OF(KEY_LEFT), "\033[D"}, {KEY_OF(KEY_HOME), "\001"},   {KEY_OF(KEY_END), "\005"},
    {KEY_OF(KEY_DC), "\033[3~"},
};

void key_bytes(unsigned key, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LENGTH(sequences); i++)
        if (sequences[i].key == key)
            buf_add_text(out, sequences[i].bytes);
    if (key & KEY_PAD)
        return;
    if (key & KEY_ALT)
        buf_add_char(out, KEY_ESCAPE);
    columns_encode(out, (wchar_t)(key & ~(unsigned)KEY_ALT));
}
