/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Functions by the name index, which says what CUs to open: inlined copies everywhere, C++ and Rust names
 * with or without their scopes, and what the symbol table does not know.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/index/demangle.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/limits.h"
#include "symbols/map_internal.h"

/* D's mod.func as C++ would write it. */
static char *with_colons(const char *shown)
{
    struct buf b = {0};
    for (const char *c = shown; *c; c++)
        buf_add_text(&b, *c == '.' ? "::" : (char[]){*c, 0});
    return b.data ? buf_take(&b) : xstrdup("");
}

bool function_is_named(struct dwarf_unit *u, const struct unit_function *function, const char *name,
                       const struct name_query *q)
{
    const char *last = q->parts[q->count - 1].text;
    size_t n = q->parts[q->count - 1].length;
    if (function->linkage_name && strcmp(function->linkage_name, name) == 0)
        return true;
    if (!function->name || !name_same_base(last, n, function->name))
        return false;
    const char *shown = function_shown(u, function);
    if (shown == function->name || (q->count == 1 && !q->parameters && !q->rooted))
        return true;
    struct name_query have;
    BASE_FREE char *scoped = dwarf_language(u->head) == LANGUAGE_D ? with_colons(shown) : NULL;
    name_query_parse(scoped ? scoped : shown, &have);
    if (!have.count || !name_scopes_end_in(&have, q))
        return false;
    return !q->parameters || !have.parameters || name_same_parameters(q->parameters, have.parameters);
}

struct search {
    struct map_entry *entry;
    const char *name, *file;
    const struct name_query *query;
    struct match_list *matches;
    bool *seen;      /* by unit */
    uint32_t *queue; /* units to search, each once */
    size_t unit_count, queued, searched;
};

static void queue_unit(struct search *s, size_t unit)
{
    if (unit >= s->unit_count || s->seen[unit] || s->queued >= NAMED_UNITS_LIMIT)
        return;
    s->seen[unit] = true;
    s->queue[s->queued++] = (uint32_t)unit;
}

static void search_unit(struct search *s, size_t unit)
{
    struct dwarf *d = dwarf_of(s->entry->file);
    dwarf_units_trim(d, UNITS_KEPT);
    struct dwarf_unit *u = dwarf_unit_get(d, unit);
    const struct function_table *t = u ? unit_functions(u) : NULL;
    for (size_t i = 0; t && i < t->count; i++)
        if (function_is_named(u, &t->functions[i], s->name, s->query) &&
            function_declared_in(u, &t->functions[i], s->file))
            match_function(s->entry, u, (long)i, s->matches);
}

/* The unit that mentions a name, those that import it, and so on: dwz puts what units have in common into
 * partial ones, which import others, of the dwz file too. */
static void search_around(struct search *s, const struct dwarf_index *x, size_t unit)
{
    for (queue_unit(s, unit); s->searched < s->queued;) {
        size_t next = s->queue[s->searched++];
        search_unit(s, next);
        const struct image_import *imports;
        size_t count = dwarf_index_importers(x, next, &imports);
        for (size_t k = 0; k < count; k++)
            queue_unit(s, imports[k].importer);
    }
}

void find_functions(struct map_entry *e, const struct dwarf_index *x, const char *name,
                    const struct name_query *q, const char *file, struct match_list *l)
{
    struct dwarf *d = dwarf_of(e->file);
    const char *exported[EXPORTED_LIMIT];
    struct name_query with = *q;
    with.exported = exported;
    with.exported_count = q->count > 1 || q->rooted ? dwarf_index_exported(x, exported, EXPORTED_LIMIT) : 0;
    size_t units = d->unit_count;
    struct search s = {
        .entry = e,
        .name = name,
        .file = file,
        .query = &with,
        .matches = l,
        .seen = xcalloc(units + 1, sizeof *s.seen),
        .queue = xcalloc(units < NAMED_UNITS_LIMIT ? units + 1 : NAMED_UNITS_LIMIT, sizeof *s.queue),
        .unit_count = units};
    struct index_search in = index_search_begin(x, name);
    for (struct index_entry i; index_search_next(&in, &i);) {
        long unit = i.tag == DW_TAG_subprogram ? dwarf_unit_holding(d, i.die) : -1;
        if (unit >= 0)
            search_around(&s, x, (size_t)unit);
    }
    free(s.seen);
    free(s.queue);
}

void find_demangled(struct map_entry *e, const struct name_query *q, struct match_list *l)
{
    const struct elf_symbol *symbols;
    size_t count = symbol_file_symbols(e->file, &symbols);
    const char *last = q->parts[q->count - 1].text;
    size_t n = q->parts[q->count - 1].length;
    for (size_t i = 0; i < count; i++) {
        const char *shown = symbols[i].name[0] == '_' ? demangled(&e->file->strings, symbols[i].name) : NULL;
        struct name_query have;
        if (!shown || shown == symbols[i].name || symbols[i].type == STT_OBJECT)
            continue;
        name_query_parse(shown, &have);
        if (!have.count)
            continue;
        const char *name = have.parts[have.count - 1].text;
        size_t m = have.parts[have.count - 1].length;
        bool same = name_same(last, n, name, m) ||
                    (name_base_length(last, n) == n && name_same(last, n, name, name_base_length(name, m)));
        if (same && name_scopes_end_in(&have, q) &&
            (!q->parameters || (have.parameters && name_same_parameters(q->parameters, have.parameters))))
            match_symbol(e, &symbols[i], false, l);
    }
}

const char *symbols_without_returned(const char *function)
{
    struct name_query q;
    name_query_parse(function, &q);
    return q.count && q.parameters && !q.rooted ? q.parts[0].text : function;
}
