/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Variables in scope: the DIEs of a function and of the blocks around an address.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/limits.h"
#include "symbols/types/variable_internal.h"

struct scope {
    uint64_t pc, load_offset;
    unsigned depth;
    struct variable *list;
    uint64_t *origins; /* abstract DIEs that have a concrete one here */
    size_t count, capacity, origin_count, origin_capacity;
};

void expression_of(struct dwarf_unit *u, const struct attr *block, uint64_t load_offset,
                   struct dwarf_expression *ret)
{
    *ret = (struct dwarf_expression){.bytes = block->block,
                                     .size = block->size,
                                     .file = u->dwarf->file,
                                     .unit = u->head->offset,
                                     .load_offset = load_offset,
                                     .address_size = u->head->address_size,
                                     .offset_size = u->head->offset_size,
                                     .big = u->dwarf->image->big};
}

/* Takes what this DIE says and is not known yet; the DIE to ask next, or NO_OFFSET. */
static uint64_t take_attrs(struct dwarf_unit *u, const struct die_attrs *a, struct variable *v)
{
    const struct attr *name = die_attr(a, DW_AT_name), *type = die_attr(a, DW_AT_type);
    const struct attr *artificial = die_attr(a, DW_AT_artificial), *external = die_attr(a, DW_AT_external);
    const struct attr *line = die_attr(a, DW_AT_decl_line), *file = die_attr(a, DW_AT_decl_file);
    if (!v->name && name)
        v->name = attr_string(u->dwarf, u->head, name);
    if (!v->type && type)
        v->type = type_of_attr(u->dwarf->file, type);
    v->artificial = v->artificial || (artificial && artificial->u);
    v->external = v->external || (external && external->u);
    if (!v->line && line) {
        v->line = (unsigned)line->u;
        v->file = file ? line_file(unit_lines(u), (uint32_t)file->u) : NULL;
    }
    const struct attr *origin = die_attr(a, DW_AT_abstract_origin);
    if (!origin)
        origin = die_attr(a, DW_AT_specification);
    return origin && origin->kind == ATTR_REFERENCE ? origin->u : NO_OFFSET;
}

static void take_constant(struct dwarf_unit *u, const struct attr *a, uint64_t load_offset,
                          struct variable *v)
{
    v->where = VARIABLE_CONSTANT;
    v->constant = a->u;
    if (a->kind == ATTR_BLOCK) {
        expression_of(u, a, load_offset, &v->expression);
    } else if (attr_string(u->dwarf, u->head, a)) {
        const char *s = attr_string(u->dwarf, u->head, a);
        struct attr block = {.kind = ATTR_BLOCK, .block = (const uint8_t *)s, .size = strlen(s) + 1};
        expression_of(u, &block, load_offset, &v->expression);
    }
}

/* True when this DIE settles where the variable is. */
static bool take_location(struct dwarf_unit *u, const struct die_attrs *a, uint64_t pc, uint64_t load_offset,
                          struct variable *v)
{
    const struct attr *location = die_attr(a, DW_AT_location), *value = die_attr(a, DW_AT_const_value);
    struct attr block;
    if (location) {
        v->where = VARIABLE_OPTIMISED_OUT;
        if (location_at(u->dwarf, u->head, location, pc, &block) && block.size) {
            v->where = VARIABLE_LOCATION;
            expression_of(u, &block, load_offset, &v->expression);
        }
        return true;
    }
    if (value)
        take_constant(u, value, load_offset, v);
    return value != NULL;
}

bool variable_read(struct dwarf_unit *u, Dwarf_Die die, uint64_t pc, uint64_t load_offset, struct variable *v)
{
    struct die_attrs a;
    die_attributes(u, die, &a);
    *v = (struct variable){
        .where = VARIABLE_OPTIMISED_OUT, .owner = u->dwarf->file, .die = die_offset(u, die)};
    bool placed = take_location(u, &a, pc, load_offset, v);
    uint64_t next = take_attrs(u, &a, v);
    for (unsigned i = 0; i < ORIGIN_LIMIT && next != NO_OFFSET; i++) {
        struct dwarf_unit *where;
        Dwarf_Die origin;
        if (!die_anywhere(u->dwarf, next, &where, &origin))
            break;
        die_attributes(where, origin, &a);
        dwarf_dealloc_die(origin);
        placed = placed || take_location(where, &a, pc, load_offset, v);
        next = take_attrs(where, &a, v);
    }
    if (!v->type)
        v->type = type_of_attr(u->dwarf->file, NULL);
    return v->name != NULL;
}

