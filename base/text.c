/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

size_t text_utf8_expected(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    return lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

size_t text_utf8_length(const char *s, size_t n)
{
    const unsigned char *u = (const unsigned char *)s;
    if (n == 0)
        return 0;
    size_t length = text_utf8_expected(u[0]);
    if (length < 2)
        return length;
    uint32_t point = u[0] & (0x7fu >> length);
    if (n < length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((u[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (u[i] & 0x3fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    return length;
}

bool text_is_utf8(const char *s, size_t n)
{
    for (size_t i = 0, length; i < n; i += length)
        if ((length = text_utf8_length(s + i, n - i)) == 0)
            return false;
    return true;
}

size_t text_unfinished(const char *bytes, size_t n)
{
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        unsigned char lead = (unsigned char)bytes[n - back];
        if (lead < 0x80)
            return 0;
        if (lead >= 0xc0)
            return text_utf8_expected(lead) > back ? back : 0;
    }
    return 0;
}

/* C1 controls (U+0080 to U+009F), which are escapes to some terminals even as UTF-8, and the characters that
 * turn the direction of what follows (Unicode Standard Annex 9: U+202A to U+202E and U+2066 to U+2069), with
 * which a name could be shown as another. */
static bool is_control(const char *s, size_t length)
{
    const unsigned char *u = (const unsigned char *)s;
    bool turns =
        length == 3 && u[0] == 0xe2 &&
        ((u[1] == 0x80 && u[2] >= 0xaa && u[2] <= 0xae) || (u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9));
    return turns || (length == 2 && u[0] == 0xc2 && u[1] < 0xa0);
}

void text_add_visible(struct buf *b, const char *bytes, size_t n, bool lines)
{
    for (size_t i = 0; i < n;) {
        unsigned char c = (unsigned char)bytes[i];
        size_t length = text_utf8_length(bytes + i, n - i);
        if (c == '\n' || c == '\t') {
            buf_add_char(b, lines ? (char)c : ' ');
            i++;
        } else if (length == 0 || is_control(bytes + i, length)) {
            size_t take = length ? length : 1;
            for (size_t k = 0; k < take; k++)
                buf_printf(b, "\\x%02x", (unsigned char)bytes[i + k]);
            i += take;
        } else if (c < 0x20 || c == 0x7f) {
            buf_add_char(b, '^');
            buf_add_char(b, (char)(c ^ 0x40));
            i++;
        } else {
            buf_add(b, bytes + i, length);
            i += length;
        }
    }
}

char *text_visible(const char *bytes, size_t n)
{
    struct buf b = {0};
    text_add_visible(&b, bytes, n, false);
    return buf_take(&b);
}

void text_add_ascii(struct buf *b, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c >= 0x20 && c < 0x7f && c != '\\')
            buf_add_char(b, (char)c);
        else
            buf_printf(b, "\\x%02x", c);
    }
}

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void hex_encode(struct buf *b, const void *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *u = bytes;
    buf_reserve(b, n * 2);
    for (size_t i = 0; i < n; i++) {
        b->data[b->length++] = digits[u[i] >> 4];
        b->data[b->length++] = digits[u[i] & 15];
    }
    b->data[b->length] = '\0';
}

long hex_decode(const char *hex, size_t n, void *out, size_t capacity)
{
    unsigned char *u = out;
    if (n % 2 || n / 2 > capacity)
        return -1;
    for (size_t i = 0; i < n; i += 2) {
        int high = hex_digit(hex[i]);
        int low = hex_digit(hex[i + 1]);
        if (high < 0 || low < 0)
            return -1;
        u[i / 2] = (unsigned char)(high << 4 | low);
    }
    return (long)(n / 2);
}

bool hex_parse_u64(const char **s, const char *end, uint64_t *ret)
{
    uint64_t value = 0;
    const char *p = *s;
    for (; p < end && hex_digit(*p) >= 0; p++) {
        if (value >> 60)
            return false;
        value = value << 4 | (uint64_t)hex_digit(*p);
    }
    if (p == *s)
        return false;
    *s = p;
    *ret = value;
    return true;
}

bool text_parse_u64(const char *s, uint64_t *ret)
{
    if (*s < '0' || *s > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(s, &end, 0);
    if (errno || *end || end == s)
        return false;
    *ret = value;
    return true;
}

int64_t clock_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool text_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool text_has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; n && (p = strstr(p, word)) != NULL; p += n)
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return false;
}

int text_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *path_base(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

char *text_lower(const char *s)
{
    char *copy = xstrdup(s);
    for (char *c = copy; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    return copy;
}
