/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line number program of one CU (DWARF 5, section 6.2), run over the mapped bytes. It ends where its
 * bytes end; every row takes at least one of them, which bounds the table.
 */
#include "base/alloc.h"
#include "symbols/dwarf/dwarf_unit.h"
#include "symbols/limits.h"

/* What the header says about the program. */
struct program {
    struct cursor code;
    uint16_t version;
    uint8_t min_length, max_operations, line_range, opcode_base;
    int8_t line_base;
    bool default_statement;
    const uint8_t *lengths; /* operand counts of opcodes 1 to opcode_base - 1 */
};

/* The registers of section 6.2.2. */
struct machine {
    const struct program *program;
    struct line_table *table;
    size_t *capacity;
    uint64_t address, line, file, column;
    uint64_t operation; /* index within a VLIW instruction */
    bool statement, prologue_end, full;
    line_sequence_done *done;
    void *context;
};

static bool read_header(const struct unit_head *u, struct program *p)
{
    struct cursor all = unit_section_cursor(u, DWARF_LINE, u->lines);
    unsigned offset_size;
    uint64_t length = cursor_initial_length(&all, &offset_size);
    p->code = cursor_part(&all, length);
    struct cursor *c = &p->code;
    p->version = cursor_u16(c);
    if (c->bad || p->version < 2 || p->version > 5)
        return false;
    if (p->version >= 5)
        cursor_take(c, 2); /* sizes of an address and a segment selector */
    uint64_t header_length = cursor_unsigned(c, offset_size);
    struct cursor h = cursor_part(c, header_length);
    p->min_length = cursor_u8(&h);
    p->max_operations = p->version >= 4 ? cursor_u8(&h) : 1;
    p->default_statement = cursor_u8(&h) != 0;
    p->line_base = (int8_t)cursor_u8(&h);
    p->line_range = cursor_u8(&h);
    p->opcode_base = cursor_u8(&h);
    p->lengths = cursor_take(&h, p->opcode_base ? p->opcode_base - 1u : 0);
    return !h.bad && !c->bad && c->at && p->opcode_base > 0;
}

static void reset(struct machine *m)
{
    m->address = m->column = m->operation = 0;
    m->file = m->line = 1;
    m->statement = m->program->default_statement;
    m->prologue_end = false;
}

/* Section 6.2.5.1: the operation advance, with one operation per instruction an address advance. */
static void advance(struct machine *m, uint64_t operations)
{
    const struct program *p = m->program;
    if (p->max_operations <= 1) {
        m->address += operations * p->min_length;
        return;
    }
    m->address += p->min_length * ((m->operation + operations) / p->max_operations);
    m->operation = (m->operation + operations) % p->max_operations;
}

static void add_row(struct machine *m, bool end)
{
    struct line_table *t = m->table;
    if (t->row_count >= LINE_ROW_LIMIT)
        m->full = true;
    /* Line 0 is code the compiler made up: as for gdb, it goes with the line before it. */
    if (!m->full && (m->line || end)) {
        ARRAY_RESERVE(t->rows, t->row_count, *m->capacity);
        t->rows[t->row_count++] =
            (struct line_row){.address = m->address,
                              .line = m->line > UINT32_MAX ? 0 : (uint32_t)m->line,
                              .file = m->file > UINT32_MAX ? UINT32_MAX : (uint32_t)m->file,
                              .column = m->column > UINT16_MAX ? 0 : (uint16_t)m->column,
                              .statement = m->statement,
                              .prologue_end = m->prologue_end,
                              .end = end};
        if (end)
            m->done(m->context);
    }
    m->prologue_end = false;
    if (end)
        reset(m);
}

static void special(struct machine *m, unsigned opcode)
{
    const struct program *p = m->program;
    unsigned adjusted = opcode - p->opcode_base;
    if (!p->line_range)
        return;
    advance(m, adjusted / p->line_range);
    m->line += (uint64_t)(int64_t)(p->line_base + (int)(adjusted % p->line_range));
    add_row(m, false);
}

static void extended(struct machine *m, struct cursor *c)
{
    uint64_t size = cursor_uleb(c);
    struct cursor in = cursor_part(c, size);
    unsigned opcode = size ? cursor_u8(&in) : 0;
    if (in.bad)
        return;
    if (opcode == DW_LNE_end_sequence) {
        add_row(m, true);
    } else if (opcode == DW_LNE_set_address && size > 1 && size <= 9) {
        m->address = cursor_unsigned(&in, (unsigned)size - 1);
        m->operation = 0;
    }
}

static void standard(struct machine *m, unsigned opcode, struct cursor *c)
{
    const struct program *p = m->program;
    switch (opcode) {
    case DW_LNS_copy:
        add_row(m, false);
        break;
    case DW_LNS_advance_pc:
        advance(m, cursor_uleb(c));
        break;
    case DW_LNS_advance_line:
        m->line += (uint64_t)cursor_sleb(c);
        break;
    case DW_LNS_set_file:
        m->file = cursor_uleb(c);
        break;
    case DW_LNS_set_column:
        m->column = cursor_uleb(c);
        break;
    case DW_LNS_negate_stmt:
        m->statement = !m->statement;
        break;
    case DW_LNS_const_add_pc:
        if (p->line_range)
            advance(m, (255u - p->opcode_base) / p->line_range);
        break;
    case DW_LNS_fixed_advance_pc:
        m->address += cursor_u16(c);
        m->operation = 0;
        break;
    case DW_LNS_set_prologue_end:
        m->prologue_end = true;
        break;
    default: /* of no use here, or not known: the header says what to skip */
        for (unsigned n = p->lengths[opcode - 1]; n > 0; n--)
            cursor_uleb(c);
        break;
    }
}

bool line_program_run(const struct unit_head *u, struct line_table *t, size_t *capacity,
                      line_sequence_done *done, void *context)
{
    struct program p;
    if (!read_header(u, &p))
        return false;
    struct machine m = {.program = &p, .table = t, .capacity = capacity, .done = done, .context = context};
    reset(&m);
    while (p.code.at && cursor_left(&p.code) > 0 && !p.code.bad && !m.full) {
        unsigned opcode = cursor_u8(&p.code);
        if (opcode >= p.opcode_base)
            special(&m, opcode);
        else if (opcode == 0)
            extended(&m, &p.code);
        else
            standard(&m, opcode, &p.code);
    }
    return !p.code.bad && !m.full;
}
