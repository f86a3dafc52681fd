/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Classes of C++ as gdb's ptype has them: what they derive from, who may use what, static members, methods
 * and typedefs.
 */
#include <string.h>

#include "base/text.h"
#include "symbols/limits.h"
#include "symbols/types/type_internal.h"
#include "symbols/types/type_print.h"

enum { SECTION_NONE = -1 };

struct body {
    struct type *type;
    struct type_layout how; /* of its members */
    struct buf *ret;
    int section; /* the access that was said last, or SECTION_NONE */
    bool labelled;
    int column; /* where members begin that have no columns */
};

static const char *const access_words[] = {
    [ACCESS_PUBLIC] = "public", [ACCESS_PROTECTED] = "protected", [ACCESS_PRIVATE] = "private"};

bool type_is_cplus(const struct type *t)
{
    struct dwarf *d = t->file && t->die ? dwarf_of(t->file) : NULL;
    struct dwarf_unit *u = d ? dwarf_unit_of_die(d, t->die) : NULL;
    return u && dwarf_is_cplus(u->head);
}

static void label(struct body *b, enum type_access access)
{
    if (b->section == (int)access)
        return;
    b->section = (int)access;
    buf_printf(b->ret, "%*s%s:\n", b->column - 2, "", access_words[access]);
}

/* A struct whose members are all public needs no labels, nor does a class whose are all private. */
static bool is_unusual(const struct type *t, enum type_access access)
{
    return access != (t->kind == TYPE_CLASS ? ACCESS_PRIVATE : ACCESS_PUBLIC);
}

static bool needs_labels(struct type *t)
{
    const struct type_member *members;
    const struct type_static *shared;
    const struct type_method *methods;
    const struct type_alias *aliases;
    bool needed = false;
    size_t count = type_members(t, &members);
    for (size_t i = 0; i < count; i++)
        needed = needed || (!members[i].base &&
                            is_unusual(t, members[i].artificial ? ACCESS_PRIVATE : members[i].access));
    count = type_statics(t, &shared);
    for (size_t i = 0; i < count; i++)
        needed = needed || is_unusual(t, shared[i].access);
    count = type_methods(t, &methods);
    for (size_t i = 0; i < count; i++)
        needed = needed || is_unusual(t, methods[i].access);
    count = type_aliases(t, &aliases);
    for (size_t i = 0; i < count; i++)
        needed = needed || is_unusual(t, aliases[i].access);
    return needed;
}

static void print_arguments(struct body *b)
{
    const struct type_alias *list;
    size_t count = type_arguments(b->type, &list);
    for (size_t i = 0; i < count; i++) {
        buf_printf(b->ret, i ? ", %s = " : "[with %s = ", list[i].name);
        type_print_declaration(list[i].type, "", &(struct type_layout){.expand = -1, .depth = b->how.depth},
                               b->ret);
    }
    if (count)
        buf_add_text(b->ret, "] ");
}

static void print_bases(struct body *b)
{
    const struct type_member *list;
    size_t n = type_members(b->type, &list);
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        if (!list[i].base)
            continue;
        buf_printf(b->ret, "%s%s%s ", first ? ": " : ", ", access_words[list[i].access],
                   list[i].is_virtual ? " virtual" : "");
        if (list[i].type->name)
            type_print_tag_inside(list[i].type, b->type, b->ret);
        else
            buf_add_text(b->ret, "{...}");
        first = false;
    }
    if (!first)
        buf_add_char(b->ret, ' ');
}

static void print_static(struct body *b, const struct type_static *m)
{
    if (b->labelled)
        label(b, m->access);
    buf_printf(b->ret, "%*sstatic ", b->column, "");
    type_print_declaration(m->type, m->name, &b->how, b->ret);
    buf_add_text(b->ret, ";\n");
}

static void print_data(struct body *b, const struct type_layout *how, uint64_t *end)
{
    const struct type_member *list;
    const struct type_static *shared;
    size_t n = type_members(b->type, &list), count = type_statics(b->type, &shared), k = 0;
    for (size_t i = 0; i <= n && b->ret->length < TYPE_BODY_LIMIT; i++) {
        for (; k < count && shared[k].before <= i; k++)
            print_static(b, &shared[k]);
        if (i == n || list[i].base || list[i].artificial)
            continue;
        if (b->labelled)
            label(b, list[i].access);
        type_print_member(b->type, &list[i], how, end, b->ret);
    }
}

/* Constructors, destructors and conversions return what their names say. */
static bool returns(const struct type *class, const struct type_method *m)
{
    size_t n = class->name ? strcspn(class->name, "<") : 0;
    bool constructor = n && strlen(m->name) == n && strncmp(class->name, m->name, n) == 0;
    bool conversion = strncmp(m->name, "operator ", 9) == 0 && strncmp(m->name + 9, "new", 3) != 0 &&
                      strncmp(m->name + 9, "delete", 6) != 0;
    return !constructor && !conversion && m->name[0] != '~';
}

