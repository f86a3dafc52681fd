/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions and objects by name: by the ELF symbol first, then by the name index where that is needed. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/elf/code_marks.h"
#include "symbols/elf/plt.h"
#include "symbols/index/demangle.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/limits.h"
#include "symbols/map_internal.h"

void match_add(struct match_list *l, const struct symbol_match *match)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->list[i].address == match->address && l->list[i].data == match->data)
            return;
    if (l->count >= MATCH_LIMIT)
        return;
    ARRAY_RESERVE(l->list, l->count, l->capacity);
    l->list[l->count++] = *match;
}

/* Labels without a type say nothing of the code behind them. */
static enum code_kind code_kind_at(struct symbol_file *f, uint64_t address, uint64_t *end)
{
    enum code_kind kind = code_marks_at(f, address, end);
    if (kind != CODE_UNKNOWN)
        return kind;
    *end = address;
    const struct elf_symbol *s = f->image->machine == EM_ARM ? elf_symbols_nearest(f, address) : NULL;
    bool function = s && (s->type == STT_FUNC || s->type == STT_GNU_IFUNC);
    return !function ? CODE_UNKNOWN : s->thumb ? CODE_THUMB : CODE_USUAL;
}

bool symbol_is_thumb(struct symbol_file *f, uint64_t address)
{
    uint64_t end;
    return f->image->machine == EM_ARM && code_kind_at(f, address, &end) == CODE_THUMB;
}

uint64_t function_break(struct symbol_file *f, struct dwarf_unit *u, long index)
{
    uint64_t body = function_body(u, index), entry = unit_functions(u)->functions[index].entry;
    const struct elf_symbol *s = f->image->machine == EM_PPC64 ? elf_symbols_nearest(f, entry) : NULL;
    uint64_t local = s && s->value == entry ? entry + s->local_entry : entry;
    return body < local ? local : body;
}

bool symbols_is_thumb(struct symbol_map *m, uint64_t address)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(m, address, &offset);
    return f && symbol_is_thumb(f, address - offset);
}

enum code_kind symbols_code_kind(struct symbol_map *m, uint64_t address, uint64_t *end)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(m, address, &offset);
    *end = address;
    if (!f)
        return CODE_UNKNOWN;
    enum code_kind kind = code_kind_at(f, address - offset, end);
    *end += offset;
    return kind;
}

/* File and line of a place in function `index`: of code inlined there, the place of the call. */
static void place_in(struct dwarf_unit *u, long index, uint64_t address, struct symbol_match *match)
{
    const struct function_table *t = unit_functions(u);
    const struct line_table *lines = unit_lines(u);
    const struct line_row *row = lookup_row(lines, address, NULL);
    uint32_t file = row ? row->file : 0, line = row ? row->line : 0;
    for (long i = lookup_function(t, address); i >= 0 && i != index; i = t->functions[i].parent) {
        file = t->functions[i].call_file;
        line = t->functions[i].call_line;
    }
    match->file = line ? line_file(lines, file) : NULL;
    match->line = line;
}

void match_function(struct map_entry *e, struct dwarf_unit *u, long index, struct match_list *l)
{
    const struct unit_function *f = &unit_functions(u)->functions[index];
    uint64_t body = function_break(e->file, u, index);
    struct symbol_match match = {.address = body + e->offset,
                                 .entry = f->entry + e->offset,
                                 .size = f->high - f->low,
                                 .function = function_shown(u, f),
                                 .inlined = f->inlined,
                                 .thumb = symbol_is_thumb(e->file, body)};
    place_in(u, index, body, &match);
    match_add(l, &match);
}

bool function_declared_in(struct dwarf_unit *u, const struct unit_function *f, const char *file)
{
    const struct line_table *lines = unit_lines(u);
    const char *declared = line_file(lines, f->file);
    /* With LTO the declaration is in another unit, whose file numbers mean nothing here. */
    const struct line_row *row = declared || !file ? NULL : lookup_row(lines, f->entry, NULL);
    if (row)
        declared = line_file(lines, row->file);
    return !file || file_matches(declared, file) || file_matches(u->head->name, file);
}

