/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of a .dwp package: which parts of its sections belong to which unit (DWARF 5, section 7.3.5;
 * version 2 of the tables is the GNU form for DWARF 4).
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "symbols/dwarf/dwarf.h"
#include "symbols/limits.h"

enum { COLUMN_INFO = 1, COLUMN_TYPES = 2 };

struct package_unit {
    uint64_t id;
    uint64_t offset; /* of its DIEs */
    struct dwarf_part parts[DWARF_SECTION_COUNT];
};

struct package_table {
    struct package_unit *units; /* by offset */
    size_t count;
};

struct dwarf_package {
    struct package_table compile, type;
    bool types_apart; /* type units are in .debug_types.dwo */
};

/* A column's section, by the numbers of either version; -1: one that is not needed. */
static int section_of(uint32_t column, unsigned version)
{
    static const int common[] = {-1, DWARF_INFO, -1, DWARF_ABBREV, DWARF_LINE, -1, DWARF_STR_OFFSETS};
    if (version == 2 && column == COLUMN_TYPES)
        return DWARF_TYPES;
    if (column == 5)
        return version == 2 ? DWARF_LOC : DWARF_LOCLISTS;
    if (column == 8)
        return version == 2 ? -1 : DWARF_RNGLISTS;
    return column < ARRAY_LENGTH(common) ? common[column] : -1;
}

struct table_header {
    unsigned version;
    uint32_t columns, units, slots;
    int sections[PACKAGE_COLUMN_LIMIT];
    struct cursor signatures, indexes, offsets, sizes;
};

static bool read_header(struct cursor c, struct table_header *h)
{
    uint32_t first = cursor_u32(&c);
    /* Version 5 is two bytes and two of padding. */
    h->version = first == 2 ? 2 : (c.big ? first >> 16 : first & 0xffff);
    h->columns = cursor_u32(&c);
    h->units = cursor_u32(&c);
    h->slots = cursor_u32(&c);
    if (c.bad || (h->version != 2 && h->version != 5) || h->columns > PACKAGE_COLUMN_LIMIT)
        return false;
    h->signatures = cursor_part(&c, (uint64_t)h->slots * 8);
    h->indexes = cursor_part(&c, (uint64_t)h->slots * 4);
    for (uint32_t i = 0; i < h->columns; i++)
        h->sections[i] = section_of(cursor_u32(&c), h->version);
    h->offsets = cursor_part(&c, (uint64_t)h->units * h->columns * 4);
    h->sizes = cursor_part(&c, (uint64_t)h->units * h->columns * 4);
    return !c.bad;
}

static int by_offset(const void *a, const void *b)
{
    const struct package_unit *x = a, *y = b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static bool read_table(struct dwarf_object *o, const char *name, struct package_table *ret)
{
    size_t size;
    const uint8_t *bytes = elf_image_bytes(o->elf, elf_image_section(o->elf, name), &size);
    struct table_header h = {0};
    if (!bytes)
        return true;
    if (!read_header(cursor_of(bytes, size, o->elf->big), &h))
        return false;
    if (!h.units || !h.columns)
        return true;
    ret->units = xcalloc(h.units, sizeof *ret->units);
    ret->count = h.units;
    for (uint32_t i = 0; i < h.units; i++) {
        struct package_unit *u = &ret->units[i];
        for (uint32_t k = 0; k < h.columns; k++) {
            struct dwarf_part part = {.offset = cursor_u32(&h.offsets), .size = cursor_u32(&h.sizes)};
            if (h.sections[k] >= 0)
                u->parts[h.sections[k]] = part;
        }
        const struct dwarf_part *dies = &u->parts[DWARF_TYPES];
        u->offset = dies->size ? dies->offset : u->parts[DWARF_INFO].offset;
    }
    for (uint32_t i = 0; i < h.slots; i++) {
        uint64_t id = cursor_u64(&h.signatures);
        uint32_t row = cursor_u32(&h.indexes);
        if (row && row <= h.units)
            ret->units[row - 1].id = id;
    }
    qsort(ret->units, ret->count, sizeof *ret->units, by_offset);
    return true;
}

struct dwarf_package *dwarf_package_read(struct dwarf *d, struct dwarf_object *o)
{
    struct dwarf_package *p = xcalloc(1, sizeof *p);
    p->types_apart = elf_image_section(o->elf, ".debug_types.dwo") != NULL;
    if (read_table(o, ".debug_cu_index", &p->compile) && read_table(o, ".debug_tu_index", &p->type) &&
        p->compile.count)
        return p;
    elf_image_complain(d->image, "the package %s has no usable .debug_cu_index", o->elf->path);
    dwarf_package_free(p);
    return NULL;
}

void dwarf_package_free(struct dwarf_package *p)
{
    if (!p)
        return;
    free(p->compile.units);
    free(p->type.units);
    free(p);
}

static const struct dwarf_part *parts_in(const struct package_table *t, enum dwarf_section_id id,
                                         uint64_t offset)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->units[mid].offset <= offset)
            low = mid + 1;
        else
            high = mid;
    }
    const struct package_unit *u = low ? &t->units[low - 1] : NULL;
    return u && offset - u->offset < u->parts[id].size ? u->parts : NULL;
}

const struct dwarf_part *dwarf_package_parts(const struct dwarf_package *p, enum dwarf_section_id id,
                                             uint64_t offset)
{
    const struct dwarf_part *parts = NULL;
    if (id == DWARF_INFO)
        parts = parts_in(&p->compile, id, offset);
    if (!parts && (id == DWARF_TYPES || !p->types_apart))
        parts = parts_in(&p->type, id, offset);
    return parts;
}

uint64_t dwarf_package_find(const struct dwarf_package *p, uint64_t id)
{
    for (size_t i = 0; i < p->compile.count; i++)
        if (p->compile.units[i].id == id)
            return p->compile.units[i].offset;
    return NO_OFFSET;
}
