/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Variables at file scope by name, and static members by their classes.
 */
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/scoped.h"
#include "symbols/text/path.h"
#include "symbols/types/scoped_internal.h"

struct search {
    const char *name, *file;
    uint64_t load_offset;
    struct variable *ret;
    bool found;
};

static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct search *s = context;
    struct variable v;
    if (s->found && s->ret->where != VARIABLE_OPTIMISED_OUT)
        return;
    if ((tag != DW_TAG_variable && tag != DW_TAG_constant) || !variable_read(u, die, 0, s->load_offset, &v) ||
        strcmp(v.name, s->name) != 0)
        return;
    /* A declaration is passed over; a definition that was optimised away is better than nothing. */
    struct die_attrs a;
    die_attributes(u, die, &a);
    if (die_attr(&a, DW_AT_declaration) && v.where == VARIABLE_OPTIMISED_OUT)
        return;
    *s->ret = v;
    s->found = true;
}

static bool find_in_unit(struct dwarf_unit *u, struct search *s)
{
    s->found = false;
    die_walk_begin(u);
    die_children(u, u->root, visit, s);
    if (!s->found)
        unit_imports(u, visit, s);
    return s->found;
}

static bool in_file(struct dwarf_unit *u, const struct variable *v, const char *file)
{
    return !file || file_matches(v->file, file) || file_matches(u->head->name, file);
}

static bool find_in_index(struct map_entry *e, struct search *s)
{
    struct dwarf *d = dwarf_of(e->file);
    const struct dwarf_index *x = d ? dwarf_index_of(d) : NULL;
    bool found = false;
    s->load_offset = e->offset;
    struct index_search search = index_search_begin(x, s->name);
    for (struct index_entry i; index_search_next(&search, &i);) {
        struct dwarf_unit *u;
        Dwarf_Die die;
        struct variable v;
        if (i.tag != DW_TAG_variable || !die_anywhere(d, i.die, &u, &die))
            continue;
        bool named = variable_read(u, die, 0, s->load_offset, &v);
        dwarf_dealloc_die(die);
        if (!named || !in_file(u, &v, s->file))
            continue;
        /* A global before some file's static, anything with a place before what has none. */
        bool better =
            !found || (v.where != VARIABLE_OPTIMISED_OUT &&
                       (s->ret->where == VARIABLE_OPTIMISED_OUT || (v.external && !s->ret->external)));
        if (better)
            *s->ret = v;
        found = true;
    }
    return found;
}

/* What C++ means by the name there, and then where that is defined. */
static bool find_scoped(struct symbol_map *m, struct search *s, uint64_t pc)
{
    struct scoped_name n;
    bool found = symbols_scoped(m, s->name, pc, false, &n) && n.kind == SCOPED_VARIABLE;
    if (found)
        *s->ret = n.variable;
    if (found && n.variable.where == VARIABLE_OPTIMISED_OUT && n.qualified) {
        struct search definition = {.name = n.qualified, .ret = s->ret};
        for (size_t i = 0; i < m->count && s->ret->where == VARIABLE_OPTIMISED_OUT; i++)
            if (!find_in_index(&m->entries[i], &definition))
                *s->ret = n.variable;
    }
    scoped_name_free(&n);
    return found;
}

static bool find_variable(struct symbol_map *m, const char *name, uint64_t pc, struct variable *ret)
{
    BASE_FREE char *file = NULL;
    struct search s = {.ret = ret};
    s.name = name_split(name, &file);
    s.file = file;
    if (!file && pc != UINT64_MAX && find_scoped(m, &s, pc))
        return true;
    struct symbol_file *f = pc == UINT64_MAX ? NULL : symbol_map_file_at(m, pc, &s.load_offset);
    struct dwarf_unit *u = f && !file ? lookup_unit(f, pc - s.load_offset) : NULL;
    if (u && find_in_unit(u, &s))
        return true;
    for (size_t i = 0; i < m->count; i++) {
        struct dwarf *d = dwarf_of(m->entries[i].file);
        /* The symbol table knows: no name index for a function's address. */
        if (!file && elf_symbols_only_function(m->entries[i].file, name))
            continue;
        if (d)
            dwarf_units_trim(d, UNITS_KEPT);
        if (d && find_in_index(&m->entries[i], &s))
            return true;
    }
    return false;
}

