/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/dwarf/dwarf_unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* What libdwarf is shown: a null section as in ELF, then these. Lines, ranges, location lists and frames are
 * read by code of ours, and libdwarf would build tables over some of them for every CU; `.debug_line` is
 * there for the tests that compare with it. DIEs of `.debug_types` have a name of their own, as their header
 * is another. */
static const struct {
    enum dwarf_section_id id;
    const char *name;
} shown[] = {
    {DWARF_INFO, ".debug_info"},
    {DWARF_TYPES, ".debug_types"},
    {DWARF_ABBREV, ".debug_abbrev"},
    {DWARF_LINE, ".debug_line"},
    {DWARF_STR, ".debug_str"},
    {DWARF_LINE_STR, ".debug_line_str"},
    {DWARF_STR_OFFSETS, ".debug_str_offsets"},
    {DWARF_ADDR, ".debug_addr"},
};
enum { SHOWN = sizeof shown / sizeof shown[0] + 1 };

struct unit_object {
    struct {
        const char *name;
        const uint8_t *bytes;
        uint64_t size;
    } sections[SHOWN];
    bool big;
    uint8_t offset_size, address_size;
    uint64_t file_size;
#if LIBDWARF_NEW
    struct Dwarf_Obj_Access_Interface_a_s interface;
#else
    Dwarf_Obj_Access_Interface interface;
#endif
};

#if LIBDWARF_NEW
static int section_info(void *o, Dwarf_Unsigned index, Dwarf_Obj_Access_Section_a *ret, int *err)
{
    struct unit_object *object = o;
    (void)err;
    if (index >= SHOWN)
        return DW_DLV_NO_ENTRY;
    memset(ret, 0, sizeof *ret);
    ret->as_name = object->sections[index].name;
    ret->as_size = object->sections[index].size;
    ret->as_type = index ? 1 : 0;
    return DW_DLV_OK;
}
#else
static int section_info(void *o, Dwarf_Half index, Dwarf_Obj_Access_Section *ret, int *err)
{
    struct unit_object *object = o;
    (void)err;
    if (index >= SHOWN)
        return DW_DLV_NO_ENTRY;
    memset(ret, 0, sizeof *ret);
    ret->name = object->sections[index].name;
    ret->size = object->sections[index].size;
    ret->type = index ? 1 : 0;
    return DW_DLV_OK;
}
#endif

/* The spelling of the byte order changed its type with the versions; the method takes what the struct wants.
 */
#if LIBDWARF_NEW
static Dwarf_Small byte_order(void *o)
{
    return ((struct unit_object *)o)->big ? DW_END_big : DW_END_little;
}

static Dwarf_Unsigned file_size(void *o)
{
    return ((struct unit_object *)o)->file_size;
}
#else
static Dwarf_Endianness byte_order(void *o)
{
    return ((struct unit_object *)o)->big ? DW_OBJECT_MSB : DW_OBJECT_LSB;
}
#endif

static Dwarf_Small length_size(void *o)
{
    return ((struct unit_object *)o)->offset_size;
}

static Dwarf_Small pointer_size(void *o)
{
    return ((struct unit_object *)o)->address_size;
}

static Dwarf_Unsigned section_count(void *o)
{
    (void)o;
    return SHOWN;
}

#if LIBDWARF_NEW
static int load_section(void *o, Dwarf_Unsigned index, Dwarf_Small **ret, int *err)
#else
static int load_section(void *o, Dwarf_Half index, Dwarf_Small **ret, int *err)
#endif
{
    struct unit_object *object = o;
    (void)err;
    if (index >= SHOWN || !object->sections[index].bytes)
        return DW_DLV_NO_ENTRY;
    *ret = (Dwarf_Small *)object->sections[index].bytes;
    return DW_DLV_OK;
}

#if LIBDWARF_NEW
static const struct Dwarf_Obj_Access_Methods_a_s methods = {
    .om_get_section_info = section_info,
    .om_get_byte_order = byte_order,
    .om_get_length_size = length_size,
    .om_get_pointer_size = pointer_size,
    .om_get_filesize = file_size,
    .om_get_section_count = section_count,
    .om_load_section = load_section,
};
#else
static const Dwarf_Obj_Access_Methods methods = {
    .get_section_info = section_info,
    .get_byte_order = byte_order,
    .get_length_size = length_size,
    .get_pointer_size = pointer_size,
    .get_section_count = section_count,
    .load_section = load_section,
};
#endif

static struct unit_object *make_object(const struct unit_head *h)
{
    struct unit_object *o = xcalloc(1, sizeof *o);
    o->sections[0].name = "";
    for (size_t i = 0; i < ARRAY_LENGTH(shown); i++) {
        struct dwarf_section s = {0};
        if (shown[i].id == (h->in_types ? DWARF_TYPES : DWARF_INFO))
            s = (struct dwarf_section){.bytes = h->section + (h->offset - h->section_base),
                                       .size = (size_t)(h->end - h->offset)};
        else if (shown[i].id != DWARF_INFO && shown[i].id != DWARF_TYPES)
            s = unit_section(h, shown[i].id);
        o->sections[i + 1].name = s.bytes ? shown[i].name : "";
        o->sections[i + 1].bytes = s.bytes;
        o->sections[i + 1].size = s.size;
        o->file_size += s.size; /* inflated ones may be larger than the file */
    }
    o->big = h->object->elf->big;
    o->offset_size = h->offset_size;
    o->address_size = h->address_size;
#if LIBDWARF_NEW
    o->interface.ai_object = o;
    o->interface.ai_methods = &methods;
#else
    o->interface.object = o;
    o->interface.methods = &methods;
#endif
    return o;
}

