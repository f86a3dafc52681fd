/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/index/index_scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/index/index_image.h"
#include "symbols/limits.h"

enum { CANCEL_EVERY = 1 << 16 };

struct walk {
    struct scanner *s;
    const struct scan_unit *u;
    bool names;
    uint32_t scopes[SCAN_LEVEL_LIMIT]; /* of the children of the DIEs that were entered */
    unsigned depth, hidden;            /* how many those are; DIEs open below them that were not entered */
};

void scanner_free(struct scanner *s)
{
    fast_abbrevs_free(&s->abbrevs);
    free(s->changes);
    free(s->inside);
    *s = (struct scanner){0};
}

static uint64_t die_at(const struct scan_unit *u, const uint8_t *p)
{
    return u->die + (uint64_t)(p - u->bytes);
}

static uint32_t take_name(struct scanner *s, const struct fast_abbrev *a, const struct die_taken *d,
                          enum taken which)
{
    uint64_t offset;
    const char *name = taken_string(&s->unit, a, d, which, &offset);
    if (name && offset != UINT64_MAX && s->unit.strings == s->part->strings)
        return part_name_at(s->part, offset);
    return name ? part_name_of(s->part, name) : 0;
}

static void note_scope(struct walk *w, const uint8_t *p, uint32_t scope)
{
    struct scanner *s = w->s;
    if (s->is_c)
        return;
    ARRAY_RESERVE(s->changes, s->change_count, s->change_capacity);
    s->changes[s->change_count++] = (struct scope_change){.die = die_at(w->u, p), .scope = scope};
}

static bool is_code(const struct walk *w, const struct fast_abbrev *a, const struct die_taken *d)
{
    uint64_t inlined = taken_number(w->u, a, d, TAKE_INLINE);
    return a->has_code || inlined == DW_INL_inlined || inlined == DW_INL_declared_inlined;
}

static void take_linkage(struct walk *w, const struct fast_abbrev *a, const struct die_taken *d,
                         struct part_entry e)
{
    if (a->at[TAKE_LINKAGE] == NOT_THERE)
        return;
    e.name = take_name(w->s, a, d, TAKE_LINKAGE);
    e.scope = 0;
    e.flags |= ENTRY_LINKAGE;
    part_add(w->s->part, &e);
}

/* A type or enumerator at file scope that another CU has had already. */
static bool is_known(const struct walk *w, const struct fast_abbrev *a, const uint8_t *attrs)
{
    const struct index_part *p = w->s->part;
    return a->name_at >= 0 && !w->scopes[w->depth - 1] && w->u->strings == p->strings &&
           part_has(p, scan_u32(w->u, attrs + a->name_at), a->tag_code);
}

/* Names of what is at file scope, or inside a namespace or class. */
static void take_die(struct walk *w, const struct fast_abbrev *a, const uint8_t *attrs, uint64_t die)
{
    struct scanner *s = w->s;
    struct die_taken taken, *d = &taken;
    fast_die(&s->abbrevs, a, w->u, attrs, d);
    struct part_entry e = {.die = die, .unit = w->u->unit, .tag = (uint8_t)a->tag_code};
    bool declaration = taken_number(w->u, a, d, TAKE_DECLARATION) != 0;
    if ((a->tag == DW_TAG_subprogram && !is_code(w, a, d)) || (a->tag == DW_TAG_variable && declaration))
        return;
    uint64_t origin = taken_reference(w->u, a, d, TAKE_ORIGIN);
    e.name = take_name(s, a, d, TAKE_NAME);
    if (origin != UINT64_MAX) {
        struct part_pending pending = {
            .die = die, .target = origin, .unit = w->u->unit, .tag = e.tag, .name = e.name};
        ARRAY_RESERVE(s->inside, s->inside_count, s->inside_capacity);
        s->inside[s->inside_count++] = pending;
        take_linkage(w, a, d, e);
        return;
    }
    e.scope = w->scopes[w->depth - 1];
    e.flags = declaration ? ENTRY_DECLARATION : 0;
    part_add(s->part, &e);
    take_linkage(w, a, d, e);
}

/* Are the children of a DIE at file scope too, or in a scope that has a name? */
static bool enters(const struct scanner *s, uint16_t tag)
{
    switch (tag) {
    case DW_TAG_enumeration_type:
    case DW_TAG_namespace:
    case DW_TAG_module:
        return true;
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_interface_type:
        return !s->is_c;
    default:
        return false;
    }
}

