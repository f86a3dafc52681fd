/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/text.h - text that came from outside, and numbers written as text.
 *
 * Names, console output and strings of a target may contain anything. Whatever is shown goes through
 * text_visible() first, so that nothing from outside reaches the terminal as an escape sequence.
 * No state; callers own what is returned.
 */
#ifndef ALLSTOP_BASE_TEXT_H
#define ALLSTOP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * A malloc'd copy of `n` bytes in which control characters (C0, DEL, and C1 in UTF-8) appear as ^X or \xNN
 * and bytes that are not UTF-8 as \xNN; newline and tab become spaces.
 */
char *text_visible(const char *bytes, size_t n);

/* The same, appended to `b`; with `lines`, newline and tab are kept. */
void text_add_visible(struct buf *b, const char *bytes, size_t n, bool lines);

/* Appends printable ASCII as it is and every other byte, and `\`, as \xNN: bytes of the wire. */
void text_add_ascii(struct buf *b, const char *bytes, size_t n);

/* A malloc'd copy with the capitals of ASCII as small letters. */
char *text_lower(const char *s);

/* Length in bytes of the UTF-8 sequence at `s` (1 to 4), or 0 when it is not valid UTF-8. `n` bytes are
 * readable. */
size_t text_utf8_length(const char *s, size_t n);

/* True when all n bytes are well-formed UTF-8. */
bool text_is_utf8(const char *s, size_t n);

/* Bytes of the UTF-8 sequence that begins with this byte (2 to 4), 1 for ASCII, 0 where none does. */
size_t text_utf8_expected(unsigned char lead);
/* How many bytes at the end (0 to 3) may be the beginning of a UTF-8 character whose rest is still to come.
 */
size_t text_unfinished(const char *bytes, size_t n);

/* The same text; NULL is only like NULL. */
bool text_same(const char *a, const char *b);
/* Whether one of the words of `list`, which single blanks part, is `word`; "" is none. */
bool text_has_word(const char *list, const char *word);
/* For qsort(): an array of strings in the order of strcmp(). */
int text_order(const void *a, const void *b);

/* Last component of a path; NULL stays NULL. */
const char *path_base(const char *path);

/* Value of one hex digit, or -1. */
int hex_digit(char c);

/* Appends two hex digits a byte. */
void hex_encode(struct buf *b, const void *bytes, size_t n);

/*
 * Decodes `n` hex digits (n even) into at most `capacity` bytes; the number of bytes, or -1 when a
 * character is no hex digit, n is odd, or the room is too small.
 */
long hex_decode(const char *hex, size_t n, void *out, size_t capacity);

/* Reads hex digits at *s up to the first other character and moves *s there; false when there is none or it
 * does not fit in 64 bits. */
bool hex_parse_u64(const char **s, const char *end, uint64_t *ret);

/* A whole string as an unsigned number: decimal, 0x hex, 0 octal (C's rule); false unless all of it is one.
 */
bool text_parse_u64(const char *s, uint64_t *ret);

/* Monotonic clock, nanoseconds. */
int64_t clock_now_ns(void);

#endif
