#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/core.h"
#include "engine/location.h"
#include "engine/values/render.h"

const char *enumerator_name(struct type *t, int64_t value)
{
    const struct type_enumerator *list;
    size_t count = type_enumerators(t, &list);
    for (size_t i = 0; i < count; i++)
        if (list[i].value == value)
            return list[i].name;
    return NULL;
}

bool is_character(struct type *t)
{
    t = type_strip(t);
    return t->kind == TYPE_CHAR && type_size(t) == 1;
}

bool string_behind(struct pool *p, uint64_t address, struct buf *bytes, bool *cut)
{
    char text[RENDER_ELEMENTS];
    size_t got = 0;
    struct session *s = p->session;
    *cut = false;
    if (address == 0)
        return false;
    if (!memory_from_file(s, address, text, 1)) {
        struct error *e = memory_read_some(s, address, text, sizeof text, &got);
        error_free(e);
    } else {
        while (got < sizeof text && memory_from_file(s, address + got, text + got, 1) && text[got])
            got++;
        got += got < sizeof text;
        if (got <= sizeof text)
            text[got - 1] = got == sizeof text ? text[got - 1] : '\0';
    }
    if (got == 0)
        return false;
    size_t n = strnlen(text, got);
    *cut = n == got;
    buf_add(bytes, text, n);
    return true;
}

static void add_character(struct buf *out, unsigned char c, char quote)
{
    static const char names[] = "\a\b\f\n\r\t\v\033", letters[] = "abfnrtve";
    const char *at = c ? strchr(names, c) : NULL;
    if (at && c != 033)
        buf_printf(out, "\\%c", letters[at - names]);
    else if (c == (unsigned char)quote || c == '\\')
        buf_printf(out, "\\%c", c);
    else if (c < 0x20 || c >= 0x7f)
        buf_printf(out, "\\%03o", c);
    else
        buf_add_char(out, (char)c);
}

static void add_string(struct buf *out, const char *bytes, size_t n)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < n;) {
        size_t length = text_utf8_length(bytes + i, n - i);
        if (length > 1 &&
            !(length == 2 && (unsigned char)bytes[i] == 0xc2 && (unsigned char)bytes[i + 1] < 0xa0)) {
            buf_add(out, bytes + i, length);
            i += length;
        } else {
            add_character(out, (unsigned char)bytes[i++], '"');
        }
    }
    buf_add_char(out, '"');
}

/* Enough digits to tell two numbers of this size apart, and no more than needed to read it back. */
void add_float_text(struct buf *out, long double number, size_t size)
{
    if (isnan(number) || isinf(number)) {
        buf_add_text(out, isnan(number) ? (signbit(number) ? "-nan" : "nan") : number < 0 ? "-inf" : "inf");
        return;
    }
    int most = size <= 4 ? 9 : size <= 8 ? 17 : 21;
    char text[64];
    for (int digits = size <= 4 ? 6 : 15; digits <= most; digits++) {
        snprintf(text, sizeof text, "%.*Lg", digits, number);
        bool same = size <= 4   ? strtof(text, NULL) == (float)number
                    : size <= 8 ? strtod(text, NULL) == (double)number
                                : strtold(text, NULL) == number;
        if (same)
            break;
    }
    buf_add_text(out, text);
}

static uint64_t mask_to(uint64_t number, size_t size)
{
    return size >= 8 || size == 0 ? number : number & (((uint64_t)1 << (8 * size)) - 1);
}