/* Inlined copies of the same function in the same CU. */
static void add_copies(struct map_entry *e, struct dwarf_unit *u, const char *name, struct match_list *l)
{
    const struct function_table *t = unit_functions(u);
    for (size_t i = 0; i < t->count; i++)
        if (t->functions[i].inlined && t->functions[i].name && strcmp(t->functions[i].name, name) == 0)
            match_function(e, u, (long)i, l);
}

/* A symbol that DWARF does not know (assembler, no -g). */
void match_symbol(struct map_entry *e, const struct elf_symbol *s, bool data, struct match_list *l)
{
    struct symbol_match match = {.address = s->value + s->local_entry + e->offset,
                                 .entry = s->value + e->offset,
                                 .size = s->size,
                                 .function = demangled(&e->file->strings, s->name),
                                 .data = data,
                                 .thumb = s->thumb};
    struct dwarf_unit *u = data ? NULL : lookup_unit(e->file, s->value);
    const struct line_row *row = u ? lookup_row(unit_lines(u), s->value, NULL) : NULL;
    if (row && row->line) {
        match.file = line_file(unit_lines(u), row->file);
        match.line = row->line;
    }
    match_add(l, &match);
}

static long function_entered_at(const struct function_table *t, uint64_t address)
{
    for (size_t i = 0; i < t->count; i++)
        if (!t->functions[i].inlined && (t->functions[i].entry == address || t->functions[i].low == address))
            return (long)i;
    return -1;
}

enum spelling { DIFFERENT, SAME, CLONE };

/* `name`, `name@@VERSION`, or a compiler's clone `name.constprop.0`. */
static enum spelling compare(const char *symbol, const char *name, size_t n)
{
    if (strncmp(symbol, name, n) != 0)
        return DIFFERENT;
    if (!symbol[n] || symbol[n] == '@')
        return SAME;
    return symbol[n] == '.' ? CLONE : DIFFERENT;
}

static void add_symbol(struct map_entry *e, const struct elf_symbol *s, enum spelling how, const char *name,
                       const char *file, struct match_list *l)
{
    const struct symbol_section *section = file_section_at(e->file, s->value);
    bool data = s->type == STT_OBJECT || !section || !section->executable;
    struct dwarf_unit *u = data ? NULL : lookup_unit(e->file, s->value);
    long i = u ? function_entered_at(unit_functions(u), s->value) : -1;
    const struct unit_function *f = i >= 0 ? &unit_functions(u)->functions[i] : NULL;
    /* foo.cold and the like are parts of functions, not functions. */
    if (how == CLONE && (!f || !f->name || strcmp(f->name, name) != 0))
        return;
    if (file && (!f || !function_declared_in(u, f, file)))
        return;
    if (!f) {
        match_symbol(e, s, data, l);
        return;
    }
    match_function(e, u, i, l);
    add_copies(e, u, name, l);
}

static void find_in_symbols(struct map_entry *e, const char *name, const char *file, struct match_list *l)
{
    const struct elf_symbol *symbols;
    size_t count = elf_symbols_named(e->file, name, &symbols), n = strlen(name);
    for (size_t i = 0; i < count; i++) {
        enum spelling how = compare(symbols[i].name, name, n);
        if (how != DIFFERENT)
            add_symbol(e, &symbols[i], how, name, file, l);
    }
}

const char *name_split(const char *text, char **file)
{
    *file = NULL;
    if (text[0] == '\'' || text[0] == '"') {
        const char *end = strchr(text + 1, text[0]);
        size_t colons = end ? strspn(end + 1, ":") : 0;
        if (!colons || colons > 2)
            return text;
        *file = xstrndup(text + 1, (size_t)(end - text - 1));
        return end + 1 + colons;
    }
    for (const char *c = strrchr(text, ':'); c && c > text; c--) {
        if (*c != ':' || c[-1] == ':' || c[1] == ':' || !c[1])
            continue;
        *file = xstrndup(text, (size_t)(c - text));
        return c + 1;
    }
    return text;
}

