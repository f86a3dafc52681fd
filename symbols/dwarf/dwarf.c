#include "symbols/dwarf/dwarf.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/dwarf/dwarf_scan.h"
#include "symbols/dwarf/dwarf_unit.h"

static const char *const section_names[DWARF_SECTION_COUNT] = {
    [DWARF_INFO] = ".debug_info",         [DWARF_ABBREV] = ".debug_abbrev",
    [DWARF_LINE] = ".debug_line",         [DWARF_STR] = ".debug_str",
    [DWARF_LINE_STR] = ".debug_line_str", [DWARF_STR_OFFSETS] = ".debug_str_offsets",
    [DWARF_ADDR] = ".debug_addr",         [DWARF_RANGES] = ".debug_ranges",
    [DWARF_RNGLISTS] = ".debug_rnglists", [DWARF_LOC] = ".debug_loc",
    [DWARF_LOCLISTS] = ".debug_loclists", [DWARF_ARANGES] = ".debug_aranges",
};

void dwarf_complain(struct dwarf *d, const char *format, ...)
{
    /* One is enough: a damaged file would repeat it for every question. */
    if (d->complained)
        return;
    d->complained = true;
    BASE_BUF struct buf b = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&b, format, args);
    va_end(args);
    elf_image_complain(d->image, "DWARF of %s: %s", d->image->path, buf_text(&b));
}

const struct dwarf_section *dwarf_section(struct dwarf *d, enum dwarf_section_id id)
{
    struct dwarf_section *s = &d->sections[id];
    if (!s->read) {
        s->read = true;
        s->bytes = elf_image_bytes(d->image, elf_image_section(d->image, section_names[id]), &s->size);
    }
    return s;
}

struct cursor dwarf_cursor(struct dwarf *d, enum dwarf_section_id id, uint64_t offset)
{
    const struct dwarf_section *s = dwarf_section(d, id);
    return cursor_from(s->bytes, s->size, offset, d->image->big);
}

struct cursor unit_cursor(struct dwarf *d, const struct unit_head *u, uint64_t offset)
{
    return cursor_from(dwarf_section(d, DWARF_INFO)->bytes, (size_t)u->end, offset, d->image->big);
}

uint64_t unit_offset(const struct unit_head *u, const struct cursor *c)
{
    return u->end - (uint64_t)cursor_left(c);
}

static bool read_header(struct dwarf *d, struct cursor *c, struct unit_head *u)
{
    const uint8_t *start = dwarf_section(d, DWARF_INFO)->bytes;
    *u = (struct unit_head){.offset = (uint64_t)(c->at - start),
                            .unit_type = DW_UT_compile,
                            .lines = NO_OFFSET,
                            .ranges = NO_OFFSET,
                            .str_offsets_base = NO_OFFSET,
                            .addr_base = NO_OFFSET,
                            .rnglists_base = NO_OFFSET,
                            .loclists_base = NO_OFFSET};
    unsigned offset_size;
    uint64_t length = cursor_initial_length(c, &offset_size);
    struct cursor in = cursor_part(c, length);
    u->offset_size = (uint8_t)offset_size;
    u->version = cursor_u16(&in);
    if (u->version >= 5) {
        u->unit_type = cursor_u8(&in);
        u->address_size = cursor_u8(&in);
        u->abbrev = cursor_unsigned(&in, offset_size);
        if (u->unit_type == DW_UT_type || u->unit_type == DW_UT_split_type) {
            u->signature = cursor_u64(&in);
            u->type_offset = cursor_unsigned(&in, offset_size);
        } else if (u->unit_type == DW_UT_skeleton || u->unit_type == DW_UT_split_compile) {
            u->signature = cursor_u64(&in);
        }
    } else {
        u->abbrev = cursor_unsigned(&in, offset_size);
        u->address_size = cursor_u8(&in);
    }
    u->root = (uint64_t)(in.at - start);
    u->end = (uint64_t)(in.end - start);
    u->damaged = in.bad || u->version < 2 || u->version > 5 || u->address_size == 0 || u->address_size > 8;
    return !c->bad;
}

