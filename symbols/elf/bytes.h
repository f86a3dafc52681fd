/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/elf/bytes.h - a bounded reader over bytes that may say anything.
 *
 * A read past the end yields zero, moves to the end and sets `bad`; callers test `bad` once after a group of
 * reads. Nothing is allocated; strings point into the bytes. Owner: whoever holds the bytes.
 */
#ifndef ALLSTOP_SYMBOLS_BYTES_H
#define ALLSTOP_SYMBOLS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
    const uint8_t *at, *end;
    bool big; /* byte order */
    bool bad; /* something was read that is not there */
};

static inline struct cursor cursor_of(const uint8_t *bytes, size_t size, bool big)
{
    return (struct cursor){.at = bytes, .end = bytes ? bytes + size : bytes, .big = big, .bad = false};
}

/* The part of `size` bytes from `offset`; bad and empty when `offset` is outside. */
static inline struct cursor cursor_from(const uint8_t *bytes, size_t size, uint64_t offset, bool big)
{
    struct cursor c = cursor_of(bytes, size, big);
    if (!bytes || offset > size) {
        c.bad = true;
        c.at = c.end;
    } else {
        c.at += offset;
    }
    return c;
}

static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}

static inline const uint8_t *cursor_take(struct cursor *c, uint64_t n)
{
    if (n > cursor_left(c)) {
        c->bad = true;
        c->at = c->end;
        return NULL;
    }
    const uint8_t *p = c->at;
    if (n > 0) /* an empty section has no bytes to point at */
        c->at += n;
    return p;
}

/* An unsigned number of `n` bytes (1 to 8) in the cursor's byte order. */
static inline uint64_t cursor_unsigned(struct cursor *c, unsigned n)
{
    const uint8_t *p = n <= 8 ? cursor_take(c, n) : NULL;
    uint64_t v = 0;
    if (!p) {
        c->bad = true;
        return 0;
    }
    for (unsigned i = 0; i < n; i++)
        v = v << 8 | p[c->big ? i : n - 1 - i];
    return v;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    if (!c->at || c->at >= c->end) {
        c->bad = true;
        return 0;
    }
    return *c->at++;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
    return (uint16_t)cursor_unsigned(c, 2);
}

static inline uint32_t cursor_u32(struct cursor *c)
{
    return (uint32_t)cursor_unsigned(c, 4);
}

static inline uint64_t cursor_u64(struct cursor *c)
{
    return cursor_unsigned(c, 8);
}

/* Sign-extends the low `n` bytes of `v`. */
static inline int64_t sign_extend(uint64_t v, unsigned n)
{
    if (n == 0 || n >= 8)
        return (int64_t)v;
    uint64_t top = 1ull << (n * 8 - 1);
    v &= (top << 1) - 1;
    return (int64_t)((v ^ top) - top);
}

/* Bits beyond the 64th are dropped, as other readers do. */
static inline uint64_t cursor_uleb(struct cursor *c)
{
    uint64_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t b = cursor_u8(c);
        if (shift < 64)
            v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80) || c->bad)
            return v;
    }
}

static inline int64_t cursor_sleb(struct cursor *c)
{
    uint64_t v = 0;
    for (unsigned shift = 0;;) {
        uint8_t b = cursor_u8(c);
        if (shift < 64)
            v |= (uint64_t)(b & 0x7f) << shift;
        shift = shift < 64 ? shift + 7 : shift;
        if (!(b & 0x80) || c->bad) {
            if (shift < 64 && b & 0x40)
                v |= ~0ull << shift;
            return (int64_t)v;
        }
    }
}

/* A NUL-terminated string; NULL when no NUL follows. */
static inline const char *cursor_string(struct cursor *c)
{
    const uint8_t *nul = c->at < c->end ? memchr(c->at, 0, cursor_left(c)) : NULL;
    if (!nul) {
        c->bad = true;
        c->at = c->end;
        return NULL;
    }
    const char *s = (const char *)c->at;
    c->at = nul + 1;
    return s;
}

/* A DWARF initial length: returns the length and sets *offset_size to 4 or 8. */
static inline uint64_t cursor_initial_length(struct cursor *c, unsigned *offset_size)
{
    uint64_t v = cursor_u32(c);
    *offset_size = 4;
    if (v == 0xffffffff) {
        *offset_size = 8;
        v = cursor_u64(c);
    } else if (v >= 0xfffffff0) {
        c->bad = true;
    }
    return v;
}

/* The next `n` bytes as a cursor of their own; moves behind them. */
static inline struct cursor cursor_part(struct cursor *c, uint64_t n)
{
    struct cursor part = *c;
    const uint8_t *p = cursor_take(c, n);
    part.bad = !p;
    part.at = p ? p : c->end;
    part.end = p ? p + n : c->end;
    return part;
}

#endif
