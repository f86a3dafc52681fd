/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types written as in C. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/values/scope.h"

static uint64_t scope_pc(const struct evaluation *e)
{
    return e->pool.has_pc ? e->pool.pc : UINT64_MAX;
}

bool scope_is_type(void *evaluation, const char *name)
{
    struct evaluation *e = evaluation;
    return symbols_find_type(e->pool.target->map, name, scope_pc(e)) != NULL;
}

static struct error *no_type(struct evaluation *e, const char *name)
{
    struct error *failed = error_new(ERR_NO_TYPE, "there is no type %s", name);
    char *near = symbols_near_type(e->pool.target->map, name);
    if (near)
        failed = error_hint(failed, "did you mean %s?", near);
    free(near);
    return failed;
}

/* The name without const and volatile, which say nothing about the layout. */
static char *base_name(const char *text, size_t n)
{
    BASE_BUF struct buf b = {0};
    for (size_t i = 0; i < n;) {
        size_t word = 0;
        while (i + word < n && !isspace((unsigned char)text[i + word]))
            word++;
        bool qualifier = (word == 5 && strncmp(text + i, "const", 5) == 0) ||
                         (word == 8 && strncmp(text + i, "volatile", 8) == 0);
        if (word && !qualifier) {
            if (b.length)
                buf_add_char(&b, ' ');
            buf_add(&b, text + i, word);
        }
        i += word + 1;
    }
    return buf_take(&b);
}

/* Behind a type's name: C's abstract declarators, "**", "[3]", "(*)(int, char *)". */
struct declarator {
    struct evaluation *e;
    const char *text, *at;
    unsigned depth;
};

static struct error *declare(struct declarator *d, struct type **type);

static void skip_blanks(struct declarator *d)
{
    for (;;) {
        while (isspace((unsigned char)*d->at))
            d->at++;
        /* qualifiers say nothing about the layout */
        size_t n = strncmp(d->at, "const", 5) == 0      ? 5
                   : strncmp(d->at, "volatile", 8) == 0 ? 8
                   : strncmp(d->at, "restrict", 8) == 0 ? 8
                                                        : 0;
        if (!n || isalnum((unsigned char)d->at[n]) || d->at[n] == '_')
            return;
        d->at += n;
    }
}

static struct error *bad_type(const struct declarator *d)
{
    return error_new(ERR_SYNTAX, "%s: what follows a type's name in C should stand where \"%.20s\" does",
                     d->text, d->at);
}

/* The end of what an opening parenthesis at `at` begins; NULL: it is not closed. */
static const char *closing(const char *at)
{
    unsigned open = 0;
    for (; *at; at++) {
        open += *at == '(';
        if (*at == ')' && --open == 0)
            return at;
    }
    return NULL;
}

/* The length of the parameter at `from`: up to a comma outside of parentheses, or to `end`. */
static size_t parameter_length(const char *from, const char *end)
{
    unsigned open = 0;
    const char *at = from;
    for (; at < end && (open || *at != ','); at++)
        open = *at == '(' ? open + 1 : *at == ')' && open ? open - 1 : open;
    return (size_t)(at - from);
}

/* "(int, char *)": the parameters of a function returning *type. */
static struct error *parameters(struct declarator *d, struct type **type)
{
    const char *end = closing(d->at), *from = d->at + 1;
    struct type *list[TYPE_PARAMETERS_MOST];
    size_t count = 0;
    if (!end)
        return bad_type(d);
    while (from < end) {
        size_t length = parameter_length(from, end);
        BASE_FREE char *one = xstrndup(from, length);
        if (count == TYPE_PARAMETERS_MOST)
            return bad_type(d);
        TRY(scope_type(d->e, one, &list[count++]));
        bool more = from + length < end;
        from += length + more;
        if (more && from == end)
            return bad_type(d);
    }
    bool prototyped = count > 0;
    if (count == 1 && type_strip(list[0])->kind == TYPE_VOID)
        count = 0;
    *type = type_function_of(*type, list, count, prototyped);
    d->at = end + 1;
    return NULL;
}

static struct error *dimension(struct declarator *d, struct type **type)
{
    char *end = NULL;
    unsigned long count = strtoul(d->at + 1, &end, 0);
    if (*end != ']' || count == 0 || count > TYPE_ELEMENTS_MOST)
        return bad_type(d);
    d->at = end + 1;
    skip_blanks(d);
    if (*d->at == '[') /* int[2][3] is two arrays of three */
        TRY(dimension(d, type));
    *type = type_array_of(*type, count);
    return NULL;
}

/* What stands in parentheses is declared as what stands behind them. */
static struct error *in_parentheses(struct declarator *d, struct type **type)
{
    const char *end = closing(d->at);
    if (!end)
        return bad_type(d);
    BASE_FREE char *inner = xstrndup(d->at + 1, (size_t)(end - d->at - 1));
    d->at = end + 1;
    TRY(declare(d, type));
    struct declarator in = {.e = d->e, .text = d->text, .at = inner, .depth = d->depth};
    return declare(&in, type);
}

static struct error *declare(struct declarator *d, struct type **type)
{
    if (++d->depth > DECLARATOR_DEPTH_MOST)
        return bad_type(d);
    skip_blanks(d);
    for (; *d->at == '*' || *d->at == '&'; d->at++, skip_blanks(d))
        *type = type_pointer_to(*type);
    const char *next = *d->at == '(' ? d->at + 1 + strspn(d->at + 1, " ") : NULL;
    if (next && (*next == '*' || *next == '('))
        return in_parentheses(d, type);
    if (next) {
        TRY(parameters(d, type));
    } else if (*d->at == '[') {
        TRY(dimension(d, type));
    } else if (*d->at) {
        return bad_type(d);
    }
    skip_blanks(d);
    return *d->at ? bad_type(d) : NULL;
}

struct error *scope_type(struct evaluation *e, const char *text, struct type **ret)
{
    size_t n = strcspn(text, "*[(&");
    BASE_FREE char *name = base_name(text, n);
    *ret = symbols_find_type(e->pool.target->map, name, scope_pc(e));
    if (!*ret)
        return no_type(e, name);
    struct declarator d = {.e = e, .text = text, .at = text + n};
    /* Parameters are types again: what is nested deeper than anybody writes is refused as a whole. */
    unsigned open = 0;
    for (const char *p = text; *p; p++) {
        open = *p == '(' ? open + 1 : *p == ')' && open ? open - 1 : open;
        if (open > DECLARATOR_DEPTH_MOST)
            return bad_type(&d);
    }
    return declare(&d, ret);
}
