/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Location lists: .debug_loc (DWARF 2 to 4) and .debug_loclists (DWARF 5, section 7.29).
 */
#include "symbols/limits.h"
#include "symbols/types/variable_internal.h"

enum { VIEW_PAIR = 9 };

static bool take(struct cursor *c, uint64_t size, bool hit, struct attr *ret)
{
    const uint8_t *bytes = cursor_take(c, size);
    if (!hit || !bytes)
        return false;
    *ret = (struct attr){.kind = ATTR_BLOCK, .block = bytes, .size = (size_t)size};
    return true;
}

static bool search_old(const struct unit_head *u, uint64_t offset, uint64_t pc, struct attr *ret)
{
    struct cursor c = unit_section_cursor(u, DWARF_LOC, offset);
    uint64_t base = u->has_low ? u->low : 0;
    for (size_t n = 0; n < LOCATION_LIST_LIMIT; n++) {
        uint64_t low = cursor_unsigned(&c, u->address_size);
        uint64_t high = cursor_unsigned(&c, u->address_size);
        if (c.bad || (!low && !high))
            return false;
        if (low == dwarf_last_address(u->address_size)) {
            base = high;
            continue;
        }
        if (take(&c, cursor_u16(&c), pc >= base + low && pc < base + high, ret))
            return true;
    }
    return false;
}

/* The GNU form of split DWARF 4 (gcc.gnu.org/wiki/DebugFission): entries with a kind, addresses by index. */
enum { SPLIT_END, SPLIT_BASE, SPLIT_START_END, SPLIT_START_LENGTH };

static bool search_split(struct dwarf *d, const struct unit_head *u, uint64_t offset, uint64_t pc,
                         struct attr *ret)
{
    struct cursor c = unit_section_cursor(u, DWARF_LOC, offset);
    for (size_t n = 0; n < LOCATION_LIST_LIMIT; n++) {
        uint64_t low = 0, high = 0;
        uint8_t kind = cursor_u8(&c);
        if (c.bad || (kind != SPLIT_BASE && kind != SPLIT_START_END && kind != SPLIT_START_LENGTH))
            return false;
        bool known = dwarf_indexed_address(d, u, cursor_uleb(&c), &low);
        if (kind == SPLIT_BASE)
            continue; /* no entry is relative to it */
        if (kind == SPLIT_START_END)
            known = dwarf_indexed_address(d, u, cursor_uleb(&c), &high) && known;
        else
            high = low + cursor_u32(&c);
        if (take(&c, cursor_u16(&c), known && pc >= low && pc < high, ret))
            return true;
    }
    return false;
}

struct entry {
    uint64_t low, high;
    bool is_range, is_default;
};

/* One entry, up to its expression; false at the end or where it is damaged. */
static bool read_entry(struct dwarf *d, const struct unit_head *u, struct cursor *c, uint64_t *base,
                       struct entry *e)
{
    uint64_t index;
    *e = (struct entry){.is_range = true};
    switch (cursor_u8(c)) {
    case DW_LLE_base_addressx:
        e->is_range = false;
        return dwarf_indexed_address(d, u, cursor_uleb(c), base);
    case DW_LLE_startx_endx:
        index = cursor_uleb(c);
        return dwarf_indexed_address(d, u, index, &e->low) &&
               dwarf_indexed_address(d, u, cursor_uleb(c), &e->high);
    case DW_LLE_startx_length:
        index = cursor_uleb(c);
        if (!dwarf_indexed_address(d, u, index, &e->low))
            return false;
        e->high = e->low + cursor_uleb(c);
        return true;
    case DW_LLE_offset_pair:
        e->low = *base + cursor_uleb(c);
        e->high = *base + cursor_uleb(c);
        return true;
    case DW_LLE_default_location:
        e->is_default = true;
        return true;
    case DW_LLE_base_address:
        e->is_range = false;
        *base = cursor_unsigned(c, u->address_size);
        return true;
    case DW_LLE_start_end:
        e->low = cursor_unsigned(c, u->address_size);
        e->high = cursor_unsigned(c, u->address_size);
        return true;
    case DW_LLE_start_length:
        e->low = cursor_unsigned(c, u->address_size);
        e->high = e->low + cursor_uleb(c);
        return true;
    case VIEW_PAIR: /* GNU: two view numbers and no expression */
        e->is_range = false;
        cursor_uleb(c);
        cursor_uleb(c);
        return true;
    default:
        return false;
    }
}

static bool search_new(struct dwarf *d, const struct unit_head *u, uint64_t offset, uint64_t pc,
                       struct attr *ret)
{
    struct cursor c = unit_section_cursor(u, DWARF_LOCLISTS, offset);
    uint64_t base = u->has_low ? u->low : 0;
    struct attr fallback = {0};
    struct entry e;
    for (size_t n = 0; n < LOCATION_LIST_LIMIT && read_entry(d, u, &c, &base, &e) && !c.bad; n++) {
        if (!e.is_range)
            continue;
        uint64_t size = cursor_uleb(&c);
        if (take(&c, size, !e.is_default && pc >= e.low && pc < e.high, ret))
            return true;
        if (e.is_default && !c.bad)
            fallback = (struct attr){.kind = ATTR_BLOCK, .block = c.at - size, .size = (size_t)size};
    }
    *ret = fallback;
    return fallback.kind == ATTR_BLOCK;
}

bool location_at(struct dwarf *d, const struct unit_head *u, const struct attr *a, uint64_t pc,
                 struct attr *ret)
{
    uint64_t offset;
    if (a->kind == ATTR_BLOCK) {
        *ret = *a;
        return true;
    }
    if (a->kind == ATTR_LIST_INDEX) {
        if (u->loclists_base == NO_OFFSET || a->u > UINT32_MAX)
            return false;
        struct cursor c = unit_section_cursor(u, DWARF_LOCLISTS, u->loclists_base + a->u * u->offset_size);
        offset = u->loclists_base + cursor_unsigned(&c, u->offset_size);
        return !c.bad && search_new(d, u, offset, pc, ret);
    }
    if (!attr_offset(u, a, &offset))
        return false;
    if (u->version >= 5)
        return search_new(d, u, offset, pc, ret);
    return u->object->split ? search_split(d, u, offset, pc, ret) : search_old(u, offset, pc, ret);
}
