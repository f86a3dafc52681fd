/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, types, and what in C++ is written with types: casts by name, functions by their parameters. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "engine/inspect/values/parse_internal.h"
#include "engine/inspect/values/qualified.h"
#include "engine/inspect/values/value.h"

/* -- names ------------------------------------------------------------------------------------------- */

static bool is_known(void *context, const char *name)
{
    const struct parser *p = context;
    return p->names && p->names->is_known(p->names->context, name);
}

static size_t length_here(struct parser *p)
{
    return qualified_length(p->lexer.now.start, is_known, p);
}

bool parse_at_name(struct parser *p)
{
    return p->lexer.now.kind == TOKEN_NAME ||
           ((parse_at(p, OP_SCOPE) || parse_at(p, '(') || parse_at(p, '~')) && length_here(p) > 1 &&
            (!parse_at(p, '(') || strncmp(p->lexer.now.start, "(anonymous", 10) == 0) && !parse_at(p, '~'));
}

/* -- types ------------------------------------------------------------------------------------------- */

static bool is_type_word(const char *word)
{
    static const char *const words[] = {"struct", "union", "enum",  "const", "volatile", "unsigned",
                                        "signed", "int",   "char",  "short", "long",     "float",
                                        "double", "void",  "_Bool", "bool",  "class",    "_Complex"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

bool parse_at_type(struct parser *p)
{
    if (p->lexer.now.kind == TOKEN_NAME && is_type_word(p->lexer.now.text))
        return true;
    size_t length = p->names && parse_at_name(p) ? length_here(p) : 0;
    BASE_FREE char *name = qualified_name(p->lexer.now.start, length);
    return length && p->names->is_type(p->names->context, name);
}

/* All up to the parenthesis that closes, as a type; the lexer goes behind it. */
static struct error *take_type(struct parser *p, char **ret)
{
    const char *start = p->lexer.now.start;
    unsigned open = 0;
    while (p->lexer.now.kind != TOKEN_END && (open > 0 || !parse_at(p, ')'))) {
        open += parse_at(p, '(');
        open -= open > 0 && parse_at(p, ')');
        TRY(lexer_next(&p->lexer));
    }
    const char *end = p->lexer.now.start;
    TRY(parse_expect(p, ')', "a closing parenthesis"));
    *ret = xstrndup(start, (size_t)(end - start));
    return NULL;
}

struct error *parse_try_type(struct parser *p, char **ret)
{
    *ret = NULL;
    return parse_at_type(p) ? take_type(p, ret) : NULL;
}

struct error *parse_no_type(const char *start, struct error *failed)
{
    size_t length = qualified_length(start, NULL, NULL);
    const char *end = start + length + strspn(start + length, " *&");
    if (!error_is(failed, ERR_SYNTAX) || !length || *end != ')')
        return failed;
    error_free(failed);
    BASE_FREE char *name = qualified_name(start, length);
    return error_new(ERR_NO_TYPE, "there is no type %s", name);
}

/* -- what is written with types ---------------------------------------------------------------------- */

static bool named_cast(const char *word, enum cast_kind *ret)
{
    static const struct {
        const char *word;
        enum cast_kind kind;
    } casts[] = {{"static_cast", CAST_PLAIN},
                 {"const_cast", CAST_PLAIN},
                 {"reinterpret_cast", CAST_REINTERPRET},
                 {"dynamic_cast", CAST_DYNAMIC}};
    for (size_t i = 0; i < ARRAY_LENGTH(casts); i++) {
        if (strcmp(word, casts[i].word) != 0)
            continue;
        *ret = casts[i].kind;
        return true;
    }
    return false;
}

/* Behind `static_cast`: <T>(value). */
static struct error *parse_named_cast(struct parser *p, enum cast_kind kind, struct node **ret)
{
    const char *start = p->lexer.now.start;
    size_t length = parse_at(p, '<') ? template_length(start) : 0;
    if (length < 3)
        return lexer_error(&p->lexer, "a type in angle brackets");
    struct node *n = *ret = parse_make(NODE_CAST, (int)kind, NULL, NULL);
    n->text = xstrndup(start + 1, length - 2);
    TRY(lexer_rewind(&p->lexer, start + length));
    TRY(parse_expect(p, '(', "an opening parenthesis"));
    TRY(parse_comma(p, &n->left));
    return parse_expect(p, ')', "a closing parenthesis");
}

/* T(value), which is a cast. */
static struct error *parse_conversion(struct parser *p, struct node *n)
{
    n->kind = NODE_CAST;
    n->op = CAST_PLAIN;
    TRY(lexer_next(&p->lexer));
    TRY(parse_comma(p, &n->left));
    return parse_expect(p, ')', "a closing parenthesis");
}

/* Behind the name of a function and at "(": the parameters that tell which one is meant. Where no type stands
 * there it would be a call, and the lexer stays. */
static struct error *parse_parameters(struct parser *p, struct node *n)
{
    BASE_FREE char *parameters = NULL;
    const char *open = p->lexer.now.start;
    TRY(lexer_next(&p->lexer));
    TRY(parse_try_type(p, &parameters));
    if (!parameters)
        return lexer_rewind(&p->lexer, open);
    bool qualified = p->lexer.now.kind == TOKEN_NAME && strcmp(p->lexer.now.text, "const") == 0;
    char *name = xasprintf("%s(%s)%s", n->text, parameters, qualified ? " const" : "");
    free(n->text);
    n->text = name;
    n->length = strlen(name);
    return qualified ? lexer_next(&p->lexer) : NULL;
}

struct error *parse_qualified(struct parser *p, struct node **ret)
{
    enum cast_kind kind;
    const char *start = p->lexer.now.start;
    if (p->lexer.now.kind == TOKEN_NAME && named_cast(p->lexer.now.text, &kind)) {
        TRY(lexer_next(&p->lexer));
        return parse_named_cast(p, kind, ret);
    }
    size_t length = length_here(p);
    struct node *n = *ret = parse_make(NODE_NAME, 0, NULL, NULL);
    n->text = qualified_name(start, length);
    n->length = strlen(n->text);
    TRY(lexer_rewind(&p->lexer, start + length));
    if (!parse_at(p, '(') || parse_is_round(p))
        return NULL;
    return is_type_word(n->text) || (p->names && p->names->is_type(p->names->context, n->text))
               ? parse_conversion(p, n)
               : parse_parameters(p, n);
}

static bool at_word(const struct parser *p, const char *word)
{
    return p->lexer.now.kind == TOKEN_NAME && strcmp(p->lexer.now.text, word) == 0;
}

/* `*const T` is `T *`. */
static struct error *parse_as_type(struct parser *p, char **ret)
{
    BASE_BUF struct buf stars = {0};
    while (parse_at(p, '*')) {
        TRY(lexer_next(&p->lexer));
        if (!at_word(p, "const") && !at_word(p, "mut"))
            return lexer_error(&p->lexer, "const or mut");
        TRY(lexer_next(&p->lexer));
        buf_add_text(&stars, " *");
    }
    const char *start = p->lexer.now.start;
    size_t length = parse_at_name(p) ? length_here(p) : 0;
    if (!length)
        return lexer_error(&p->lexer, "a type");
    BASE_FREE char *name = qualified_name(start, length);
    *ret = xasprintf("%s%s", name, buf_text(&stars));
    return lexer_rewind(&p->lexer, start + length);
}

struct error *parse_as(struct parser *p, struct node **ret)
{
    while (at_word(p, "as")) {
        *ret = parse_make(NODE_CAST, CAST_PLAIN, *ret, NULL);
        TRY(lexer_next(&p->lexer));
        TRY(parse_as_type(p, &(*ret)->text));
    }
    return NULL;
}

struct error *parse_quoted(struct parser *p, struct node **ret)
{
    struct node *n = *ret = parse_leaf(p, NODE_NAME);
    TRY(lexer_next(&p->lexer));
    if (!parse_at(p, OP_SCOPE))
        return NULL;
    TRY(lexer_next(&p->lexer));
    size_t length = p->lexer.now.kind == TOKEN_NAME ? length_here(p) : 0;
    const char *start = p->lexer.now.start;
    if (!length)
        return lexer_error(&p->lexer, "a name");
    char *name = qualified_name(start, length);
    if (n->text && strchr(n->text, '.')) {
        n->file = n->text;
        n->text = name;
    } else { /* a scope in quotes */
        char *joined = xasprintf("%s::%s", n->text, name);
        free(n->text);
        free(name);
        n->text = joined;
    }
    n->length = strlen(n->text);
    return lexer_rewind(&p->lexer, start + length);
}

bool parse_at_base_member(struct parser *p, size_t length)
{
    const char *name = p->lexer.now.start + length;
    while (name > p->lexer.now.start && name[-1] != '.')
        name--;
    BASE_FREE char *whole = qualified_name(name, qualified_length(name, is_known, p));
    size_t class = (size_t)(qualified_last(whole) - whole);
    BASE_FREE char *base = xstrndup(whole, class > 2 ? class - 2 : 0);
    return *base && p->names && p->names->is_type(p->names->context, base);
}

struct error *parse_member_name(struct parser *p, struct node *n)
{
    const char *start = p->lexer.now.start;
    if (p->lexer.now.kind == TOKEN_FIELD) {
        n->text = xstrdup(p->lexer.now.text);
        return lexer_next(&p->lexer);
    }
    size_t length = p->lexer.now.kind == TOKEN_NAME ? length_here(p) : 0;
    if (!length)
        return lexer_error(&p->lexer, "the name of a member");
    BASE_FREE char *name = qualified_name(start, length);
    const char *last = qualified_last(name);
    n->text = xstrdup(last);
    if (last > name + 2)
        n->file = xstrndup(name, (size_t)(last - name - 2));
    return lexer_rewind(&p->lexer, start + length);
}
