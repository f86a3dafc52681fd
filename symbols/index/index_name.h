/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/index_name.h - names as people write them: `ns::Class::method(int)`, `::f`, `f<int>`.
 *
 * A query is taken apart at `::` outside of brackets; it matches a DIE's name and the scopes around it from
 * the right. Spaces do not count. Pure functions over strings; the parts point into the text given.
 */
#ifndef ALLSTOP_SYMBOLS_INDEX_NAME_H
#define ALLSTOP_SYMBOLS_INDEX_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "symbols/limits.h"

struct name_query {
    struct {
        const char *text;
        size_t length;
    } parts[NAME_PARTS_MOST]; /* the last is the name itself */
    size_t count;             /* 0: not a name */
    bool rooted;              /* begins with `::` */
    const char *parameters;   /* `(int) const`, or NULL: none were written */
    /* Inline namespaces of the program, which may be left out too; not taken apart from a text. */
    const char *const *exported;
    size_t exported_count;
};

void name_query_parse(const char *text, struct name_query *ret);
/* Do the scopes of `have` end in those of `wanted`? */
bool name_scopes_end_in(const struct name_query *have, const struct name_query *wanted);
/* Are they the same but for spaces? */
bool name_same(const char *a, size_t n, const char *b, size_t m);
/* The same, or, when the query's part has no template arguments, the same without them. */
bool name_same_base(const char *part, size_t n, const char *name);
/* Scopes that people leave out: anonymous and inline namespaces, Rust's `{impl#0}`. */
bool name_is_passed_over(const char *scope);
/* Parameter lists: `(int)` also stands for `(int) const`. */
bool name_same_parameters(const char *wanted, const char *have);

#endif