static void add_variable(struct scope *s, struct dwarf_unit *u, Dwarf_Die die, bool argument)
{
    struct die_attrs a;
    struct variable v;
    die_attributes(u, die, &a);
    const struct attr *origin = die_attr(&a, DW_AT_abstract_origin);
    if (origin && origin->kind == ATTR_REFERENCE) {
        ARRAY_RESERVE(s->origins, s->origin_count, s->origin_capacity);
        s->origins[s->origin_count++] = origin->u;
    }
    if (!variable_read(u, die, s->pc, s->load_offset, &v))
        return;
    const struct attr *declaration = die_attr(&a, DW_AT_declaration);
    /* `extern int x;` in a block: the definition is elsewhere, and found by its name. */
    if (declaration && declaration->u && v.where == VARIABLE_OPTIMISED_OUT)
        return;
    v.argument = argument;
    v.depth = s->depth;
    ARRAY_RESERVE(s->list, s->count, s->capacity);
    s->list[s->count++] = v;
}

static void find_range(void *context, uint64_t low, uint64_t high)
{
    struct address_range *r = context;
    /* `low` holds the pc; a hit empties `high`. */
    if (r->low >= low && r->low < high)
        r->high = 0;
}

bool block_contains(struct dwarf_unit *u, Dwarf_Die die, uint64_t pc)
{
    struct die_attrs a;
    die_attributes(u, die, &a);
    const struct attr *low = die_attr(&a, DW_AT_low_pc), *high = die_attr(&a, DW_AT_high_pc);
    const struct attr *ranges = die_attr(&a, DW_AT_ranges);
    struct address_range r = {.low = pc, .high = 1};
    uint64_t from, to, list;
    if (ranges && ranges->kind == ATTR_LIST_INDEX) {
        dwarf_ranges_walk(u->dwarf, u->head, ranges->u, true, find_range, &r);
    } else if (ranges && attr_offset(u->head, ranges, &list)) {
        dwarf_ranges_walk(u->dwarf, u->head, list, false, find_range, &r);
    } else if (low && high && attr_address(u->dwarf, u->head, low, &from)) {
        if (high->kind == ATTR_CONSTANT)
            to = from + high->u;
        else if (!attr_address(u->dwarf, u->head, high, &to))
            return false;
        find_range(&r, from, to);
    }
    return r.high == 0;
}

static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct scope *s = context;
    if (tag == DW_TAG_formal_parameter || tag == DW_TAG_variable || tag == DW_TAG_constant) {
        add_variable(s, u, die, tag == DW_TAG_formal_parameter && s->depth == 0);
    } else if ((tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block) &&
               s->depth < DIE_DEPTH_LIMIT && block_contains(u, die, s->pc)) {
        s->depth++;
        die_children(u, die, visit, s);
        s->depth--;
    }
}

/* Variables of the abstract function that the concrete one does not mention are optimised out altogether. */
static void visit_abstract(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct scope *s = context;
    if (tag != DW_TAG_formal_parameter && tag != DW_TAG_variable)
        return;
    uint64_t offset = die_offset(u, die);
    for (size_t i = 0; i < s->origin_count; i++)
        if (s->origins[i] == offset)
            return;
    add_variable(s, u, die, tag == DW_TAG_formal_parameter);
}

static void add_abstract(struct scope *s, struct dwarf_unit *u, Dwarf_Die die)
{
    struct die_attrs a;
    struct dwarf_unit *where;
    Dwarf_Die abstract;
    die_attributes(u, die, &a);
    const struct attr *origin = die_attr(&a, DW_AT_abstract_origin);
    if (!origin || origin->kind != ATTR_REFERENCE || !die_anywhere(u->dwarf, origin->u, &where, &abstract))
        return;
    if (where != u)
        die_walk_begin(where);
    die_children(where, abstract, visit_abstract, s);
    dwarf_dealloc_die(abstract);
}

