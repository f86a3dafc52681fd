/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The functions of one CU that have code, and the inlined copies in them, in the order of their DIEs.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/dwarf/dwarf_unit.h"
#include "symbols/limits.h"

struct walk {
    long parent; /* innermost function around the DIE being visited */
    unsigned depth;
    const char *scope; /* "geo::" or NULL: around the names of Fortran, which the linker does not see so */
};

static void add_range(void *context, uint64_t low, uint64_t high)
{
    struct function_table *t = context;
    ARRAY_RESERVE(t->ranges, t->range_count, t->range_capacity);
    t->ranges[t->range_count++] = (struct address_range){.low = low, .high = high};
}

static void read_ranges(struct dwarf_unit *u, const struct die_attrs *a, struct unit_function *f)
{
    struct function_table *t = &u->functions;
    const struct attr *low = die_attr(a, DW_AT_low_pc), *high = die_attr(a, DW_AT_high_pc);
    const struct attr *ranges = die_attr(a, DW_AT_ranges), *entry = die_attr(a, DW_AT_entry_pc);
    uint64_t from = 0, to = 0, list;
    f->first_range = t->range_count;
    if (ranges && ranges->kind == ATTR_LIST_INDEX) {
        dwarf_ranges_walk(u->dwarf, u->head, ranges->u, true, add_range, t);
    } else if (ranges && attr_offset(u->head, ranges, &list)) {
        dwarf_ranges_walk(u->dwarf, u->head, list, false, add_range, t);
    } else if (low && high && attr_address(u->dwarf, u->head, low, &from)) {
        if (high->kind == ATTR_CONSTANT)
            to = from + high->u;
        else
            attr_address(u->dwarf, u->head, high, &to);
        if (to > from && file_is_code(u->dwarf->file, from))
            add_range(t, from, to);
    }
    f->range_count = t->range_count - f->first_range;
    if (!f->range_count)
        return;
    f->low = f->entry = t->ranges[f->first_range].low;
    f->high = t->ranges[f->first_range].high;
    if (entry && entry->kind == ATTR_CONSTANT)
        f->entry = f->low + entry->u;
    else if (entry)
        attr_address(u->dwarf, u->head, entry, &f->entry);
    /* gcc gives inlined code an entry in an empty range when its first statement left no instruction. */
    for (size_t i = 0; i < f->range_count; i++)
        if (f->entry - t->ranges[f->first_range + i].low <
            t->ranges[f->first_range + i].high - t->ranges[f->first_range + i].low)
            return;
    f->entry = f->low;
}

/* Takes what `a` says and the function does not know yet; the next DIE to ask, or NO_OFFSET. */
static uint64_t take_names(struct dwarf_unit *u, const struct die_attrs *a, struct unit_function *f)
{
    const struct attr *name = die_attr(a, DW_AT_name), *linkage = die_attr(a, DW_AT_linkage_name);
    const struct attr *file = die_attr(a, DW_AT_decl_file), *line = die_attr(a, DW_AT_decl_line);
    if (!linkage)
        linkage = die_attr(a, DW_AT_MIPS_linkage_name);
    if (!f->name && name)
        f->name = attr_string(u->dwarf, u->head, name);
    if (!f->linkage_name && linkage)
        f->linkage_name = attr_string(u->dwarf, u->head, linkage);
    if (!f->line && line) {
        f->line = (uint32_t)line->u;
        f->file = file ? (uint32_t)file->u : 0;
    }
    const struct attr *origin = die_attr(a, DW_AT_abstract_origin);
    if (!origin)
        origin = die_attr(a, DW_AT_specification);
    return origin && origin->kind == ATTR_REFERENCE ? origin->u : NO_OFFSET;
}

/* Names stand with the abstract instance or the declaration, which may be in another CU (LTO, dwz). */
static void read_names(struct dwarf_unit *u, const struct die_attrs *a, struct unit_function *f)
{
    uint64_t origin = take_names(u, a, f);
    for (unsigned i = 0; i < ORIGIN_LIMIT && origin != NO_OFFSET; i++) {
        struct dwarf_unit *where = u;
        Dwarf_Die die;
        bool here = origin >= u->head->root && origin < u->head->end;
        if (here ? !die_at(u, origin, &die) : !die_anywhere(u->dwarf, origin, &where, &die))
            return;
        struct die_attrs there;
        die_attributes(where, die, &there);
        dwarf_dealloc_die(die);
        uint32_t file = f->file;
        origin = take_names(where, &there, f);
        if (where != u)
            f->file = file; /* a number of another unit's file table */
    }
}

/* Where the name stands in a file that was not found (dwz), the symbol table has it still. */
static void name_by_symbol(struct symbol_file *file, struct unit_function *f)
{
    const struct elf_symbol *s = f->name || f->inlined ? NULL : elf_symbols_nearest(file, f->low);
    if (s && s->value == f->low)
        f->name = s->name;
}

/* D's `_D3mod1C3getMFZi`: lengths and names, the last being the function's (D's ABI, "Name Mangling"). */
static char *d_scope(const char *name)
{
    struct buf scope = {0};
    size_t last = 0;
    for (name += 2; *name >= '1' && *name <= '9';) {
        char *text;
        unsigned long n = strtoul(name, &text, 10);
        if (n > SCOPE_NAME_LIMIT || strnlen(text, n) < n || scope.length > SCOPE_NAME_LIMIT)
            break;
        last = scope.length;
        buf_printf(&scope, "%.*s.", (int)n, text);
        name = text + n;
    }
    char *whole = scope.data ? buf_take(&scope) : xstrdup("");
    whole[last < strlen(whole) ? last : 0] = '\0';
    return whole;
}

