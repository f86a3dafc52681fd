/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/tail_calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/types/variable_internal.h"

/* One place where a function jumps, or calls: 0 where its target is not known. */
struct jump {
    uint64_t pc, target; /* addresses of the target: behind the instruction; the entry of what is called */
};

struct jumps {
    struct jump *list;
    size_t count, capacity;
};

/* The function that a frame was found in. */
struct found {
    uint64_t entry;
    const char *name, *linkage_name;
};

/* A function that is looked into. */
struct looked_at {
    struct symbol_map *map;
    struct dwarf_unit *unit;
    uint64_t load_offset;
    uint64_t return_address; /* the call that is looked for (link-time), or 0: all jumps are */
    const struct found *found;
    struct jumps jumps;
    unsigned depth;
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* The function table's only function of these names that is no copy, 0: none. */
static uint64_t entry_in_unit(struct dwarf_unit *u, uint64_t die, const char *name, const char *linkage)
{
    const struct function_table *t = unit_functions(u);
    uint64_t entry = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct unit_function *f = &t->functions[i];
        if (f->inlined || !f->entry)
            continue;
        if (f->die == die)
            return f->entry;
        if (f->name && same_text(f->name, name) && same_text(f->linkage_name, linkage))
            entry = entry && entry != f->entry ? 0 : f->entry;
    }
    return entry;
}

/* Nearly every call is of the function that was found: its name alone says so, and nobody has to be asked. */
static bool is_found(const struct found *found, const char *name, const char *linkage)
{
    return linkage || found->linkage_name ? linkage && same_text(linkage, found->linkage_name)
                                          : name && same_text(name, found->name);
}

struct names {
    const char *name, *linkage_name;
    uint64_t origin; /* the DIE that it has them from, where it has none; NO_OFFSET: none */
};

static bool names_of(struct dwarf *d, uint64_t offset, struct names *ret, struct dwarf_unit **unit)
{
    Dwarf_Die die;
    struct die_attrs a;
    if (!die_anywhere(d, offset, unit, &die))
        return false;
    die_attributes(*unit, die, &a);
    dwarf_dealloc_die(die);
    const struct attr *name = die_attr(&a, DW_AT_name), *linkage = die_attr(&a, DW_AT_linkage_name);
    const struct attr *next = attr_either(&a, DW_AT_abstract_origin, DW_AT_specification);
    *ret = (struct names){.name = name ? attr_string(d, (*unit)->head, name) : NULL,
                          .linkage_name = linkage ? attr_string(d, (*unit)->head, linkage) : NULL,
                          .origin = next && next->kind == ATTR_REFERENCE ? next->u : NO_OFFSET};
    return true;
}

/* The only function of a name, anywhere; 0: not known. */
static uint64_t entry_by_name(struct symbol_map *m, const char *name)
{
    BASE_FREE struct symbol_match *matches = NULL;
    size_t count = 0;
    symbols_find_name(m, name, &matches, &count);
    return count == 1 && !matches[0].data && !matches[0].inlined ? matches[0].entry : 0;
}

/* Where the function of a DIE begins: in its own unit, else by its name anywhere; 0: not known. */
static uint64_t entry_of(struct looked_at *l, uint64_t origin)
{
    struct names n;
    struct dwarf_unit *u;
    for (unsigned i = 0; i < ORIGIN_LIMIT && origin != NO_OFFSET; i++) {
        if (!names_of(l->unit->dwarf, origin, &n, &u))
            return 0;
        if (is_found(l->found, n.name, n.linkage_name))
            return l->found->entry;
        uint64_t entry = entry_in_unit(u, origin, n.name, n.linkage_name);
        if (entry)
            return entry + l->load_offset;
        if (n.name || n.linkage_name)
            return entry_by_name(l->map, n.linkage_name ? n.linkage_name : n.name);
        origin = n.origin;
    }
    return 0;
}

static void add_site(struct looked_at *l, const struct die_attrs *a)
{
    const struct attr *at = attr_either(a, DW_AT_call_return_pc, DW_AT_low_pc),
                      *before = die_attr(a, DW_AT_call_pc);
    const struct attr *jump = attr_either(a, DW_AT_call_tail_call, DW_AT_GNU_tail_call);
    const struct attr *origin = attr_either(a, DW_AT_call_origin, DW_AT_abstract_origin);
    uint64_t address = 0;
    bool behind = at && attr_address(l->unit->dwarf, l->unit->head, at, &address);
    /* LLVM tells where the jump itself is: an address within it is as good. */
    if (!behind && (!before || !attr_address(l->unit->dwarf, l->unit->head, before, &address)))
        return;
    address += !behind;
    bool wanted = l->return_address ? address == l->return_address : jump && jump->u;
    if (!wanted || l->jumps.count == TAIL_CALLS_LOOKED_AT)
        return;
    ARRAY_RESERVE(l->jumps.list, l->jumps.count, l->jumps.capacity);
    struct jump *j = &l->jumps.list[l->jumps.count++];
    *j = (struct jump){.pc = address + l->load_offset};
    if (origin && origin->kind == ATTR_REFERENCE)
        j->target = entry_of(l, origin->u);
}

static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct looked_at *l = context;
    if (l->depth > DIE_DEPTH_LIMIT)
        return;
    if (tag == DW_TAG_call_site || tag == DW_TAG_GNU_call_site) {
        struct die_attrs a;
        die_attributes(u, die, &a);
        add_site(l, &a);
    } else if (tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) {
        l->depth++;
        die_children(u, die, visit, l);
        l->depth--;
    }
}

