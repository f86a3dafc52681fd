/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/json_read.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"

/* Bytes of the number at `text`; *exact: it is no whole number that a double would round. */
static size_t number_length(const char *text, size_t n, bool *exact)
{
    static const char most[] = "9007199254740991"; /* 2^53 - 1 */
    size_t digits = 0, length = *text == '-';
    for (; length < n && isdigit((unsigned char)text[length]); length++)
        digits++;
    bool whole = length == n || !strchr(".eE", text[length]);
    const char *first = text + (*text == '-');
    *exact = !whole || digits < sizeof most - 1 || *first == '0' ||
             (digits == sizeof most - 1 && memcmp(first, most, digits) <= 0);
    while (length < n && (isdigit((unsigned char)text[length]) || strchr("+-.eE", text[length])))
        length++;
    return length;
}

/* Passes over the digits at *i; false: there are none. */
static bool take_digits(const char *text, size_t n, size_t *i)
{
    size_t first = *i;
    while (*i < n && isdigit((unsigned char)text[*i]))
        ++*i;
    return *i > first;
}

/* RFC 8259, section 6; cJSON takes what strtod() does. */
static bool is_number(const char *text, size_t n)
{
    size_t i = *text == '-', first = i;
    if (!take_digits(text, n, &i) || (text[first] == '0' && i > first + 1))
        return false;
    if (i < n && text[i] == '.') {
        i++;
        if (!take_digits(text, n, &i))
            return false;
    }
    if (i < n && (text[i] == 'e' || text[i] == 'E')) {
        i += i + 1 < n && strchr("+-", text[i + 1]) ? 2 : 1;
        if (!take_digits(text, n, &i))
            return false;
    }
    return i == n;
}

/* Outside of texts a character that is longer than a byte is as wrong as a number that is none. *length is
 * the character's, and becomes the number's. */
static struct error *check_bare(const char *text, size_t n, size_t *length)
{
    bool exact = true;
    if (*text == '-' || isdigit((unsigned char)*text))
        *length = number_length(text, n, &exact);
    if (*length > 1 && !is_number(text, *length))
        return error_new(ERR_SYNTAX, "\"%.*s\" is no number of JSON", (int)*length, text);
    if (!exact)
        return error_hint(error_new(ERR_SYNTAX, "a whole number from 2^53 on loses its last digits"),
                          "write it as a text: \"0x...\" or \"%.*s\"", (int)*length, text);
    return NULL;
}

/* What cJSON would cut, round or hand on. */
static struct error *check_bytes(const char *text, size_t n, size_t *where)
{
    bool quoted = false;
    for (size_t i = 0, length; i < n; i += length) {
        *where = i;
        length = text_utf8_length(text + i, n - i);
        if (length == 0)
            return error_hint(error_new(ERR_SYNTAX, "the byte 0x%02x is no UTF-8", (unsigned char)text[i]),
                              "JSON is UTF-8; bytes are given as `hex`");
        if (text[i] == '\0')
            return error_new(ERR_SYNTAX, "there is a NUL byte");
        if (quoted && (unsigned char)text[i] < 0x20)
            return error_hint(error_new(ERR_SYNTAX, "a control character stands in a text"),
                              "it is written \\n, \\t or \\u00XX");
        quoted ^= text[i] == '"';
        if (!quoted)
            TRY(check_bare(text + i, n - i, &length));
        if (text[i] != '\\' || i + 1 == n)
            continue;
        length = 1 + text_utf8_length(text + i + 1, n - i - 1);
        if (n - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
            return error_hint(error_new(ERR_SYNTAX, "a text cannot hold \\u0000"),
                              "bytes with a NUL among them are given as `hex`");
    }
    return NULL;
}

static struct error *check_names(const cJSON *object, struct buf *pointer)
{
    size_t n = 0;
    BASE_FREE const char **names = xcalloc((size_t)cJSON_GetArraySize(object) + 1, sizeof *names);
    const cJSON *item;
    cJSON_ArrayForEach (item, object)
        names[n++] = item->string;
    qsort(names, n, sizeof *names, text_order);
    for (size_t i = 1; i < n; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return error_hint(
                error_new(ERR_SYNTAX, "%s/%s: stands twice in one object", buf_text(pointer), names[i]),
                "only one of the two could count");
    return NULL;
}

/* cJSON has bounded the depth (CJSON_NESTING_LIMIT). `pointer` is where `value` stands, and is left so. */
static struct error *check_values(const cJSON *value, struct buf *pointer)
{
    if (cJSON_IsNumber(value) && !isfinite(value->valuedouble))
        return error_new(ERR_SYNTAX, "%s%sthe number is too large", buf_text(pointer),
                         pointer->length ? ": " : "");
    if (cJSON_IsObject(value))
        TRY(check_names(value, pointer));
    size_t length = pointer->length, i = 0;
    const cJSON *item;
    cJSON_ArrayForEach (item, value) {
        if (item->string)
            buf_printf(pointer, "/%s", item->string);
        else
            buf_printf(pointer, "/%zu", i++);
        TRY(check_values(item, pointer));
        buf_truncate(pointer, length);
    }
    return NULL;
}

struct error *json_read(const char *text, size_t n, cJSON **ret, size_t *where)
{
    size_t unused = 0;
    *ret = NULL;
    where = where ? where : &unused;
    TRY(check_bytes(text, n, where));
    BASE_FREE char *whole = xstrndup(text, n);
    const char *end = NULL;
    cJSON *value = cJSON_ParseWithOpts(whole, &end, true);
    if (!value) {
        *where = end ? (size_t)(end - whole) : 0;
        return error_new(ERR_SYNTAX, "this is no JSON");
    }
    BASE_BUF struct buf pointer = {0};
    struct error *e = check_values(value, &pointer);
    *where = SIZE_MAX;
    if (e)
        cJSON_Delete(value);
    else
        *ret = value;
    return e;
}
