/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions whose names fit, of all files. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/map_internal.h"
#include "symbols/names.h"

struct search {
    symbols_fits *fits;
    void *context;
    const struct dwarf_index *index;
    char **names;
    size_t count, capacity;
};

static void offer(struct search *s, const char *name)
{
    if (!s->fits(s->context, name))
        return;
    ARRAY_RESERVE(s->names, s->count, s->capacity);
    s->names[s->count++] = xstrdup(name);
}

static void offer_entry(void *context, const struct index_entry *e)
{
    struct search *s = context;
    BASE_BUF struct buf name = {0};
    if (e->tag != DW_TAG_subprogram || e->linkage)
        return;
    index_qualified(s->index, e, &name);
    offer(s, buf_text(&name));
}

/* Names that DWARF has are there with their scopes; clones are the same function. */
static bool is_plain_function(const struct elf_symbol *symbol)
{
    bool code = symbol->type == STT_FUNC || symbol->type == STT_GNU_IFUNC;
    return code && symbol->section != SHN_UNDEF && strncmp(symbol->name, "_Z", 2) != 0 &&
           !strpbrk(symbol->name, ".@");
}

static void search_file(struct search *s, struct symbol_file *f)
{
    const struct elf_symbol *symbols;
    size_t count = symbol_file_symbols(f, &symbols);
    for (size_t i = 0; i < count; i++)
        if (is_plain_function(&symbols[i]))
            offer(s, symbols[i].name);
    struct dwarf *d = dwarf_of(f);
    s->index = d ? dwarf_index_if_there(d) : NULL;
    dwarf_index_walk(s->index, offer_entry, s);
}

size_t symbols_functions(struct symbol_map *m, symbols_fits *fits, void *context, char ***ret)
{
    struct search s = {.fits = fits, .context = context};
    size_t kept = 0;
    symbols_wait_names(m);
    for (size_t i = 0; i < m->count; i++)
        search_file(&s, m->entries[i].file);
    if (s.count)
        qsort(s.names, s.count, sizeof *s.names, text_order);
    for (size_t i = 0; i < s.count; i++) {
        if (kept && strcmp(s.names[i], s.names[kept - 1]) == 0)
            free(s.names[i]);
        else
            s.names[kept++] = s.names[i];
    }
    *ret = s.names;
    return kept;
}
