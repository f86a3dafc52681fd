/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Characters and strings as gdb prints them (the manual's "Print Settings": `repeats`, `elements`), in UTF-8,
 * UTF-16 and UTF-32. What cannot be decoded or is not printable is an octal escape, or a hexadecimal one
 * where it does not fit in three octal digits; a digit behind one of those is escaped as well.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/arch/arch.h"
#include "engine/target/target.h"
#include "engine/inspect/render/render.h"

enum result { CHARACTER, INVALID, INCOMPLETE, END };

struct character {
    enum result result;
    uint32_t code;
    const unsigned char *bytes;
    size_t size;
};

struct reader {
    const struct text_kind *kind;
    const unsigned char *at, *end;
    bool big;
};

struct writer {
    struct buf *out;
    const struct text_kind *kind;
    bool big, escaped; /* the last one ended in a hexadecimal escape */
};

bool text_kind_of(struct type *t, char format, struct text_kind *ret)
{
    static const struct {
        const char *name;
        char prefix;
    } wide[] = {{"wchar_t", 'L'}, {"char16_t", 'u'}, {"char32_t", 'U'}};
    struct type *inner = type_strip(t);
    *ret = (struct text_kind){.width = (unsigned)type_size(inner)};
    if (format && format != 's')
        return false;
    /* The name may stand at any typedef on the way; C++ has such base types. */
    for (unsigned i = 0; i < 64 && ret->width > 1; i++) {
        for (size_t k = 0; t->name && k < sizeof wide / sizeof wide[0]; k++)
            if (strcmp(t->name, wide[k].name) == 0)
                ret->prefix = wide[k].prefix;
        if (t->kind < TYPE_TYPEDEF)
            break;
        t = type_target(t);
    }
    bool sized = ret->width == 2 || ret->width == 4;
    return (inner->kind == TYPE_CHAR && (ret->width == 1 || sized)) || (sized && ret->prefix);
}

static struct character invalid(struct reader *r, enum result result, size_t size)
{
    struct character c = {.result = result, .bytes = r->at, .size = size};
    r->at += size;
    return c;
}

/* A sequence that is cut off by the end, as opposed to a wrong one. */
static bool cut_off(const unsigned char *target, size_t n)
{
    if (n >= text_utf8_expected(target[0]))
        return false;
    for (size_t i = 1; i < n; i++)
        if ((target[i] & 0xc0) != 0x80)
            return false;
    return true;
}

static struct character next_utf8(struct reader *r)
{
    size_t left = (size_t)(r->end - r->at), n = text_utf8_length((const char *)r->at, left);
    if (!n && *r->at < 0x80)
        n = 1; /* NUL and other controls */
    if (!n)
        return cut_off(r->at, left) ? invalid(r, INCOMPLETE, left) : invalid(r, INVALID, 1);
    uint32_t code = n == 1 ? *r->at : *r->at & (0x7fu >> n);
    for (size_t i = 1; i < n; i++)
        code = code << 6 | (r->at[i] & 0x3fu);
    struct character c = {.code = code, .bytes = r->at, .size = n};
    r->at += n;
    return c;
}

static struct character next_character(struct reader *r)
{
    size_t width = r->kind->width, left = (size_t)(r->end - r->at);
    if (left < width)
        return (struct character){.result = END};
    if (width == 1)
        return next_utf8(r);
    uint32_t code = (uint32_t)arch_load(r->at, width, r->big);
    size_t size = width;
    bool high = code >= 0xd800 && code < 0xdc00;
    if (width == 2 && high && left >= 4) {
        uint32_t low = (uint32_t)arch_load(r->at + 2, 2, r->big);
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            size = 4;
        }
    } else if (width == 2 && high) {
        return invalid(r, INCOMPLETE, left);
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return invalid(r, INVALID, width);
    struct character c = {.code = code, .bytes = r->at, .size = size};
    r->at += size;
    return c;
}

/* What a terminal shows as one glyph; neither controls nor what turns the direction of writing. */
static bool printable(uint32_t c)
{
    if (c < 0x7f)
        return c >= 0x20;
    return c >= 0xa0 && !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
           !(c >= 0x2060 && c <= 0x206f) && c != 0xfeff && !(c >= 0xfff0 && c <= 0xfffb) &&
           (c & 0xfffe) != 0xfffe;
}

static void write_code(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_add_char(out, (char)c);
    } else if (c < 0x800) {
        buf_printf(out, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_printf(out, "%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 0x3f)),
                   (int)(0x80 | (c & 0x3f)));
    } else {
        buf_printf(out, "%c%c%c%c", (int)(0xf0 | c >> 18), (int)(0x80 | (c >> 12 & 0x3f)),
                   (int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)));
    }
}

