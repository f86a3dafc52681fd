/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Types as C text, laid out as gdb prints them: names and declarations as `whatis`, definitions as `ptype`.
 */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/limits.h"
#include "symbols/type.h"
#include "symbols/types/type_internal.h"
#include "symbols/types/type_print.h"

static const char *keyword(const struct type *t)
{
    switch (t->kind) {
    case TYPE_STRUCT:
        return "struct";
    case TYPE_CLASS:
        return "class";
    case TYPE_UNION:
        return "union";
    case TYPE_ENUM:
        return "enum";
    default:
        return NULL;
    }
}

static bool is_qualifier(const struct type *t)
{
    return t->kind > TYPE_TYPEDEF;
}

static bool is_pointer(const struct type *t)
{
    return t->kind == TYPE_POINTER || t->kind == TYPE_REFERENCE || t->kind == TYPE_RVALUE_REFERENCE ||
           t->kind == TYPE_MEMBER_POINTER;
}

/* A qualifier; where a definition is asked for, also a typedef: gdb's ptype unrolls those of what a pointer
 * leads to, of elements and of what a function returns, not those of parameters and members. */
static bool is_wrapper(const struct type *t, bool unroll)
{
    return is_qualifier(t) || (unroll && t->kind == TYPE_TYPEDEF);
}