static uint32_t scope_of(const struct scanner *s, uint64_t die)
{
    size_t low = 0, high = s->change_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->changes[mid].die <= die)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? s->changes[low - 1].scope : 0;
}

static bool is_inside(const struct scan_unit *u, uint64_t die)
{
    return die >= u->die && die - u->die < (uint64_t)(u->end - u->bytes);
}

/* The scope of an entered DIE's children. */
static uint32_t inner_scope(struct walk *w, const struct fast_abbrev *a, const uint8_t *attrs)
{
    uint32_t around = w->scopes[w->depth - 1];
    struct scanner *s = w->s;
    struct die_taken taken, *d = &taken;
    if (s->is_c)
        return 0;
    fast_die(&s->abbrevs, a, w->u, attrs, d);
    /* A class that is defined outside of the scope that declares it, as all are in type units. */
    uint64_t declared = taken_reference(w->u, a, d, TAKE_ORIGIN);
    if (declared != UINT64_MAX && is_inside(w->u, declared))
        around = scope_of(s, declared);
    if ((a->tag == DW_TAG_enumeration_type && !taken_number(w->u, a, d, TAKE_SCOPED)))
        return around;
    uint32_t name = take_name(s, a, d, TAKE_NAME);
    if (!name && a->tag == DW_TAG_namespace)
        name = part_name_of(s->part, "(anonymous namespace)");
    uint32_t scope = part_scope(s->part, around, name);
    if (scope && scope != around && taken_number(w->u, a, d, TAKE_EXPORT))
        s->part->scopes[scope].exported = true;
    return scope;
}

static void take_import(struct walk *w, const struct fast_abbrev *a, const uint8_t *attrs)
{
    struct die_taken taken;
    fast_die(&w->s->abbrevs, a, w->u, attrs, &taken);
    uint64_t target = taken_reference(w->u, a, &taken, TAKE_ORIGIN);
    if (target != UINT64_MAX)
        part_add_import(w->s->part, &(struct part_import){.target = target, .importer = w->u->unit});
}

/* A null entry: back to the DIE around; false at the end of the unit. */
static bool leave(struct walk *w, const uint8_t *p)
{
    if (w->hidden) {
        w->hidden--;
        return true;
    }
    if (--w->depth == 0)
        return false;
    note_scope(w, p, w->scopes[w->depth - 1]);
    return true;
}

static uint64_t sibling_of(const struct walk *w, const struct fast_abbrev *a, const uint8_t *attrs)
{
    struct die_taken taken;
    if (a->sibling_at >= 0)
        return w->u->offset + scan_u32(w->u, attrs + a->sibling_at);
    if (a->at[TAKE_SIBLING] == NOT_THERE)
        return UINT64_MAX;
    fast_die(&w->s->abbrevs, a, w->u, attrs, &taken);
    return taken_reference(w->u, a, &taken, TAKE_SIBLING);
}

/* Goes into the DIE, or past its children where it is known where they end. */
static const uint8_t *go_on(struct walk *w, const struct fast_abbrev *a, const uint8_t *attrs,
                            const uint8_t *p)
{
    if (!w->hidden && w->depth < SCAN_LEVEL_LIMIT && enters(w->s, a->tag)) {
        uint32_t scope = inner_scope(w, a, attrs);
        note_scope(w, p, scope);
        w->scopes[w->depth++] = scope;
        return p;
    }
    uint64_t sibling = sibling_of(w, a, attrs), here = die_at(w->u, p);
    if (sibling != UINT64_MAX && sibling > here && sibling - here <= (uint64_t)(w->u->end - p))
        return p + (sibling - here);
    w->hidden++;
    return p;
}

/* Has a DIE a name that the index does not have yet? */
static bool is_wanted(const struct walk *w, const struct fast_abbrev *a, const uint8_t *attrs)
{
    return w->names && !w->hidden && a->tag_code >= 0 && !is_known(w, a, attrs);
}

/* Asked for each DIE, looked at for a few. */
static bool is_cancelled(const struct walk *w, unsigned n)
{
    return n % CANCEL_EVERY == 0 && atomic_load_explicit(w->s->cancelled, memory_order_relaxed);
}