static void add_formatted(struct pool *p, struct buf *out, uint64_t number, size_t size, char format)
{
    uint64_t cut = mask_to(number, size);
    unsigned shift = size && size < 8 ? (unsigned)(64 - 8 * size) : 0;
    switch (format) {
    case 'd':
        buf_printf(out, "%" PRId64, (int64_t)(number << shift) >> shift);
        return;
    case 'u':
        buf_printf(out, "%" PRIu64, cut);
        return;
    case 'o':
        buf_printf(out, cut ? "0%" PRIo64 : "%" PRIo64, cut);
        return;
    case 't': {
        unsigned bits = cut ? 64 - (unsigned)__builtin_clzll(cut) : 1;
        while (bits-- > 0)
            buf_add_char(out, (char)('0' + (cut >> bits & 1)));
        return;
    }
    case 'z':
        buf_printf(out, "0x%0*" PRIx64, (int)(2 * size), cut);
        return;
    case 'c':
        buf_printf(out, "%" PRId64 " '", (int64_t)(number << shift) >> shift);
        add_character(out, (unsigned char)cut, '\'');
        buf_add_char(out, '\'');
        return;
    case 'a': {
        BASE_BUF struct buf name = {0};
        location_describe(p->session, cut, &name);
        buf_printf(out, "0x%" PRIx64, cut);
        if (strncmp(buf_text(&name), "0x", 2) != 0)
            buf_printf(out, " <%s>", buf_text(&name));
        return;
    }
    default:
        buf_printf(out, "0x%" PRIx64, cut);
    }
}

static struct error *text_at(struct pool *p, struct value *v, char format, unsigned depth, struct buf *out);

static void inner_text(struct pool *p, struct value *v, char format, unsigned depth, struct buf *out)
{
    struct error *e = text_at(p, v, format, depth, out);
    if (error_is(e, ERR_OPTIMISED_OUT))
        buf_add_text(out, "<optimized out>");
    else if (e)
        buf_printf(out, "<error: %s>", e->message);
    error_free(e);
}

static struct error *pointer_text(struct pool *p, struct value *v, unsigned depth, struct buf *out)
{
    uint64_t address;
    TRY(value_as_integer(p, v, &address));
    struct type *target = type_target(type_strip(v->type));
    bool to_function = type_strip(target)->kind == TYPE_FUNCTION;
    if (depth == 0 && !is_character(target)) {
        BASE_FREE char *name = type_name(v->type);
        buf_printf(out, "(%s) ", name);
    }
    buf_printf(out, "0x%" PRIx64, address);
    struct symbol_place place;
    bool known = address && symbols_lookup(p->session->map, address, &place) && place.symbol;
    if (known && (to_function || !is_character(target))) {
        buf_add_text(out, " <");
        location_describe(p->session, address, out);
        buf_add_char(out, '>');
    }
    if (!is_character(target))
        return NULL;
    BASE_BUF struct buf bytes = {0};
    bool cut;
    if (!string_behind(p, address, &bytes, &cut))
        return NULL;
    buf_add_char(out, ' ');
    add_string(out, buf_text(&bytes), bytes.length);
    if (cut)
        buf_add_text(out, "...");
    return NULL;
}

static struct error *character_array(struct pool *p, struct value *v, uint64_t count, struct buf *out)
{
    TRY(value_load(p, v));
    size_t n = count < v->size ? (size_t)count : v->size;
    size_t used = n;
    while (used > 0 && v->bytes[used - 1] == 0) /* gdb leaves out trailing NULs, all but the last */
        used--;
    size_t shown = used < RENDER_ELEMENTS ? used : RENDER_ELEMENTS;
    add_string(out, (const char *)v->bytes, shown);
    if (shown < used)
        buf_add_text(out, "...");
    return NULL;
}

static bool same_bytes(const struct value *v, size_t element, uint64_t i, uint64_t k)
{
    return v->bytes && memcmp(v->bytes + i * element, v->bytes + k * element, element) == 0;
}

