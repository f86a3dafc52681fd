/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rust's structs, tuples, enumerations and slices as text, as gdb prints them under `set language rust`.
 */
#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/render/render.h"
#include "engine/inspect/values/slices.h"
#include "engine/inspect/values/variants.h"
#include "engine/target/target.h"

struct error *slice_string_text(struct rendering *r, struct value *bytes)
{
    enum { UTF8_LONGEST = 4, BYTES = RENDER_ELEMENTS * UTF8_LONGEST };
    const struct text_kind kind = {.width = 1};
    struct type *t = type_strip(bytes->type);
    struct value *shown = bytes;
    if (t->count > BYTES)
        shown = value_at(r->p, type_array_of(type_target(t), BYTES), bytes->address);
    if (t->count)
        TRY(value_load(r->p, shown));
    add_string(r->out, &kind, shown->bytes ? shown->bytes : (const unsigned char *)"",
               t->count ? shown->size : 0, r->p->target->big_endian, shown != bytes);
    return NULL;
}

static void separate(struct rendering *r, bool first)
{
    if (!first)
        buf_add_text(r->out, ", ");
}

/* What stands behind the name of a struct, a tuple or a variant. */
static void fields_text(struct rendering *r, struct value *v, unsigned depth, const char *space)
{
    const struct type_member *members;
    size_t count = type_members(v->type, &members);
    bool tuple = is_tuple(v->type);
    if (!count)
        return;
    buf_printf(r->out, "%s%c", space, tuple ? '(' : '{');
    for (size_t i = 0; i < count && r->out->length < RENDER_TEXT; i++) {
        separate(r, i == 0);
        if (!tuple && *members[i].name)
            buf_printf(r->out, "%s: ", members[i].name);
        field_text(r, v, &members[i], depth);
    }
    buf_add_char(r->out, tuple ? ')' : '}');
}

static struct error *enumeration_text(struct rendering *r, struct value *v, unsigned depth)
{
    const struct type_member *now;
    struct value *member = NULL;
    __int128 number;
    TRY(variant_now(r->p, v, &now, &number));
    if (!now) {
        BASE_FREE char *missing = variant_missing(number);
        buf_printf(r->out, "<%s>", missing);
        return NULL;
    }
    TRY(value_of_member(r->p, v, now, &member));
    BASE_FREE char *name = type_name(v->type);
    buf_printf(r->out, "%s::%s", name, now->name);
    fields_text(r, member, depth, "");
    return NULL;
}

bool is_tuple(struct type *t)
{
    const struct type_member *members;
    size_t count = type_members(t, &members);
    for (size_t i = 0; i < count; i++)
        if (strncmp(members[i].name, "__", 2) != 0 || !isdigit((unsigned char)members[i].name[2]))
            return false;
    return count > 0;
}

struct error *rust_text(struct rendering *r, struct value *v, unsigned depth)
{
    bool text;
    struct value *elements = NULL;
    if (depth >= RENDER_DEPTH) {
        buf_add_text(r->out, "{...}");
        return NULL;
    }
    if (v->size && v->size <= VALUE_BYTES_MAX)
        TRY(value_load(r->p, v));
    if (variant_is_enumeration(v->type))
        return enumeration_text(r, v, depth);
    TRY(slice_elements(r->p, v, &text, &elements));
    if (elements && elements->absent)
        return absent_text(r, elements);
    if (elements && text)
        return slice_string_text(r, elements);
    BASE_FREE char *name = type_name(v->type);
    if (elements) {
        buf_printf(r->out, "%s ", name);
        return elements_in_brackets(r, elements, depth);
    }
    bool named = *name != '(';
    if (named)
        buf_add_text(r->out, name);
    fields_text(r, v, depth, named ? " " : "");
    return NULL;
}
