/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From an address to function, line and symbol, with the calls that were inlined there, and to the rules for
 * unwinding. */
#include <string.h>

#include "symbols/dwarf/cfi.h"
#include "symbols/index/demangle.h"
#include "symbols/limits.h"
#include "symbols/map_internal.h"

struct dwarf_unit *lookup_unit(struct symbol_file *f, uint64_t address)
{
    struct dwarf *d = dwarf_of(f);
    if (!d)
        return NULL;
    dwarf_units_trim(d, UNITS_KEPT);
    long i = dwarf_unit_at(d, address);
    return i < 0 ? NULL : dwarf_unit_get(d, (size_t)i);
}

static const struct line_sequence *sequence_at(const struct line_table *t, uint64_t address)
{
    size_t low = 0, high = t->sequence_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->sequences[mid].low <= address)
            low = mid + 1;
        else
            high = mid;
    }
    for (size_t steps = 0; low > 0 && steps < 16; steps++)
        if (address < t->sequences[--low].high)
            return &t->sequences[low];
    return NULL;
}

/* Index of the last row of a sequence at or below `address`. */
static size_t last_row(const struct line_table *t, const struct line_sequence *s, uint64_t address)
{
    size_t low = s->first, high = s->first + s->count - 1;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->rows[mid].address <= address)
            low = mid + 1;
        else
            high = mid;
    }
    return low - 1;
}

/* Of the rows that begin at one address, `i` being the last of them, the one that counts. */
static size_t effective_row(const struct line_table *t, const struct line_sequence *s, size_t i)
{
    size_t k = i;
    while (k > s->first && !t->rows[k].statement && t->rows[k - 1].address == t->rows[i].address)
        k--;
    return t->rows[k].statement ? k : i;
}

const struct line_row *lookup_row(const struct line_table *t, uint64_t address,
                                  const struct line_sequence **sequence)
{
    const struct line_sequence *s = sequence_at(t, address);
    if (sequence)
        *sequence = s;
    return s ? &t->rows[effective_row(t, s, last_row(t, s, address))] : NULL;
}

bool function_contains(const struct function_table *t, const struct unit_function *f, uint64_t address)
{
    for (size_t i = 0; i < f->range_count; i++) {
        if (address_range_has(&t->ranges[f->first_range + i], address))
            return true;
    }
    return false;
}

long lookup_function(const struct function_table *t, uint64_t address)
{
    long best = -1;
    /* Parents stand before children, so the last that holds the address is the innermost. */
    for (size_t i = 0; i < t->count; i++)
        if (function_contains(t, &t->functions[i], address))
            best = (long)i;
    return best;
}

const char *line_file(const struct line_table *t, uint32_t index)
{
    return index < t->file_count ? t->files[index] : NULL;
}

const char *function_shown(struct dwarf_unit *u, const struct unit_function *function)
{
    struct symbol_file *f = u->dwarf->file;
    if (function->shown)
        return function->shown;
    if (function->linkage_name)
        return demangled(&f->strings, function->linkage_name);
    if (dwarf_is_c(u->head) || function->inlined)
        return function->name;
    /* gcc leaves the linkage name out where the symbol is a local one. */
    const struct elf_symbol *s = elf_symbols_nearest(f, function->entry);
    const char *shown = s && s->value == function->entry ? demangled(&f->strings, s->name) : NULL;
    return shown && shown != s->name ? shown : function->name;
}