/* Qualifiers of one type in gdb's order; *t becomes what they qualify. */
static void take_qualifiers(struct type **t, bool unroll, struct buf *ret)
{
    static const char *const words[] = {"const", "volatile", "restrict", "_Atomic"};
    bool has[ARRAY_LENGTH(words)] = {false};
    for (unsigned i = 0; is_wrapper(*t, unroll) && i < TYPE_DEPTH_LIMIT; i++) {
        if (is_qualifier(*t))
            has[(*t)->kind - TYPE_CONST] = true;
        *t = type_target(*t);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (has[i])
            buf_printf(ret, "%s%s", ret->length ? " " : "", words[i]);
}

/* What stands innermost: a named type with its qualifiers, or a struct, union or enumeration. */
static struct type *innermost(struct type *t, bool unroll)
{
    for (unsigned i = 0; i < TYPE_DEPTH_LIMIT; i++) {
        struct type *bare = t;
        for (unsigned k = 0; is_wrapper(bare, unroll) && k < TYPE_DEPTH_LIMIT; k++)
            bare = type_target(bare);
        if (!is_pointer(bare) && bare->kind != TYPE_ARRAY && bare->kind != TYPE_FUNCTION)
            return t; /* its qualifiers belong to the name */
        t = type_target(bare);
    }
    return t;
}

static void add_name(const char *name, struct buf *ret)
{
    text_add_visible(ret, name, strlen(name), false);
}

void type_print_tag(struct type *t, struct buf *ret)
{
    if (keyword(t) || t->kind == TYPE_TYPEDEF)
        add_name(type_scope(t), ret);
    add_name(t->name, ret);
}

/* What a type is called inside of a class: by its template parameter, or a typedef that is the class's. */
static const char *type_local_name(struct type *class, struct type *t)
{
    const struct type_alias *list;
    size_t count = type_arguments(class, &list);
    for (size_t i = 0; i < count; i++)
        if (list[i].type == t || (list[i].type->name && strcmp(list[i].type->name, t->name) == 0 &&
                                  strcmp(type_scope(list[i].type), type_scope(t)) == 0))
            return list[i].name;
    const struct type_member *members;
    if (t->kind != TYPE_TYPEDEF)
        return NULL;
    count = type_aliases(class, &list);
    for (size_t i = 0; i < count; i++)
        if (list[i].type == t)
            return t->name;
    count = type_members(class, &members);
    for (size_t i = 0; i < count; i++) {
        size_t inherited = members[i].base ? type_aliases(members[i].type, &list) : 0;
        for (size_t k = 0; k < inherited; k++)
            if (list[k].type == t)
                return t->name;
    }
    return NULL;
}

/* The template parameter that stands for what is called so; NULL: none. */
static const char *parameter_called(struct type *class, const char *name, size_t n)
{
    const struct type_alias *list;
    size_t count = type_arguments(class, &list);
    for (size_t i = 0; i < count; i++) {
        BASE_FREE char *is = type_name(list[i].type);
        if (strlen(is) == n && strncmp(is, name, n) == 0)
            return list[i].name;
    }
    return NULL;
}

/* Behind `<` and `,` of a name, the length of the type that stands there without what is added to it. */
static size_t argument_length(const char *name)
{
    size_t n = 0;
    for (unsigned depth = 0; name[n] && (depth || !strchr(",>*&", name[n])); n++) {
        if (!depth && strncmp(name + n, " const", 6) == 0)
            break;
        depth = name[n] == '<' ? depth + 1 : name[n] == '>' ? depth - 1 : depth;
    }
    return n;
}

void type_print_tag_inside(struct type *t, struct type *class, struct buf *ret)
{
    BASE_BUF struct buf whole = {0};
    const struct type_alias *list;
    type_print_tag(t, &whole);
    const char *at = buf_text(&whole);
    bool begins = false;
    while (*at && type_arguments(class, &list)) {
        size_t n = begins && *at != ' ' ? argument_length(at) : 0;
        const char *parameter = n ? parameter_called(class, at, n) : NULL;
        if (parameter) {
            add_name(parameter, ret);
            at += n;
        }
        begins = (begins && *at == ' ') || *at == '<' || *at == ',';
        if (*at)
            buf_add_char(ret, *at++);
    }
    buf_add_text(ret, at);
}

static void print_base(struct type *t, const struct type_layout *how, struct buf *ret)
{
    BASE_BUF struct buf qualifiers = {0};
    take_qualifiers(&t, how->expand > 0, &qualifiers);
    if (qualifiers.length)
        buf_printf(ret, "%s ", buf_text(&qualifiers));
    if (how->expand > 0 || (keyword(t) && !t->name))
        type_print_body(t, how, ret);
    else if (keyword(t) && !type_has_scopes(t))
        buf_printf(ret, "%s ", keyword(t));
    const char *local = how->inside && t->name ? type_local_name(how->inside, t) : NULL;
    if (local)
        add_name(local, ret);
    else if (how->expand <= 0 && t->name && how->inside)
        type_print_tag_inside(t, how->inside, ret);
    else if (how->expand <= 0 && t->name)
        type_print_tag(t, ret);
    else if (!t->name && !keyword(t))
        buf_add_text(ret, t->kind == TYPE_VOID ? "void" : "<unknown type>");
    else if (how->expand > 0 && t->name && !type_has_body(t))
        type_print_tag(t, ret);
}

static void print_parameters(struct type *t, struct buf *ret, unsigned depth)
{
    struct type *const *list;
    size_t n = type_parameters(t, &list);
    buf_add_char(ret, '(');
    for (size_t i = 0; i < n && ret->length < TYPE_TEXT_LIMIT; i++) {
        if (i)
            buf_add_text(ret, ", ");
        type_print_declaration(list[i], "", &(struct type_layout){.depth = depth + 1}, ret);
    }
    if (t->variadic && n)
        buf_add_text(ret, ", ...");
    else if (!n && t->prototyped)
        buf_add_text(ret, "void");
    buf_add_char(ret, ')');
}

/* "*", "&", or of a pointer to members "Class::*". */
static void print_symbol(struct type *t, struct buf *ret)
{
    struct type *class = t->kind == TYPE_MEMBER_POINTER ? type_containing(t) : NULL;
    if (class && type_strip(class)->name) {
        type_print_tag(type_strip(class), ret);
        buf_add_text(ret, "::");
    }
    buf_add_text(ret, t->kind == TYPE_REFERENCE ? "&" : t->kind == TYPE_RVALUE_REFERENCE ? "&&" : "*");
}

static void print_dimension(const struct type *t, struct buf *ret)
{
    if (t->vector)
        buf_printf(ret, " __attribute__ ((vector_size(%" PRIu64 ")))", t->count);
    else if (t->count_known)
        buf_printf(ret, "[%" PRId64 "]", (int64_t)t->count);
    else
        buf_add_text(ret, t->dynamic ? "[variable length]" : "[]");
}

static bool leads_to_array_or_function(struct type *pointer, bool unroll)
{
    struct type *to = type_target(pointer);
    for (unsigned k = 0; is_wrapper(to, unroll) && k < TYPE_DEPTH_LIMIT; k++)
        to = type_target(to);
    return to->kind == TYPE_ARRAY || to->kind == TYPE_FUNCTION;
}

/* `*`, its qualifiers, and what is declared so far; `spaced`: gdb puts a blank behind the qualifiers. */
static void print_pointer(struct type *t, const struct buf *qualifiers, const struct buf *inner, bool spaced,
                          bool paren, struct buf *ret)
{
    if (paren)
        buf_add_char(ret, '(');
    print_symbol(t, ret);
    if (qualifiers->length)
        buf_printf(ret, " %s%s", buf_text(qualifiers), spaced ? " " : "");
    buf_printf(ret, "%s%s", buf_text(inner), paren ? ")" : "");
}

/*
 * Wraps what has been built of the declarator, walking from the outermost type in: pointers go in front,
 * arrays and functions behind, parentheses where a pointer is to one of those.
 */
static void print_declarator(struct type *t, const char *name, const struct type_layout *how, struct buf *ret)
{
    bool unroll = how->expand > 0;
    BASE_BUF struct buf inner = {0}, next = {0};
    add_name(name, &inner);
    struct type *base = innermost(t, unroll);
    bool spaced = *name != '\0', glued = t->vector && !spaced;
    for (unsigned i = 0; t != base && i < TYPE_DEPTH_LIMIT && inner.length < TYPE_TEXT_LIMIT; i++) {
        BASE_BUF struct buf qualifiers = {0};
        take_qualifiers(&t, unroll, &qualifiers);
        buf_clear(&next);
        if (is_pointer(t)) {
            print_pointer(t, &qualifiers, &inner, spaced, leads_to_array_or_function(t, unroll), &next);
            spaced = true;
        } else if (t->kind == TYPE_FUNCTION) {
            buf_add_text(&next, buf_text(&inner));
            print_parameters(t, &next, how->depth);
            spaced = false;
        } else {
            buf_add_text(&next, buf_text(&inner));
            print_dimension(t, &next);
        }
        buf_clear(&inner);
        buf_add_text(&inner, buf_text(&next));
        t = type_target(t);
    }
    if (inner.length && !glued)
        buf_add_char(ret, ' ');
    buf_add_text(ret, buf_text(&inner));
}

void type_print_declaration(struct type *t, const char *name, const struct type_layout *how, struct buf *ret)
{
    if (how->depth > TYPE_DEPTH_LIMIT || ret->length > TYPE_TEXT_LIMIT) {
        buf_add_text(ret, "...");
        return;
    }
    enum symbols_language is = how->expand <= 0 ? type_language(t) : LANGUAGE_UNKNOWN;
    if (is == LANGUAGE_RUST)
        type_print_rust(t, name, how->depth, ret);
    else if (is == LANGUAGE_FORTRAN)
        type_print_fortran(t, name, how->depth, ret);
    else
        type_print_c(t, name, how, ret);
}

void type_print_c(struct type *t, const char *name, const struct type_layout *how, struct buf *ret)
{
    print_base(innermost(t, how->expand > 0), how, ret);
    print_declarator(t, name, how, ret);
}

char *type_declaration(struct type *t, const char *name)
{
    struct buf b = {0};
    type_print_declaration(t, name, &(struct type_layout){.expand = -1}, &b);
    return b.data ? buf_take(&b) : xstrdup("");
}

char *type_name(struct type *t)
{
    return type_declaration(t, "");
}

void type_to_c(struct type *t, bool offsets, struct buf *ret)
{
    /* gdb looks through the typedefs at the top, and keeps qualifiers; it heads the columns of a tag only. */
    bool titled = offsets && type_has_body(t) && t->kind != TYPE_ENUM;
    for (unsigned i = 0; t->kind == TYPE_TYPEDEF && i < TYPE_DEPTH_LIMIT; i++)
        t = type_target(t);
    if (t->incomplete)
        t = type_strip(t);
    if (type_language(t) == LANGUAGE_RUST && type_has_body(t) && t->kind != TYPE_ENUM && !offsets) {
        type_rust_body(t, ret);
        return;
    }
    enum symbols_language is = type_language(t);
    bool expand = (is != LANGUAGE_RUST && is != LANGUAGE_FORTRAN) || type_has_body(t);
    struct type_layout how = {.expand = expand, .offsets = offsets};
    if (titled)
        buf_add_text(ret, "/* offset      |    size */  type = ");
    type_print_declaration(t, "", &how, ret);
}
