/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scalars as text: as they are, and in the formats of gdb's /x.
 */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/target.h"
#include "engine/inspect/location.h"
#include "engine/inspect/values/floats.h"
#include "engine/inspect/render/render.h"

void add_wide(unsigned __int128 number, bool is_signed, struct buf *out)
{
    bool negative = is_signed && number >> 127;
    char digits[48];
    size_t at = sizeof digits;
    number = negative ? -number : number;
    do {
        digits[--at] = (char)('0' + (int)(number % 10));
        number /= 10;
    } while (number);
    if (negative)
        digits[--at] = '-';
    buf_add(out, digits + at, sizeof digits - at);
}

/* Digits of `shift` bits each, without leading zeros but at least `least`. */
static void add_digits(struct buf *out, unsigned __int128 number, unsigned shift, unsigned least)
{
    char digits[130];
    size_t at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[(unsigned)number & ((1u << shift) - 1)];
        number >>= shift;
    } while (number || sizeof digits - at < least);
    buf_add(out, digits + at, sizeof digits - at);
}

/* The scalar's own bits as a number, `bits` of them; bit-fields as wide as their type, as gdb does. */
static struct error *raw_bits(struct pool *p, struct value *v, unsigned *bits, unsigned __int128 *ret)
{
    enum type_kind kind = value_kind(v);
    __int128 number = 0;
    *bits = (unsigned)(v->size > 16 ? 16 : v->size) * 8;
    if (kind == TYPE_FLOAT) {
        TRY(value_load(p, v));
        unsigned __int128 raw = 0;
        for (size_t i = 0; i < *bits / 8; i++)
            raw = raw << 8 | v->bytes[p->target->big_endian ? i : *bits / 8 - 1 - i];
        *ret = raw;
        return NULL;
    }
    if (kind == TYPE_FUNCTION) {
        *bits = 64;
        *ret = v->address;
        return NULL;
    }
    TRY(value_as_wide(p, v, &number));
    *ret = (unsigned __int128)number;
    return NULL;
}

static unsigned __int128 cut(unsigned __int128 number, unsigned bits)
{
    return bits >= 128 || bits == 0 ? number : number & (((unsigned __int128)1 << bits) - 1);
}

static unsigned __int128 extend(unsigned __int128 number, unsigned bits)
{
    number = cut(number, bits);
    bool negative = bits > 0 && bits < 128 && (number >> (bits - 1) & 1);
    return negative ? number | ~(unsigned __int128)0 << bits : number;
}

/* One byte of it, signed as the type is; floats are numbers here, not bits. */
static struct error *add_as_character(struct pool *p, struct value *v, struct buf *out)
{
    static const struct text_kind kind = {.width = 1};
    uint64_t number = 0;
    TRY(value_as_integer(p, v, &number));
    unsigned char byte = (unsigned char)number;
    bool is_signed = type_strip(v->type)->is_signed || value_kind(v) == TYPE_FLOAT;
    buf_printf(out, "%d ", is_signed ? (int)(signed char)byte : (int)byte);
    add_character(out, &kind, &byte, p->target->big_endian);
    return NULL;
}

/* The bits of a number as a floating type of that size, where there is one. */
static void add_as_float(struct pool *p, struct value *v, unsigned __int128 number, unsigned bits,
                         struct buf *out)
{
    struct type *t = type_strip(v->type);
    unsigned char bytes[16];
    size_t n = bits / 8;
    if (t->kind != TYPE_FLOAT && n != 4 && n != 8 && n != 16) {
        add_wide(t->is_signed ? extend(number, bits) : cut(number, bits), t->is_signed, out);
        return;
    }
    for (size_t i = 0; i < n; i++, number >>= 8)
        bytes[p->target->big_endian ? n - 1 - i : i] = (unsigned char)number;
    float_add_text(p->target, t->kind == TYPE_FLOAT ? t : NULL, bytes, n, out);
}