static bool walk_dies(struct walk *w, const uint8_t *p)
{
    const struct scan_unit *u = w->u;
    const struct fast_abbrevs *abbrevs = &w->s->abbrevs;
    for (unsigned n = 1; p < u->end; n++) {
        const uint8_t *start = p;
        uint64_t code = *p < 0x80 ? *p++ : scan_leb(&p, u->end);
        if (!code) {
            if (!leave(w, p))
                return true;
            continue;
        }
        const struct fast_abbrev *a = fast_abbrev_find(abbrevs, code);
        const uint8_t *attrs = p;
        if (!a || !(p = fast_die(abbrevs, a, u, p, NULL)))
            return false;
        if (is_wanted(w, a, attrs))
            take_die(w, a, attrs, die_at(u, start));
        if (w->names && a->tag == DW_TAG_imported_unit)
            take_import(w, a, attrs);
        if (a->children)
            p = go_on(w, a, attrs, p);
        if (is_cancelled(w, n))
            return true;
    }
    return true;
}

static bool language_is_c(uint64_t language)
{
    return language == DW_LANG_C || language == DW_LANG_C89 || language == DW_LANG_C99 ||
           language == DW_LANG_C11 || language == DW_LANG_Mips_Assembler;
}

/* The root DIE says what is needed for the others. */
static const uint8_t *read_root(struct walk *w)
{
    struct scanner *s = w->s;
    const uint8_t *p = s->unit.bytes;
    const struct fast_abbrev *a = fast_abbrev_find(&s->abbrevs, scan_leb(&p, s->unit.end));
    struct die_taken taken;
    if (!a || !(p = fast_die(&s->abbrevs, a, &s->unit, p, &taken)))
        return NULL;
    s->is_c = language_is_c(taken_number(&s->unit, a, &taken, TAKE_LANGUAGE));
    if (taken.at[TAKE_STRING_BASE])
        s->unit.string_offsets_base = taken_number(&s->unit, a, &taken, TAKE_STRING_BASE);
    w->scopes[w->depth++] = 0;
    return a->children ? p : s->unit.end;
}

bool scan_unit(struct scanner *s, const struct scan_unit *u, bool names)
{
    s->unit = *u;
    s->change_count = s->inside_count = 0;
    struct walk w = {.s = s, .u = &s->unit, .names = names};
    fast_abbrevs_read(&s->abbrevs, u);
    const uint8_t *p = read_root(&w);
    bool ok = p && walk_dies(&w, p);
    for (size_t i = 0; i < s->inside_count; i++)
        scan_follow(s, &s->inside[i]);
    return ok;
}

bool scan_identity(struct scanner *s, uint64_t die, struct die_identity *ret)
{
    const struct scan_unit *u = &s->unit;
    struct die_taken taken;
    if (die < u->die || die - u->die >= (uint64_t)(u->end - u->bytes))
        return false;
    const uint8_t *p = u->bytes + (die - u->die);
    const struct fast_abbrev *a = fast_abbrev_find(&s->abbrevs, scan_leb(&p, u->end));
    if (!a || !fast_die(&s->abbrevs, a, u, p, &taken))
        return false;
    *ret = (struct die_identity){.name = take_name(s, a, &taken, TAKE_NAME),
                                 .linkage = take_name(s, a, &taken, TAKE_LINKAGE),
                                 .scope = scope_of(s, die),
                                 .next = taken_reference(u, a, &taken, TAKE_ORIGIN)};
    return true;
}

void scan_follow(struct scanner *s, const struct part_pending *pending)
{
    struct part_pending p = *pending;
    struct die_identity at = {.next = p.target};
    uint32_t linkage = 0;
    for (unsigned i = 0; i < SCAN_FOLLOW_LIMIT && at.next != UINT64_MAX; i++) {
        if (!is_inside(&s->unit, at.next)) {
            p.target = at.next;
            part_add_pending(s->part, &p);
            return;
        }
        if (!scan_identity(s, at.next, &at))
            return;
        p.name = p.name ? p.name : at.name;
        linkage = linkage ? linkage : at.linkage;
    }
    struct part_entry e = {.die = p.die, .name = p.name, .scope = at.scope, .unit = p.unit, .tag = p.tag};
    part_add(s->part, &e);
    e.name = linkage;
    e.scope = 0;
    e.flags = ENTRY_LINKAGE;
    part_add(s->part, &e);
}
