/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/buf.h - a growable byte string.
 *
 * The bytes are always followed by a NUL that is not counted, so `data` can be read as a C string; an
 * empty, zero-initialised buf has data NULL (use buf_text() where a string is needed). One owner, one
 * thread. Appending never fails (base/alloc.h).
 */
#ifndef ALLSTOP_BASE_BUF_H
#define ALLSTOP_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t length;
    size_t capacity;
};

void buf_free(struct buf *b); /* leaves *b empty and usable */
#define BASE_BUF __attribute__((cleanup(buf_free)))

void buf_reserve(struct buf *b, size_t more); /* room for `more` bytes and the NUL */
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_add_char(struct buf *b, char c);
void buf_add_text(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args);
void buf_clear(struct buf *b);              /* keeps the memory */
void buf_truncate(struct buf *b, size_t n); /* back to its first n bytes (n at most length) */
void buf_drop(struct buf *b, size_t n);     /* removes the first n bytes */
const char *buf_text(const struct buf *b);  /* "" when empty */
char *buf_take(struct buf *b);              /* the bytes as a malloc'd string; *b is empty afterwards */

#endif
