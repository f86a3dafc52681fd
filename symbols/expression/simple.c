/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locations that are one operation, told without evaluating them. */
#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/expression.h"

/* A signed LEB128 (DWARF 5, 7.6) that is all there is from `bytes` on. */
static bool whole_sleb(const uint8_t *bytes, size_t n, int64_t *ret)
{
    uint64_t value = 0;
    unsigned shift = 0;
    for (size_t i = 0; i < n && shift < 64; i++, shift += 7) {
        value |= (uint64_t)(bytes[i] & 0x7f) << shift;
        if (bytes[i] & 0x80)
            continue;
        if (bytes[i] & 0x40 && shift + 7 < 64)
            value |= ~(uint64_t)0 << (shift + 7);
        *ret = (int64_t)value;
        return i + 1 == n;
    }
    return false;
}

/* An expression that needs nothing of the target. */
static bool is_fixed(const struct dwarf_expression *e, uint64_t *ret)
{
    const struct dwarf_callbacks none = {0};
    struct dwarf_location l;
    struct error *failed = dwarf_evaluate(e, &none, &l);
    bool ok = !failed && l.count == 1 && l.pieces[0].kind == PIECE_MEMORY && !l.pieces[0].bit_size;
    if (ok)
        *ret = l.pieces[0].address;
    error_free(failed);
    return ok;
}

bool dwarf_simple_location(const struct dwarf_expression *e, struct dwarf_simple *ret)
{
    *ret = (struct dwarf_simple){0};
    if (!e->bytes || e->size == 0)
        return false;
    unsigned op = e->bytes[0];
    bool has_offset = whole_sleb(e->bytes + 1, e->size - 1, &ret->offset);
    if (op == DW_OP_fbreg && has_offset) {
        ret->kind = DWARF_FRAME_OFFSET;
    } else if (op >= DW_OP_breg0 && op <= DW_OP_breg31 && has_offset) {
        ret->kind = DWARF_REGISTER_OFFSET;
        ret->reg = op - DW_OP_breg0;
    } else if (op >= DW_OP_reg0 && op <= DW_OP_reg31 && e->size == 1) {
        ret->kind = DWARF_IN_REGISTER;
        ret->reg = op - DW_OP_reg0;
    } else if (op == DW_OP_call_frame_cfa && e->size == 1) {
        ret->kind = DWARF_CFA;
    } else {
        ret->kind = DWARF_FIXED;
        return is_fixed(e, &ret->address);
    }
    return true;
}