static void read_headers(struct dwarf *d)
{
    d->units_read = true;
    struct cursor c = dwarf_cursor(d, DWARF_INFO, 0);
    size_t capacity = 0;
    while (cursor_left(&c) > 0 && d->unit_count < UINT32_MAX) {
        ARRAY_RESERVE(d->units, d->unit_count, capacity);
        if (!read_header(d, &c, &d->units[d->unit_count])) {
            dwarf_complain(d, "the unit header at 0x%llx of .debug_info is damaged",
                           (unsigned long long)d->units[d->unit_count].offset);
            break;
        }
        d->unit_count++;
    }
}

struct dwarf *dwarf_of(struct symbol_file *f)
{
    if (!f->dwarf_image)
        return NULL;
    if (!f->dwarf) {
        f->dwarf = xcalloc(1, sizeof *f->dwarf);
        f->dwarf->file = f;
        f->dwarf->image = f->dwarf_image;
        read_headers(f->dwarf);
    }
    return f->dwarf->unit_count ? f->dwarf : NULL;
}

void dwarf_free(struct dwarf *d)
{
    if (!d)
        return;
    dwarf_units_trim(d, 0);
    dwarf_index_free(d->index);
    free(d->file_names);
    free(d->open);
    free(d->units);
    free(d->ranges);
    free(d);
}

enum { ROOT_WORK_LIMIT = 1 << 24 };

struct root_attrs {
    struct attr low, high, name, directory, producer, ranges, lines;
};

static void keep_root_attr(struct unit_head *u, const struct attr *a, struct root_attrs *r)
{
    struct attr *slot = NULL;
    switch (a->name) {
    case DW_AT_low_pc:
        slot = &r->low;
        break;
    case DW_AT_high_pc:
        slot = &r->high;
        break;
    case DW_AT_name:
        slot = &r->name;
        break;
    case DW_AT_comp_dir:
        slot = &r->directory;
        break;
    case DW_AT_producer:
        slot = &r->producer;
        break;
    case DW_AT_ranges:
        slot = &r->ranges;
        break;
    case DW_AT_stmt_list:
        slot = &r->lines;
        break;
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
    default:
        break;
    }
    if (slot)
        *slot = *a;
}

/* Indexed forms need the bases, which may stand behind them: only now can they be looked up. */
static void resolve_root(struct dwarf *d, struct unit_head *u, const struct root_attrs *r)
{
    u->name = attr_string(d, u, &r->name);
    u->directory = attr_string(d, u, &r->directory);
    u->producer = attr_string(d, u, &r->producer);
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
    if (!attr_offset(u, &r->lines, &u->lines))
        u->lines = NO_OFFSET;
}

static void read_root(struct dwarf *d, struct unit_head *u)
{
    struct cursor c = unit_cursor(d, u, u->root);
    uint64_t code = cursor_uleb(&c);
    struct abbrev_table table = {0};
    if (d->root_work < ROOT_WORK_LIMIT)
        abbrev_table_read(d, u->abbrev, code, &table);
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
    struct unit_head *u = &d->units[i];
    if (!u->root_read && !u->damaged) {
        u->root_read = true;
        read_root(d, u);
    }
    return u->damaged ? NULL : u;
}

bool dwarf_is_c(const struct unit_head *u)
{
    return u->language == DW_LANG_C || u->language == DW_LANG_C89 || u->language == DW_LANG_C99 ||
           u->language == DW_LANG_C11 || u->language == DW_LANG_Mips_Assembler;
}

long dwarf_unit_holding(struct dwarf *d, uint64_t offset)
{
    size_t low = 0, high = d->unit_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (d->units[mid].end <= offset)
            low = mid + 1;
        else
            high = mid;
    }
    return low < d->unit_count && d->units[low].offset <= offset ? (long)low : -1;
}
