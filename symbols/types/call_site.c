/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What call sites say about arguments: what a register held when a function was entered (DWARF 5, section
 * 3.4.2), for callers that say which function they call.
 */
#include <stdlib.h>
#include <string.h>

#include "symbols/limits.h"
#include "symbols/types/variable_internal.h"

struct site_search {
    uint64_t return_address;
    unsigned reg, depth;
    uint64_t parameter; /* the DIE of the parameter that is looked for instead of the register's, or 0 */
    const struct unit_function *callee; /* NULL: whichever */
    struct dwarf_unit *callee_unit;
    struct attr value, target;
    bool found, has_target;
    bool jumps_only; /* sites of jumps at a function's end (tail calls) are looked at, at whichever address */
    unsigned jumps;
    const char *other; /* the function that the call is of, where it is not the callee */
};

/* `DW_OP_regN` or `DW_OP_regx N`. */
static bool is_register(const struct attr *location, unsigned reg)
{
    if (location->kind != ATTR_BLOCK || !location->size)
        return false;
    uint8_t op = location->block[0];
    if (op >= DW_OP_reg0 && op <= DW_OP_reg31)
        return location->size == 1 && op - DW_OP_reg0 == (int)reg;
    struct cursor c = cursor_of(location->block + 1, location->size - 1, false);
    return op == DW_OP_regx && cursor_uleb(&c) == reg && !c.bad;
}

const struct attr *attr_either(const struct die_attrs *a, unsigned name, unsigned gnu_name)
{
    const struct attr *found = die_attr(a, name);
    return found ? found : die_attr(a, gnu_name);
}

/* What was passed for a parameter that has no register of its own any more (DW_OP_GNU_parameter_ref; DWARF 5,
 * section 3.4.2: DW_AT_call_parameter). */
static bool is_of_parameter(const struct die_attrs *a, uint64_t parameter)
{
    const struct attr *of = attr_either(a, DW_AT_call_parameter, DW_AT_abstract_origin);
    return of && of->kind == ATTR_REFERENCE && of->u == parameter;
}