/*
 * gcc cannot say where thread-local variables are on some processors (AArch64, RISC-V: their assemblers have
 * no such relocation for debug sections), but the symbol table does.
 */
static void place_thread_local(struct variable *v)
{
    enum { BYTES = 10 };
    const struct elf_image *image = v->owner->image;
    uint64_t offset;
    if (!elf_symbols_thread_local(v->owner, v->name, &offset))
        return;
    uint8_t *bytes = intern_alloc(&v->owner->strings, BYTES);
    bytes[0] = DW_OP_const8u;
    for (unsigned i = 0; i < 8; i++)
        bytes[1 + i] = (uint8_t)(offset >> 8 * (image->big ? 7 - i : i));
    bytes[BYTES - 1] = DW_OP_GNU_push_tls_address;
    v->where = VARIABLE_LOCATION;
    v->expression = (struct dwarf_expression){.bytes = bytes,
                                              .size = BYTES,
                                              .file = v->owner,
                                              .unit = UINT64_MAX,
                                              .address_size = image->is64 ? 8 : 4,
                                              .offset_size = 4,
                                              .big = image->big};
}

bool symbols_find_variable(struct symbol_map *m, const char *name, uint64_t pc, struct variable *ret)
{
    if (!find_variable(m, name, pc, ret))
        return false;
    if (ret->where == VARIABLE_OPTIMISED_OUT && ret->owner)
        place_thread_local(ret);
    return true;
}

/* -- declarations ---------------------------------------------------------------------------------------- */

struct declaration {
    const char *name;
    struct type *type;
};

static void visit_declaration(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct declaration *d = context;
    struct variable v;
    if (!d->type && tag == DW_TAG_variable && variable_read(u, die, 0, 0, &v) && strcmp(v.name, d->name) == 0)
        d->type = v.type;
}

static void look_for_declaration(struct dwarf_unit *u, struct declaration *d)
{
    die_walk_begin(u);
    die_children(u, u->root, visit_declaration, d);
}

struct type *symbols_declared_type(struct symbol_map *m, const char *name, uint64_t pc)
{
    struct declaration d = {.name = name};
    uint64_t offset;
    struct symbol_file *here = pc == UINT64_MAX ? NULL : symbol_map_file_at(m, pc, &offset);
    struct dwarf_unit *u = here ? lookup_unit(here, pc - offset) : NULL;
    if (u)
        look_for_declaration(u, &d);
    size_t looked_at = 0;
    for (size_t i = 0; i < m->count && !d.type; i++) {
        struct dwarf *dwarf = dwarf_of(m->entries[i].file);
        for (size_t k = 0; dwarf && k < dwarf->unit_count && !d.type; k++) {
            if (looked_at++ == DECLARING_UNITS_MOST)
                return NULL;
            dwarf_units_trim(dwarf, UNITS_KEPT);
            u = dwarf_unit_get(dwarf, k);
            if (u)
                look_for_declaration(u, &d);
        }
    }
    return d.type;
}

bool symbols_variable_at_die(struct symbol_map *m, struct symbol_file *f, uint64_t die, uint64_t pc,
                             struct variable *ret)
{
    struct dwarf *d = dwarf_of(f);
    struct dwarf_unit *u;
    Dwarf_Die handle;
    uint64_t load_offset = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->entries[i].file == f)
            load_offset = m->entries[i].offset;
    if (!d || !die_anywhere(d, die, &u, &handle))
        return false;
    variable_read(u, handle, pc - load_offset, load_offset, ret);
    dwarf_dealloc_die(handle);
    return true;
}

