/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/qualified.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

static const char anonymous[] = "(anonymous namespace)";

static bool is_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t word(const char *text)
{
    size_t n = 0;
    if (!is_start(*text))
        return 0;
    while (is_start(text[n]) || isdigit((unsigned char)text[n]) || text[n] == '$')
        n++;
    return n;
}

static size_t blanks(const char *text)
{
    return strspn(text, " \t");
}

size_t template_length(const char *text)
{
    unsigned angles = 0, others = 0;
    for (const char *c = text; *c; c++) {
        if (*c == '(' || *c == '[')
            others++;
        else if ((*c == ')' || *c == ']') && others-- == 0)
            return 0;
        else if (*c == '<' && !others)
            angles++;
        else if (*c == '>' && !others && --angles == 0)
            return (size_t)(c + 1 - text);
        else if (strchr(";{}\"=", *c))
            return 0;
    }
    return 0;
}

/* Behind the word `operator`: its symbol, or the type it converts to. */
static size_t operator_symbol(const char *text)
{
    static const char *const symbols[] = {
        "()", "[]", "->*", "<=>", "<<=", ">>=", "->", "<<", ">>", "<=", ">=", "==", "!=",
        "&&", "||", "++",  "--",  "+=",  "-=",  "*=", "/=", "%=", "&=", "|=", "^=", "+",
        "-",  "*",  "/",   "%",   "^",   "&",   "|",  "~",  "!",  "=",  "<",  ">",  ","};
    size_t space = blanks(text);
    for (size_t i = 0; i < ARRAY_LENGTH(symbols); i++)
        if (strncmp(text + space, symbols[i], strlen(symbols[i])) == 0)
            return space + strlen(symbols[i]);
    return 0;
}

/* The length of one part of the name that begins at `whole`, without `::` in front. */
static size_t part_length(const char *text, is_known_name known, void *context, const char *whole)
{
    if (strncmp(text, anonymous, sizeof anonymous - 1) == 0)
        return sizeof anonymous - 1;
    size_t tilde = *text == '~' ? 1 : 0, n = tilde + word(text + tilde);
    if (n == tilde)
        return 0;
    size_t space = blanks(text + n), more = 0;
    if (n == 8 && strncmp(text, "operator", 8) == 0)
        more = known ? operator_symbol(text + n) : 0;
    else if (text[n + space] == '<' && template_length(text + n + space))
        more = space + template_length(text + n + space);
    if (!more || !known)
        return n + more;
    BASE_FREE char *name = qualified_name(whole, (size_t)(text + n + more - whole));
    return known(context, name) ? n + more : n;
}

size_t qualified_length(const char *text, is_known_name known, void *context)
{
    const char *at = text;
    if (at[0] == ':' && at[1] == ':')
        at += 2 + blanks(at + 2);
    for (;;) {
        size_t part = part_length(at, known, context, text);
        if (!part)
            return 0;
        const char *end = at + part;
        const char *next = end + blanks(end);
        if (next[0] != ':' || next[1] != ':')
            return (size_t)(end - text);
        next += 2 + blanks(next + 2);
        if (!part_length(next, known, context, text))
            return (size_t)(end - text); /* the class of a pointer to members, `A::*` */
        at = next;
    }
}

char *qualified_name(const char *text, size_t length)
{
    struct buf b = {0};
    for (size_t i = 0; i < length; i++) {
        bool blank = text[i] == ' ' || text[i] == '\t';
        size_t next = i + 1;
        while (blank && next < length && (text[next] == ' ' || text[next] == '\t'))
            next++;
        if (blank && ((next + 1 < length && text[next] == ':' && text[next + 1] == ':') ||
                      (b.length > 1 && b.data[b.length - 1] == ':' && b.data[b.length - 2] == ':')))
            continue;
        buf_add_char(&b, text[i]);
    }
    return b.data ? buf_take(&b) : xstrdup("");
}

const char *qualified_last(const char *name)
{
    const char *last = name, *c = name;
    for (unsigned depth = 0; *c; c++) {
        if (strncmp(c, "operator", 8) == 0 && (c == name || c[-1] == ':') && word(c) == 8)
            return c;
        if (strchr("<([{", *c))
            depth++;
        else if (strchr(">)]}", *c) && depth)
            depth--;
        else if (!depth && c[0] == ':' && c[1] == ':')
            last = c + 2;
    }
    return last;
}
