/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walking DIEs through libdwarf. Values are decoded by our own reader at the offset libdwarf gives: it knows
 * references into other CUs, which a slice does not hold, and never allocates.
 */
#include "symbols/dwarf/dwarf_unit.h"
#include "symbols/limits.h"

uint64_t die_offset(struct dwarf_unit *u, Dwarf_Die die)
{
    Dwarf_Off offset = 0;
    Dwarf_Error err = NULL;
    if (dwarf_dieoffset(die, &offset, &err) != DW_DLV_OK)
        die_error(u, err);
    return offset + u->head->offset;
}

/* Decodes the value of one attribute from the mapped bytes. */
static bool read_attr(struct dwarf_unit *u, Dwarf_Die die, Dwarf_Attribute from, struct attr *ret)
{
    Dwarf_Half name = 0, form = 0;
    Dwarf_Off offset = 0;
    Dwarf_Error err = NULL;
    Dwarf_Signed implicit = 0;
    if (dwarf_whatattr(from, &name, &err) != DW_DLV_OK || dwarf_whatform(from, &form, &err) != DW_DLV_OK) {
        die_error(u, err);
        return false;
    }
    if (form == DW_FORM_implicit_const) {
        if (dwarf_formsdata(from, &implicit, &err) != DW_DLV_OK) {
            die_error(u, err);
            return false;
        }
    } else if (dwarf_attr_offset(die, from, &offset, &err) != DW_DLV_OK) {
        die_error(u, err);
        return false;
    }
    struct dwarf *d = u->dwarf;
    struct cursor c = unit_cursor(d, u->head, u->head->offset + offset);
    return attr_decode(d, u->head, &c, name, form, implicit, ret);
}

void die_attributes(struct dwarf_unit *u, Dwarf_Die die, struct die_attrs *ret)
{
    Dwarf_Attribute *list = NULL;
    Dwarf_Signed n = 0;
    Dwarf_Error err = NULL;
    ret->count = 0;
    int rc = dwarf_attrlist(die, &list, &n, &err);
    if (rc == DW_DLV_ERROR)
        die_error(u, err);
    if (rc != DW_DLV_OK)
        return;
    for (Dwarf_Signed i = 0; i < n; i++) {
        if (ret->count < DIE_ATTR_LIMIT && read_attr(u, die, list[i], &ret->list[ret->count]))
            ret->count++;
        dwarf_dealloc_attribute(list[i]);
    }
    dwarf_dealloc(u->debug, list, DW_DLA_LIST);
}

const struct attr *die_attr(const struct die_attrs *a, unsigned name)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i].name == name)
            return &a->list[i];
    return NULL;
}

void die_walk_begin(struct dwarf_unit *u)
{
    u->budget = u->head->end - u->head->offset;
}

void die_children(struct dwarf_unit *u, Dwarf_Die die, die_visitor *visit, void *context)
{
    Dwarf_Die child = NULL;
    Dwarf_Error err = NULL;
    int rc = dwarf_child(die, &child, &err);
    uint64_t last = 0;
    while (rc == DW_DLV_OK) {
        Dwarf_Half tag = 0;
        uint64_t here = die_offset(u, child);
        /* Siblings stand in order; anything else is a crafted loop. */
        if (here <= last || !u->budget || dwarf_tag(child, &tag, &err) != DW_DLV_OK)
            break;
        last = here;
        u->budget--;
        visit(context, u, child, tag);
        Dwarf_Die next = NULL;
        rc = dwarf_siblingof_b(u->debug, child, !u->head->in_types, &next, &err);
        dwarf_dealloc_die(child);
        child = rc == DW_DLV_OK ? next : NULL;
    }
    if (child)
        dwarf_dealloc_die(child);
    die_error(u, err);
}

bool die_at(struct dwarf_unit *u, uint64_t offset, Dwarf_Die *ret)
{
    Dwarf_Error err = NULL;
    if (offset < u->head->root || offset >= u->head->end)
        return false;
    if (dwarf_offdie_b(u->debug, offset - u->head->offset, !u->head->in_types, ret, &err) == DW_DLV_OK)
        return true;
    die_error(u, err);
    return false;
}

bool die_anywhere(struct dwarf *d, uint64_t offset, struct dwarf_unit **unit, Dwarf_Die *ret)
{
    *unit = dwarf_unit_of_die(d, offset);
    return *unit && die_at(*unit, offset, ret);
}

struct imports {
    die_visitor *visit;
    void *context;
    uint32_t walk; /* a unit is visited once a walk, whoever imports it */
    size_t count;
    unsigned depth;
};

static void visit_import(void *context, struct dwarf_unit *from, Dwarf_Die die, uint16_t tag)
{
    struct imports *k = context;
    struct die_attrs a;
    struct dwarf_unit *u;
    if (tag != DW_TAG_imported_unit || k->count >= IMPORT_LIMIT || k->depth >= DIE_DEPTH_LIMIT)
        return;
    die_attributes(from, die, &a);
    const struct attr *import = die_attr(&a, DW_AT_import);
    u = import && import->kind == ATTR_REFERENCE ? dwarf_unit_of_die(from->dwarf, import->u) : NULL;
    if (!u || u->head->root != import->u || u->head->walk == k->walk)
        return;
    u->head->walk = k->walk;
    k->count++;
    die_walk_begin(u);
    die_children(u, u->root, k->visit, k->context);
    die_walk_begin(u);
    k->depth++;
    die_children(u, u->root, visit_import, k);
    k->depth--;
}

void unit_imports(struct dwarf_unit *u, die_visitor *visit, void *context)
{
    struct imports k = {.visit = visit, .context = context, .walk = ++u->dwarf->walks};
    u->head->walk = k.walk;
    die_walk_begin(u);
    die_children(u, u->root, visit_import, &k);
}