/* -- static members ---------------------------------------------------------------------------------- */

struct definition {
    struct type *class;
    const struct type_static *member;
    uint64_t load_offset;
    struct variable *ret;
    unsigned depth;
};

/* Does a definition name the declaration in the class, or that of what stands for the class in this unit? */
static bool is_definition(const struct definition *d, struct dwarf_unit *u, uint64_t declaration,
                          const struct variable *v)
{
    struct scope_chain around;
    if (declaration == d->member->die)
        return true;
    struct dwarf_unit *where =
        v->name && strcmp(v->name, d->member->name) == 0 ? dwarf_unit_of_die(u->dwarf, declaration) : NULL;
    if (!where)
        return false;
    uint64_t budget = where->budget;
    scope_chain_of(where, declaration, &around);
    where->budget = budget;
    return type_strip(type_of_die(u->dwarf->file, around.list[around.count - 1])) == d->class;
}

/* Definitions are at file scope or in a namespace. */
static void visit_definition(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct definition *d = context;
    struct die_attrs a;
    if (tag == DW_TAG_namespace && d->depth < DIE_DEPTH_LIMIT) {
        d->depth++;
        die_children(u, die, visit_definition, d);
        d->depth--;
    }
    if (tag != DW_TAG_variable || d->ret->where != VARIABLE_OPTIMISED_OUT)
        return;
    die_attributes(u, die, &a);
    const struct attr *of = die_attr(&a, DW_AT_specification);
    struct variable v;
    if (of && of->kind == ATTR_REFERENCE && variable_read(u, die, 0, d->load_offset, &v) &&
        is_definition(d, u, of->u, &v))
        *d->ret = v;
}

static void look_into(struct dwarf_unit *u, struct definition *search)
{
    if (!u || search->ret->where != VARIABLE_OPTIMISED_OUT)
        return;
    die_walk_begin(u);
    die_children(u, u->root, visit_definition, search);
}

/* In the unit of the class, or where the class has a unit of its own, in that of the code. What was found is
 * kept: an array of objects asks for each of them. */
static void find_definition(struct dwarf *d, struct definition *search, uint64_t pc, uint64_t *known)
{
    struct dwarf_unit *u;
    Dwarf_Die die;
    uint64_t from = *known ? *known : search->member->die;
    if (from == NO_OFFSET || !die_anywhere(d, from, &u, &die))
        return;
    variable_read(u, die, 0, search->load_offset, search->ret);
    dwarf_dealloc_die(die);
    if (*known)
        return;
    look_into(u, search);
    look_into(pc == UINT64_MAX ? NULL : lookup_unit(d->file, pc - search->load_offset), search);
    *known = search->ret->where == VARIABLE_OPTIMISED_OUT ? NO_OFFSET : search->ret->die;
}

void symbols_static_member(struct symbol_map *m, struct type *class, const struct type_static *member,
                           uint64_t pc, struct variable *ret)
{
    class = type_strip(class);
    *ret = (struct variable){.name = member->name, .type = member->type, .where = VARIABLE_OPTIMISED_OUT};
    struct dwarf *d = class->file ? dwarf_of(class->file) : NULL;
    size_t number = (size_t)(member - class->inside->statics);
    struct definition search = {.class = class, .member = member, .ret = ret};
    search.load_offset = symbols_load_offset(m, class->file);
    if (d && number < class->inside->static_count)
        find_definition(d, &search, pc, &class->inside->definitions[number]);
    if (!d || ret->where != VARIABLE_OPTIMISED_OUT || !class->name)
        return;
    /* In another CU than the one that describes the class. */
    BASE_FREE char *name = xasprintf("::%s%s::%s", type_scope(class), class->name, member->name);
    struct variable found;
    if (symbols_find_variable(m, name, UINT64_MAX, &found))
        *ret = found;
}
