/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fortran's values as text, as gdb prints them under `set language fortran`: the last dimension of an array
 * is the outermost.
 */
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/inspect/render/render.h"
#include "engine/target/target.h"

/* A text as it would be written, with its quotes doubled; blanks at its end are part of it. */
static struct error *characters_text(struct rendering *r, struct value *v)
{
    struct type *t = type_strip(v->type);
    size_t width = (size_t)type_size(type_strip(type_target(t)));
    struct value *shown = v;
    if (width != 1)
        return error_new(ERR_UNSUPPORTED, "characters of %zu bytes are not shown", width);
    if (t->count > RENDER_ELEMENTS)
        shown = value_at(r->p, type_array_of(type_target(t), RENDER_ELEMENTS), v->address);
    if (t->count)
        TRY(value_load(r->p, shown));
    buf_add_char(r->out, '\'');
    for (size_t i = 0; i < shown->size && t->count; i++) {
        unsigned char c = shown->bytes[i];
        if (c < 0x20 || c >= 0x7f)
            buf_printf(r->out, "\\%.3o", c);
        else
            buf_printf(r->out, c == '\'' ? "''" : "%c", c);
    }
    buf_add_text(r->out, shown == v ? "'" : "'...");
    return NULL;
}

static struct error *struct_members(struct rendering *r, struct value *v, unsigned depth)
{
    const struct type_member *members;
    size_t count = type_members(v->type, &members);
    if (v->size && v->size <= VALUE_BYTES_MAX)
        TRY(value_load(r->p, v));
    buf_add_text(r->out, "( ");
    for (size_t i = 0; i < count && r->out->length < RENDER_TEXT; i++) {
        buf_printf(r->out, "%s%s = ", i ? ", " : "", members[i].name);
        field_text(r, v, &members[i], depth);
    }
    buf_add_text(r->out, " )");
    return NULL;
}

static struct error *complex_number(struct rendering *r, struct value *v, unsigned depth)
{
    TRY(value_load(r->p, v));
    buf_add_char(r->out, '(');
    inner_text(r, complex_part(r->p, v, false), depth + 1);
    buf_add_char(r->out, ',');
    inner_text(r, complex_part(r->p, v, true), depth + 1);
    buf_add_char(r->out, ')');
    return NULL;
}

bool fortran_text(struct rendering *r, struct value *v, unsigned depth, struct error **failed)
{
    struct type *t = type_strip(v->type);
    uint64_t number = 0;
    *failed = NULL;
    if (depth >= RENDER_DEPTH) {
        buf_add_text(r->out, "(...)");
    } else if (t->kind == TYPE_ARRAY && t->text && t->count_known) {
        *failed = characters_text(r, v);
    } else if (t->kind == TYPE_ARRAY && t->count_known && (v->size || !t->count)) {
        *failed = elements_in_brackets(r, v, depth);
    } else if (kind_is_struct(t->kind) && !t->incomplete) {
        *failed = struct_members(r, v, depth);
    } else if (t->kind == TYPE_COMPLEX) {
        *failed = complex_number(r, v, depth);
    } else if (t->kind == TYPE_BOOL && !r->format) {
        *failed = value_as_integer(r->p, v, &number);
        if (!*failed && number > 1)
            return false; /* no truth value: the number */
        if (!*failed)
            buf_add_text(r->out, number ? ".TRUE." : ".FALSE.");
    } else {
        return false;
    }
    return true;
}
