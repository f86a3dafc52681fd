/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values as text: arrays, functions, references, and what is in them. Structs, numbers, pointers and strings
 * have files of their own.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/values/member_pointer.h"
#include "engine/inspect/render/render.h"
#include "engine/inspect/values/slices.h"

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

static struct error *text_at(struct rendering *r, struct value *v, unsigned depth);

void inner_text(struct rendering *r, struct value *v, unsigned depth)
{
    struct error *e = text_at(r, v, depth);
    if (error_is(e, ERR_OPTIMISED_OUT))
        buf_add_text(r->out, "<optimized out>");
    else if (e)
        buf_printf(r->out, "<error: %s>", e->message);
    error_free(e);
}

static bool same_bytes(const struct value *v, size_t element, uint64_t i, uint64_t k)
{
    return v->bytes && memcmp(v->bytes + i * element, v->bytes + k * element, element) == 0 &&
           (!v->known || memcmp(v->known + i * element, v->known + k * element, element) == 0);
}

/* The elements of an array of known length; runs of equal ones are told by their number. */
static void elements_text(struct rendering *r, struct value *v, uint64_t count, unsigned depth)
{
    struct buf *out = r->out;
    struct type *of = type_strip(type_target(type_strip(v->type)));
    size_t element = (size_t)type_size(of);
    /* Rows of Fortran have no comma between them. */
    bool rows = of->kind == TYPE_ARRAY && !of->text && type_language(of) == LANGUAGE_FORTRAN;
    uint64_t i = 0;
    for (unsigned shown = 0; i < count && shown < RENDER_ELEMENTS && out->length < RENDER_TEXT;) {
        uint64_t same = i + 1;
        while (same < count && element && same_bytes(v, element, i, same))
            same++;
        if (i)
            buf_add_text(out, rows ? " " : ", ");
        struct value *item = NULL;
        struct error *e = value_index(r->p, v, (int64_t)i, &item);
        if (e) {
            buf_printf(out, "<error: %s>", e->message);
            error_free(e);
            return;
        }
        inner_text(r, item, depth + 1);
        bool many = same - i > REPEATS;
        if (many)
            buf_printf(out, " <repeats %" PRIu64 " times>", same - i);
        shown += many ? REPEATS : 1;
        i = many ? same : i + 1;
    }
    if (i < count)
        buf_add_text(out, "...");
}

static bool is_round(enum symbols_language language)
{
    return language == LANGUAGE_FORTRAN || language == LANGUAGE_ADA;
}

struct error *elements_in_brackets(struct rendering *r, struct value *v, unsigned depth)
{
    enum symbols_language is = type_language(v->type);
    const char *brackets = is == LANGUAGE_RUST ? "[]" : is_round(is) ? "()" : "{}";
    if (v->size && v->size <= VALUE_BYTES_MAX)
        TRY(value_load(r->p, v));
    buf_add_char(r->out, brackets[0]);
    if (is == LANGUAGE_ADA && type_strip(v->type)->lower != 1)
        buf_printf(r->out, "%" PRId64 " => ", type_strip(v->type)->lower);
    elements_text(r, v, type_strip(v->type)->count, depth);
    buf_add_char(r->out, brackets[1]);
    return NULL;
}

static struct error *array_text(struct rendering *r, struct value *v, unsigned depth)
{
    struct pool *p = r->p;
    struct buf *out = r->out;
    struct type *t = type_strip(v->type);
    struct text_kind kind;
    uint64_t count;
    if (!value_count(p, v, &count) || !v->size) {
        /* of unknown length or none: where it begins */
        if (v->place == PLACE_MEMORY)
            add_pointer(p, value_integer(p, type_pointer_to(type_target(t)), v->address), v->address,
                        depth + 1, out);
        else
            buf_add_text(out, "{}");
        return NULL;
    }
    if (v->size <= VALUE_BYTES_MAX)
        TRY(value_load(p, v));
    if (v->bytes && !v->known && !t->vector && text_kind_of(type_target(t), r->format, &kind)) {
        size_t size = count * kind.width < v->size ? (size_t)(count * kind.width) : v->size;
        bool ends = size >= kind.width;
        for (unsigned i = 0; ends && i < kind.width; i++)
            ends = v->bytes[size - 1 - i] == 0;
        add_string(out, &kind, v->bytes, size - (ends ? kind.width : 0), p->target->big_endian, false);
        return NULL;
    }
    return elements_in_brackets(r, v, depth);
}

static struct error *function_text(struct pool *p, struct value *v, struct buf *out)
{
    BASE_FREE char *name = type_name(v->type);
    buf_printf(out, "{%s} 0x%" PRIx64, name, v->address);
    add_symbol(p, v->address, out);
    return NULL;
}

struct value *complex_part(struct pool *p, struct value *v, bool imaginary)
{
    size_t half = v->size / 2;
    const char *name = half == 4 ? "float" : half == 8 ? "double" : "long double";
    struct type *type = kind_is_integer(value_kind(v)) ? v->type : basic_type(p, name);
    struct value *part = value_new(p, type);
    part->size = half;
    part->bytes = xmemdup(v->bytes + (imaginary ? half : 0), half ? half : 1);
    return part;
}

