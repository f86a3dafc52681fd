/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rust's types as text: their names as rustc writes them, and definitions as gdb prints them under
 * `set language rust`.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "symbols/limits.h"
#include "symbols/types/type_internal.h"
#include "symbols/types/type_print.h"

static void print_name(struct type *t, unsigned depth, struct buf *ret);

static void print_function(struct type *t, unsigned depth, struct buf *ret)
{
    struct type *const *list;
    size_t n = type_parameters(t, &list);
    buf_add_text(ret, "fn (");
    for (size_t i = 0; i < n && ret->length < TYPE_TEXT_LIMIT; i++) {
        if (i)
            buf_add_text(ret, ", ");
        print_name(list[i], depth + 1, ret);
    }
    buf_add_char(ret, ')');
    struct type *returned = type_target(t);
    if (returned->kind == TYPE_VOID)
        return;
    buf_add_text(ret, " -> ");
    print_name(returned, depth + 1, ret);
}

static void print_name(struct type *t, unsigned depth, struct buf *ret)
{
    if (depth > TYPE_DEPTH_LIMIT || ret->length > TYPE_TEXT_LIMIT) {
        buf_add_text(ret, "...");
    } else if (t->kind == TYPE_ARRAY && type_target(t) != t) {
        buf_add_char(ret, '[');
        print_name(type_target(t), depth + 1, ret);
        if (t->count_known)
            buf_printf(ret, "; %" PRIu64, t->count);
        buf_add_char(ret, ']');
    } else if (t->kind == TYPE_FUNCTION) {
        print_function(t, depth, ret);
    } else if (t->name) { /* pointers are named too, `&i32` */
        type_print_tag(t, ret);
    } else if (t->kind == TYPE_POINTER || t->kind == TYPE_REFERENCE) {
        buf_add_text(ret, t->kind == TYPE_POINTER ? "*mut " : "&");
        print_name(type_target(t), depth + 1, ret);
    } else if (t->kind > TYPE_TYPEDEF && type_target(t) != t) {
        print_name(type_target(t), depth + 1, ret);
    } else {
        buf_add_text(ret, t->kind == TYPE_VOID ? "()" : "<unknown type>");
    }
}

void type_print_rust(struct type *t, const char *name, unsigned depth, struct buf *ret)
{
    text_add_visible(ret, name, strlen(name), false);
    if (*name)
        buf_add_text(ret, ": ");
    print_name(t, depth, ret);
}

static bool is_numbered(const struct type_member *m)
{
    return strncmp(m->name, "__", 2) == 0 && isdigit((unsigned char)m->name[2]);
}

/* The fields in their brackets: a line each, or behind each other. */
static void print_fields(struct type *t, const char *before, const char *after, struct buf *ret)
{
    const struct type_member *list;
    size_t n = type_members(t, &list);
    bool tuple = n && is_numbered(&list[0]);
    buf_add_char(ret, tuple ? '(' : '{');
    for (size_t i = 0; i < n && ret->length < TYPE_BODY_LIMIT; i++) {
        buf_add_text(ret, i || *after ? before : "");
        type_print_rust(list[i].type, tuple ? "" : list[i].name, 0, ret);
        buf_add_text(ret, after);
    }
    if (*after)
        buf_add_char(ret, '\n');
    buf_add_char(ret, tuple ? ')' : '}');
}

void type_rust_body(struct type *t, struct buf *ret)
{
    const struct type_member *list;
    const struct type_variant *variants;
    size_t n = type_members(t, &list);
    bool enumeration = type_variants(t, &variants) > 0;
    if (!t->name || *t->name != '(') {
        buf_add_text(ret, enumeration ? "enum " : t->kind == TYPE_UNION ? "union " : "struct ");
        type_print_tag(t, ret);
        buf_add_char(ret, ' ');
    }
    if (!enumeration) {
        print_fields(t, "\n  ", ",", ret);
        return;
    }
    buf_add_text(ret, "{\n");
    for (size_t i = 0; i < n && ret->length < TYPE_BODY_LIMIT; i++) {
        const struct type_member *fields;
        buf_add_text(ret, "  ");
        text_add_visible(ret, list[i].name, strlen(list[i].name), false);
        if (type_members(list[i].type, &fields))
            print_fields(type_strip(list[i].type), ", ", "", ret);
        buf_add_text(ret, ",\n");
    }
    buf_add_char(ret, '}');
}