static void write_escape(struct writer *w, const struct character *c)
{
    size_t width = w->kind->width, i = 0;
    for (; i + width <= c->size; i += width) {
        uint32_t value = (uint32_t)arch_load(c->bytes + i, width, w->big);
        buf_printf(w->out, value <= 0777 ? "\\%.3o" : "\\x%" PRIx32, value);
        w->escaped = value > 0777;
    }
    for (; i < c->size; i++)
        buf_printf(w->out, "\\%.3o", (unsigned)c->bytes[i]);
}

static void write_character(struct writer *w, const struct character *c, char quote)
{
    static const char controls[] = "\a\b\f\n\r\t\v", letters[] = "abfnrtv";
    bool after_escape = w->escaped;
    const char *at = c->code && c->code < 0x20 ? strchr(controls, (int)c->code) : NULL;
    w->escaped = false;
    if (c->result != CHARACTER) {
        write_escape(w, c);
    } else if (at) {
        buf_printf(w->out, "\\%c", letters[at - controls]);
    } else if (printable(c->code) && !(after_escape && c->code >= '0' && c->code <= '9')) {
        if (c->code == (unsigned char)quote || c->code == '\\')
            buf_add_char(w->out, '\\');
        write_code(w->out, c->code);
    } else {
        write_escape(w, c);
    }
}

static bool same(const struct character *a, const struct character *b)
{
    return a->result == b->result && a->size == b->size &&
           (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
}

static void add_prefix(struct buf *out, const struct text_kind *kind)
{
    if (kind->prefix)
        buf_add_char(out, kind->prefix);
}

void add_character(struct buf *out, const struct text_kind *kind, const unsigned char *bytes, bool big)
{
    struct reader r = {.kind = kind, .at = bytes, .end = bytes + kind->width, .big = big};
    struct writer w = {.out = out, .kind = kind, .big = big};
    struct character c = next_character(&r);
    add_prefix(out, kind);
    buf_add_char(out, '\'');
    write_character(&w, &c, '\'');
    buf_add_char(out, '\'');
}

enum state { START, SINGLE, REPEAT, FINISH };

/* One group of equal characters; the state of what is open: a quoted string or nothing. */
static enum state write_group(struct writer *w, const struct character *c, size_t count, enum state last)
{
    enum state now = c->result == INCOMPLETE ? FINISH : count > REPEATS ? REPEAT : SINGLE;
    if (last == SINGLE && now != SINGLE)
        buf_add_char(w->out, '"');
    if (last != START && (now != SINGLE || last != SINGLE))
        buf_add_text(w->out, ", ");
    if (now == FINISH) {
        buf_add_text(w->out, "<incomplete sequence ");
        write_character(w, c, '\0');
        buf_add_char(w->out, '>');
        return now;
    }
    if (now == REPEAT) {
        buf_add_char(w->out, '\'');
        write_character(w, c, '"');
        buf_printf(w->out, "' <repeats %zu times>", count);
        return now;
    }
    if (last != SINGLE)
        buf_add_char(w->out, '"');
    for (size_t i = 0; i < count; i++)
        write_character(w, c, '"');
    return now;
}

void add_string(struct buf *out, const struct text_kind *kind, const unsigned char *bytes, size_t size,
                bool big, bool more)
{
    struct reader r = {
        .kind = kind, .at = bytes, .end = bytes + size / kind->width * kind->width, .big = big};
    struct writer w = {.out = out, .kind = kind, .big = big};
    struct character c = next_character(&r);
    enum state state = START;
    add_prefix(out, kind);
    if (c.result == END)
        buf_add_text(out, "\"\"");
    for (size_t shown = 0; c.result != END && shown < RENDER_ELEMENTS && state != FINISH;) {
        struct character next;
        size_t count = 1;
        while (next = next_character(&r), same(&c, &next))
            count++;
        state = write_group(&w, &c, count, state);
        shown += count;
        c = next;
    }
    if (state == SINGLE)
        buf_add_char(out, '"');
    if (more || c.result != END)
        buf_add_text(out, "...");
}