static struct error *array_text(struct pool *p, struct value *v, char format, unsigned depth, struct buf *out)
{
    struct type *t = type_strip(v->type);
    uint64_t count;
    if (!value_count(p, v, &count)) {
        buf_add_text(out, v->place == PLACE_MEMORY ? "{...}" : "<an array of unknown length>");
        return NULL;
    }
    if (is_character(type_target(t)) && !format)
        return character_array(p, v, count, out);
    size_t element = (size_t)type_size(type_strip(type_target(t)));
    if (v->size && v->size <= VALUE_BYTES_MAX)
        TRY(value_load(p, v));
    buf_add_char(out, '{');
    unsigned shown = 0;
    for (uint64_t i = 0; i < count && out->length < RENDER_TEXT; shown++) {
        uint64_t same = i + 1;
        while (same < count && element && same_bytes(v, element, i, same))
            same++;
        if (shown)
            buf_add_text(out, ", ");
        if (shown >= RENDER_ELEMENTS) {
            buf_add_text(out, "...");
            break;
        }
        struct value *item = NULL;
        struct error *e = value_index(p, v, (int64_t)i, &item);
        if (e) {
            buf_printf(out, "<error: %s>}", e->message);
            error_free(e);
            return NULL;
        }
        inner_text(p, item, format, depth + 1, out);
        bool many = same - i >= REPEATS;
        if (many)
            buf_printf(out, " <repeats %" PRIu64 " times>", same - i);
        i = many ? same : i + 1;
    }
    buf_add_char(out, '}');
    return NULL;
}

static struct error *struct_text(struct pool *p, struct value *v, char format, unsigned depth,
                                 struct buf *out)
{
    const struct type_member *members;
    size_t count = type_members(type_strip(v->type), &members);
    if (depth >= RENDER_DEPTH) {
        buf_add_text(out, "{...}");
        return NULL;
    }
    if (v->size && v->size <= VALUE_BYTES_MAX)
        TRY(value_load(p, v));
    buf_add_char(out, '{');
    for (size_t i = 0; i < count && out->length < RENDER_TEXT; i++) {
        if (i)
            buf_add_text(out, ", ");
        if (members[i].base) {
            BASE_FREE char *name = type_name(members[i].type);
            buf_printf(out, "<%s> = ", name);
        } else if (*members[i].name) {
            buf_printf(out, "%s = ", members[i].name);
        }
        struct value *member = NULL;
        struct error *e = value_of_member(p, v, &members[i], &member);
        if (e)
            buf_printf(out, "<error: %s>", e->message);
        else
            inner_text(p, member, format, depth + 1, out);
        error_free(e);
    }
    buf_add_char(out, '}');
    return NULL;
}

/* A value that is no enumerator is a combination of flags where every bit of it has a name, else a number. */
static void enum_text(struct type *t, int64_t number, struct buf *out)
{
    const char *name = enumerator_name(t, number);
    if (name) {
        buf_add_text(out, name);
        return;
    }
    const struct type_enumerator *list;
    size_t count = type_enumerators(t, &list), start = out->length;
    uint64_t rest = (uint64_t)number;
    buf_add_char(out, '(');
    for (size_t i = 0; i < count; i++) {
        uint64_t bit = (uint64_t)list[i].value;
        if (bit == 0 || (bit & (bit - 1)) || (rest & bit) == 0)
            continue;
        buf_printf(out, "%s%s", out->length > start + 1 ? " | " : "", list[i].name);
        rest &= ~bit;
    }
    if (rest == 0 && number != 0) {
        buf_add_char(out, ')');
        return;
    }
    out->length = start;
    buf_printf(out, "%" PRId64, number);
}

static struct error *function_text(struct pool *p, struct value *v, struct buf *out)
{
    BASE_FREE char *name = type_name(v->type);
    buf_printf(out, "{%s} 0x%" PRIx64 " <", name, v->address);
    location_describe(p->session, v->address, out);
    buf_add_char(out, '>');
    return NULL;
}

static struct error *complex_text(struct pool *p, struct value *v, struct buf *out)
{
    TRY(value_load(p, v));
    size_t half = v->size / 2;
    add_float_text(out, float_load(p->session, v->bytes, half), half);
    buf_add_text(out, " + ");
    add_float_text(out, float_load(p->session, v->bytes + half, half), half);
    buf_add_char(out, 'i');
    return NULL;
}

static void add_wide(struct pool *p, struct value *v, bool is_signed, struct buf *out)
{
    unsigned __int128 number = 0;
    for (size_t i = 0; i < 16; i++)
        number = number << 8 | v->bytes[p->session->big_endian ? i : 15 - i];
    bool negative = is_signed && number >> 127;
    if (negative)
        number = -number;
    char digits[48];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + (int)(number % 10));
        number /= 10;
    } while (number);
    if (negative)
        digits[--at] = '-';
    buf_add(out, digits + at, sizeof digits - at);
}

