/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a function's body begins, as gdb finds it from the line table.
 *
 * clang marks it (prologue_end). Unoptimised gcc code: the second row of the function. Optimised gcc code has
 * location lists that are right from the first instruction, and its rows are shuffled: the entry itself. So
 * is it of assembler, where each line is an instruction.
 */
#include <string.h>

#include "symbols/map_internal.h"

static bool optimised(const char *producer)
{
    bool is_gcc = producer && strncmp(producer, "GNU ", 4) == 0;
    bool on = false;
    /* gcc records its switches; the last -O counts. */
    for (const char *o = is_gcc ? strstr(producer, " -O") : NULL; o; o = strstr(o + 3, " -O"))
        on = o[3] != '0';
    return on;
}

bool unit_is_unoptimised(const struct dwarf_unit *u)
{
    const char *producer = u->head->producer;
    return producer && strncmp(producer, "GNU ", 4) == 0 && !optimised(producer);
}

/* The prologue of the function around counts for a copy that begins where that does. */
static uint64_t copy_body(struct dwarf_unit *u, const struct unit_function *copy)
{
    const struct function_table *t = unit_functions(u);
    long i = copy->parent;
    while (i >= 0 && t->functions[i].inlined)
        i = t->functions[i].parent;
    if (i < 0 || t->functions[i].entry != copy->entry)
        return copy->entry;
    uint64_t body = function_body(u, i);
    return function_contains(t, copy, body) ? body : copy->entry;
}

uint64_t function_body(struct dwarf_unit *u, long index)
{
    const struct function_table *functions = unit_functions(u);
    const struct unit_function *f = &functions->functions[index];
    if (f->inlined)
        return copy_body(u, f);
    const struct line_table *t = unit_lines(u);
    const struct line_sequence *s;
    const struct line_row *row = lookup_row(t, f->entry, &s);
    if (!row || u->head->language == DW_LANG_Mips_Assembler)
        return f->entry;
    size_t end = s->first + s->count - 1;
    uint64_t second = 0;
    for (size_t i = (size_t)(row - t->rows); i < end && t->rows[i].address < f->high; i++) {
        const struct line_row *r = &t->rows[i];
        if (r->prologue_end && r->line)
            return r->address;
        if (!second && r->statement && r->line && r->address > f->entry)
            second = r->address;
    }
    return second && !optimised(u->head->producer) ? second : f->entry;
}
