/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/columns.h - how wide text is on a terminal, and what of it fits.
 *
 * Text is UTF-8, whatever the locale says; widths are columns of the terminal (wcwidth). Bytes that are not
 * UTF-8 and control characters count and show as one replacement character, so nothing that comes through
 * here can reach the terminal as an escape. Pure functions without state; any thread.
 */
#ifndef ALLSTOP_UI_COLUMNS_H
#define ALLSTOP_UI_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#include "base/buf.h"

/* What a terminal can show. */
enum charset {
    CHARSET_UNICODE,
    CHARSET_CONSOLE, /* the Linux console: Unicode, but a font of 256 to 512 glyphs */
    CHARSET_ASCII,
};

/* Decodes one character at `s` (n > 0 bytes); the bytes taken, at least 1. */
size_t columns_decode(const char *s, size_t n, wchar_t *ret);
/* Appends one character as UTF-8. */
void columns_encode(struct buf *b, wchar_t c);

/* Columns of one character: 0 for combining ones, 1 or 2. */
size_t columns_of(wchar_t c);
/* The character to send for `c`: itself, or what stands for it in a poorer charset. Never a control. */
wchar_t columns_shown(wchar_t c, enum charset charset);

/* Columns of `n` bytes. */
size_t columns_width(const char *s, size_t n);
/*
 * How many of `n` bytes fit into `columns`, with the combining characters that belong to the last one;
 * *used (may be NULL) becomes the columns taken, which is one less than asked when a wide character stands
 * on the edge.
 */
size_t columns_fit(const char *s, size_t n, size_t columns, size_t *used);
/*
 * The counterpart for the start: how many bytes to leave out so that `columns` are gone. *blank (may be NULL)
 * becomes 1 when a wide character straddled the edge and a blank stands for its second half, else 0.
 */
size_t columns_skip(const char *s, size_t n, size_t columns, size_t *blank);

/* A copy of source text with tabs as blanks to the next of every 8 columns, counted from *column, which moves
 * on, and control characters made visible. */
void columns_add_source(struct buf *b, const char *s, size_t n, size_t *column);

#endif