/* Of what was moved out of its scope the linkage name has it still: __geo_MOD_work. */
static const char *linkage_scope(struct dwarf_unit *u, const struct unit_function *f)
{
    const char *name = f->linkage_name, *mod = name ? strstr(name, "_MOD_") : NULL;
    BASE_FREE char *scope = NULL;
    if (name && dwarf_language(u->head) == LANGUAGE_D && strncmp(name, "_D", 2) == 0)
        scope = d_scope(name);
    else if (mod && strncmp(name, "__", 2) == 0 && mod > name + 2)
        scope = xasprintf("%.*s::", (int)(mod - name - 2), name + 2);
    return scope ? intern(&u->dwarf->file->strings, scope) : NULL;
}

/* What stands between the scopes of a language whose linkage names do not have them; NULL: of another one. */
static const char *scope_separator(const struct dwarf_unit *u)
{
    enum symbols_language is = dwarf_language(u->head);
    return is == LANGUAGE_FORTRAN ? "::" : is == LANGUAGE_D ? "." : NULL;
}

static const char *scope_in(struct dwarf_unit *u, const char *scope, const char *name)
{
    const char *separator = scope_separator(u);
    if (!separator || !name || strlen(name) > SCOPE_NAME_LIMIT)
        return scope;
    BASE_FREE char *inner = xasprintf("%s%s%s", scope ? scope : "", name, separator);
    return intern(&u->dwarf->file->strings, inner);
}

/* GNAT's names have the packages in them, "pkg__proc" for pkg.proc. */
static void show_packages(struct dwarf_unit *u, struct unit_function *f)
{
    BASE_BUF struct buf shown = {0};
    const char *c = strncmp(f->name, "_ada_", 5) == 0 ? f->name + 5 : f->name;
    if (strlen(c) > SCOPE_NAME_LIMIT)
        return;
    for (; *c; c++) {
        bool point = shown.length && c[0] == '_' && c[1] == '_' && c[2] && c[2] != '_';
        buf_add_char(&shown, point ? '.' : *c);
        c += point;
    }
    f->shown = intern(&u->dwarf->file->strings, buf_text(&shown));
}

static void show_scopes(struct dwarf_unit *u, const struct walk *w, struct unit_function *f)
{
    if (f->name && dwarf_language(u->head) == LANGUAGE_ADA)
        show_packages(u, f);
    if (!f->name || !scope_separator(u))
        return;
    if (strchr(f->name, ' ')) /* "D main" is in no module */
        return;
    const char *scope = w->scope && !f->inlined ? w->scope : linkage_scope(u, f);
    BASE_FREE char *shown = xasprintf("%s%s", scope ? scope : "", f->name);
    f->shown = intern(&u->dwarf->file->strings, shown);
}

static const char *module_scope(const struct walk *w, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct die_attrs a;
    bool class = tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
    if ((tag != DW_TAG_module && !class) || !scope_separator(u))
        return w->scope;
    die_attributes(u, die, &a);
    const struct attr *name = die_attr(&a, DW_AT_name);
    return scope_in(u, w->scope, name ? attr_string(u->dwarf, u->head, name) : NULL);
}

static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag);

static void visit_function(struct walk *w, struct dwarf_unit *u, Dwarf_Die die, bool inlined)
{
    struct function_table *t = &u->functions;
    struct die_attrs a;
    die_attributes(u, die, &a);
    struct unit_function f = {
        .die = die_offset(u, die), .parent = inlined ? w->parent : -1, .inlined = inlined};
    read_ranges(u, &a, &f);
    struct walk in = {.parent = w->parent, .depth = w->depth + 1};
    if (f.range_count) {
        const struct attr *line = die_attr(&a, DW_AT_call_line), *file = die_attr(&a, DW_AT_call_file);
        f.call_line = line ? (uint32_t)line->u : 0;
        f.call_file = file ? (uint32_t)file->u : 0;
        read_names(u, &a, &f);
        name_by_symbol(u->dwarf->file, &f);
        show_scopes(u, w, &f);
        in.scope = inlined ? w->scope : scope_in(u, w->scope, f.name);
        ARRAY_RESERVE(t->functions, t->count, t->capacity);
        in.parent = (long)t->count;
        t->functions[t->count++] = f;
    }
    /* An abstract instance or a declaration has no code inside. */
    if (f.range_count)
        die_children(u, die, visit, &in);
}

static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct walk *w = context;
    if (w->depth > DIE_DEPTH_LIMIT)
        return;
    switch (tag) {
    case DW_TAG_subprogram:
        visit_function(w, u, die, false);
        break;
    case DW_TAG_inlined_subroutine:
        visit_function(w, u, die, true);
        break;
    case DW_TAG_lexical_block:
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_try_block:
    case DW_TAG_catch_block: {
        /* C has no code in types; skipping them there saves most of a header-heavy CU. */
        bool type = tag == DW_TAG_class_type || tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
        struct walk in = {.parent = w->parent, .depth = w->depth + 1, .scope = module_scope(w, u, die, tag)};
        if (!type || !dwarf_is_c(u->head))
            die_children(u, die, visit, &in);
        break;
    }
    default:
        break;
    }
}

const struct function_table *unit_functions(struct dwarf_unit *u)
{
    if (!u->functions_read) {
        u->functions_read = true;
        struct walk w = {.parent = -1};
        die_walk_begin(u);
        die_children(u, u->root, visit, &w);
    }
    return &u->functions;
}
