/*
 * Types as C text, laid out as gdb prints them: names and declarations as `whatis`, definitions as `ptype`.
 */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/type.h"
#include "symbols/types/type_print.h"

enum { DEPTH_LIMIT = 32, TEXT_LIMIT = 1 << 22 };

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

static const char *qualifier(const struct type *t)
{
    switch (t->kind) {
    case TYPE_CONST:
        return "const";
    case TYPE_VOLATILE:
        return "volatile";
    case TYPE_RESTRICT:
        return "restrict";
    default:
        return "_Atomic";
    }
}

static bool is_pointer(const struct type *t)
{
    return t->kind == TYPE_POINTER || t->kind == TYPE_REFERENCE || t->kind == TYPE_RVALUE_REFERENCE ||
           t->kind == TYPE_MEMBER_POINTER;
}

/* Qualifiers of one type, outermost first; *t becomes what they qualify. */
static void take_qualifiers(struct type **t, struct buf *ret)
{
    for (unsigned i = 0; is_qualifier(*t) && i < DEPTH_LIMIT; i++) {
        if (ret->length)
            buf_add_char(ret, ' ');
        buf_add_text(ret, qualifier(*t));
        *t = type_target(*t);
    }
}

/* What stands innermost: a named type, or a struct, union or enumeration. */
static struct type *innermost(struct type *t)
{
    for (unsigned i = 0; i < DEPTH_LIMIT; i++) {
        if (!is_pointer(t) && t->kind != TYPE_ARRAY && t->kind != TYPE_FUNCTION && !is_qualifier(t))
            return t;
        struct type *target = type_target(t);
        if (is_qualifier(t) && !is_pointer(target) && !is_qualifier(target) && target->kind != TYPE_ARRAY &&
            target->kind != TYPE_FUNCTION)
            return t; /* its qualifiers belong to the name */
        t = target;
    }
    return t;
}

static void add_name(const char *name, struct buf *ret)
{
    text_add_visible(ret, name, strlen(name), false);
}

static void print_base(struct type *t, const struct type_layout *how, struct buf *ret)
{
    BASE_BUF struct buf qualifiers = {0};
    take_qualifiers(&t, &qualifiers);
    if (qualifiers.length)
        buf_printf(ret, "%s ", buf_text(&qualifiers));
    if (how->expand > 0 || (keyword(t) && !t->name))
        type_print_body(t, how, ret);
    else if (keyword(t))
        buf_printf(ret, "%s ", keyword(t));
    if (how->expand <= 0 && t->name)
        add_name(t->name, ret);
    else if (!t->name && !keyword(t))
        buf_add_text(ret, t->kind == TYPE_VOID ? "void" : "<unknown type>");
    else if (how->expand > 0 && t->name && !type_has_body(t))
        add_name(t->name, ret);
}

static void print_parameters(struct type *t, struct buf *ret, unsigned depth)
{
    struct type *const *list;
    size_t n = type_parameters(t, &list);
    buf_add_char(ret, '(');
    for (size_t i = 0; i < n && ret->length < TEXT_LIMIT; i++) {
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

static const char *symbol_of(const struct type *t)
{
    return t->kind == TYPE_REFERENCE ? "&" : t->kind == TYPE_RVALUE_REFERENCE ? "&&" : "*";
}

/*
 * Wraps what has been built of the declarator, walking from the outermost type in: pointers go in front,
 * arrays and functions behind, parentheses where a pointer is to one of those.
 */
static void print_declarator(struct type *t, const char *name, unsigned depth, struct buf *ret)
{
    BASE_BUF struct buf inner = {0}, next = {0};
    add_name(name, &inner);
    struct type *base = innermost(t);
    for (unsigned i = 0; t != base && i < DEPTH_LIMIT && inner.length < TEXT_LIMIT; i++) {
        BASE_BUF struct buf qualifiers = {0};
        take_qualifiers(&t, &qualifiers);
        buf_clear(&next);
        struct type *target = type_target(t);
        if (is_pointer(t)) {
            struct type *to = target;
            for (unsigned k = 0; is_qualifier(to) && k < DEPTH_LIMIT; k++)
                to = type_target(to);
            bool paren = to->kind == TYPE_ARRAY || to->kind == TYPE_FUNCTION;
            buf_printf(&next, "%s%s", paren ? "(" : "", symbol_of(t));
            if (qualifiers.length)
                buf_printf(&next, " %s%s", buf_text(&qualifiers), inner.length ? " " : "");
            buf_printf(&next, "%s%s", buf_text(&inner), paren ? ")" : "");
        } else {
            buf_add_text(&next, buf_text(&inner));
            if (t->kind == TYPE_FUNCTION)
                print_parameters(t, &next, depth);
            else if (t->vector)
                buf_printf(&next, " __attribute__ ((vector_size(%" PRIu64 ")))", t->count);
            else if (t->count_known)
                buf_printf(&next, "[%" PRIu64 "]", t->count);
            else
                buf_add_text(&next, t->bound || t->bound_die ? "[variable length]" : "[]");
        }
        buf_clear(&inner);
        buf_add_text(&inner, buf_text(&next));
        t = target;
    }
    if (inner.length)
        buf_add_char(ret, ' ');
    buf_add_text(ret, buf_text(&inner));
}

void type_print_declaration(struct type *t, const char *name, const struct type_layout *how, struct buf *ret)
{
    if (how->depth > DEPTH_LIMIT || ret->length > TEXT_LIMIT) {
        buf_add_text(ret, "...");
        return;
    }
    print_base(innermost(t), how, ret);
    print_declarator(t, name, how->depth, ret);
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
    /* gdb looks through the typedefs at the top, and keeps qualifiers. */
    for (unsigned i = 0; t->kind == TYPE_TYPEDEF && i < DEPTH_LIMIT; i++)
        t = type_target(t);
    if (t->incomplete)
        t = type_strip(t);
    struct type_layout how = {.expand = 1, .offsets = offsets && type_has_body(t) && t->kind != TYPE_ENUM};
    if (how.offsets)
        buf_add_text(ret, "/* offset      |    size */  type = ");
    type_print_declaration(t, "", &how, ret);
}