static struct error *add_as_address(struct pool *p, struct value *v, struct buf *out)
{
    uint64_t address = 0;
    struct error *e = value_as_integer(p, v, &address);
    if (e && value_kind(v) == TYPE_FLOAT && v->bytes) { /* no number: as one that is too big */
        error_free(e);
        e = NULL;
        address = INT64_MAX;
    }
    if (e)
        return e;
    if (p->target->arch && p->target->arch->address_size == 4)
        address &= 0xffffffffu;
    buf_printf(out, "0x%" PRIx64, address);
    add_symbol(p, address, out);
    return NULL;
}

struct error *add_formatted(struct pool *p, struct value *v, char format, struct buf *out)
{
    unsigned __int128 number;
    unsigned bits;
    TRY(raw_bits(p, v, &bits, &number));
    switch (format) {
    case 'd':
        add_wide(extend(number, bits), true, out);
        return NULL;
    case 'u':
        add_wide(cut(number, bits), false, out);
        return NULL;
    case 'o':
        if (cut(number, bits))
            buf_add_char(out, '0');
        add_digits(out, cut(number, bits), 3, 1);
        return NULL;
    case 't':
        add_digits(out, cut(number, bits), 1, 1);
        return NULL;
    case 'z':
        buf_add_text(out, "0x");
        add_digits(out, cut(number, bits), 4, (unsigned)v->size * 2);
        return NULL;
    case 'c':
        return add_as_character(p, v, out);
    case 'a':
        return add_as_address(p, v, out);
    case 'f':
        add_as_float(p, v, number, bits, out);
        return NULL;
    default:
        buf_add_text(out, "0x");
        add_digits(out, cut(number, bits), 4, 1);
        return NULL;
    }
}

/* gdb takes an enumeration for flags where every enumerator is one bit, none, or a name for another's bit. */
static bool is_flags(const struct type_enumerator *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].value < 0 || (list[i].value & (list[i].value - 1)))
            return false;
    return true;
}

static void add_enumeration(struct type *t, int64_t number, struct buf *out)
{
    const struct type_enumerator *list;
    size_t count = type_enumerators(t, &list);
    const char *name = enumerator_name(t, number), *before = "(";
    if (name || !is_flags(list, count)) {
        if (name)
            buf_add_text(out, name);
        else
            buf_printf(out, "%" PRId64, number);
        return;
    }
    uint64_t rest = (uint64_t)number & (type_size(t) < 8 ? 0xffffffffu : UINT64_MAX);
    for (size_t i = 0; i < count; i++) {
        if (!(rest & (uint64_t)list[i].value))
            continue;
        buf_printf(out, "%s%s", before, list[i].name);
        before = " | ";
        rest &= ~(uint64_t)list[i].value;
    }
    if (rest)
        buf_printf(out, "%sunknown: 0x%" PRIx64, before, rest);
    buf_add_text(out, rest || *before == ' ' ? ")" : "0");
}

struct error *add_number(struct pool *p, struct value *v, struct buf *out)
{
    struct type *t = type_strip(v->type);
    struct text_kind kind;
    __int128 number;
    if (t->kind == TYPE_FLOAT) {
        TRY(value_load(p, v));
        float_add_text(p->target, t, v->bytes, v->size, out);
        return NULL;
    }
    TRY(value_as_wide(p, v, &number));
    if (t->kind == TYPE_ENUM) {
        add_enumeration(t, (int64_t)number, out);
    } else if (t->kind == TYPE_BOOL && (number == 0 || number == 1)) {
        buf_add_text(out, number ? "true" : "false");
    } else {
        add_wide((unsigned __int128)number, t->is_signed, out);
        if (text_kind_of(v->type, 0, &kind)) {
            unsigned char bytes[4];
            arch_store(bytes, kind.width, p->target->big_endian, (uint64_t)number);
            buf_add_char(out, ' ');
            add_character(out, &kind, bytes, p->target->big_endian);
        }
    }
    return NULL;
}
