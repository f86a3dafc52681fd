/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The objects a file's DWARF is spread over, and their sections of DIEs as regions of one space of offsets.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "symbols/dwarf/dwarf.h"

enum { REGION_ALIGNMENT = 1 << 16 };

static const char *const section_names[DWARF_SECTION_COUNT] = {
    [DWARF_INFO] = ".debug_info",         [DWARF_ABBREV] = ".debug_abbrev",
    [DWARF_LINE] = ".debug_line",         [DWARF_STR] = ".debug_str",
    [DWARF_LINE_STR] = ".debug_line_str", [DWARF_STR_OFFSETS] = ".debug_str_offsets",
    [DWARF_ADDR] = ".debug_addr",         [DWARF_RANGES] = ".debug_ranges",
    [DWARF_RNGLISTS] = ".debug_rnglists", [DWARF_LOC] = ".debug_loc",
    [DWARF_LOCLISTS] = ".debug_loclists", [DWARF_ARANGES] = ".debug_aranges",
    [DWARF_TYPES] = ".debug_types",
};

static char *section_name(const struct dwarf_object *o, enum dwarf_section_id id)
{
    return xasprintf("%s%s", section_names[id], o->split ? ".dwo" : "");
}

const struct dwarf_section *object_section(struct dwarf_object *o, enum dwarf_section_id id)
{
    struct dwarf_section *s = &o->sections[id];
    if (!s->read) {
        s->read = true;
        BASE_FREE char *name = section_name(o, id);
        s->bytes = elf_image_bytes(o->elf, elf_image_section(o->elf, name), &s->size);
    }
    return s;
}

struct dwarf_object *dwarf_add_object(struct dwarf *d, struct elf_image *elf, bool split)
{
    struct dwarf_object *o = xcalloc(1, sizeof *o);
    *o = (struct dwarf_object){.elf = elf, .owned = true, .split = split};
    ARRAY_RESERVE(d->others, d->other_count, d->other_capacity);
    d->others[d->other_count++] = o;
    return o;
}

void dwarf_objects_free(struct dwarf *d)
{
    for (size_t i = 0; i < d->unit_count; i++)
        free(d->units[i]);
    for (size_t i = 0; i < d->other_count; i++) {
        elf_image_close(d->others[i]->elf);
        dwarf_package_free(d->others[i]->package);
        free(d->others[i]);
    }
    free(d->units);
    free(d->others);
    free(d->regions);
    free(d->signatures);
}

static uint32_t *signature_slot(uint32_t *slots, size_t count, struct unit_head *const *units,
                                uint64_t signature)
{
    size_t i = (size_t)(signature ^ signature >> 32) & (count - 1);
    while (slots[i] && units[slots[i] - 1]->signature != signature)
        i = (i + 1) & (count - 1);
    return &slots[i];
}

/* The first type unit of a signature stands for all: they describe the same type. */
static void add_signature(struct dwarf *d, const struct unit_head *u)
{
    if (d->signature_count * 2 >= d->signature_slots) {
        size_t count = d->signature_slots ? d->signature_slots * 2 : 64;
        uint32_t *slots = xcalloc(count, sizeof *slots);
        for (size_t i = 0; i < d->signature_slots; i++)
            if (d->signatures[i])
                *signature_slot(slots, count, d->units, d->units[d->signatures[i] - 1]->signature) =
                    d->signatures[i];
        free(d->signatures);
        d->signatures = slots;
        d->signature_slots = count;
    }
    uint32_t *slot = signature_slot(d->signatures, d->signature_slots, d->units, u->signature);
    if (*slot)
        return;
    *slot = u->index + 1;
    d->signature_count++;
}

uint64_t dwarf_type_of_signature(struct dwarf *d, uint64_t signature)
{
    if (!d->signature_slots)
        return NO_OFFSET;
    uint32_t slot = *signature_slot(d->signatures, d->signature_slots, d->units, signature);
    const struct unit_head *u = slot ? d->units[slot - 1] : NULL;
    return u && u->type_offset < u->end - u->offset ? u->offset + u->type_offset : NO_OFFSET;
}

static void read_headers(struct dwarf *d, struct dwarf_region *r)
{
    const char *name = section_names[r->id];
    for (uint64_t at = 0; at < r->end - r->base && d->unit_count < UINT32_MAX - 1;) {
        struct unit_head *u = xcalloc(1, sizeof *u);
        if (!unit_header_read(r, at, u)) {
            dwarf_complain(d, "the unit header at 0x%llx of %s is damaged", (unsigned long long)at, name);
            free(u);
            break;
        }
        at = u->end - r->base;
        u->index = (uint32_t)d->unit_count;
        u->parts =
            r->object->package ? dwarf_package_parts(r->object->package, r->id, u->offset - r->base) : NULL;
        ARRAY_RESERVE(d->units, d->unit_count, d->unit_capacity);
        d->units[d->unit_count++] = u;
        r->count++;
        if (!u->damaged && (u->unit_type == DW_UT_type || u->unit_type == DW_UT_split_type))
            add_signature(d, u);
    }
}

static void add_region(struct dwarf *d, struct dwarf_object *o, enum dwarf_section_id id,
                       const uint8_t *bytes, size_t size)
{
    struct dwarf_region r = {.object = o,
                             .id = id,
                             .bytes = bytes,
                             .base = d->next_base,
                             .end = d->next_base + size,
                             .first = d->unit_count};
    d->next_base = (r.end + REGION_ALIGNMENT) / REGION_ALIGNMENT * REGION_ALIGNMENT;
    read_headers(d, &r);
    ARRAY_RESERVE(d->regions, d->region_count, d->region_capacity);
    d->regions[d->region_count++] = r;
}

bool dwarf_add_regions(struct dwarf *d, struct dwarf_object *o, enum dwarf_section_id id)
{
    BASE_FREE char *name = section_name(o, id);
    struct elf_section *s = NULL;
    bool any = false;
    while ((s = elf_image_next_section(o->elf, name, s))) {
        size_t size;
        const uint8_t *bytes = elf_image_bytes(o->elf, s, &size);
        if (!bytes || !size || size > UINT64_MAX / 4 - d->next_base)
            continue;
        if (id == DWARF_INFO && !any)
            o->info_base = d->next_base;
        any = true;
        add_region(d, o, id, bytes, size);
    }
    return any;
}