/* By the ELF symbol, and in the index when that can be had at once or nothing else helps (`wait`). */
static void find_in_file(struct map_entry *e, const char *name, const struct name_query *q, const char *file,
                         bool wait, struct match_list *l)
{
    struct dwarf *d = dwarf_of(e->file);
    bool of_go =
        strstr(name, ".(") != NULL; /* its methods, main.(*T).f, whose parentheses hold no parameters */
    if (!wait && (of_go || (q->count == 1 && !q->parameters && !q->rooted)))
        find_in_symbols(e, name, file, l);
    const struct dwarf_index *x = !d ? NULL : wait ? dwarf_index_of(d) : dwarf_index_if_there(d);
    if (x)
        find_functions(e, x, name, q, file, l);
}

/* The linker's stubs by their names. */
static void find_stubs(struct symbol_map *m, const char *name, struct match_list *l)
{
    const struct elf_symbol *list;
    size_t n = strlen(name);
    if (n <= 4 || strcmp(name + n - 4, "@plt") != 0)
        return;
    for (size_t i = 0; i < m->count; i++) {
        struct symbol_file *f = m->entries[i].file;
        size_t count = plt_symbols(f, &list);
        for (size_t k = 0; k < count; k++)
            if (strcmp(list[k].name, name) == 0 || strcmp(demangled(&f->strings, list[k].name), name) == 0)
                match_symbol(&m->entries[i], &list[k], false, l);
    }
}

/* Rust's f::<i32> is f<i32> in DWARF. */
static char *without_turbofish(const char *name)
{
    char *text = xstrdup(name), *end = text;
    for (const char *c = name; *c; c++) {
        bool fish = c > name && strncmp(c, "::<", 3) == 0 && strncmp(c, "::<impl ", 8) != 0;
        c += fish ? 2 : 0;
        *end++ = *c;
    }
    *end = '\0';
    return text;
}

enum symbols_language language_at(struct symbol_map *m, uint64_t address)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(m, address, &offset);
    struct dwarf_unit *u = f ? lookup_unit(f, address - offset) : NULL;
    return u ? dwarf_language(u->head) : LANGUAGE_UNKNOWN;
}

/* The `main` of a Rust program's symbol table is rustc's, without lines, and calls the one that the user
 * means. */
static void drop_start(struct symbol_map *m, struct match_list *l)
{
    bool own = false;
    for (size_t i = 0; i < l->count && !own; i++)
        own = l->list[i].file && language_at(m, l->list[i].entry) == LANGUAGE_RUST;
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++)
        if (!own || l->list[i].file || l->list[i].data)
            l->list[kept++] = l->list[i];
    l->count = kept;
}

static void find_name(struct symbol_map *m, const char *text, struct match_list *l)
{
    struct name_query q;
    BASE_FREE char *file = NULL;
    BASE_FREE char *plain = without_turbofish(text);
    const char *name = name_split(plain, &file);
    name_query_parse(name, &q);
    for (size_t i = 0; i < m->count && q.count; i++)
        find_in_file(&m->entries[i], name, &q, file, false, l);
    for (size_t i = 0; i < m->count && q.count && !l->count; i++)
        find_in_file(&m->entries[i], name, &q, file, true, l);
    for (size_t i = 0; i < m->count && q.count && !l->count && !file; i++)
        find_demangled(&m->entries[i], &q, l);
    if (strcmp(name, "main") == 0 && l->count > 1)
        drop_start(m, l);
}

void symbols_find_name(struct symbol_map *m, const char *text, struct symbol_match **ret, size_t *count)
{
    struct match_list l = {0};
    find_stubs(m, text, &l);
    find_name(m, text, &l);
    find_otherwise(m, text, find_name, &l);
    *ret = l.list;
    *count = l.count;
}
