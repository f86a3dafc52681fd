/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gcc writes `vec<long unsigned int>`, clang `vec<unsigned long>`; one has `char const*` where the other has
 * `const char *`. Both become one spelling, which is compared.
 */
#include "symbols/index/index_template.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/limits.h"
#include "symbols/text/arithmetic.h"

struct spelling {
    const char *at, *end;
    struct buf out;
    bool shown; /* with blanks where people put them, and all that numbers end in */
    unsigned depth;
    bool owed[TEMPLATE_DEPTH_LIMIT]; /* a const that stood in front of the name, by depth of brackets */
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

static size_t word_length(const struct spelling *s, const char *at)
{
    size_t n = 0;
    while (at + n < s->end && is_word(at[n]))
        n++;
    return n;
}

static bool is_arithmetic(const char *word, size_t n)
{
    static const char *const words[] = {"unsigned", "signed", "short",  "char",
                                        "int",      "long",   "double", "__int128"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (strlen(words[i]) == n && strncmp(words[i], word, n) == 0)
            return true;
    return false;
}

static void add_word(struct spelling *s, const char *word, size_t n)
{
    if (s->out.length && is_word(s->out.data[s->out.length - 1]))
        buf_add_char(&s->out, ' ');
    buf_add(&s->out, word, n);
}

/* "long unsigned int" as one type. */
static void take_arithmetic(struct spelling *s)
{
    BASE_BUF struct buf words = {0};
    for (size_t n; (n = word_length(s, s->at)) && is_arithmetic(s->at, n);) {
        buf_printf(&words, words.length ? " %.*s" : "%.*s", (int)n, s->at);
        s->at += n;
        while (s->at < s->end && *s->at == ' ')
            s->at++;
    }
    const char *name = arithmetic_name(buf_text(&words));
    add_word(s, name, strlen(name));
}

/* Is a type at its beginning here, so that a const belongs in front of it? */
static bool begins(const struct spelling *s)
{
    size_t n = s->out.length;
    while (n && s->out.data[n - 1] == ' ')
        n--;
    return !n || strchr("<,(", s->out.data[n - 1]);
}

static void take_word(struct spelling *s)
{
    size_t n = word_length(s, s->at);
    bool number = isdigit((unsigned char)*s->at);
    if (is_arithmetic(s->at, n)) {
        take_arithmetic(s);
        return;
    }
    if (n == 5 && strncmp(s->at, "const", 5) == 0 && begins(s) && s->depth < TEMPLATE_DEPTH_LIMIT) {
        s->owed[s->depth] = true;
        s->at += n;
        return;
    }
    size_t kept = n;
    while (number && !s->shown && kept && strchr("uUlL", s->at[kept - 1]) &&
           !(s->at[0] == '0' && n > 1 && s->at[1] == 'x'))
        kept--;
    add_word(s, s->at, kept);
    s->at += n;
}

/* What was owed comes behind the name: in front of what is neither of the name nor of its arguments. */
static void pay(struct spelling *s)
{
    if (s->depth >= TEMPLATE_DEPTH_LIMIT || !s->owed[s->depth] || begins(s))
        return;
    s->owed[s->depth] = false;
    if (s->shown && s->out.data[s->out.length - 1] == '>')
        buf_add_char(&s->out, ' ');
    add_word(s, "const", 5);
}

static void take_sign(struct spelling *s)
{
    char c = *s->at;
    bool of_name = c == ':' || strchr("<([{", c);
    if (!of_name)
        pay(s);
    if (strchr("<([{", c) && ++s->depth < TEMPLATE_DEPTH_LIMIT)
        s->owed[s->depth] = false;
    if (strchr(">)]}", c) && s->depth)
        s->depth--;
    if (s->shown && c == '>' && s->out.length && s->out.data[s->out.length - 1] == '>')
        buf_add_char(&s->out, ' ');
    buf_add_char(&s->out, c);
    if (s->shown && c == ',')
        buf_add_char(&s->out, ' ');
    s->at++;
}

static char *spell_all(struct spelling *s)
{
    while (s->at < s->end) {
        if (*s->at == ' ')
            s->at++;
        else if (is_word(*s->at))
            take_word(s);
        else
            take_sign(s);
    }
    pay(s);
    return s->out.data ? buf_take(&s->out) : xstrdup("");
}

static char *spell(const char *text, size_t n)
{
    struct spelling s = {.at = text, .end = text + n};
    return spell_all(&s);
}

bool template_same(const char *a, size_t n, const char *b, size_t m)
{
    const char *open_a = memchr(a, '<', n), *open_b = memchr(b, '<', m);
    if (!open_a || !open_b || open_a - a != open_b - b || strncmp(a, b, (size_t)(open_a - a)) != 0)
        return false;
    return spelled_same(a, n, b, m);
}

bool spelled_same(const char *a, size_t n, const char *b, size_t m)
{
    BASE_FREE char *x = spell(a, n);
    BASE_FREE char *y = spell(b, m);
    return strcmp(x, y) == 0;
}

char *template_canonical(const char *name)
{
    const char *open = strchr(name, '<');
    /* Types of functions and what else has signs of its own stay as the compiler wrote them. */
    if (!open || strncmp(name, "operator", 8) == 0 || open[strcspn(open, "()[]{}'\"-+=!|")])
        return NULL;
    struct spelling s = {.at = open, .end = name + strlen(name), .shown = true};
    buf_add(&s.out, name, (size_t)(open - name));
    char *ret = spell_all(&s);
    if (strcmp(ret, name) != 0)
        return ret;
    free(ret);
    return NULL;
}

bool template_begins(const char *part, size_t n, const char *name)
{
    const char *open = memchr(part, '<', n);
    if (!open || strncmp(part, name, (size_t)(open + 1 - part)) != 0)
        return false;
    BASE_FREE char *x = spell(part, n);
    BASE_FREE char *y = spell(name, strlen(name));
    size_t length = strlen(x) - 1; /* without the closing bracket */
    return strncmp(x, y, length) == 0 && y[length] == ',';
}