static void visit_parameter(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct site_search *s = context;
    struct die_attrs a;
    if (s->found || (tag != DW_TAG_call_site_parameter && tag != DW_TAG_GNU_call_site_parameter))
        return;
    die_attributes(u, die, &a);
    const struct attr *location = die_attr(&a, DW_AT_location);
    const struct attr *value = attr_either(&a, DW_AT_call_value, DW_AT_GNU_call_site_value);
    bool same = s->parameter ? is_of_parameter(&a, s->parameter) : location && is_register(location, s->reg);
    if (!value || value->kind != ATTR_BLOCK || !same)
        return;
    s->value = *value;
    s->found = true;
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* Does the DIE of what is called (an abstract or concrete function, or a declaration) name this function? */
static bool names_callee(const struct site_search *s, struct dwarf *d, uint64_t origin)
{
    for (unsigned i = 0; i < ORIGIN_LIMIT; i++) {
        struct dwarf_unit *u;
        Dwarf_Die die;
        struct die_attrs a;
        if (d == s->callee_unit->dwarf && origin == s->callee->die)
            return true;
        if (!die_anywhere(d, origin, &u, &die))
            return false;
        die_attributes(u, die, &a);
        dwarf_dealloc_die(die);
        const struct attr *name = die_attr(&a, DW_AT_name), *linkage = die_attr(&a, DW_AT_linkage_name);
        const struct attr *next = attr_either(&a, DW_AT_abstract_origin, DW_AT_specification);
        if (linkage && same_text(attr_string(d, u->head, linkage), s->callee->linkage_name))
            return true;
        if (name && same_text(attr_string(d, u->head, name), s->callee->name))
            return true;
        if (!next || next->kind != ATTR_REFERENCE)
            return false;
        origin = next->u;
    }
    return false;
}

static const char *name_of(struct dwarf *d, uint64_t die)
{
    struct type *t = type_of_die(d->file, die);
    return t->kind == TYPE_FUNCTION ? t->name : NULL;
}

/* A function that jumps to another one is what the caller called: its arguments are not the other's. */
static bool calls_callee(struct site_search *s, struct dwarf_unit *u, const struct die_attrs *a)
{
    const struct attr *origin = attr_either(a, DW_AT_call_origin, DW_AT_abstract_origin);
    const struct attr *target = attr_either(a, DW_AT_call_target, DW_AT_GNU_call_site_target);
    if (!s->callee)
        return true;
    if (origin && origin->kind == ATTR_REFERENCE) {
        bool same = names_callee(s, u->dwarf, origin->u);
        s->other = same ? NULL : name_of(u->dwarf, origin->u);
        return same;
    }
    s->has_target = target && target->kind == ATTR_BLOCK;
    if (s->has_target)
        s->target = *target;
    return s->has_target;
}

static void visit_site(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct site_search *s = context;
    if (s->found || s->depth > DIE_DEPTH_LIMIT)
        return;
    if (tag == DW_TAG_call_site || tag == DW_TAG_GNU_call_site) {
        struct die_attrs a;
        uint64_t address;
        die_attributes(u, die, &a);
        /* gcc before DWARF 5 calls the return address low_pc. */
        const struct attr *at = attr_either(&a, DW_AT_call_return_pc, DW_AT_low_pc);
        const struct attr *jump = attr_either(&a, DW_AT_call_tail_call, DW_AT_GNU_tail_call);
        bool here = !s->jumps_only && at && attr_address(u->dwarf, u->head, at, &address) &&
                    address == s->return_address;
        bool jumps = s->jumps_only && jump && jump->u;
        s->jumps += jumps;
        if ((here || jumps) && calls_callee(s, u, &a))
            die_children(u, die, visit_parameter, s);
    } else if (tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) {
        s->depth++;
        die_children(u, die, visit_site, s);
        s->depth--;
    }
}

/* The function that really exists around an address. */
static const struct unit_function *function_around(struct symbol_map *m, uint64_t pc,
                                                   struct dwarf_unit **unit, uint64_t *load_offset)
{
    struct symbol_file *f = symbol_map_file_at(m, pc, load_offset);
    *unit = f ? lookup_unit(f, pc - *load_offset) : NULL;
    const struct function_table *t = *unit ? unit_functions(*unit) : NULL;
    long i = t ? lookup_function(t, pc - *load_offset) : -1;
    while (i >= 0 && t->functions[i].inlined)
        i = t->functions[i].parent;
    return i < 0 ? NULL : &t->functions[i];
}

static struct dwarf_unit *function_unit(struct symbol_map *m, uint64_t pc, uint64_t *load_offset)
{
    struct dwarf_unit *u = NULL;
    return function_around(m, pc, &u, load_offset) ? u : NULL;
}

static bool search(struct dwarf_unit *u, const struct unit_function *in, struct site_search *s)
{
    Dwarf_Die die;
    if (!die_at(u, in->die, &die))
        return false;
    die_walk_begin(u);
    die_children(u, die, visit_site, s);
    dwarf_dealloc_die(die);
    return s->found;
}

/* The function that was called jumped to the callee, from the only place where it jumps anywhere. */
static bool search_jumps(struct symbol_map *m, const char *name, struct site_search *s, uint64_t *entry)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    symbols_find_name(m, name, &matches, &count);
    *entry = count == 1 && !matches[0].data ? matches[0].entry : 0;
    free(matches);
    struct dwarf_unit *u;
    uint64_t load_offset;
    const struct unit_function *f = *entry ? function_around(m, *entry, &u, &load_offset) : NULL;
    return f && search(u, f, s) && s->jumps == 1 && !s->has_target;
}

bool symbols_call_site_value(struct symbol_map *m, uint64_t return_address, uint64_t callee,
                             const struct call_site_key *key, struct call_site_value *ret)
{
    uint64_t load_offset, callee_load = 0;
    struct unit_function called;
    struct site_search s = {.reg = key->dwarf_register, .parameter = key->parameter};
    *ret = (struct call_site_value){0};
    if (callee != UINT64_MAX) {
        const struct unit_function *f = function_around(m, callee, &s.callee_unit, &callee_load);
        if (!f)
            return false;
        called = *f;
        s.callee = &called;
        ret->callee_entry = called.entry + callee_load;
    }
    struct dwarf_unit *u;
    const struct unit_function *caller = function_around(m, return_address - 1, &u, &load_offset);
    s.return_address = return_address - load_offset;
    if (!caller || (!search(u, caller, &s) && !s.other))
        return false;
    if (!s.found) {
        struct site_search jump = {.reg = key->dwarf_register,
                                   .parameter = key->parameter,
                                   .callee = s.callee,
                                   .callee_unit = s.callee_unit,
                                   .jumps_only = true};
        if (!search_jumps(m, s.other, &jump, &ret->jumper))
            return false;
        s = jump;
        u = function_unit(m, ret->jumper, &load_offset);
    }
    ret->has_target = s.has_target;
    expression_of(u, &s.value, load_offset, &ret->value);
    if (s.has_target)
        expression_of(u, &s.target, load_offset, &ret->target);
    return true;
}
