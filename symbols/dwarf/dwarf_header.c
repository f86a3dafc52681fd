/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Unit headers (DWARF 5, section 7.5.1) and what the root DIE of a unit says.
 */
#include "symbols/dwarf/dwarf_scan.h"
#include "symbols/limits.h"

enum { UNIT_HEADER_BYTES = 40 };

static void read_type_fields(struct cursor *in, struct unit_head *u)
{
    u->signature = cursor_u64(in);
    u->type_offset = cursor_unsigned(in, u->offset_size);
}

/* A .dwo names no bases: its tables begin behind their headers, where the GNU form has no header at all
 * (DWARF 5, sections 7.26 to 7.29). */
static void default_bases(struct unit_head *u)
{
    bool wide = u->offset_size == 8;
    if (!u->object->split)
        return;
    if (u->str_offsets_base == NO_OFFSET)
        u->str_offsets_base = u->version < 5 ? 0 : wide ? 16 : 8;
    if (u->rnglists_base == NO_OFFSET)
        u->rnglists_base = wide ? 20 : 12;
    if (u->loclists_base == NO_OFFSET)
        u->loclists_base = wide ? 20 : 12;
}

static void read_fields(struct cursor *in, struct unit_head *u)
{
    u->version = cursor_u16(in);
    if (u->version >= 5) {
        u->unit_type = cursor_u8(in);
        u->address_size = cursor_u8(in);
        u->abbrev = cursor_unsigned(in, u->offset_size);
        if (u->unit_type == DW_UT_type || u->unit_type == DW_UT_split_type)
            read_type_fields(in, u);
        else if (u->unit_type == DW_UT_skeleton || u->unit_type == DW_UT_split_compile)
            u->split_id = cursor_u64(in);
    } else {
        u->abbrev = cursor_unsigned(in, u->offset_size);
        u->address_size = cursor_u8(in);
        if (u->in_types)
            read_type_fields(in, u);
    }
}

bool unit_header_read(const struct dwarf_region *r, uint64_t at, struct unit_head *u)
{
    uint8_t space[UNIT_HEADER_BYTES];
    uint64_t left = r->end - r->base - at;
    size_t n = left < sizeof space ? (size_t)left : sizeof space;
    const uint8_t *bytes = elf_image_peek(r->object->elf, r->bytes + at, n, space);
    struct cursor c = cursor_of(bytes, n, r->object->elf->big);
    *u = (struct unit_head){.offset = r->base + at,
                            .unit_type = r->id == DWARF_TYPES ? DW_UT_type : DW_UT_compile,
                            .lines = NO_OFFSET,
                            .ranges = NO_OFFSET,
                            .str_offsets_base = NO_OFFSET,
                            .addr_base = NO_OFFSET,
                            .rnglists_base = NO_OFFSET,
                            .loclists_base = NO_OFFSET,
                            .object = r->object,
                            .section = r->bytes,
                            .section_base = r->base,
                            .in_types = r->id == DWARF_TYPES,
                            .split = -1};
    unsigned offset_size;
    uint64_t length = cursor_initial_length(&c, &offset_size);
    uint64_t before = (uint64_t)(c.at - bytes);
    if (c.bad || length > left - before)
        return false;
    struct cursor in = cursor_part(&c, length < cursor_left(&c) ? length : cursor_left(&c));
    u->offset_size = (uint8_t)offset_size;
    read_fields(&in, u);
    default_bases(u);
    u->root = u->offset + (uint64_t)(in.at - bytes);
    u->end = u->offset + before + length;
    u->damaged = in.bad || u->version < 2 || u->version > 5 || u->address_size == 0 || u->address_size > 8;
    return true;
}

struct root_attrs {
    struct attr low, high, name, directory, producer, ranges, lines, split_name;
};

static struct attr *root_slot(struct root_attrs *r, uint16_t name)
{
    switch (name) {
    case DW_AT_low_pc:
        return &r->low;
    case DW_AT_high_pc:
        return &r->high;
    case DW_AT_name:
        return &r->name;
    case DW_AT_comp_dir:
        return &r->directory;
    case DW_AT_producer:
        return &r->producer;
    case DW_AT_ranges:
        return &r->ranges;
    case DW_AT_stmt_list:
        return &r->lines;
    case DW_AT_dwo_name:
    case DW_AT_GNU_dwo_name:
        return &r->split_name;
    default:
        return NULL;
    }
}

