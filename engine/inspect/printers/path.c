/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Paths of descriptions. A path is a chain of steps through an object,
 *
 *   NAME  .NAME     a member, through pointers and base classes; . alone the object itself
 *   ^  ^NAME        the first base class, or the one of this name
 *   !N              the same place as the type that is the N-th type among the template arguments
 *   @N              the word (of a pointer's size) N words from where the pointer leads
 *
 * or a number: such chains, whole numbers, &CHAIN for where it is, #N for the number that is the N-th
 * template argument, with + - * & and >> between them, taken from left to right. Two pointers are as far
 * apart as there are elements between them.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/printers/description.h"
#include "engine/target/target.h"

static struct error *no_fit(const char *path)
{
    return error_new(ERR_TYPE_MISMATCH, "%s leads nowhere", path);
}

static size_t name_length(const char *at)
{
    size_t n = 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '$')
        n++;
    return n;
}

static bool begins_chain(char c)
{
    return isalpha((unsigned char)c) || strchr("_$.^!", c) != NULL;
}

/* The end of a chain; NULL: it is none. */
static const char *chain_end(const char *at)
{
    if (!*at || !begins_chain(*at))
        return NULL;
    if (*at == '.' && !name_length(at + 1))
        return at + 1;
    if (!strchr(".^!", *at))
        at += name_length(at);
    while (*at && strchr(".^!@", *at)) {
        char step = *at++;
        at += step == '@' && *at == '-';
        size_t n = name_length(at);
        bool number = step == '!' || step == '@';
        if ((!n && step != '^') || (number && strspn(at, "0123456789") != n))
            return NULL;
        at += n;
    }
    return at;
}

static const char *term_end(const char *at)
{
    size_t digits = strspn(at + (*at == '#'), "0123456789");
    if (digits)
        return at + (*at == '#') + digits;
    return chain_end(at + (*at == '&'));
}

static size_t operator_length(const char *at)
{
    return strncmp(at, ">>", 2) == 0 ? 2 : *at && strchr("+-*&", *at) ? 1 : 0;
}

const char *path_fault(const char *text)
{
    for (const char *at = text;;) {
        at = term_end(at);
        if (!at)
            return "a member, a number, &MEMBER or #N";
        if (!*at)
            return NULL;
        size_t n = operator_length(at);
        if (!n)
            return "a step (.NAME, ^NAME, !N, @N) or an operator (+ - * & >>)";
        at += n;
    }
}

/* -- steps ------------------------------------------------------------------------------------------------
 */

static bool tag_is(struct type *t, const char *name, size_t n)
{
    t = type_strip(t);
    return t->name && strncmp(t->name, name, n) == 0 && (t->name[n] == '<' || !t->name[n]);
}

static struct error *to_base(struct pool *p, struct value *v, const char *name, size_t n, struct value **ret)
{
    const struct type_member *members;
    size_t count = kind_is_struct(value_kind(v)) ? type_members(type_strip(v->type), &members) : 0;
    for (size_t i = 0; i < count; i++)
        if (members[i].base && (!n || tag_is(members[i].type, name, n)))
            return value_of_member(p, v, &members[i], ret);
    return no_fit(name);
}

/* The same bytes as another type, which may be longer only where they are in memory. */
static struct error *as_type(struct pool *p, struct value *v, struct type *type, struct value **ret)
{
    if (v->place == PLACE_MEMORY) {
        *ret = value_at(p, type, v->address);
    } else {
        TRY(value_load(p, v));
        *ret = value_new(p, type);
    }
    if (v->bytes && (*ret)->size <= v->size)
        value_take_part(v, 0, *ret);
    bool there = (*ret)->bytes || v->place == PLACE_MEMORY || !(*ret)->size;
    return there ? NULL : no_fit("a template argument");
}

/* g++ 12 leaves the argument out of what it says of std::allocator, and has it in the name alone. */
static struct type *argument_by_name(struct pool *p, struct type *t, unsigned long n)
{
    BASE_FREE char *text = template_text(t, (unsigned)n);
    return text ? symbols_find_type(p->target->map, text, p->has_pc ? p->pc : UINT64_MAX) : NULL;
}

static struct error *to_argument(struct pool *p, struct value *v, unsigned long n, struct value **ret)
{
    const struct type_alias *arguments;
    bool class = kind_is_struct(value_kind(v));
    size_t count = class ? type_arguments(v->type, &arguments) : 0;
    struct type *t = n && n <= count   ? arguments[n - 1].type
                     : class && !count ? argument_by_name(p, v->type, n)
                                       : NULL;
    return t ? as_type(p, v, t, ret) : no_fit("a template argument");
}

