/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking names up in an index, scopes included.
 */
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/index_internal.h"
#include "symbols/index/index_template.h"
#include "symbols/limits.h"

/* The scope around one; 0 also where the numbers are damaged. */
static uint32_t parent_of(const struct image *m, uint32_t scope)
{
    uint32_t parent = scope < m->scope_count ? m->scopes[scope].parent & ~IMAGE_EXPORTED : 0;
    return parent < scope ? parent : 0;
}

/* May people leave this scope out? */
static bool is_passed_over(const struct image *m, uint32_t scope)
{
    return m->scopes[scope].parent & IMAGE_EXPORTED ||
           name_is_passed_over(image_text(m, m->scopes[scope].text));
}

/* Do the query's scopes stand around this one? *exact: all of them are written. */
static bool scopes_match(const struct image *m, const struct name_query *q, uint32_t scope, bool *exact)
{
    size_t left = q->count - 1;
    *exact = true;
    while (left && scope) {
        const char *name = image_text(m, m->scopes[scope].text);
        if (name_same_base(q->parts[left - 1].text, q->parts[left - 1].length, name)) {
            left--;
        } else if (is_passed_over(m, scope)) {
            *exact = false;
        } else {
            return false;
        }
        scope = parent_of(m, scope);
    }
    for (; scope && q->rooted; scope = parent_of(m, scope)) {
        if (!is_passed_over(m, scope))
            return false;
        *exact = false;
    }
    *exact = *exact && !scope;
    return !left;
}

/* A class whose compiler leaves the template arguments out that were written. */
static bool is_bare(const struct index_search *s, const char *name)
{
    const char *last = s->query.parts[s->query.count - 1].text;
    size_t n = s->query.parts[s->query.count - 1].length, base = name_base_length(last, n);
    uint16_t tag = s->posting.tag;
    bool class = tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
    return class && base < n && strlen(name) == base && strncmp(last, name, base) == 0;
}

static bool matches(const struct index_search *s, const char *name, bool *exact)
{
    const struct name_query *q = &s->query;
    const char *last = q->parts[q->count - 1].text;
    size_t n = q->parts[q->count - 1].length;
    if (s->posting.linkage) {
        *exact = true;
        return strcmp(name, s->text) == 0;
    }
    bool same = name_same(last, n, name, strlen(name));
    bool function = s->posting.tag == DW_TAG_subprogram;
    if (!same &&
        !(function ? name_same_base(last, n, name) : template_begins(last, n, name) || is_bare(s, name)))
        return false;
    if (!scopes_match(&s->index->image, q, s->posting.scope, exact))
        return false;
    *exact = *exact && same;
    return true;
}

static void begin_round(struct index_search *s)
{
    const struct image *m = &s->index->image;
    s->name = s->first;
    s->posting = (struct posting){0};
    if (s->name < m->name_count)
        s->postings = image_postings(m, s->name);
}

struct index_search index_search_begin(const struct dwarf_index *x, const char *name)
{
    struct index_search s = {.index = x, .text = name};
    name_query_parse(name, &s.query);
    if (!x || !s.query.count) {
        s.index = NULL;
        return s;
    }
    BASE_FREE char *last =
        xstrndup(s.query.parts[s.query.count - 1].text, s.query.parts[s.query.count - 1].length);
    s.hash = image_name_hash(last);
    s.first = image_find(&x->image, s.hash);
    begin_round(&s);
    return s;
}

/* The next posting of the names with this hash. */
static bool next_posting(struct index_search *s)
{
    const struct image *m = &s->index->image;
    while (s->name < m->name_count && m->hashes[s->name] == s->hash) {
        if (image_posting_next(m, &s->postings, &s->posting))
            return true;
        s->posting = (struct posting){0};
        if (++s->name < m->name_count)
            s->postings = image_postings(m, s->name);
    }
    return false;
}

static struct index_entry entry_of(const struct image *m, size_t name, const struct posting *p)
{
    return (struct index_entry){.name = image_text(m, m->names[name].text),
                                .die = p->die,
                                .scope = p->scope,
                                .tag = p->tag,
                                .declaration = p->declaration,
                                .linkage = p->linkage};
}

bool index_search_next(struct index_search *s, struct index_entry *ret)
{
    while (s->index) {
        while (next_posting(s)) {
            bool exact;
            const char *name = image_text(&s->index->image, s->index->image.names[s->name].text);
            if (!matches(s, name, &exact) || exact == s->inexact)
                continue;
            *ret = entry_of(&s->index->image, s->name, &s->posting);
            ret->exact = exact;
            ret->bare = is_bare(s, name);
            return true;
        }
        if (s->inexact)
            return false;
        s->inexact = true;
        begin_round(s);
    }
    return false;
}

size_t dwarf_index_exported(const struct dwarf_index *x, const char **list, size_t limit)
{
    size_t n = 0;
    for (size_t i = 1; i < x->image.scope_count && n < limit; i++) {
        const char *name = image_text(&x->image, x->image.scopes[i].text);
        bool known = !(x->image.scopes[i].parent & IMAGE_EXPORTED);
        for (size_t k = 0; k < n && !known; k++)
            known = strcmp(list[k], name) == 0;
        if (!known)
            list[n++] = name;
    }
    return n;
}

void dwarf_index_walk(const struct dwarf_index *x, index_visitor *visit, void *context)
{
    for (size_t i = 0; x && i < x->image.name_count; i++) {
        struct cursor c = image_postings(&x->image, i);
        struct posting p = {0};
        while (image_posting_next(&x->image, &c, &p)) {
            struct index_entry e = entry_of(&x->image, i, &p);
            visit(context, &e);
        }
    }
}

void index_qualified(const struct dwarf_index *x, const struct index_entry *e, struct buf *ret)
{
    uint32_t chain[INDEX_SCOPE_LIMIT], scope = e->scope;
    size_t n = 0;
    for (; scope && n < INDEX_SCOPE_LIMIT; scope = parent_of(&x->image, scope))
        chain[n++] = scope;
    while (n) {
        buf_add_text(ret, image_text(&x->image, x->image.scopes[chain[--n]].text));
        buf_add_text(ret, "::");
    }
    buf_add_text(ret, e->name);
}

size_t dwarf_index_importers(const struct dwarf_index *x, size_t unit, const struct image_import **ret)
{
    return x ? image_importers(&x->image, (uint32_t)unit, ret) : 0;
}

size_t dwarf_index_ranges(const struct dwarf_index *x, const struct image_range **ret)
{
    *ret = x ? x->image.ranges : NULL;
    return x ? x->image.range_count : 0;
}