static void keep_root_attr(struct unit_head *u, const struct attr *a, struct root_attrs *r)
{
    struct attr *slot = root_slot(r, a->name);
    if (slot)
        *slot = *a;
    switch (a->name) {
    case DW_AT_language:
        u->language = (uint16_t)a->u;
        break;
    case DW_AT_str_offsets_base:
        u->str_offsets_base = a->u;
        break;
    case DW_AT_addr_base:
    case DW_AT_GNU_addr_base:
        u->addr_base = a->u;
        break;
    case DW_AT_rnglists_base:
        u->rnglists_base = a->u;
        break;
    case DW_AT_loclists_base:
        u->loclists_base = a->u;
        break;
    case DW_AT_GNU_ranges_base:
        u->range_base = a->u;
        break;
    case DW_AT_GNU_dwo_id:
        u->split_id = a->u;
        break;
    default:
        break;
    }
}

static void borrow(struct unit_head *u)
{
    const struct unit_head *s = u->skeleton;
    u->addr_base = s->addr_base;
    u->range_base = s->range_base;
    u->directory = u->directory ? u->directory : s->directory;
    u->has_low = s->has_low;
    u->low = s->low;
}

/* Indexed forms need the bases, which may stand behind them: only now can they be looked up. */
static void resolve_root(struct dwarf *d, struct unit_head *u, const struct root_attrs *r)
{
    if (u->skeleton)
        borrow(u);
    u->name = attr_string(d, u, &r->name);
    const char *directory = attr_string(d, u, &r->directory);
    u->directory = directory ? directory : u->directory;
    u->producer = attr_string(d, u, &r->producer);
    if (!u->skeleton)
        u->has_low = attr_address(d, u, &r->low, &u->low);
    if (r->high.kind == ATTR_CONSTANT) {
        u->has_high = u->high_is_size = true;
        u->high = r->high.u;
    } else {
        u->has_high = attr_address(d, u, &r->high, &u->high);
    }
    u->ranges_is_index = r->ranges.kind == ATTR_LIST_INDEX;
    if (!u->ranges_is_index && !attr_offset(u, &r->ranges, &u->ranges))
        u->ranges = NO_OFFSET;
    else if (u->ranges_is_index)
        u->ranges = r->ranges.u;
    /* A split CU's lines are its skeleton's. */
    if (u->skeleton || !attr_offset(u, &r->lines, &u->lines))
        u->lines = NO_OFFSET;
    u->split_name = attr_string(d, u, &r->split_name);
    u->is_skeleton = !u->object->split && u->split_name != NULL;
}

static void read_root(struct dwarf *d, struct unit_head *u)
{
    struct cursor c = unit_cursor(d, u, u->root);
    uint64_t code = cursor_uleb(&c);
    struct abbrev_table table = {0};
    if (d->root_work < ROOT_WORK_LIMIT)
        abbrev_table_read(u, code, &table);
    d->root_work += table.count;
    const struct abbrev *abbrev = abbrev_find(&table, code);
    struct root_attrs r = {0};
    u->damaged = !abbrev;
    for (uint32_t i = 0; abbrev && table.attrs && i < abbrev->count; i++) {
        const struct abbrev_attr *spec = &table.attrs[abbrev->first + i];
        struct attr a;
        if (!attr_decode(d, u, &c, spec->name, spec->form, spec->implicit, &a)) {
            u->damaged = true;
            break;
        }
        keep_root_attr(u, &a, &r);
    }
    u->tag = abbrev ? abbrev->tag : 0;
    abbrev_table_free(&table);
    if (u->damaged)
        dwarf_complain(d, "the root DIE of the unit at 0x%llx is damaged", (unsigned long long)u->offset);
    else
        resolve_root(d, u, &r);
}

struct unit_head *dwarf_head(struct dwarf *d, size_t i)
{
    struct unit_head *u = d->units[i];
    if (!u->root_read && !u->damaged) {
        u->root_read = true;
        read_root(d, u);
    }
    return u->damaged ? NULL : u;
}
