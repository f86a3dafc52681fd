/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types written as in C. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/values/parse.h"
#include "engine/inspect/values/qualified.h"
#include "engine/inspect/values/scope.h"

/* Of a caller's frame the stack says what it is; one that cannot be read leaves what the whole program has.
 */
static uint64_t scope_pc(struct evaluation *e)
{
    if (!e->pool.has_pc && e->pool.target->frame)
        error_free(scope_need_frame(e));
    return e->pool.has_pc ? e->pool.pc : UINT64_MAX;
}

/* Is there a variable of this name nearer than any type? Asked only where the scope is known at no cost. */
static bool is_hidden(struct evaluation *e, const char *name)
{
    struct variable *list = NULL;
    size_t count = 0;
    bool found = false;
    if (e->pool.has_pc)
        symbols_variables_at(e->pool.target->map, e->pool.pc, e->frame.inlined, &list, &count);
    for (size_t i = 0; i < count && !found; i++)
        found = strcmp(list[i].name, name) == 0;
    free(list);
    return found;
}

static bool is_type(void *evaluation, const char *name)
{
    struct evaluation *e = evaluation;
    return symbols_find_type(e->pool.target->map, name, scope_pc(e)) && !is_hidden(e, name);
}

/* In C a `<` always compares, and nobody has to be asked. */
static bool is_known(void *evaluation, const char *name)
{
    struct evaluation *e = evaluation;
    struct symbol_match *matches = NULL;
    struct variable v;
    size_t count = 0;
    enum symbols_language language = scope_language(e);
    BASE_FREE char *bare = xstrndup(name, strcspn(name, "<"));
    if (language == LANGUAGE_UNKNOWN || language == LANGUAGE_C || is_hidden(e, bare))
        return false;
    if (is_type(e, name) || symbols_find_variable(e->pool.target->map, name, scope_pc(e), &v))
        return true;
    symbols_find_name(e->pool.target->map, name, &matches, &count);
    free(matches);
    return count > 0;
}

static bool is_fortran(void *evaluation)
{
    return scope_language(evaluation) == LANGUAGE_FORTRAN;
}

static bool is_round(void *evaluation)
{
    enum symbols_language is = scope_language(evaluation);
    return is == LANGUAGE_FORTRAN || is == LANGUAGE_ADA;
}

enum symbols_language scope_language(struct evaluation *e)
{
    return symbols_language(e->pool.target->map, scope_pc(e));
}

struct error *scope_parse(struct evaluation *e, const char *text, struct node **ret)
{
    const struct parse_names names = {.is_type = is_type,
                                      .is_known = is_known,
                                      .is_fortran = is_fortran,
                                      .is_round = is_round,
                                      .context = e};
    return expression_parse(text, &names, ret);
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

static bool is_qualifier(const char *word, size_t n)
{
    static const char *const words[] = {"const", "volatile", "restrict", "typename"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (strlen(words[i]) == n && strncmp(words[i], word, n) == 0)
            return true;
    return false;
}

/* Is what stands there the class of a pointer to members, `A::*`? How long its name is. */
static size_t class_of_pointer(const char *text)
{
    size_t n = qualified_length(text, NULL, NULL);
    const char *end = text + n + strspn(text + n, " ");
    if (!n || strncmp(end, "::", 2) != 0)
        return 0;
    end += 2 + strspn(end + 2, " ");
    return *end == '*' ? n : 0;
}

/* The name in front of the declarator, without const and volatile, which say nothing about the layout. */
static char *base_name(const char *text, const char **end)
{
    BASE_BUF struct buf b = {0};
    for (;;) {
        text += strspn(text, " \t");
        size_t n = qualified_length(text, NULL, NULL);
        n = n ? n : strcspn(text, " \t*[(&"); /* what is no name is in the error */
        if (!n || (b.length && class_of_pointer(text)))
            break;
        BASE_FREE char *word = qualified_name(text, n);
        if (!is_qualifier(text, n))
            buf_printf(&b, b.length ? " %s" : "%s", word);
        text += n;
    }
    *end = text;
    return b.data ? buf_take(&b) : xstrdup("");
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

/* The length of the parameter at `from`: up to a comma outside of brackets, or to `end`. */
static size_t parameter_length(const char *from, const char *end)
{
    unsigned open = 0;
    const char *at = from;
    for (; at < end && (open || *at != ','); at++)
        open = strchr("(<", *at) ? open + 1 : strchr(")>", *at) && open ? open - 1 : open;
    return (size_t)(at - from);
}

/* "(int, char *)": the parameters of a function returning *type. */
static struct error *parameters(struct declarator *d, struct type **type)
{
    const char *end = closing(d->at), *from = d->at + 1;
    struct type *list[TYPE_PARAMETERS_MOST];
    size_t count = 0;
    bool variadic = false;
    if (!end)
        return bad_type(d);
    while (from < end) {
        size_t length = parameter_length(from, end);
        BASE_FREE char *one = xstrndup(from, length);
        bool more = from + length < end;
        from += length + more;
        variadic = count > 0 && !more && strcmp(one + strspn(one, " "), "...") == 0;
        if (variadic)
            break;
        if (count == TYPE_PARAMETERS_MOST)
            return bad_type(d);
        TRY(scope_type(d->e, one, &list[count++]));
        if (more && from == end)
            return bad_type(d);
    }
    bool prototyped = count > 0;
    if (count == 1 && type_strip(list[0])->kind == TYPE_VOID)
        count = 0;
    *type = type_function_of(*type, list, count, prototyped);
    (*type)->variadic = variadic;
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

/* `A::*`: what points to members of A. */
static struct error *member_pointer(struct declarator *d, struct type **type)
{
    size_t n = class_of_pointer(d->at);
    struct type *class = NULL;
    BASE_FREE char *name = qualified_name(d->at, n);
    TRY(scope_type(d->e, name, &class));
    *type = type_member_pointer_to(class, *type);
    d->at = strchr(d->at + n, '*') + 1;
    return NULL;
}

static struct error *pointers(struct declarator *d, struct type **type)
{
    for (skip_blanks(d);; skip_blanks(d)) {
        if (class_of_pointer(d->at)) {
            TRY(member_pointer(d, type));
            continue;
        }
        if (*d->at != '*' && *d->at != '&')
            return NULL;
        bool reference = *d->at == '&', rvalue = reference && d->at[1] == '&';
        *type = reference ? type_reference_to(*type, rvalue) : type_pointer_to(*type);
        d->at += rvalue ? 2 : 1;
    }
}

static struct error *declare(struct declarator *d, struct type **type)
{
    if (++d->depth > DECLARATOR_DEPTH_MOST)
        return bad_type(d);
    TRY(pointers(d, type));
    const char *next = *d->at == '(' ? d->at + 1 + strspn(d->at + 1, " ") : NULL;
    if (next && (*next == '*' || *next == '(' || *next == '&' || class_of_pointer(next)))
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
    const char *end;
    BASE_FREE char *name = base_name(text, &end);
    *ret = symbols_find_type(e->pool.target->map, name, scope_pc(e));
    if (!*ret)
        return no_type(e, name);
    struct declarator d = {.e = e, .text = text, .at = end};
    /* Parameters are types again: what is nested deeper than anybody writes is refused as a whole. */
    unsigned open = 0;
    for (const char *p = text; *p; p++) {
        open = *p == '(' ? open + 1 : *p == ')' && open ? open - 1 : open;
        if (open > DECLARATOR_DEPTH_MOST)
            return bad_type(&d);
    }
    return declare(&d, ret);
}
