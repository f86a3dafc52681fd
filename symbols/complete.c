/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Completion of names, and the near miss behind "did you mean".
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/limits.h"
#include "symbols/map_internal.h"

struct candidates {
    const char **list;
    size_t count, capacity;
};

static void add(struct candidates *c, const char *name, const char *prefix, size_t n)
{
    if (strncmp(name, prefix, n) != 0)
        return;
    ARRAY_RESERVE(c->list, c->count, c->capacity);
    c->list[c->count++] = name;
}

struct completion {
    const struct dwarf_index *index;
    struct intern *strings; /* for qualified names; they live as long as the file */
    struct candidates *candidates;
    const char *prefix;
    size_t length;
    struct near *near; /* instead of a prefix */
};

/* The name with its scopes, valid until the next. */
static const char *qualified(const struct completion *c, const struct index_entry *e, struct buf *b)
{
    buf_clear(b);
    index_qualified(c->index, e, b);
    return buf_text(b);
}

static void offer_entry(void *context, const struct index_entry *e)
{
    const struct completion *c = context;
    if ((e->tag != DW_TAG_subprogram && e->tag != DW_TAG_variable) || e->linkage)
        return;
    if (c->near)
        near_offer(c->near, e->name);
    else
        add(c->candidates, e->name, c->prefix, c->length);
    if (!e->scope)
        return;
    BASE_BUF struct buf b = {0};
    const char *name = qualified(c, e, &b);
    if (c->near)
        near_offer(c->near, name);
    else if (strncmp(name, c->prefix, c->length) == 0)
        add(c->candidates, intern(c->strings, name), c->prefix, c->length);
}

/* Sorted, without repeats, at most `limit`; frees the list. */
static char **finish(struct candidates *c, size_t limit)
{
    char **ret = xcalloc((limit < c->count ? limit : c->count) + 1, sizeof *ret);
    size_t n = 0;
    if (c->count)
        qsort(c->list, c->count, sizeof *c->list, text_order);
    for (size_t i = 0; i < c->count && n < limit; i++)
        if (i == 0 || strcmp(c->list[i], c->list[i - 1]) != 0)
            ret[n++] = xstrdup(c->list[i]);
    free(c->list);
    return ret;
}

static bool is_clone(const char *name)
{
    return strchr(name, '.') != NULL;
}

char **symbols_complete(struct symbol_map *m, const char *prefix, size_t limit)
{
    struct candidates c = {0};
    size_t n = strlen(prefix);
    for (size_t i = 0; i < m->count; i++) {
        const struct elf_symbol *symbols;
        size_t count = symbol_file_symbols(m->entries[i].file, &symbols);
        for (size_t k = 0; k < count; k++)
            if (!is_clone(symbols[k].name))
                add(&c, symbols[k].name, prefix, n);
        /* Names that only DWARF has; the index is not built for a key press on a large file. */
        struct dwarf *d = dwarf_of(m->entries[i].file);
        struct completion completion = {.index = d ? dwarf_index_if_there(d) : NULL,
                                        .strings = &m->entries[i].file->strings,
                                        .candidates = &c,
                                        .prefix = prefix,
                                        .length = n};
        dwarf_index_walk(completion.index, offer_entry, &completion);
    }
    return finish(&c, limit);
}

char **symbols_complete_files(struct symbol_map *m, const char *prefix, size_t limit)
{
    struct candidates c = {0};
    size_t n = strlen(prefix);
    for (size_t i = 0; i < m->count; i++) {
        struct dwarf *d = dwarf_of(m->entries[i].file);
        const char *const *names;
        size_t count = d ? dwarf_file_names(d, &names) : 0;
        for (size_t k = 0; k < count; k++)
            add(&c, names[k], prefix, n);
    }
    return finish(&c, limit);
}

/* Levenshtein's distance with swaps of neighbours, given up beyond `limit`. */
static size_t distance(const char *a, size_t n, const char *b, size_t m, size_t limit)
{
    size_t rows[3][NEAR_NAME_LIMIT + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t least = now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t d = last[j - 1] + (a[i - 1] != b[j - 1]);
            d = last[j] + 1 < d ? last[j] + 1 : d;
            d = now[j - 1] + 1 < d ? now[j - 1] + 1 : d;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < d)
                d = before[j - 2] + 1;
            now[j] = d;
            least = d < least ? d : least;
        }
        if (least > limit)
            return limit + 1;
        size_t *swap = before;
        before = last;
        last = now;
        now = swap;
    }
    return last[m];
}

void near_offer(struct near *n, const char *candidate)
{
    size_t a = strlen(n->name), b = strlen(candidate);
    size_t limit = n->best ? n->distance - 1 : a / 3 + 1;
    if (!a || a > NEAR_NAME_LIMIT || b > NEAR_NAME_LIMIT || (n->best && n->distance == 0) ||
        (a > b ? a - b : b - a) > limit)
        return;
    size_t d = distance(n->name, a, candidate, b, limit);
    if (d > limit)
        return;
    free(n->best);
    n->best = xstrdup(candidate);
    n->distance = d;
}

char *symbols_near(struct symbol_map *m, const char *name)
{
    struct near n = {.name = name};
    for (size_t i = 0; i < m->count; i++) {
        const struct elf_symbol *symbols;
        size_t count = symbol_file_symbols(m->entries[i].file, &symbols);
        for (size_t k = 0; k < count; k++)
            if (!is_clone(symbols[k].name))
                near_offer(&n, symbols[k].name);
        struct dwarf *d = dwarf_of(m->entries[i].file);
        struct completion completion = {.index = d ? dwarf_index_if_there(d) : NULL, .near = &n};
        dwarf_index_walk(completion.index, offer_entry, &completion);
    }
    return n.best;
}