static void place_functions(struct dwarf_unit *u, uint64_t address, uint64_t offset, struct symbol_place *ret)
{
    const struct function_table *t = unit_functions(u);
    const struct line_table *lines = unit_lines(u);
    long i = lookup_function(t, address);
    if (i < 0)
        return;
    ret->function = function_shown(u, &t->functions[i]);
    while (t->functions[i].inlined && t->functions[i].parent >= 0) {
        const struct unit_function *f = &t->functions[i];
        i = f->parent;
        if (ret->inlined_count == SYMBOL_INLINE_MAX)
            continue;
        ret->inlined[ret->inlined_count].function = function_shown(u, &t->functions[i]);
        ret->inlined[ret->inlined_count].file = line_file(lines, f->call_file);
        ret->inlined[ret->inlined_count++].line = f->call_line;
    }
    const struct unit_function *real = &t->functions[i];
    for (size_t k = 0; k < real->range_count; k++) {
        const struct address_range *r = &t->ranges[real->first_range + k];
        if (address_range_has(r, address)) {
            ret->function_low = r->low + offset;
            ret->function_high = r->high + offset;
        }
    }
}

static void place_line(struct dwarf_unit *u, uint64_t address, struct symbol_place *ret)
{
    const struct line_table *t = unit_lines(u);
    const struct line_row *row = lookup_row(t, address, NULL);
    if (!row || !row->line)
        return;
    ret->line = row->line;
    ret->column = row->column;
    ret->file = line_file(t, row->file);
}

/* Without DWARF the symbol is the function. */
static void place_symbol(struct symbol_file *f, uint64_t address, uint64_t offset, struct symbol_place *ret)
{
    const struct symbol_section *section = file_section_at(f, address);
    const struct elf_symbol *s = elf_symbols_nearest(f, address);
    ret->section = section ? section->name : NULL;
    if (!s)
        return;
    ret->symbol = demangled(&f->strings, s->name);
    ret->offset = address - s->value;
    if (!section || !section->executable || s->type == STT_OBJECT)
        return;
    ret->function = ret->symbol;
    ret->function_low = s->value + offset;
    ret->function_high = s->value + s->size + offset;
    if (!s->size) {
        long next = elf_symbols_below(f, address) + 1;
        uint64_t end = section->address + section->size;
        if ((size_t)next < f->symbol_count && f->symbols[next].value < end)
            end = f->symbols[next].value;
        ret->function_high = end + offset;
    }
}

bool symbols_lookup(struct symbol_map *m, uint64_t address, struct symbol_place *ret)
{
    uint64_t offset;
    memset(ret, 0, sizeof *ret);
    ret->address = address;
    struct symbol_file *f = symbol_map_file_at(m, address, &offset);
    if (!f)
        return false;
    place_symbol(f, address - offset, offset, ret);
    struct dwarf_unit *u = lookup_unit(f, address - offset);
    if (u) {
        place_functions(u, address - offset, offset, ret);
        place_line(u, address - offset, ret);
    }
    return true;
}

static bool same_line(const struct line_row *a, const struct line_row *b)
{
    return a->line == b->line && a->file == b->file && !a->end;
}

bool symbols_line_range(struct symbol_map *m, uint64_t address, struct address_range *ret)
{
    uint64_t offset;
    *ret = (struct address_range){0};
    struct symbol_file *f = symbol_map_file_at(m, address, &offset);
    struct dwarf_unit *u = f ? lookup_unit(f, address - offset) : NULL;
    if (!u)
        return false;
    const struct line_table *t = unit_lines(u);
    const struct line_sequence *s;
    const struct line_row *row = lookup_row(t, address - offset, &s);
    if (!row || !row->line)
        return false;
    uint64_t low = row->address, high = s->high;
    while (low > s->low) {
        const struct line_row *before = lookup_row(t, low - 1, NULL);
        if (!before || before->address >= low || !same_line(before, row))
            break;
        low = before->address;
    }
    for (size_t i = (size_t)(row - t->rows); i < s->first + s->count; i++) {
        if (t->rows[i].address == row->address)
            continue;
        const struct line_row *here = lookup_row(t, t->rows[i].address, NULL);
        if (!here || !same_line(here, row)) {
            high = t->rows[i].address;
            break;
        }
    }
    *ret = (struct address_range){.low = low + offset, .high = high + offset};
    return true;
}