/* What is passed, but for what the compiler adds. */
static void print_passed(struct body *b, const struct type_method *m, const struct type_layout *how)
{
    struct type *const *list;
    size_t n = type_parameters(m->type, &list), from = type_strip(m->type)->inside->made_up;
    buf_add_char(b->ret, '(');
    for (size_t i = from; i < n && b->ret->length < TYPE_BODY_LIMIT; i++) {
        buf_add_text(b->ret, i > from ? ", " : "");
        type_print_declaration(list[i], "", how, b->ret);
    }
    if (m->type->variadic)
        buf_add_text(b->ret, n > from ? ", ..." : "...");
    else if (n <= from)
        buf_add_text(b->ret, "void");
    buf_add_char(b->ret, ')');
}

/* What the object is to the method: " const". */
static void print_object(struct body *b, const struct type_method *m)
{
    struct type *const *list;
    struct type *object =
        m->has_this && type_parameters(m->type, &list) ? type_target(type_strip(list[0])) : NULL;
    for (unsigned i = 0; object && object->kind > TYPE_TYPEDEF && i < TYPE_DEPTH_LIMIT; i++) {
        const char *word = object->kind == TYPE_CONST      ? " const"
                           : object->kind == TYPE_VOLATILE ? " volatile"
                                                           : "";
        buf_add_text(b->ret, word);
        object = type_target(object);
    }
}

static void print_method(struct body *b, const struct type_method *m)
{
    const struct type_layout how = {.depth = b->how.depth + 1, .inside = b->how.inside};
    label(b, m->access);
    buf_printf(b->ret, "%*s%s", b->column, "", m->is_virtual ? "virtual " : m->has_this ? "" : "static ");
    if (returns(b->type, m)) {
        type_print_declaration(type_target(m->type), "", &how, b->ret);
        buf_add_char(b->ret, ' ');
    }
    text_add_visible(b->ret, m->name, strlen(m->name), false);
    print_passed(b, m, &how);
    print_object(b, m);
    buf_add_text(b->ret, ";\n");
}

/* Overloads of one name stand together, as gdb keeps them. */
static void print_methods(struct body *b)
{
    const struct type_method *list;
    size_t n = type_methods(b->type, &list);
    bool any = false;
    for (size_t i = 0; i < n && b->ret->length < TYPE_BODY_LIMIT; i++) {
        bool again = false, grouped = n <= METHODS_GROUPED_LIMIT;
        for (size_t k = 0; k < i && grouped && !again; k++)
            again = strcmp(list[k].name, list[i].name) == 0;
        for (size_t k = i; k < (grouped ? n : i + 1) && !again; k++) {
            if (list[k].artificial || strcmp(list[k].name, list[i].name) != 0)
                continue;
            if (!any && b->section != SECTION_NONE)
                buf_add_char(b->ret, '\n');
            any = true;
            print_method(b, &list[k]);
        }
    }
}

static void print_aliases(struct body *b, bool anything)
{
    const struct type_alias *list;
    size_t n = type_aliases(b->type, &list);
    if (n && anything)
        buf_add_char(b->ret, '\n');
    for (size_t i = 0; i < n && b->ret->length < TYPE_BODY_LIMIT; i++) {
        const struct type_layout how = {.depth = b->how.depth + 1, .inside = b->type};
        if (b->labelled)
            label(b, list[i].access);
        buf_printf(b->ret, "%*stypedef ", b->column, "");
        type_print_declaration(type_target(list[i].type), list[i].name, &how, b->ret);
        buf_add_text(b->ret, ";\n");
    }
}

void type_print_class(struct type *t, const struct type_layout *how, struct buf *ret)
{
    const struct type_member *members;
    const struct type_static *shared;
    const struct type_method *methods;
    const struct type_alias *aliases;
    size_t fields = type_members(t, &members) + type_statics(t, &shared), count = type_methods(t, &methods);
    const struct type_alias *arguments;
    struct type_layout in = *how;
    /* A class inside of a template has that one's parameters. */
    if (!how->inside || type_arguments(t, &arguments))
        in.inside = t;
    struct body b = {.type = t,
                     .how = {.expand = how->expand - 1, .depth = how->depth + 1, .inside = in.inside},
                     .ret = ret,
                     .section = SECTION_NONE,
                     .labelled = needs_labels(t),
                     .column = (int)how->level + TYPE_INDENT + (how->offsets ? TYPE_COLUMNS : 0)};
    uint64_t end = 0;
    print_arguments(&b);
    print_bases(&b);
    buf_add_text(ret, "{\n");
    if (!fields && !count && !type_aliases(t, &aliases))
        buf_printf(ret, "%*s<%s>\n", b.column, "", t->incomplete ? "incomplete type" : "no data fields");
    print_data(&b, &in, &end);
    if (!how->offsets) {
        print_methods(&b);
        print_aliases(&b, fields || count);
    }
    type_print_end(t, how, end, ret);
}
