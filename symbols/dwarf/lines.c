/*
 * One CU's line table: rows from libdwarf, kept as sequences sorted by address.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "symbols/dwarf/dwarf_unit.h"

enum { ROW_LIMIT = 1 << 24 };

void line_table_free(struct line_table *t)
{
    free(t->rows);
    free(t->sequences);
    free(t->files);
    *t = (struct line_table){0};
}

static bool read_row(Dwarf_Line line, struct line_row *r, Dwarf_Error *err)
{
    Dwarf_Addr address = 0;
    Dwarf_Unsigned number = 0, file = 0, column = 0, isa = 0, discriminator = 0;
    Dwarf_Bool statement = 0, end = 0, prologue_end = 0, epilogue = 0;
    if (dwarf_lineaddr(line, &address, err) != DW_DLV_OK || dwarf_lineno(line, &number, err) != DW_DLV_OK ||
        dwarf_line_srcfileno(line, &file, err) != DW_DLV_OK ||
        dwarf_lineoff_b(line, &column, err) != DW_DLV_OK ||
        dwarf_linebeginstatement(line, &statement, err) != DW_DLV_OK ||
        dwarf_lineendsequence(line, &end, err) != DW_DLV_OK ||
        dwarf_prologue_end_etc(line, &prologue_end, &epilogue, &isa, &discriminator, err) != DW_DLV_OK)
        return false;
    *r = (struct line_row){.address = address,
                           .line = number > UINT32_MAX ? 0 : (uint32_t)number,
                           .file = file > UINT32_MAX ? 0 : (uint32_t)file,
                           .column = column > UINT16_MAX ? 0 : (uint16_t)column,
                           .statement = statement,
                           .prologue_end = prologue_end,
                           .end = end};
    return true;
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

/* False: damaged from some row on, *err says how. */
static bool take_rows(struct dwarf_unit *u, Dwarf_Line *lines, Dwarf_Signed count, Dwarf_Error *err)
{
    struct line_table *t = &u->lines;
    size_t n = count < 0 ? 0 : (size_t)count, first = 0, capacity = 0;
    if (n > ROW_LIMIT) {
        dwarf_complain(u->dwarf, "a line table of %zu rows was not used", n);
        return true;
    }
    bool ok = true;
    t->rows = xreallocarray(NULL, n + 1, sizeof *t->rows);
    for (size_t i = 0; i < n; i++) {
        struct line_row *r = &t->rows[t->row_count];
        ok = read_row(lines[i], r, err);
        if (!ok)
            break;
        /* Line 0 is code the compiler made up: as for gdb, it goes with the line before it. */
        if (!r->line && !r->end)
            continue;
        t->row_count++;
        if (r->end) {
            add_sequence(u, first, &capacity);
            first = t->row_count;
        }
    }
    t->row_count = first;
    if (t->sequence_count)
        qsort(t->sequences, t->sequence_count, sizeof *t->sequences, by_low);
    return ok;
}

static void read_program(struct dwarf_unit *u, const struct unit_head *h, const struct unit_slice *s)
{
    Dwarf_Unsigned version = 0;
    Dwarf_Small tables = 0;
    Dwarf_Line_Context context = NULL;
    Dwarf_Error err = NULL;
    int rc = dwarf_srclines_b(s->root, &version, &tables, &context, &err);
    if (rc == DW_DLV_OK) {
        Dwarf_Line *lines = NULL;
        Dwarf_Signed count = 0;
        rc = dwarf_srclines_from_linecontext(context, &lines, &count, &err);
        if (rc == DW_DLV_OK && !take_rows(u, lines, count, &err))
            rc = DW_DLV_ERROR;
        dwarf_srclines_dealloc_b(context);
    }
    if (rc == DW_DLV_ERROR)
        slice_error(u->dwarf, h, s->debug, err);
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
    /* libdwarf lets the file register of DWARF 5 begin at 0, where 1 is meant (section 6.2.2). The two are the same
     * file but in gcc's LTO, whose file 0 is "<artificial>". */
    if (t->file_count > 1 && t->files[0] && strstr(t->files[0], "<artificial>"))
        t->files[0] = t->files[1];
    struct unit_slice skeleton = {0};
    if (h == u->head)
        read_program(u, h, &u->slice);
    else if (unit_slice_open(u->dwarf, h, &skeleton))
        read_program(u, h, &skeleton);
    unit_slice_close(&skeleton);
    return t;
}
