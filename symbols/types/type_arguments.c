/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Template arguments that are names for types: DWARF has `vector<basic_string<char, …> >` where people write
 * `vector<string>`.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/limits.h"
#include "symbols/types/type_internal.h"

/* Up to the comma or bracket that ends the argument. */
static size_t argument_length(const char *text)
{
    unsigned depth = 0;
    size_t n = 0;
    for (; text[n] && (depth || !strchr(",>", text[n])); n++)
        depth = strchr("<(", text[n]) ? depth + 1 : strchr(">)", text[n]) && depth ? depth - 1 : depth;
    return n;
}

/* What the argument means, if it is a name for something else or leaves scopes out; malloc'd or NULL. */
static char *meaning(struct symbol_map *m, const char *argument, size_t n, uint64_t pc)
{
    size_t named = n;
    while (named && strchr(" *&", argument[named - 1]))
        named--;
    BASE_FREE char *name = xstrndup(argument, named);
    struct type *t = named ? symbols_find_type(m, name, pc) : NULL;
    for (unsigned i = 0; t && t->kind == TYPE_TYPEDEF && i < TYPE_DEPTH_LIMIT; i++)
        t = type_target(t);
    BASE_FREE char *meant = t ? type_name(t) : NULL;
    if (!meant || strcmp(meant, name) == 0)
        return NULL;
    return xasprintf("%s%.*s", meant, (int)(n - named), argument + named);
}

char *type_expand_arguments(struct symbol_map *m, const char *name, uint64_t pc)
{
    const char *at = strchr(name, '<');
    BASE_BUF struct buf out = {0};
    bool changed = false;
    if (!at || strlen(name) > TEMPLATE_NAME_LIMIT)
        return NULL;
    buf_add(&out, name, (size_t)(at + 1 - name));
    for (at++; *at && *at != '>';) {
        at += strspn(at, " ");
        size_t n = argument_length(at);
        char *meant = meaning(m, at, n, pc);
        if (meant)
            buf_add_text(&out, meant);
        else
            buf_add(&out, at, n);
        changed = changed || meant;
        free(meant);
        at += n;
        if (*at == ',')
            buf_add_char(&out, *at++);
    }
    buf_add_text(&out, at);
    return changed && *at ? buf_take(&out) : NULL;
}
