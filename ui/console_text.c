/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/console_text.h"

#include <string.h>

#include "base/text.h"
#include "ui/limits.h"

enum {
    TAB = 8,
    RUBOUT = 127,
    ESCAPE_BYTE = 27,
    BELL = 7,
};

void console_text_free(struct console_text *c)
{
    buf_free(&c->line);
    *c = (struct console_text){0};
}

static bool continues(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The byte behind the character at `at`. */
static size_t behind(const struct buf *line, size_t at)
{
    if (at < line->length)
        at++;
    while (at < line->length && continues(line->data[at]))
        at++;
    return at;
}

static void left(struct console_text *c)
{
    if (c->cursor > 0)
        c->cursor--;
    while (c->cursor > 0 && continues(c->line.data[c->cursor]))
        c->cursor--;
}

static void end_line(struct console_text *c, struct scrollback *log)
{
    scrollback_open_line(log, STYLE_TARGET, buf_text(&c->line));
    if (!log->open)
        scrollback_add(log, STYLE_TARGET, "\n"); /* an empty one */
    log->open = false;
    buf_clear(&c->line);
    c->cursor = 0;
}

/* Bytes of one character, or what stands for it: over what is there. */
static void put(struct console_text *c, struct scrollback *log, const char *bytes, size_t n)
{
    if (c->line.length + n > CONSOLE_LINE_MOST)
        end_line(c, log);
    size_t tail = c->line.length - behind(&c->line, c->cursor);
    struct buf rest = {0};
    buf_add(&rest, buf_text(&c->line) + c->line.length - tail, tail);
    buf_truncate(&c->line, c->cursor);
    buf_add(&c->line, bytes, n);
    c->cursor = c->line.length;
    buf_add(&c->line, buf_text(&rest), rest.length);
    buf_free(&rest);
}

static void to_column(struct console_text *c, struct scrollback *log, size_t column)
{
    c->cursor = 0;
    for (size_t i = 0; i < column && i < CONSOLE_LINE_MOST; i++)
        if (c->cursor < c->line.length)
            c->cursor = behind(&c->line, c->cursor);
        else
            put(c, log, " ", 1);
}

static void finish_csi(struct console_text *c, struct scrollback *log, char final)
{
    unsigned times = c->number ? c->number : 1;
    switch (final) {
    case 'C':
        for (unsigned i = 0; i < times && c->cursor < c->line.length; i++)
            c->cursor = behind(&c->line, c->cursor);
        break;
    case 'D':
        for (unsigned i = 0; i < times && c->cursor > 0; i++)
            left(c);
        break;
    case 'G':
        to_column(c, log, times - 1);
        break;
    case 'J':
    case 'K':
        if (c->number == 0)
            buf_truncate(&c->line, c->cursor);
        break;
    default:
        break;
    }
}

enum console_escape console_escape_next(enum console_escape at, char byte)
{
    switch (at) {
    case ESCAPE_BEGUN:
        return byte == '[' ? ESCAPE_CSI : byte && strchr("]PX^_", byte) ? ESCAPE_STRING : ESCAPE_NONE;
    case ESCAPE_CSI:
        return byte >= '@' && byte <= '~' ? ESCAPE_NONE : ESCAPE_CSI;
    case ESCAPE_STRING:
    case ESCAPE_STRING_END:
        if (byte == BELL || byte == '\n' || (at == ESCAPE_STRING_END && byte == '\\'))
            return ESCAPE_NONE;
        return byte == ESCAPE_BYTE ? ESCAPE_STRING_END : ESCAPE_STRING;
    case ESCAPE_NONE:
        break;
    }
    return byte == ESCAPE_BYTE ? ESCAPE_BEGUN : ESCAPE_NONE;
}

static void in_escape(struct console_text *c, struct scrollback *log, char byte)
{
    enum console_escape before = c->escape;
    c->escape = console_escape_next(before, byte);
    if (before == ESCAPE_BEGUN)
        c->number = 0;
    if (before == ESCAPE_CSI && byte >= '0' && byte <= '9')
        c->number = c->number > ESCAPE_NUMBER_MOST / 10 ? ESCAPE_NUMBER_MOST
                                                        : c->number * 10 + (unsigned)(byte - '0');
    if (before == ESCAPE_CSI && c->escape == ESCAPE_NONE)
        finish_csi(c, log, byte);
}

/* A character, or what stands for it where a terminal might obey it. */
static void put_visible(struct console_text *c, struct scrollback *log, const char *bytes, size_t n)
{
    BASE_BUF struct buf seen = {0};
    text_add_visible(&seen, bytes, n, false);
    put(c, log, buf_text(&seen), seen.length);
}

/* A control character, or a byte that stands alone. */
static void control(struct console_text *c, struct scrollback *log, char byte)
{
    switch (byte) {
    case '\n':
        end_line(c, log);
        break;
    case '\r':
        c->cursor = 0;
        break;
    case '\b':
        left(c);
        break;
    case '\t':
        for (size_t n = TAB - c->cursor % TAB; n > 0; n--)
            put(c, log, " ", 1);
        break;
    case ESCAPE_BYTE:
        c->escape = ESCAPE_BEGUN;
        break;
    case BELL:
    case '\0':
        break;
    default:
        put_visible(c, log, &byte, 1);
    }
}

void console_text_add(struct console_text *c, struct scrollback *log, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n;) {
        unsigned char byte = (unsigned char)bytes[i];
        size_t whole = c->escape ? 1 : text_utf8_length(bytes + i, n - i), length = whole ? whole : 1;
        if (c->escape)
            in_escape(c, log, bytes[i]);
        else if (length > 1)
            put_visible(c, log, bytes + i, length);
        else if (byte >= ' ' && byte < RUBOUT)
            put(c, log, bytes + i, length);
        else
            control(c, log, bytes[i]);
        i += length;
    }
    scrollback_open_line(log, STYLE_TARGET, buf_text(&c->line));
}
