/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Definitions of structs, unions and enumerations, with gdb's columns of offsets and sizes when asked for.
 */
#include <inttypes.h>
#include <string.h>

#include "symbols/limits.h"
#include "symbols/types/type_internal.h"
#include "symbols/types/type_print.h"

bool type_has_body(const struct type *t)
{
    return t->kind == TYPE_STRUCT || t->kind == TYPE_CLASS || t->kind == TYPE_UNION || t->kind == TYPE_ENUM;
}

static void print_enumeration(struct type *t, const struct type_layout *how, struct buf *ret)
{
    const struct type_enumerator *list;
    size_t n = type_enumerators(t, &list);
    int64_t expected = 0;
    if (how->expand < 0) {
        buf_add_text(ret, "{...}");
        return;
    }
    buf_add_char(ret, '{');
    for (size_t i = 0; i < n && ret->length < TYPE_BODY_LIMIT; i++) {
        if (i)
            buf_add_text(ret, ", ");
        text_add_visible(ret, list[i].name, strlen(list[i].name), false);
        if (list[i].value != expected && t->is_signed)
            buf_printf(ret, " = %" PRId64, list[i].value);
        else if (list[i].value != expected)
            buf_printf(ret, " = %" PRIu64, (uint64_t)list[i].value);
        expected = (int64_t)((uint64_t)list[i].value + 1);
    }
    buf_add_char(ret, '}');
}

/* In C++, whether it was written or not: DWARF does not tell. */
static void print_underlying(struct type *t, struct buf *ret)
{
    struct type *under = type_is_cplus(t) ? type_strip(type_target(t)) : NULL;
    if (under && under->name && under->kind != TYPE_VOID && under != t)
        buf_printf(ret, ": %s ", under->name);
}

static void print_hole(uint64_t from, uint64_t to, const char *what, struct buf *ret)
{
    if (!from || from >= to)
        return;
    if ((to - from) % 8)
        buf_printf(ret, "/* XXX %2u-bit %-7s    */\n", (unsigned)((to - from) % 8), what);
    if ((to - from) / 8)
        buf_printf(ret, "/* XXX %2" PRIu64 "-byte %-7s   */\n", (to - from) / 8, what);
}

/* The columns of one member; *end is where the one before it ended. */
static void print_columns(struct type *t, const struct type_member *m, const struct type_layout *how,
                          uint64_t *end, struct buf *ret)
{
    uint64_t size = type_size(m->type), at = m->bit_offset + how->origin;
    if (t->kind == TYPE_UNION) {
        buf_printf(ret, "/*                %6" PRIu64 " */", size);
        return;
    }
    print_hole(*end, m->bit_offset, "hole", ret);
    if (m->bit_size)
        buf_printf(ret, "/* %6" PRIu64 ":%2u   ", at / 8, (unsigned)(at % 8));
    else
        buf_printf(ret, "/* %6" PRIu64 "      ", at / 8);
    buf_printf(ret, "|  %6" PRIu64 " */", size);
    *end = m->bit_offset + (m->bit_size ? m->bit_size : size * 8);
}

void type_print_member(struct type *t, const struct type_member *m, const struct type_layout *how,
                       uint64_t *end, struct buf *ret)
{
    struct type_layout in = {.expand = how->expand - 1,
                             .offsets = how->offsets,
                             .level = how->level + TYPE_INDENT,
                             .depth = how->depth + 1,
                             .inside = how->inside,
                             .origin = how->origin + m->bit_offset};
    bool compound =
        m->type->kind == TYPE_STRUCT || m->type->kind == TYPE_CLASS || m->type->kind == TYPE_UNION;
    if (how->offsets) {
        print_columns(t, m, how, end, ret);
        if (compound)
            in.expand = how->expand;
    }
    buf_printf(ret, "%*s", (int)in.level, "");
    type_print_declaration(m->type, m->name, &in, ret);
    if (m->bit_size)
        buf_printf(ret, " : %u", m->bit_size);
    buf_add_text(ret, ";\n");
}

void type_print_end(struct type *t, const struct type_layout *how, uint64_t end, struct buf *ret)
{
    if (how->offsets) {
        print_hole(end, type_size(t) * 8, "padding", ret);
        buf_printf(ret, "\n%*s/* total size (bytes): %4" PRIu64 " */\n",
                   (int)how->level + TYPE_INDENT + TYPE_COLUMNS, "", type_size(t));
        buf_printf(ret, "%*s", TYPE_COLUMNS + (how->level ? 0 : 2), "");
    }
    buf_printf(ret, "%*s}", (int)how->level, "");
}

static void print_members(struct type *t, const struct type_layout *how, struct buf *ret)
{
    const struct type_member *list;
    size_t n = type_members(t, &list);
    uint64_t end = 0;
    bool first_base = true;
    int column = (int)how->level + (how->offsets ? TYPE_COLUMNS : 0);
    for (size_t i = 0; i < n; i++) {
        if (!list[i].base)
            continue;
        buf_add_text(ret, first_base ? ": " : ", ");
        if (list[i].type->name)
            type_print_tag(list[i].type, ret);
        else
            buf_add_text(ret, "{...}");
        buf_add_char(ret, ' ');
        first_base = false;
    }
    buf_add_text(ret, "{\n");
    if (t->incomplete && !n)
        buf_printf(ret, "%*s<incomplete type>\n", column + TYPE_INDENT, "");
    else if (!n)
        buf_printf(ret, "%*s<no data fields>\n", column + TYPE_INDENT, "");
    for (size_t i = 0; i < n && ret->length < TYPE_BODY_LIMIT; i++)
        if (!list[i].base)
            type_print_member(t, &list[i], how, &end, ret);
    type_print_end(t, how, end, ret);
}

void type_print_body(struct type *t, const struct type_layout *how, struct buf *ret)
{
    static const char *const words[] = {
        [TYPE_STRUCT] = "struct ", [TYPE_CLASS] = "class ", [TYPE_UNION] = "union ", [TYPE_ENUM] = "enum "};
    if (!type_has_body(t))
        return;
    buf_add_text(ret, words[t->kind]);
    if (t->inside->scoped_enumerators)
        buf_add_text(ret, "class ");
    if (t->name && how->inside)
        type_print_tag_inside(t, how->inside, ret);
    else if (t->name)
        type_print_tag(t, ret);
    buf_add_text(ret, t->name ? " " : "");
    if (t->kind == TYPE_ENUM && how->expand >= 0)
        print_underlying(t, ret);
    if (t->kind == TYPE_ENUM)
        print_enumeration(t, how, ret);
    else if (how->expand < 0)
        buf_add_text(ret, "{...}");
    else if (type_is_cplus(t))
        type_print_class(t, how, ret);
    else
        print_members(t, how, ret);
}
