/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of types, as descriptions have them. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "engine/inspect/printers/description.h"

/* Namespaces that libraries put between a name and what it is called by: of an ABI, of a checked variant. */
static size_t inline_namespace(const char *at)
{
    static const char *const names[] = {
        "__cxx11::", "__1::", "__2::", "__debug::", "__cxx1998::", "__ndk1::"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (strncmp(at, names[i], strlen(names[i])) == 0)
            return strlen(names[i]);
    return 0;
}

static const char *without_keyword(const char *name)
{
    static const char *const keywords[] = {"struct ", "union ", "class "};
    for (size_t i = 0; i < ARRAY_LENGTH(keywords); i++)
        if (strncmp(name, keywords[i], strlen(keywords[i])) == 0)
            return name + strlen(keywords[i]);
    return name;
}

char *printer_type_name(struct type *t)
{
    t = type_strip(t);
    if (!t->name || !kind_is_struct(t->kind))
        return NULL;
    BASE_FREE char *whole = type_name(t);
    BASE_BUF struct buf name = {0};
    for (const char *at = without_keyword(whole); *at && *at != '<';) {
        size_t skip =
            name.length >= 2 && strncmp(name.data + name.length - 2, "::", 2) == 0 ? inline_namespace(at) : 0;
        at += skip;
        if (!skip)
            buf_add_char(&name, *at++);
    }
    return name.length ? buf_take(&name) : NULL;
}

bool printer_matches(const struct printer *d, const char *name)
{
    size_t n = strlen(d->type);
    if (n && d->type[n - 1] == '*')
        return strncmp(d->type, name, n - 1) == 0;
    return strcmp(d->type, name) == 0;
}

/* Where the n-th template argument begins, and how long it is; NULL: there is none. */
static const char *argument_text(struct type *t, unsigned n, size_t *length)
{
    t = type_strip(t);
    const char *at = t->name ? strchr(t->name, '<') : NULL, *from = at ? at + 1 : NULL;
    unsigned depth = 0, argument = 1;
    if (!at || !n)
        return NULL;
    for (at++; *at; at++) {
        bool ends = depth == 0 && (*at == ',' || *at == '>');
        if (ends && argument == n)
            break;
        if (ends && *at == '>')
            return NULL;
        argument += ends;
        from = ends ? at + 1 : from;
        depth = strchr("<(", *at) ? depth + 1 : strchr(">)", *at) && depth ? depth - 1 : depth;
    }
    from += strspn(from, " ");
    *length = (size_t)(at - from);
    while (*length && from[*length - 1] == ' ')
        --*length;
    return *at && *length ? from : NULL;
}

char *template_text(struct type *t, unsigned n)
{
    size_t length = 0;
    const char *text = argument_text(t, n, &length);
    return text ? xstrndup(text, length) : NULL;
}

bool template_number(struct type *t, unsigned n, int64_t *ret)
{
    BASE_FREE char *text = template_text(t, n);
    char *end = text;
    if (!text)
        return false;
    *ret = (int64_t)strtoull(text, &end, 10);
    return end != text && end[strspn(end, "uUlL")] == '\0';
}
