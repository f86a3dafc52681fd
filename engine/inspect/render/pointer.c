/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pointers: the address, the symbol there, and behind a character pointer the string.
 */
#include <ctype.h>
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/render/render.h"

enum { STRING_BYTES = (RENDER_ELEMENTS + 1) * 4 };

static bool is_end(const unsigned char *bytes, size_t width)
{
    for (size_t i = 0; i < width; i++)
        if (bytes[i])
            return false;
    return true;
}

/* Constant text comes from the file, a character at a time: the string ends before the section does. */
static size_t from_file(struct target *target, uint64_t address, unsigned width, unsigned char *bytes,
                        size_t limit)
{
    size_t got = 0;
    while (got + width <= limit && memory_from_file(target, address + got, bytes + got, width)) {
        got += width;
        if (is_end(bytes + got - width, width))
            break;
    }
    return got;
}

void read_string(struct pool *p, uint64_t address, const struct text_kind *kind, struct string_behind *ret)
{
    unsigned char bytes[STRING_BYTES];
    unsigned width = kind->width ? kind->width : 1;
    size_t limit = (RENDER_ELEMENTS + 1) * (size_t)width;
    size_t got = from_file(p->target, address, width, bytes, limit), used = 0;
    *ret = (struct string_behind){0};
    if (got == 0) {
        struct error *e = memory_read_some(p->target, address, bytes, limit, &got);
        error_free(e);
        got -= got % width;
    }
    while (used < got && !is_end(bytes + used, width))
        used += width;
    ret->unreadable = used == got && got < limit;
    ret->failed_at = address + got;
    ret->more = used == limit;
    buf_add(&ret->bytes, bytes, ret->more ? limit - width : used);
}

static void add_string_behind(struct pool *p, uint64_t address, const struct text_kind *kind, struct buf *out)
{
    struct string_behind target;
    read_string(p, address, kind, &target);
    buf_add_char(out, ' ');
    if (target.bytes.length || !target.unreadable)
        add_string(out, kind, (const unsigned char *)buf_text(&target.bytes), target.bytes.length,
                   p->target->big_endian, target.more);
    if (target.unreadable)
        buf_printf(out, "<error: Cannot access memory at address 0x%" PRIx64 ">", target.failed_at);
    buf_free(&target.bytes);
}

/* Without a default version's suffix, and the number gcc gives the statics of functions (`calls.0`). */
static size_t written_length(const char *symbol)
{
    const char *version = strstr(symbol, "@@");
    size_t n = version ? (size_t)(version - symbol) : strlen(symbol), digits = n;
    while (digits > 0 && isdigit((unsigned char)symbol[digits - 1]))
        digits--;
    return digits < n && digits > 1 && symbol[digits - 1] == '.' ? digits - 1 : n;
}

static bool in_code(struct symbol_file *f, uint64_t address)
{
    const struct symbol_section *sections;
    size_t count = symbol_file_sections(f, &sections);
    for (size_t i = 0; i < count; i++)
        if (address - sections[i].address < sections[i].size)
            return sections[i].executable;
    return false;
}

/* Labels in data, which say nothing about what lies around them. */
static bool is_label(struct pool *p, uint64_t address, const struct symbol_place *place)
{
    uint64_t load;
    struct symbol_file *f = symbol_map_file_at(p->target->map, address, &load);
    const struct elf_symbol *list;
    size_t count = f ? symbol_file_symbols(f, &list) : 0, low = 0, high = count;
    uint64_t value = address - load - place->offset;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list[middle].value < value)
            low = middle + 1;
        else
            high = middle;
    }
    bool around = false;
    for (; low < count && list[low].value == value; low++)
        around = around || place->offset < list[low].size || list[low].type == STT_FUNC;
    return !around && f && !in_code(f, address - load);
}

/* The instruction that an odd address means where the bit says Thumb. */
static uint64_t without_thumb_bit(struct pool *p, uint64_t address)
{
    uint64_t load;
    struct symbol_file *f = p->target->arch && p->target->arch->has_thumb && address & 1
                                ? symbol_map_file_at(p->target->map, address, &load)
                                : NULL;
    return f && in_code(f, address - load) ? address - 1 : address;
}

/* gdb leaves the type away that a function returns where DWARF describes the function. */
static const char *shown_symbol(const struct symbol_place *place)
{
    bool described = place->function && strcmp(place->function, place->symbol) == 0;
    return described && place->function_high ? symbols_without_returned(place->symbol) : place->symbol;
}

void add_symbol(struct pool *p, uint64_t address, struct buf *out)
{
    struct symbol_place place;
    address = without_thumb_bit(p, address);
    if (!symbols_lookup(p->target->map, address, &place) || !place.symbol || is_label(p, address, &place))
        return;
    const char *shown = shown_symbol(&place);
    buf_add_text(out, " <");
    text_add_visible(out, shown, written_length(shown), false);
    if (place.offset)
        buf_printf(out, "+%" PRIu64, place.offset);
    buf_add_char(out, '>');
}

/* gdb names the type in front, but of pointers to text. */
static bool names_type(struct type *t)
{
    for (unsigned i = 0; t->kind > TYPE_TYPEDEF && i < 64; i++)
        t = type_target(t);
    if (t->kind != TYPE_POINTER)
        return true;
    struct type *target = type_target(t);
    for (unsigned i = 0; target->kind > TYPE_TYPEDEF && i < 64; i++)
        target = type_target(target);
    static const char *const texts[] = {"char", "wchar_t", "char16_t", "char32_t"};
    for (size_t i = 0; target->name && i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(target->name, texts[i]) == 0)
            return false;
    return true;
}

void add_pointer(struct pool *p, struct value *v, uint64_t address, unsigned depth, struct buf *out)
{
    struct type *t = type_strip(v->type), *target = type_target(t);
    struct text_kind kind;
    if (depth == 0 && names_type(v->type)) {
        char *name = type_name(v->type);
        buf_printf(out, "(%s) ", name);
        free(name);
    }
    buf_printf(out, "0x%" PRIx64, address);
    if (!address)
        return;
    uint64_t code = function_code(p->target, address);
    if (type_strip(target)->kind == TYPE_FUNCTION && code != address) {
        /* a descriptor, and what it describes */
        out->length -= (size_t)snprintf(NULL, 0, "0x%" PRIx64, address);
        buf_printf(out, "@0x%" PRIx64 ": 0x%" PRIx64, address, code);
        address = code;
    }
    add_symbol(p, address, out);
    if (t->kind == TYPE_POINTER && text_kind_of(target, 0, &kind))
        add_string_behind(p, address, &kind, out);
}
