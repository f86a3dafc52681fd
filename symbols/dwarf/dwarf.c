/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/dwarf/dwarf.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/dwarf/dwarf_unit.h"

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
    return object_section(&d->main, id);
}

struct cursor dwarf_cursor(struct dwarf *d, enum dwarf_section_id id, uint64_t offset)
{
    const struct dwarf_section *s = dwarf_section(d, id);
    return cursor_from(s->bytes, s->size, offset, d->image->big);
}

/* What a split unit borrows of its skeleton: addresses, and what the linker had to see. Range lists are in
 * the .dwo since DWARF 5; the GNU form before it left them behind. */
static bool is_borrowed(const struct unit_head *u, enum dwarf_section_id id)
{
    return u->skeleton && (id == DWARF_ADDR || id == DWARF_LINE || id == DWARF_LINE_STR ||
                           (id == DWARF_RANGES && u->version < 5));
}

struct dwarf_section unit_section(const struct unit_head *u, enum dwarf_section_id id)
{
    const struct unit_head *of = is_borrowed(u, id) ? u->skeleton : u;
    struct dwarf_section s = *object_section(of->object, id);
    const struct dwarf_part *part = of->parts ? &of->parts[id] : NULL;
    if (!part || !part->size || !s.bytes)
        return s;
    if (part->offset > s.size || part->size > s.size - part->offset)
        return (struct dwarf_section){.read = true};
    return (struct dwarf_section){.bytes = s.bytes + part->offset, .size = (size_t)part->size, .read = true};
}

struct cursor unit_section_cursor(const struct unit_head *u, enum dwarf_section_id id, uint64_t offset)
{
    struct dwarf_section s = unit_section(u, id);
    return cursor_from(s.bytes, s.size, offset, u->object->elf->big);
}

struct cursor unit_cursor(struct dwarf *d, const struct unit_head *u, uint64_t offset)
{
    (void)d;
    return cursor_from(u->section, (size_t)(u->end - u->section_base), offset - u->section_base,
                       u->object->elf->big);
}

uint64_t unit_offset(const struct unit_head *u, const struct cursor *c)
{
    return u->end - (uint64_t)cursor_left(c);
}

struct dwarf *dwarf_of(struct symbol_file *f)
{
    if (!f->dwarf_image)
        return NULL;
    if (!f->dwarf) {
        struct dwarf *d = f->dwarf = xcalloc(1, sizeof *f->dwarf);
        d->file = f;
        d->image = f->dwarf_image;
        d->main.elf = f->dwarf_image;
        dwarf_add_regions(d, &d->main, DWARF_INFO);
        dwarf_add_regions(d, &d->main, DWARF_TYPES);
        dwarf_alt_open(d);
    }
    return f->dwarf->unit_count ? f->dwarf : NULL;
}

void dwarf_free(struct dwarf *d)
{
    if (!d)
        return;
    dwarf_units_trim(d, 0);
    if (d->index)
        d->index_free(d->index);
    dwarf_objects_free(d);
    free(d->file_names);
    free(d->open);
    free(d->ranges);
    free(d);
}

bool dwarf_is_c(const struct unit_head *u)
{
    return u->language == DW_LANG_C || u->language == DW_LANG_C89 || u->language == DW_LANG_C99 ||
           u->language == DW_LANG_C11 || u->language == DW_LANG_Mips_Assembler;
}

bool dwarf_is_cplus(const struct unit_head *u)
{
    /* The last three are DWARF 6's C++17, C++20 and C++23, which newer compilers write already. */
    static const uint16_t languages[] = {DW_LANG_C_plus_plus,
                                         DW_LANG_C_plus_plus_03,
                                         DW_LANG_C_plus_plus_11,
                                         DW_LANG_C_plus_plus_14,
                                         0x2a,
                                         0x2b,
                                         0x3a};
    for (size_t i = 0; i < ARRAY_LENGTH(languages); i++)
        if (u->language == languages[i])
            return true;
    return false;
}

static const struct dwarf_region *region_holding(const struct dwarf *d, uint64_t offset)
{
    size_t low = 0, high = d->region_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (d->regions[mid].end <= offset)
            low = mid + 1;
        else
            high = mid;
    }
    return low < d->region_count && d->regions[low].base <= offset ? &d->regions[low] : NULL;
}

long dwarf_unit_holding(struct dwarf *d, uint64_t offset)
{
    const struct dwarf_region *r = region_holding(d, offset);
    if (!r)
        return -1;
    size_t low = r->first, high = r->first + r->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (d->units[mid]->end <= offset)
            low = mid + 1;
        else
            high = mid;
    }
    return low < r->first + r->count && d->units[low]->offset <= offset ? (long)low : -1;
}