static struct error *complex_text(struct rendering *r, struct value *v, unsigned depth)
{
    TRY(value_load(r->p, v));
    inner_text(r, complex_part(r->p, v, false), depth + 1);
    buf_add_text(r->out, " + ");
    inner_text(r, complex_part(r->p, v, true), depth + 1);
    buf_add_char(r->out, 'i');
    return NULL;
}

static struct error *reference_text(struct rendering *r, struct value *v, unsigned depth)
{
    struct value *target = NULL;
    struct buf *out = r->out;
    TRY(value_dereference(r->p, v, &target));
    if (depth == 0) {
        BASE_FREE char *name = type_name(v->type);
        buf_printf(out, "(%s) ", name);
    }
    if (v->implicit_file) /* to what has no place */
        buf_add_text(out, "<synthetic pointer>");
    else
        buf_printf(out, "@0x%" PRIx64, target->address);
    if (depth > 0) /* gdb shows what members that are references refer to by its address alone */
        return NULL;
    buf_add_text(out, ": ");
    return text_at(r, target, depth + 1);
}

static struct error *scalar_text(struct rendering *r, struct value *v, unsigned depth)
{
    struct pool *p = r->p;
    struct buf *out = r->out;
    char format = r->format;
    struct type *t = type_strip(v->type);
    uint64_t address;
    if (format && format != 's' && strchr("xduotacfz", format))
        return add_formatted(p, v, format, out);
    if (t->kind == TYPE_FUNCTION)
        return function_text(p, v, out);
    if (kind_is_number(t->kind))
        return add_number(p, v, out);
    if (!kind_is_pointer(t->kind))
        return error_new(ERR_TYPE_MISMATCH, "a value of unknown type cannot be shown");
    if (t->kind == TYPE_MEMBER_POINTER)
        return member_pointer_text(p, v, out);
    if (v->implicit_file) {
        BASE_FREE char *name = depth == 0 ? type_name(v->type) : NULL;
        buf_printf(out, name ? "(%s) <synthetic pointer>" : "<synthetic pointer>", name);
        return NULL;
    }
    TRY(value_as_integer(p, v, &address));
    add_pointer(p, v, address, depth, out);
    return NULL;
}

struct error *absent_text(struct rendering *r, const struct value *v)
{
    buf_printf(r->out, "<%s>", v->absent);
    return NULL;
}

/* D's arrays and Go's slices are structs; *done: it is one. */
static struct error *slice_text(struct rendering *r, struct value *v, unsigned depth, bool *done)
{
    struct value *elements = NULL;
    bool text;
    TRY(slice_elements(r->p, v, &text, &elements));
    *done = elements && depth < RENDER_DEPTH;
    if (!*done)
        return NULL;
    if (elements->absent)
        return absent_text(r, elements);
    return text ? slice_string_text(r, elements) : elements_in_brackets(r, elements, depth);
}

static struct error *record_text(struct rendering *r, struct value *v, unsigned depth)
{
    struct type *t = type_strip(v->type);
    bool done = false;
    switch (type_language(t)) {
    case LANGUAGE_RUST:
        return rust_text(r, v, depth);
    case LANGUAGE_ADA:
        return t->incomplete ? struct_text(r, v, depth, NULL) : ada_text(r, v, depth);
    case LANGUAGE_D:
    case LANGUAGE_GO:
        TRY(slice_text(r, v, depth, &done));
        return done ? NULL : struct_text(r, v, depth, NULL);
    default:
        return struct_text(r, v, depth, NULL);
    }
}

static struct error *text_at(struct rendering *r, struct value *v, unsigned depth)
{
    struct buf *out = r->out;
    struct type *t = type_strip(v->type);
    if (v->optimised_out)
        return error_new(ERR_OPTIMISED_OUT, "the value is optimised out here");
    if (out->length > RENDER_TEXT) {
        buf_add_text(out, "...");
        return NULL;
    }
    struct error *failed;
    if (v->absent)
        return absent_text(r, v);
    if (type_language(t) == LANGUAGE_FORTRAN && fortran_text(r, v, depth, &failed))
        return failed;
    if (t->kind == TYPE_ARRAY)
        return array_text(r, v, depth);
    if (kind_is_struct(t->kind)) {
        bool shown = false;
        TRY(container_text(r, v, depth, &shown));
        return shown ? NULL : record_text(r, v, depth);
    }
    if (t->kind == TYPE_VOID) {
        buf_add_text(out, type_language(t) == LANGUAGE_RUST ? "()" : "void");
        return NULL;
    }
    if (kind_is_reference(t->kind))
        return reference_text(r, v, depth);
    if (t->kind == TYPE_COMPLEX)
        return complex_text(r, v, depth);
    return scalar_text(r, v, depth);
}

struct error *render_text(struct pool *p, struct value *v, char format, struct buf *out)
{
    struct rendering r = {.p = p, .format = format, .out = out};
    p->followed = 0;
    return text_at(&r, v, 0);
}