void slice_error(struct dwarf *d, const struct unit_head *h, Dwarf_Debug debug, Dwarf_Error err)
{
    if (!err)
        return;
    dwarf_complain(d, "unit at 0x%llx: %s", (unsigned long long)h->offset, dwarf_errmsg(err));
    dwarf_dealloc_error(debug, err);
}

void die_error(struct dwarf_unit *u, Dwarf_Error err)
{
    slice_error(u->dwarf, u->head, u->debug, err);
}

/* Finds the root DIE. */
static int find_root(const struct unit_head *h, struct unit_slice *s, Dwarf_Error *err)
{
    Dwarf_Unsigned header_length, type_offset, next;
    Dwarf_Half version, address_size, length, extension, type;
    Dwarf_Off abbrev;
    Dwarf_Sig8 signature;
    bool info = !h->in_types;
    int rc = dwarf_next_cu_header_d(s->debug, info, &header_length, &version, &abbrev, &address_size, &length,
                                    &extension, &signature, &type_offset, &next, &type, err);
    return rc == DW_DLV_OK ? dwarf_siblingof_b(s->debug, NULL, info, &s->root, err) : rc;
}

static void unit_slice_close(struct unit_slice *s)
{
    if (s->root)
        dwarf_dealloc_die(s->root);
    if (s->debug) {
#if LIBDWARF_NEW
        dwarf_object_finish(s->debug);
#else
        Dwarf_Error err = NULL;
        dwarf_object_finish(s->debug, &err);
#endif
    }
    free(s->object);
    *s = (struct unit_slice){0};
}

/* A unit through libdwarf; false, with nothing left open, when it refuses. */
static bool unit_slice_open(struct dwarf *d, const struct unit_head *h, struct unit_slice *s)
{
    Dwarf_Error err = NULL;
    *s = (struct unit_slice){.object = make_object(h)};
    /* Process-wide in libdwarf, and always the same here: relocations are ours, and it need not remember
     * every allocation, as each is given back. */
    dwarf_set_reloc_application(0);
    dwarf_set_de_alloc_flag(0);
    int rc = dwarf_object_init_b(&s->object->interface, NULL, NULL, DW_GROUPNUMBER_ANY, &s->debug, &err);
    if (rc != DW_DLV_OK)
        s->debug = NULL;
    else
        rc = find_root(h, s, &err);
    if (rc == DW_DLV_OK)
        return true;
    s->root = NULL;
    slice_error(d, h, s->debug, rc == DW_DLV_ERROR ? err : NULL);
    unit_slice_close(s);
    return false;
}

static void close_unit(struct dwarf_unit *u)
{
    line_table_free(&u->lines);
    free(u->functions.functions);
    free(u->functions.ranges);
    unit_slice_close(&u->slice);
    free(u);
}

static void move_to_front(struct dwarf *d, size_t at)
{
    struct dwarf_unit *u = d->open[at];
    memmove(d->open + 1, d->open, at * sizeof(struct dwarf_unit *));
    d->open[0] = u;
}

/* The unit `i` itself. */
static struct dwarf_unit *get(struct dwarf *d, size_t i)
{
    for (size_t k = 0; k < d->open_count; k++) {
        if (d->open[k]->index == i) {
            move_to_front(d, k);
            return d->open[0];
        }
    }
    struct unit_head *head = i < d->unit_count ? dwarf_head(d, i) : NULL;
    if (!head)
        return NULL;
    struct unit_slice slice;
    if (!unit_slice_open(d, head, &slice)) {
        head->damaged = true;
        return NULL;
    }
    struct dwarf_unit *u = xcalloc(1, sizeof *u);
    *u = (struct dwarf_unit){
        .dwarf = d, .head = head, .index = i, .slice = slice, .debug = slice.debug, .root = slice.root};
    ARRAY_RESERVE(d->open, d->open_count, d->open_capacity);
    d->open[d->open_count++] = u;
    move_to_front(d, d->open_count - 1);
    return u;
}

struct dwarf_unit *dwarf_unit_get(struct dwarf *d, size_t i)
{
    size_t split = dwarf_split_unit(d, i);
    struct dwarf_unit *u = get(d, split);
    return u || split == i ? u : get(d, i);
}

struct dwarf_unit *dwarf_unit_of_die(struct dwarf *d, uint64_t offset)
{
    long i = dwarf_unit_holding(d, offset);
    return i < 0 ? NULL : get(d, (size_t)i);
}

void dwarf_units_trim(struct dwarf *d, size_t keep)
{
    while (d->open_count > keep)
        close_unit(d->open[--d->open_count]);
}
