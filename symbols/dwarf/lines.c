/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One CU's line table: the rows of its line program, kept as sequences sorted by address.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "symbols/dwarf/dwarf_unit.h"

/* A table being read. */
struct reading {
    struct dwarf_unit *unit;
    size_t row_capacity, sequence_capacity;
    size_t first; /* row of the sequence under way */
};

void line_table_free(struct line_table *t)
{
    free(t->rows);
    free(t->sequences);
    free(t->files);
    *t = (struct line_table){0};
}

static int by_address(const void *a, const void *b)
{
    const struct line_row *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

/* Sequences of dropped functions stay behind at address 0; damaged ones are sorted, which mends most. */
static void add_sequence(struct dwarf_unit *u, size_t first, size_t *capacity)
{
    struct line_table *t = &u->lines;
    size_t count = t->row_count - first;
    struct line_row *rows = t->rows + first;
    bool ordered = true;
    for (size_t i = 1; i < count; i++)
        ordered = ordered && rows[i - 1].address <= rows[i].address;
    if (!ordered) {
        uint64_t top = 0;
        for (size_t i = 0; i < count; i++)
            top = rows[i].address > top ? rows[i].address : top;
        rows[count - 1].address = top;
        qsort(rows, count - 1, sizeof *rows, by_address);
    }
    if (count < 2 || rows[0].address >= rows[count - 1].address ||
        !file_is_code(u->dwarf->file, rows[0].address)) {
        t->row_count = first;
        return;
    }
    ARRAY_RESERVE(t->sequences, t->sequence_count, *capacity);
    t->sequences[t->sequence_count++] = (struct line_sequence){
        .low = rows[0].address, .high = rows[count - 1].address, .first = first, .count = count};
}

static int by_low(const void *a, const void *b)
{
    const struct line_sequence *x = a, *y = b;
    return x->low < y->low ? -1 : x->low > y->low;
}

static void sequence_done(void *context)
{
    struct reading *r = context;
    add_sequence(r->unit, r->first, &r->sequence_capacity);
    r->first = r->unit->lines.row_count;
}

const struct line_table *unit_lines(struct dwarf_unit *u)
{
    struct line_table *t = &u->lines;
    if (u->lines_read)
        return t;
    u->lines_read = true;
    const struct unit_head *h = unit_line_head(u->head);
    if (h->lines == NO_OFFSET)
        return t;
    t->file_count = unit_files(u->dwarf, h, &t->files);
    struct reading r = {.unit = u};
    if (!line_program_run(h, t, &r.row_capacity, sequence_done, &r))
        dwarf_complain(u->dwarf, "the line table at 0x%llx is damaged", (unsigned long long)h->lines);
    t->row_count = r.first; /* a sequence without an end is none */
    if (t->sequence_count)
        qsort(t->sequences, t->sequence_count, sizeof *t->sequences, by_low);
    return t;
}
