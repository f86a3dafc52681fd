/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Source line to code, as gdb does it: the line itself in every CU that has the file; where no CU has it, the
 * nearest line after it. Of a function (or an inlined copy) the lowest address counts, and where an optimiser
 * made more than one of a statement (unrolled and split loops, branches laid out apart) each of them, which
 * gdb does not do.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "symbols/map_internal.h"

struct line_search {
    const char *wanted;
    uint32_t line;
    uint32_t best; /* nearest line at or after, UINT32_MAX: none yet */
    struct match_list matches;
};

/* The nearest line at or after the one asked for, over all rows of the file. */
static void look_for_best(struct dwarf_unit *u, struct line_search *s)
{
    const struct line_table *t = unit_lines(u);
    for (size_t i = 0; i < t->row_count; i++) {
        const struct line_row *r = &t->rows[i];
        if (r->end || !r->statement || r->line < s->line || r->line >= s->best)
            continue;
        const char *file = line_file(t, r->file);
        if (file && file_matches(file, s->wanted))
            s->best = r->line;
    }
}

struct candidate {
    uint64_t address;
    long function;
    const char *file;
    uint16_t column;
    bool begins; /* the row before is of another line, or another part of this one */
};

static int by_function(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->function != y->function)
        return x->function < y->function ? -1 : 1;
    return x->address < y->address ? -1 : x->address > y->address;
}

static void add_candidate(struct map_entry *e, struct dwarf_unit *u, const struct candidate *c, uint32_t line,
                          struct match_list *l)
{
    const struct function_table *functions = unit_functions(u);
    const struct unit_function *f = c->function >= 0 ? &functions->functions[c->function] : NULL;
    uint64_t address = c->address;
    /* The line a function opens on: gdb breaks behind the prologue there too. */
    if (f && !f->inlined && address == f->entry)
        address = function_break(e->file, u, c->function);
    struct symbol_match match = {.address = address + e->offset,
                                 .entry = address + e->offset,
                                 .function = f ? function_shown(u, f) : NULL,
                                 .file = c->file,
                                 .line = line,
                                 .inlined = f && f->inlined,
                                 .thumb = symbol_is_thumb(e->file, address)};
    match_add(l, &match);
}

/* The first statement of its column since code of another line or column: without any between them, as in a
 * macro, statements of one pass would count as many. */
static bool begins(const struct line_table *t, size_t row)
{
    const struct line_row *r = &t->rows[row];
    for (size_t i = row; i-- > 0;) {
        const struct line_row *before = &t->rows[i];
        if (before->end || before->line != r->line || before->file != r->file || before->column != r->column)
            return true;
        if (before->statement && before->address != r->address)
            return false;
    }
    return true;
}

/* One more of what the lowest address of this function begins: the same column says that it is the same
 * statement, and not the increment of a loop whose beginning that is. */
static bool is_copy(const struct candidate *c, const struct candidate *lowest)
{
    return c->begins && c->column == lowest->column;
}

static void collect(struct map_entry *e, struct dwarf_unit *u, struct line_search *s)
{
    const struct line_table *t = unit_lines(u);
    const struct function_table *functions = unit_functions(u);
    bool copied = !unit_is_unoptimised(u);
    struct candidate *list = NULL;
    size_t count = 0, capacity = 0, lowest = 0;
    for (size_t i = 0; i < t->row_count; i++) {
        const struct line_row *r = &t->rows[i];
        const char *file = r->line == s->best && r->statement && !r->end ? line_file(t, r->file) : NULL;
        if (!file || !file_matches(file, s->wanted))
            continue;
        ARRAY_RESERVE(list, count, capacity);
        list[count++] = (struct candidate){.address = r->address,
                                           .function = lookup_function(functions, r->address),
                                           .file = file,
                                           .column = r->column,
                                           .begins = begins(t, i)};
    }
    if (count)
        qsort(list, count, sizeof *list, by_function);
    for (size_t i = 0; i < count; i++) {
        bool is_lowest = i == 0 || list[i].function != list[lowest].function;
        lowest = is_lowest ? i : lowest;
        if (is_lowest || list[i].function < 0 || (copied && is_copy(&list[i], &list[lowest])))
            add_candidate(e, u, &list[i], s->best, &s->matches);
    }
    free(list);
}

/* Lowest first, as gdb has it: whoever wants one place of a line that was inlined takes the first. */
static int by_address(const void *a, const void *b)
{
    const struct symbol_match *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

struct unit_choice {
    struct map_entry *entry;
    size_t unit;
};

static struct error *no_such_file(struct symbol_map *m, const char *file)
{
    struct near near = {.name = path_base(file)};
    for (size_t i = 0; i < m->count; i++) {
        struct dwarf *d = dwarf_of(m->entries[i].file);
        const char *const *names;
        size_t count = d ? dwarf_file_names(d, &names) : 0;
        for (size_t k = 0; k < count; k++)
            near_offer(&near, names[k]);
    }
    struct error *e = error_new(ERR_NO_SOURCE, "no source file \"%s\" in the symbols", file);
    if (near.best)
        e = error_hint(e, "did you mean \"%s\"?", near.best);
    free(near.best);
    return e;
}

/* The units whose line tables name the file; a malloc'd array. */
static size_t choose_units(struct symbol_map *m, const char *file, struct unit_choice **ret)
{
    size_t n = 0, capacity = 0;
    *ret = NULL;
    for (size_t i = 0; i < m->count; i++) {
        struct dwarf *d = dwarf_of(m->entries[i].file);
        for (size_t k = 0; d && k < d->unit_count; k++) {
            const struct unit_head *u = dwarf_head(d, k);
            if (!u || u->unit_type == DW_UT_type || !unit_has_file(d, u, file))
                continue;
            ARRAY_RESERVE(*ret, n, capacity);
            (*ret)[n++] = (struct unit_choice){.entry = &m->entries[i], .unit = k};
        }
    }
    return n;
}

struct error *symbols_find_line(struct symbol_map *m, const char *file, unsigned line,
                                struct symbol_match **ret, size_t *count)
{
    struct line_search s = {.wanted = file, .line = line, .best = UINT32_MAX};
    BASE_FREE struct unit_choice *choices = NULL;
    size_t n = choose_units(m, file, &choices);
    *ret = NULL;
    *count = 0;
    if (!n)
        return no_such_file(m, file);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n && (pass == 0 || s.best != UINT32_MAX); i++) {
            struct dwarf *d = dwarf_of(choices[i].entry->file);
            dwarf_units_trim(d, UNITS_KEPT);
            struct dwarf_unit *u = dwarf_unit_get(d, choices[i].unit);
            if (u && pass == 0)
                look_for_best(u, &s);
            else if (u)
                collect(choices[i].entry, u, &s);
        }
    }
    if (!s.matches.count)
        return error_hint(error_new(ERR_NO_SYMBOL, "no code at line %u of \"%s\" or after it", line, file),
                          "the file has code only before that line, or it was optimised away");
    qsort(s.matches.list, s.matches.count, sizeof *s.matches.list, by_address);
    *ret = s.matches.list;
    *count = s.matches.count;
    return NULL;
}