/* The row that begins there. */
static const struct line_row *row_at(struct symbol_map *m, uint64_t address)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(m, address, &offset);
    struct dwarf_unit *u = f ? lookup_unit(f, address - offset) : NULL;
    const struct line_row *row = u ? lookup_row(unit_lines(u), address - offset, NULL) : NULL;
    return row && row->address == address - offset && row->line ? row : NULL;
}

bool symbols_is_statement(struct symbol_map *m, uint64_t address)
{
    const struct line_row *row = row_at(m, address);
    return row && row->statement;
}

uint64_t symbols_statement_next(struct symbol_map *m, uint64_t address, uint64_t high)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(m, address, &offset);
    struct dwarf_unit *u = f ? lookup_unit(f, address - offset) : NULL;
    const struct line_table *t = u ? unit_lines(u) : NULL;
    const struct line_sequence *s;
    const struct line_row *row = t ? lookup_row(t, address - offset, &s) : NULL;
    if (!row)
        return high;
    for (size_t i = (size_t)(row - t->rows); i < s->first + s->count && t->rows[i].address + offset < high;
         i++)
        if (t->rows[i].address + offset > address && symbols_is_statement(m, t->rows[i].address + offset))
            return t->rows[i].address + offset;
    return high;
}

bool symbols_is_row(struct symbol_map *m, uint64_t address)
{
    return row_at(m, address) != NULL;
}

bool symbols_unwind_row(struct symbol_map *m, uint64_t pc, struct cfi_row *ret)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(m, pc, &offset);
    return f && cfi_row_at(f, pc - offset, ret);
}

bool symbols_inlined_range(struct symbol_map *m, uint64_t address, unsigned depth, struct address_range *ret)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(m, address, &offset);
    struct dwarf_unit *u = f ? lookup_unit(f, address - offset) : NULL;
    const struct function_table *t = u ? unit_functions(u) : NULL;
    long i = t ? lookup_function(t, address - offset) : -1;
    unsigned level = 0;
    for (long k = i; k >= 0 && t->functions[k].inlined; k = t->functions[k].parent)
        level++;
    if (depth == 0 || depth > level)
        return false;
    while (level-- > depth)
        i = t->functions[i].parent;
    const struct unit_function *inlined = &t->functions[i];
    for (size_t k = 0; k < inlined->range_count; k++) {
        const struct address_range *r = &t->ranges[inlined->first_range + k];
        if (address_range_has(r, address - offset)) {
            *ret = (struct address_range){r->low + offset, r->high + offset};
            return true;
        }
    }
    return false;
}

/* From the innermost outwards: whose code the address before it is not of. */
static unsigned beginning_at(const struct function_table *t, uint64_t address)
{
    unsigned count = 0;
    long i = lookup_function(t, address);
    for (; i >= 0 && t->functions[i].inlined; i = t->functions[i].parent, count++)
        if (function_contains(t, &t->functions[i], address - 1))
            break;
    return count;
}

unsigned symbols_inlined_beginning(struct symbol_map *m, uint64_t address)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file_at(m, address, &offset);
    struct dwarf_unit *u = f ? lookup_unit(f, address - offset) : NULL;
    return u ? beginning_at(unit_functions(u), address - offset) : 0;
}

/* They begin where rows do. */
uint64_t symbols_inlined_next(struct symbol_map *m, uint64_t address, uint64_t high)
{
    uint64_t offset, low = address;
    struct symbol_file *f = symbol_map_file_at(m, address, &offset);
    struct dwarf_unit *u = f ? lookup_unit(f, address - offset) : NULL;
    const struct line_table *t = u ? unit_lines(u) : NULL;
    const struct line_sequence *s = NULL;
    const struct line_row *row = t ? lookup_row(t, low - offset, &s) : NULL;
    for (size_t i = row ? (size_t)(row - t->rows) : 0; row && i < s->first + s->count; i++) {
        uint64_t here = t->rows[i].address + offset;
        if (here >= high)
            break;
        if (here > low && beginning_at(unit_functions(u), here - offset))
            return here;
    }
    return high;
}
