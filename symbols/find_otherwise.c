/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of Fortran and Ada that no symbol and no entry of the index is called by: written with capitals, of
 * procedures inside of procedures, the main program, and with points between packages.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "symbols/index/index_name.h"
#include "symbols/map_internal.h"

/* Those of Fortran; with `q`, of what the name means as it is shown. */
static void keep_fortran(struct symbol_map *m, const struct name_query *q, struct match_list *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++) {
        struct name_query have = {.count = 0};
        if (q && l->list[i].function)
            name_query_parse(l->list[i].function, &have);
        bool meant = !q || (have.count && name_scopes_end_in(&have, q));
        if (meant && language_at(m, l->list[i].entry) == LANGUAGE_FORTRAN)
            l->list[kept++] = l->list[i];
    }
    l->count = kept;
}

/* outer::inner: gfortran's symbol is inner.0, and the index does not look into procedures. */
static void find_inner(struct symbol_map *m, const char *text, name_finder *find, struct match_list *l)
{
    struct name_query q;
    name_query_parse(text, &q);
    if (q.count < 2)
        return;
    const char *last = q.parts[q.count - 1].text;
    find(m, last, l);
    keep_fortran(m, &q, l);
}

/* The `main` of gfortran and gdc only calls the one that the user wrote. */
static void find_main(struct symbol_map *m, const char *name, name_finder *find, struct match_list *l)
{
    struct match_list program = {0};
    find(m, name, &program);
    if (!program.count) {
        free(program.list);
        return;
    }
    free(l->list);
    *l = program;
}

/* Ada's pkg.proc is GNAT's pkg__proc, and D's mod.func is in DWARF what C++ would write mod::func. */
static void find_in_package(struct symbol_map *m, const char *text, enum symbols_language language,
                            name_finder *find, struct match_list *l)
{
    BASE_BUF struct buf name = {0};
    for (const char *c = text; *c; c++)
        buf_add_text(&name, *c == '.' ? (language == LANGUAGE_D ? "::" : "__") : (char[]){*c, 0});
    if (!strchr(text, '.') || strchr(text, ':') || strchr(text, '/'))
        return;
    find(m, buf_text(&name), l);
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++)
        if (language_at(m, l->list[i].entry) == language)
            l->list[kept++] = l->list[i];
    l->count = kept;
}

void find_otherwise(struct symbol_map *m, const char *text, name_finder *find, struct match_list *l)
{
    if (l->count) {
        enum symbols_language is =
            strcmp(text, "main") == 0 ? language_at(m, l->list[0].entry) : LANGUAGE_UNKNOWN;
        if (is == LANGUAGE_FORTRAN || is == LANGUAGE_D)
            find_main(m, is == LANGUAGE_D ? "_Dmain" : "MAIN__", find, l);
        return;
    }
    BASE_FREE char *small = text_lower(text);
    if (strcmp(small, text) != 0)
        find(m, small, l);
    keep_fortran(m, NULL, l);
    if (!l->count)
        find_inner(m, small, find, l);
    if (!l->count)
        find_in_package(m, small, LANGUAGE_ADA, find, l);
    if (!l->count)
        find_in_package(m, text, LANGUAGE_D, find, l);
}
