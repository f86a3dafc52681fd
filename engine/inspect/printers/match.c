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

/* Up to the comma or bracket that ends an argument. */
static size_t argument_length(const char *text)
{
    unsigned depth = 0;
    size_t n = 0;
    for (; text[n] && (depth || !strchr(",>", text[n])); n++) {
        if (strchr("<(", text[n]))
            depth++;
        else if (depth && strchr(">)", text[n]))
            depth--;
    }
    return n;
}

char *template_text(struct type *t, unsigned n)
{
    const char *name = type_strip(t)->name, *at = name ? strchr(name, '<') : NULL;
    for (; at && n; n--) {
        at += 1 + strspn(at + 1, " ");
        size_t length = argument_length(at);
        if (n == 1) {
            while (length && at[length - 1] == ' ')
                length--;
            return length ? xstrndup(at, length) : NULL;
        }
        at = at[length] == ',' ? at + length : NULL;
    }
    return NULL;
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