/* Arguments first, then the innermost block's; within a block in order. */
static void sort_scope(struct scope *s)
{
    struct variable *sorted = xreallocarray(NULL, s->count + 1, sizeof *sorted);
    size_t n = 0;
    unsigned deepest = 0;
    for (size_t i = 0; i < s->count; i++) {
        deepest = s->list[i].depth > deepest ? s->list[i].depth : deepest;
        if (s->list[i].argument)
            sorted[n++] = s->list[i];
    }
    for (unsigned depth = deepest + 1; depth-- > 0;)
        for (size_t i = 0; i < s->count; i++)
            if (!s->list[i].argument && s->list[i].depth == depth)
                sorted[n++] = s->list[i];
    free(s->list);
    s->list = sorted;
}

/* The function `inlined` levels out from the innermost at `pc`, and its unit. */
static const struct unit_function *function_at(struct symbol_map *m, uint64_t pc, unsigned inlined,
                                               struct dwarf_unit **unit, uint64_t *load_offset)
{
    struct symbol_file *f = symbol_map_file_at(m, pc, load_offset);
    *unit = f ? lookup_unit(f, pc - *load_offset) : NULL;
    if (!*unit)
        return NULL;
    const struct function_table *t = unit_functions(*unit);
    long i = lookup_function(t, pc - *load_offset);
    for (; inlined && i >= 0 && t->functions[i].inlined; inlined--)
        i = t->functions[i].parent;
    return i < 0 || inlined ? NULL : &t->functions[i];
}

bool symbols_variables_at(struct symbol_map *m, uint64_t pc, unsigned inlined, struct variable **ret,
                          size_t *count)
{
    struct dwarf_unit *u;
    uint64_t load_offset;
    *ret = NULL;
    *count = 0;
    const struct unit_function *f = function_at(m, pc, inlined, &u, &load_offset);
    Dwarf_Die die;
    if (!f || !die_at(u, f->die, &die))
        return false;
    struct scope s = {.pc = pc - load_offset, .load_offset = load_offset};
    die_walk_begin(u);
    die_children(u, die, visit, &s);
    add_abstract(&s, u, die);
    dwarf_dealloc_die(die);
    sort_scope(&s);
    free(s.origins);
    *ret = s.list;
    *count = s.count;
    return true;
}

/* An expression of the function around `pc` that really exists. */
static bool function_expression(struct symbol_map *m, uint64_t pc, unsigned attribute,
                                struct dwarf_expression *ret)
{
    struct dwarf_unit *u;
    uint64_t load_offset;
    const struct unit_function *f = function_at(m, pc, 0, &u, &load_offset);
    while (f && f->inlined && f->parent >= 0)
        f = &unit_functions(u)->functions[f->parent];
    Dwarf_Die die;
    if (!f || !die_at(u, f->die, &die))
        return false;
    struct die_attrs a;
    struct attr block;
    die_attributes(u, die, &a);
    dwarf_dealloc_die(die);
    const struct attr *found = die_attr(&a, attribute);
    if (!found || !location_at(u->dwarf, u->head, found, pc - load_offset, &block))
        return false;
    expression_of(u, &block, load_offset, ret);
    return true;
}

bool symbols_frame_base(struct symbol_map *m, uint64_t pc, struct dwarf_expression *ret)
{
    return function_expression(m, pc, DW_AT_frame_base, ret);
}

bool symbols_static_link(struct symbol_map *m, uint64_t pc, struct dwarf_expression *ret)
{
    return function_expression(m, pc, DW_AT_static_link, ret);
}

struct type *symbols_function_type(struct symbol_map *m, uint64_t pc, unsigned inlined)
{
    struct dwarf_unit *u;
    uint64_t load_offset;
    const struct unit_function *f = function_at(m, pc, inlined, &u, &load_offset);
    return f ? type_of_die(u->dwarf->file, f->die) : NULL;
}
