#include "symbols/index/dwarf_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/dwarf/dwarf_scan.h"

enum { ENTRY_LIMIT = 1 << 24, ABBREV_WORK_LIMIT = 1 << 26 };

struct scan {
    struct dwarf *d;
    struct dwarf_index *x;
    const struct unit_head *u;
    uint32_t unit;
    struct abbrev_table abbrevs;
    uint64_t abbrevs_at;
    size_t work;
};

/* What is wanted of one DIE. */
struct scanned {
    struct attr name, specification;
    uint64_t sibling;
    bool declaration, inlined, has_code;
};

static void take_attr(const struct attr *a, struct scanned *s)
{
    switch (a->name) {
    case DW_AT_name:
        s->name = *a;
        break;
    case DW_AT_sibling:
        s->sibling = a->kind == ATTR_REFERENCE ? a->u : 0;
        break;
    case DW_AT_declaration:
        s->declaration = a->u != 0;
        break;
    case DW_AT_specification:
    case DW_AT_abstract_origin:
        s->specification = *a;
        break;
    case DW_AT_inline:
        s->inlined = a->u == DW_INL_inlined || a->u == DW_INL_declared_inlined;
        break;
    case DW_AT_low_pc:
    case DW_AT_ranges:
        s->has_code = true;
        break;
    default:
        break;
    }
}

static uint32_t *slot_of(struct dwarf_index *x, uint32_t hash)
{
    return &x->slots[hash & (x->slot_count - 1)];
}

/* Most names stand in .debug_str once, so that equal ones are at equal addresses. */
static bool same_name(const struct index_entry *e, const char *name, uint32_t hash)
{
    return e->hash == hash && (e->name == name || strcmp(e->name, name) == 0);
}

static void rehash(struct dwarf_index *x)
{
    x->slot_count = x->slot_count ? x->slot_count * 4 : 4096;
    free(x->slots);
    x->slots = xcalloc(x->slot_count, sizeof *x->slots);
    for (size_t i = 0; i < x->count; i++) {
        uint32_t *slot = slot_of(x, x->entries[i].hash);
        x->entries[i].next = *slot;
        *slot = (uint32_t)i + 1;
    }
}

/* Kept once for all CUs; functions and variables of one name are different ones. */
static bool kept_once(uint16_t tag)
{
    return tag != DW_TAG_subprogram && tag != DW_TAG_variable;
}

/* True when an entry already stands for `e`; a definition takes the place of a declaration. */
static bool merge(struct dwarf_index *x, const struct index_entry *e)
{
    for (uint32_t i = *slot_of(x, e->hash); i; i = x->entries[i - 1].next) {
        struct index_entry *old = &x->entries[i - 1];
        if (old->tag != e->tag || !same_name(old, e->name, e->hash))
            continue;
        /* A function's abstract instance and its code are one; the newest entry would be of this CU. */
        if (!kept_once(e->tag))
            return e->tag == DW_TAG_subprogram && old->unit == e->unit;
        if (old->declaration && !e->declaration) {
            old->die = e->die;
            old->unit = e->unit;
            old->declaration = false;
        }
        return true;
    }
    return false;
}

static void add(struct scan *k, const char *name, uint64_t die, uint16_t tag, bool declaration)
{
    struct dwarf_index *x = k->x;
    if (!name || !*name || x->count >= ENTRY_LIMIT)
        return;
    struct index_entry e = {.name = name,
                            .die = die,
                            .hash = (uint32_t)string_hash(name),
                            .unit = k->unit,
                            .tag = tag,
                            .declaration = declaration};
    if (x->count * 2 >= x->slot_count)
        rehash(x);
    if (merge(x, &e))
        return;
    ARRAY_RESERVE(x->entries, x->count, x->capacity);
    uint32_t *slot = slot_of(x, e.hash);
    e.next = *slot;
    x->entries[x->count++] = e;
    *slot = (uint32_t)x->count;
}

static bool wanted(uint16_t tag)
{
    switch (tag) {
    case DW_TAG_base_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_class_type:
    case DW_TAG_enumeration_type:
    case DW_TAG_typedef:
    case DW_TAG_subprogram:
    case DW_TAG_variable:
    case DW_TAG_enumerator:
        return true;
    default:
        return false;
    }
}

