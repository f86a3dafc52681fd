/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Range lists: .debug_ranges (DWARF 3, 4) and .debug_rnglists (DWARF 5, section 7.25).
 */
#include "symbols/dwarf/dwarf.h"
#include "symbols/limits.h"

static void add_range(struct dwarf *d, uint64_t low, uint64_t high, range_visitor *add, void *context)
{
    if (low < high && file_is_code(d->file, low))
        add(context, low, high);
}

static size_t walk_old(struct dwarf *d, const struct unit_head *u, uint64_t offset, range_visitor *add,
                       void *context)
{
    struct cursor c = unit_section_cursor(u, DWARF_RANGES, offset);
    uint64_t base = u->has_low ? u->low : 0;
    size_t n = 0;
    for (; n < RANGE_LIST_LIMIT; n++) {
        uint64_t low = cursor_unsigned(&c, u->address_size);
        uint64_t high = cursor_unsigned(&c, u->address_size);
        if (c.bad || (!low && !high))
            break;
        if (low == dwarf_last_address(u->address_size))
            base = high;
        else
            add_range(d, base + low, base + high, add, context);
    }
    return n;
}

struct entry {
    uint64_t low, high;
    bool is_range;
};

/* One entry of a DWARF 5 list; false at its end or where it is damaged. */
static bool read_entry(struct dwarf *d, const struct unit_head *u, struct cursor *c, uint64_t *base,
                       struct entry *e)
{
    uint64_t index;
    e->is_range = true;
    switch (cursor_u8(c)) {
    case DW_RLE_base_addressx:
        e->is_range = false;
        return dwarf_indexed_address(d, u, cursor_uleb(c), base);
    case DW_RLE_startx_endx:
        index = cursor_uleb(c);
        return dwarf_indexed_address(d, u, index, &e->low) &&
               dwarf_indexed_address(d, u, cursor_uleb(c), &e->high);
    case DW_RLE_startx_length:
        index = cursor_uleb(c);
        if (!dwarf_indexed_address(d, u, index, &e->low))
            return false;
        e->high = e->low + cursor_uleb(c);
        return true;
    case DW_RLE_offset_pair:
        e->low = *base + cursor_uleb(c);
        e->high = *base + cursor_uleb(c);
        return true;
    case DW_RLE_base_address:
        e->is_range = false;
        *base = cursor_unsigned(c, u->address_size);
        return true;
    case DW_RLE_start_end:
        e->low = cursor_unsigned(c, u->address_size);
        e->high = cursor_unsigned(c, u->address_size);
        return true;
    case DW_RLE_start_length:
        e->low = cursor_unsigned(c, u->address_size);
        e->high = e->low + cursor_uleb(c);
        return true;
    default:
        return false;
    }
}

static size_t walk_new(struct dwarf *d, const struct unit_head *u, uint64_t offset, range_visitor *add,
                       void *context)
{
    struct cursor c = unit_section_cursor(u, DWARF_RNGLISTS, offset);
    uint64_t base = u->has_low ? u->low : 0;
    struct entry e;
    size_t n = 0;
    for (; n < RANGE_LIST_LIMIT && read_entry(d, u, &c, &base, &e) && !c.bad; n++)
        if (e.is_range)
            add_range(d, e.low, e.high, add, context);
    return n;
}

size_t dwarf_ranges_walk(struct dwarf *d, const struct unit_head *u, uint64_t list, bool is_index,
                         range_visitor *add, void *context)
{
    if (is_index) {
        /* An index into the table of offsets that stands at the base. */
        if (u->rnglists_base == NO_OFFSET || list > UINT32_MAX)
            return 0;
        struct cursor c = unit_section_cursor(u, DWARF_RNGLISTS, u->rnglists_base + list * u->offset_size);
        list = u->rnglists_base + cursor_unsigned(&c, u->offset_size);
        if (c.bad)
            return 0;
    }
    /* The split unit's lists begin somewhere in the program's table. */
    if (u->version < 5 && u->skeleton)
        list += u->range_base;
    return u->version >= 5 ? walk_new(d, u, list, add, context) : walk_old(d, u, list, add, context);
}