static struct error *to_word(struct pool *p, struct value *v, long n, struct value **ret)
{
    uint64_t address = 0;
    if (value_kind(v) != TYPE_POINTER)
        return no_fit("@");
    TRY(value_as_integer(p, v, &address));
    *ret = value_at(p, basic_type(p, "unsigned long"), address + (uint64_t)n * v->size);
    return NULL;
}

static struct error *to_member(struct pool *p, struct value *v, const char *name, size_t n,
                               struct value **ret)
{
    BASE_FREE char *member = xstrndup(name, n);
    return value_member(p, v, member, ret);
}

static struct error *walk(struct pool *p, struct value *v, const char *at, const char *end,
                          struct value **ret)
{
    while (at < end) {
        char step = strchr(".^!@", *at) ? *at++ : '.';
        const char *word = at;
        at += step == '@' && *at == '-';
        at += name_length(at);
        size_t n = (size_t)(at - word);
        if (step == '.' && !n)
            continue;
        if (step == '.')
            TRY(to_member(p, v, word, n, &v));
        else if (step == '^')
            TRY(to_base(p, v, word, n, &v));
        else if (step == '!')
            TRY(to_argument(p, v, strtoul(word, NULL, 10), &v));
        else
            TRY(to_word(p, v, strtol(word, NULL, 10), &v));
    }
    *ret = v;
    return NULL;
}

struct error *path_value(struct pool *p, struct value *v, const char *path, struct value **ret)
{
    const char *end = chain_end(path);
    if (!end || *end)
        return no_fit(path);
    return walk(p, v, path, end, ret);
}

/* -- numbers
 * -------------------------------------------------------------------------------------------------- */

struct number {
    int64_t is;
    uint64_t element; /* of a pointer: the size of what it points to, else 0 */
};

static struct error *chain_number(struct pool *p, struct value *v, bool address, struct number *ret)
{
    uint64_t number = 0;
    if (address) {
        if (!value_has_address(v))
            return no_fit("&");
        number = v->address;
    } else {
        enum type_kind kind = value_kind(v);
        if (!kind_is_integer(kind) && kind != TYPE_POINTER)
            return no_fit("a number");
        TRY(value_as_integer(p, v, &number));
        if (kind == TYPE_POINTER)
            ret->element = type_size(type_strip(type_target(type_strip(v->type))));
    }
    ret->is = (int64_t)number;
    return NULL;
}

static struct error *term(struct pool *p, struct value *v, const char *at, const char *end,
                          struct number *ret)
{
    *ret = (struct number){0};
    if (*at == '#')
        return template_number(v->type, (unsigned)strtoul(at + 1, NULL, 10), &ret->is) ? NULL : no_fit(at);
    if (isdigit((unsigned char)*at)) {
        ret->is = (int64_t)strtoull(at, NULL, 10);
        return NULL;
    }
    struct value *part = NULL;
    bool address = *at == '&';
    TRY(walk(p, v, at + address, end, &part));
    return chain_number(p, part, address, ret);
}

static struct error *difference(struct number *a, const struct number *b)
{
    int64_t bytes = (int64_t)((uint64_t)a->is - (uint64_t)b->is);
    if (a->element && b->element) {
        if (bytes % (int64_t)a->element)
            return error_new(ERR_NO_MEMORY, "its pointers are no whole number of elements apart");
        bytes /= (int64_t)a->element;
        a->element = 0;
    }
    a->is = bytes;
    return NULL;
}

static struct error *combine(struct number *a, const char *operator, const struct number * b)
{
    uint64_t x = (uint64_t)a->is, y = (uint64_t)b->is;
    if (*operator== '-')
        return difference(a, b);
    x = *operator== '+' ? x + y : * operator== '*' ? x * y : * operator== '&' ? x & y : y<64 ? x >> y : 0;
    *a = (struct number){.is = (int64_t)x};
    return NULL;
}

struct error *path_number(struct pool *p, struct value *v, const char *path, int64_t *ret)
{
    struct number sum = {0}, next;
    const char *operator= NULL;
    for (const char *at = path;;) {
        const char *end = term_end(at);
        if (!end)
            return no_fit(path);
        TRY(term(p, v, at, end, operator? &next : & sum));
        if (operator)
            TRY(combine(&sum, operator, & next));
        if (!*end)
            break;
        operator= end;
        at = end + operator_length(end);
        if (at == end)
            return no_fit(path);
    }
    *ret = sum.is;
    return NULL;
}