/* Compilers say of a function whose calls they describe that they did. */
static bool describes_calls(const struct die_attrs *a)
{
    static const unsigned names[] = {
        DW_AT_call_all_calls,     DW_AT_call_all_source_calls,     DW_AT_call_all_tail_calls,
        DW_AT_GNU_all_call_sites, DW_AT_GNU_all_source_call_sites, DW_AT_GNU_all_tail_call_sites};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (die_attr(a, names[i]))
            return true;
    return false;
}

/* The function that really exists around an address; its entry is one of the target's. False: none. */
static bool function_at(struct looked_at *l, uint64_t pc, uint64_t *die, struct found *ret)
{
    struct symbol_file *f = symbol_map_file_at(l->map, pc, &l->load_offset);
    l->unit = f ? lookup_unit(f, pc - l->load_offset) : NULL;
    const struct function_table *t = l->unit ? unit_functions(l->unit) : NULL;
    long i = t ? lookup_function(t, pc - l->load_offset) : -1;
    while (i >= 0 && t->functions[i].inlined)
        i = t->functions[i].parent;
    if (i < 0)
        return false;
    *die = t->functions[i].die;
    *ret = (struct found){.entry = t->functions[i].entry + l->load_offset,
                          .name = t->functions[i].name,
                          .linkage_name = t->functions[i].linkage_name};
    return true;
}

/* What the function around `pc` calls at this return address, or with 0 where it jumps. The list is the
 * caller's. */
static struct jumps look_into(struct symbol_map *m, uint64_t pc, uint64_t return_address,
                              const struct found *found)
{
    struct looked_at l = {.map = m, .found = found};
    uint64_t at;
    struct found entered;
    Dwarf_Die die;
    struct die_attrs a;
    if (!function_at(&l, pc, &at, &entered) || !die_at(l.unit, at, &die))
        return l.jumps;
    l.return_address = return_address ? return_address - l.load_offset : 0;
    die_attributes(l.unit, die, &a);
    if (describes_calls(&a)) {
        die_walk_begin(l.unit);
        die_children(l.unit, die, visit, &l);
    }
    dwarf_dealloc_die(die);
    return l.jumps;
}

/* -- ways -------------------------------------------------------------------------------------------------
 */

struct way {
    uint64_t pcs[TAIL_CALLS_MOST], entries[TAIL_CALLS_MOST];
    size_t count;
};

struct ways {
    struct symbol_map *map;
    struct found to;
    struct way now, first;
    size_t found, begin, end; /* ways; how many jumps all of them begin and end with */
    unsigned looked_at;
    bool unknown; /* a target that is not known: there may be others */
};

static void take_way(struct ways *w)
{
    const struct way *now = &w->now, *first = &w->first;
    if (w->found++ == 0) {
        w->first = *now;
        w->begin = w->end = now->count;
        return;
    }
    size_t begin = 0, end = 0, most = now->count < first->count ? now->count : first->count;
    while (begin < most && begin < w->begin && now->pcs[begin] == first->pcs[begin])
        begin++;
    while (end < most && end < w->end && now->pcs[now->count - 1 - end] == first->pcs[first->count - 1 - end])
        end++;
    w->begin = begin;
    w->end = end;
}

static bool was_there(const struct way *way, uint64_t entry)
{
    for (size_t i = 0; i < way->count; i++)
        if (way->entries[i] == entry)
            return true;
    return false;
}

static void go_on(struct ways *w, uint64_t entry)
{
    if (entry == w->to.entry) {
        take_way(w);
        return;
    }
    if (w->now.count == TAIL_CALLS_MOST || ++w->looked_at > TAIL_CALLS_LOOKED_AT) {
        w->unknown = true;
        return;
    }
    struct jumps jumps = look_into(w->map, entry, 0, &w->to);
    for (size_t i = 0; i < jumps.count && !w->unknown; i++) {
        const struct jump *j = &jumps.list[i];
        w->unknown = j->target == 0;
        if (w->unknown || was_there(&w->now, j->target) || j->target == entry)
            continue;
        w->now.pcs[w->now.count] = j->pc;
        w->now.entries[w->now.count++] = entry;
        go_on(w, j->target);
        w->now.count--;
    }
    free(jumps.list);
}

size_t symbols_tail_calls(struct symbol_map *m, uint64_t return_address, uint64_t callee_pc,
                          uint64_t pcs[TAIL_CALLS_MOST])
{
    struct looked_at callee = {.map = m};
    uint64_t die, called = 0;
    BASE_FREE struct ways *w = xcalloc(1, sizeof *w);
    w->map = m;
    if (!function_at(&callee, callee_pc, &die, &w->to))
        return 0;
    struct jumps calls = look_into(m, return_address - 1, return_address, &w->to);
    if (calls.count == 1)
        called = calls.list[0].target;
    free(calls.list);
    if (!called || called == w->to.entry)
        return 0;
    go_on(w, called);
    if (w->unknown || !w->found)
        return 0;
    size_t count = 0, all = w->first.count;
    /* One way is whole; of several the middle is left out. */
    size_t end = w->begin + w->end > all ? all - w->begin : w->end;
    for (size_t i = 0; i < end; i++)
        pcs[count++] = w->first.pcs[all - 1 - i];
    for (size_t i = w->begin; i-- > 0;)
        pcs[count++] = w->first.pcs[i];
    return count;
}