/* Reads the DIE at the cursor; NULL at a null entry or where it is damaged (then the cursor is bad). */
static const struct abbrev *read_die(struct scan *k, struct cursor *c, struct scanned *s)
{
    uint64_t code = cursor_uleb(c);
    const struct abbrev *a = code ? abbrev_find(&k->abbrevs, code) : NULL;
    memset(s, 0, sizeof *s);
    if (code && !a)
        c->bad = true;
    for (uint32_t i = 0; a && k->abbrevs.attrs && i < a->count; i++) {
        const struct abbrev_attr *spec = &k->abbrevs.attrs[a->first + i];
        struct attr value;
        if (!attr_decode(k->d, k->u, c, spec->name, spec->form, spec->implicit, &value)) {
            c->bad = true;
            return NULL;
        }
        take_attr(&value, s);
    }
    return c->bad ? NULL : a;
}

/* The name of a DIE that only points at its declaration. */
static const char *specified_name(struct scan *k, const struct attr *specification)
{
    struct scanned s;
    if (specification->kind != ATTR_REFERENCE || specification->u < k->u->root ||
        specification->u >= k->u->end)
        return NULL;
    struct cursor c = unit_cursor(k->d, k->u, specification->u);
    return read_die(k, &c, &s) ? attr_string(k->d, k->u, &s.name) : NULL;
}

static void take_die(struct scan *k, const struct abbrev *a, const struct scanned *s, uint64_t die)
{
    if (!wanted(a->tag) || (a->tag == DW_TAG_subprogram && !s->inlined && !s->has_code) ||
        (a->tag == DW_TAG_variable && s->declaration))
        return;
    const char *name = attr_string(k->d, k->u, &s->name);
    if (!name && s->specification.kind)
        name = specified_name(k, &s->specification);
    add(k, name, die, a->tag, s->declaration);
}

/* Are the children of a DIE at file scope too? */
static bool enters(uint16_t tag)
{
    return tag == DW_TAG_enumeration_type || tag == DW_TAG_namespace || tag == DW_TAG_compile_unit ||
           tag == DW_TAG_partial_unit || tag == DW_TAG_type_unit || tag == DW_TAG_module;
}

static void scan_unit(struct scan *k)
{
    struct cursor c = unit_cursor(k->d, k->u, k->u->root);
    unsigned depth = 0, hidden = 0; /* `hidden`: the depth below which nothing is at file scope */
    while (cursor_left(&c) && !c.bad) {
        uint64_t die = unit_offset(k->u, &c);
        struct scanned s;
        const struct abbrev *a = read_die(k, &c, &s);
        if (c.bad)
            break;
        if (!a) {
            if (depth == 0 || --depth == 0)
                break;
            hidden = depth < hidden ? 0 : hidden;
            continue;
        }
        if (!hidden)
            take_die(k, a, &s, die);
        if (a->children && (hidden || !enters(a->tag))) {
            if (s.sibling > unit_offset(k->u, &c) && s.sibling < k->u->end) {
                c = unit_cursor(k->d, k->u, s.sibling);
                continue;
            }
            hidden = hidden ? hidden : depth + 1;
        }
        depth += a->children;
        if (!depth)
            break;
    }
    if (c.bad)
        dwarf_complain(k->d, "the DIEs of the unit at 0x%llx are damaged", (unsigned long long)k->u->offset);
}

const struct dwarf_index *dwarf_index_of(struct dwarf *d)
{
    if (d->index)
        return d->index;
    d->index = xcalloc(1, sizeof *d->index);
    struct scan k = {.d = d, .x = d->index, .abbrevs_at = NO_OFFSET};
    rehash(d->index);
    for (size_t i = 0; i < d->unit_count && k.work < ABBREV_WORK_LIMIT; i++) {
        k.u = dwarf_head(d, i);
        k.unit = (uint32_t)i;
        if (!k.u)
            continue;
        if (k.abbrevs_at != k.u->abbrev) {
            abbrev_table_read(d, k.u->abbrev, 0, &k.abbrevs);
            k.abbrevs_at = k.u->abbrev;
            k.work += k.abbrevs.count + k.abbrevs.attr_count;
        }
        scan_unit(&k);
    }
    abbrev_table_free(&k.abbrevs);
    return d->index;
}

void dwarf_index_free(struct dwarf_index *x)
{
    if (!x)
        return;
    free(x->entries);
    free(x->slots);
    free(x);
}

const struct index_entry *dwarf_index_find(const struct dwarf_index *x, const char *name,
                                           const struct index_entry *from)
{
    uint32_t hash = (uint32_t)string_hash(name);
    uint32_t i = from ? from->next : x->slots[hash & (x->slot_count - 1)];
    for (; i; i = x->entries[i - 1].next)
        if (same_name(&x->entries[i - 1], name, hash))
            return &x->entries[i - 1];
    return NULL;
}
