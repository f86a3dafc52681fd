/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/columns.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

enum { TAB = 8 };
static const wchar_t REPLACEMENT = 0xfffd;

size_t columns_decode(const char *s, size_t n, wchar_t *ret)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t length = text_utf8_length(s, n);
    switch (length) {
    case 1:
        *ret = u[0];
        return 1;
    case 2:
        *ret = (u[0] & 0x1f) << 6 | (u[1] & 0x3f);
        return 2;
    case 3:
        *ret = (u[0] & 0x0f) << 12 | (u[1] & 0x3f) << 6 | (u[2] & 0x3f);
        return 3;
    case 4:
        *ret = (u[0] & 0x07) << 18 | (u[1] & 0x3f) << 12 | (u[2] & 0x3f) << 6 | (u[3] & 0x3f);
        return 4;
    default:
        *ret = REPLACEMENT;
        return 1;
    }
}

void columns_encode(struct buf *b, wchar_t c)
{
    unsigned long u = (unsigned long)c;
    if (u < 0x80) {
        buf_add_char(b, (char)u);
    } else if (u < 0x800) {
        buf_add_char(b, (char)(0xc0 | u >> 6));
        buf_add_char(b, (char)(0x80 | (u & 0x3f)));
    } else if (u < 0x10000) {
        buf_add_char(b, (char)(0xe0 | u >> 12));
        buf_add_char(b, (char)(0x80 | (u >> 6 & 0x3f)));
        buf_add_char(b, (char)(0x80 | (u & 0x3f)));
    } else {
        buf_add_char(b, (char)(0xf0 | (u >> 18 & 7)));
        buf_add_char(b, (char)(0x80 | (u >> 12 & 0x3f)));
        buf_add_char(b, (char)(0x80 | (u >> 6 & 0x3f)));
        buf_add_char(b, (char)(0x80 | (u & 0x3f)));
    }
}

size_t columns_of(wchar_t c)
{
    if (c >= 0x20 && c < 0x7f)
        return 1;
    int width = wcwidth(c);
    return width < 0 ? 1 : (size_t)width;
}

/* Our own marks and frames, and what stands for them. */
static const struct {
    wchar_t shown, console, ascii;
} stand_ins[] = {
    {L'▶', L'►', L'>'}, {L'●', L'•', L'*'}, {L'○', L'○', L'o'}, {L'◆', L'♦', L'#'}, {L'…', L'~', L'~'},
    {L'·', L'·', L'-'}, {L'│', L'│', L'|'}, {L'─', L'─', L'-'}, {L'┌', L'┌', L'+'}, {L'┐', L'┐', L'+'},
    {L'└', L'└', L'+'}, {L'┘', L'┘', L'+'}, {L'├', L'├', L'+'}, {L'┤', L'┤', L'+'}, {L'┬', L'┬', L'+'},
    {L'┴', L'┴', L'+'}, {L'┼', L'┼', L'+'}, {L'→', L'→', L'>'}, {L'×', L'x', L'x'}, {L'–', L'-', L'-'},
};

wchar_t columns_shown(wchar_t c, enum charset charset)
{
    if (c >= 0x20 && c < 0x7f)
        return c;
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        return L'?';
    if (charset == CHARSET_UNICODE)
        return wcwidth(c) < 0 ? L'?' : c;
    for (size_t i = 0; i < ARRAY_LENGTH(stand_ins); i++)
        if (stand_ins[i].shown == c)
            return charset == CHARSET_ASCII ? stand_ins[i].ascii : stand_ins[i].console;
    return charset == CHARSET_ASCII || wcwidth(c) < 0 ? L'?' : c;
}

size_t columns_width(const char *s, size_t n)
{
    size_t width = 0;
    wchar_t c;
    for (size_t i = 0; i < n;) {
        i += columns_decode(s + i, n - i, &c);
        width += columns_of(c);
    }
    return width;
}

size_t columns_fit(const char *s, size_t n, size_t columns, size_t *used)
{
    size_t width = 0, i = 0;
    wchar_t c;
    while (i < n) {
        size_t length = columns_decode(s + i, n - i, &c);
        if (width + columns_of(c) > columns)
            break;
        width += columns_of(c);
        i += length;
    }
    if (used)
        *used = width;
    return i;
}

size_t columns_skip(const char *s, size_t n, size_t columns, size_t *blank)
{
    size_t width = 0, i = 0;
    wchar_t c;
    while (i < n) {
        size_t length = columns_decode(s + i, n - i, &c);
        if (width >= columns && (columns_of(c) > 0 || columns == 0))
            break;
        width += columns_of(c);
        i += length;
    }
    if (blank)
        *blank = width > columns;
    return i;
}

void columns_add_source(struct buf *b, const char *s, size_t n, size_t *column)
{
    size_t i = 0;
    while (i < n) {
        size_t plain = i;
        while (plain < n && s[plain] != '\t')
            plain++;
        size_t from = b->length;
        text_add_visible(b, s + i, plain - i, false);
        *column += columns_width(buf_text(b) + from, b->length - from);
        i = plain;
        if (i < n) {
            size_t blanks = TAB - *column % TAB;
            for (size_t k = 0; k < blanks; k++)
                buf_add_char(b, ' ');
            *column += blanks;
            i++;
        }
    }
}