static struct error *integer_text(struct pool *p, struct value *v, struct type *t, struct buf *out)
{
    uint64_t number;
    TRY(value_as_integer(p, v, &number));
    if (v->size == 16 && !v->bit_size)
        add_wide(p, v, t->is_signed, out);
    else if (t->kind == TYPE_BOOL && number <= 1)
        buf_add_text(out, number ? "true" : "false");
    else if (t->kind == TYPE_ENUM)
        enum_text(t, (int64_t)number, out);
    else if (t->kind == TYPE_CHAR && v->size == 1) {
        buf_printf(out, t->is_signed ? "%" PRId64 " '" : "%" PRIu64 " '", number);
        add_character(out, (unsigned char)number, '\'');
        buf_add_char(out, '\'');
    } else
        buf_printf(out, t->is_signed ? "%" PRId64 : "%" PRIu64, number);
    return NULL;
}

static struct error *formatted_text(struct pool *p, struct value *v, char format, struct buf *out)
{
    uint64_t number;
    BASE_BUF struct buf bytes = {0};
    bool cut;
    if (format == 'f' && value_kind(v) == TYPE_FLOAT) {
        long double real;
        TRY(value_as_float(p, v, &real));
        add_float_text(out, real, v->size);
        return NULL;
    }
    TRY(value_as_integer(p, v, &number));
    if (format == 's' && kind_is_pointer(value_kind(v)) && string_behind(p, number, &bytes, &cut)) {
        add_string(out, buf_text(&bytes), bytes.length);
        return NULL;
    }
    size_t size = v->bit_size ? (v->bit_size + 7) / 8 : v->size;
    if (v->bit_size && v->bit_size < 64)
        number &= ((uint64_t)1 << v->bit_size) - 1;
    add_formatted(p, out, number, value_kind(v) == TYPE_FUNCTION ? 8 : size, format);
    return NULL;
}

static struct error *text_at(struct pool *p, struct value *v, char format, unsigned depth, struct buf *out)
{
    struct type *t = type_strip(v->type);
    if (v->optimised_out)
        return error_new(ERR_OPTIMISED_OUT, "the value is optimised out here");
    if (out->length > RENDER_TEXT) {
        buf_add_text(out, "...");
        return NULL;
    }
    if (t->kind == TYPE_ARRAY)
        return array_text(p, v, format, depth, out);
    if (kind_is_struct(t->kind))
        return struct_text(p, v, format, depth, out);
    if (t->kind == TYPE_VOID) {
        buf_add_text(out, "void");
        return NULL;
    }
    if (t->kind == TYPE_REFERENCE || t->kind == TYPE_RVALUE_REFERENCE) {
        struct value *target = NULL;
        TRY(value_dereference(p, v, &target));
        if (depth == 0) {
            BASE_FREE char *name = type_name(v->type);
            buf_printf(out, "(%s) @0x%" PRIx64 ": ", name, target->address);
        }
        return depth >= RENDER_DEPTH ? NULL : text_at(p, target, format, depth + 1, out);
    }
    if (t->kind == TYPE_COMPLEX)
        return complex_text(p, v, out);
    if (format && strchr("xduotacfsz", format) && !(format == 'f' && t->kind != TYPE_FLOAT) && format != 'n')
        return formatted_text(p, v, format, out);
    if (t->kind == TYPE_FUNCTION)
        return function_text(p, v, out);
    if (kind_is_pointer(t->kind))
        return pointer_text(p, v, depth, out);
    if (t->kind == TYPE_FLOAT) {
        long double number = 0;
        TRY(value_as_float(p, v, &number));
        add_float_text(out, number, v->size);
        return NULL;
    }
    if (kind_is_integer(t->kind))
        return integer_text(p, v, t, out);
    return error_new(ERR_TYPE_MISMATCH, "a value of unknown type cannot be shown");
}

struct error *render_text(struct pool *p, struct value *v, char format, struct buf *out)
{
    return text_at(p, v, format, 0, out);
}
