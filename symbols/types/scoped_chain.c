/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scopes around an address and around a DIE. DIEs do not know their parents: they are found from the
 * root.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/limits.h"
#include "symbols/types/scoped_internal.h"

struct step {
    uint64_t wanted, last;
    uint16_t tag;
};

static bool is_scope(uint16_t tag)
{
    return tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
           tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type || tag == DW_TAG_subprogram ||
           tag == DW_TAG_lexical_block || tag == DW_TAG_module;
}

static void add(struct scope_chain *chain, uint64_t die)
{
    if (chain->count < SCOPE_CHAIN_LIMIT)
        chain->list[chain->count++] = die;
}

/* The last child that does not begin behind the one wanted holds it. */
static void visit_step(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct step *s = context;
    uint64_t here = die_offset(u, die);
    if (here <= s->wanted) {
        s->last = here;
        s->tag = tag;
    }
}

void scope_chain_of(struct dwarf_unit *u, uint64_t die, struct scope_chain *ret)
{
    *ret = (struct scope_chain){.list = {u->head->root}, .count = 1};
    die_walk_begin(u);
    for (unsigned depth = 0; depth < DIE_DEPTH_LIMIT; depth++) {
        struct step s = {.wanted = die, .last = NO_OFFSET};
        Dwarf_Die here;
        if (!die_at(u, ret->list[ret->count - 1], &here))
            return;
        die_children(u, here, visit_step, &s);
        dwarf_dealloc_die(here);
        if (s.last == die || s.last == NO_OFFSET || !is_scope(s.tag) || ret->count == SCOPE_CHAIN_LIMIT)
            return;
        add(ret, s.last);
    }
}

struct blocks {
    struct scope_chain *chain;
    uint64_t pc;
    unsigned depth;
};

static void visit_block(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct blocks *b = context;
    bool block = tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
    if (!block || b->depth == DIE_DEPTH_LIMIT || !block_contains(u, die, b->pc))
        return;
    add(b->chain, die_offset(u, die));
    b->depth++;
    die_children(u, die, visit_block, b);
    b->depth--;
}

uint64_t scope_declaration(struct dwarf_unit *u, uint64_t die)
{
    for (unsigned i = 0; i < ORIGIN_LIMIT; i++) {
        struct dwarf_unit *where;
        Dwarf_Die handle;
        struct die_attrs a;
        if (!die_anywhere(u->dwarf, die, &where, &handle))
            return die;
        die_attributes(where, handle, &a);
        dwarf_dealloc_die(handle);
        const struct attr *of = die_attr(&a, DW_AT_abstract_origin);
        if (!of)
            of = die_attr(&a, DW_AT_specification);
        if (!of || of->kind != ATTR_REFERENCE)
            return die;
        die = of->u;
    }
    return die;
}

/* What an inlined copy, or one of a file linked as a whole, does not repeat of the function it is of. */
static void add_origin(struct dwarf_unit *u, Dwarf_Die function, struct scope_chain *ret)
{
    struct die_attrs a;
    die_attributes(u, function, &a);
    const struct attr *of = die_attr(&a, DW_AT_abstract_origin);
    if (of && of->kind == ATTR_REFERENCE)
        add(ret, of->u);
}

void scope_chain_at(struct dwarf_unit *u, uint64_t pc, struct scope_chain *ret)
{
    const struct function_table *t = unit_functions(u);
    long i = lookup_function(t, pc);
    *ret = (struct scope_chain){.list = {u->head->root}, .count = 1};
    if (i < 0)
        return;
    uint64_t function = t->functions[i].die, declaration = scope_declaration(u, function);
    struct dwarf_unit *where = dwarf_unit_of_die(u->dwarf, declaration);
    if (where)
        scope_chain_of(where, declaration, ret);
    Dwarf_Die die;
    if (!die_at(u, function, &die))
        return;
    struct blocks b = {.chain = ret, .pc = pc};
    add_origin(u, die, ret);
    add(ret, function);
    die_walk_begin(u);
    die_children(u, die, visit_block, &b);
    dwarf_dealloc_die(die);
}

const char *scope_name_of(struct dwarf_unit *u, Dwarf_Die die, const struct die_attrs *a)
{
    const struct attr *name = die_attr(a, DW_AT_name);
    Dwarf_Half tag = 0;
    Dwarf_Error err = NULL;
    if (dwarf_tag(die, &tag, &err) != DW_DLV_OK)
        die_error(u, err);
    if (tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type ||
        (!name && die_attr(a, DW_AT_signature)))
        return type_of_die(u->dwarf->file, die_offset(u, die))->name;
    return name ? attr_string(u->dwarf, u->head, name) : NULL;
}

char *scope_chain_name(struct dwarf_unit *u, const struct scope_chain *chain, const char *name)
{
    BASE_BUF struct buf path = {0};
    buf_add_text(&path, "::");
    for (size_t i = 1; i < chain->count; i++) {
        Dwarf_Die die;
        Dwarf_Half tag = 0;
        Dwarf_Error err = NULL;
        struct die_attrs a;
        if (!die_at(u, chain->list[i], &die))
            continue;
        if (dwarf_tag(die, &tag, &err) != DW_DLV_OK)
            die_error(u, err);
        die_attributes(u, die, &a);
        const char *text = scope_name_of(u, die, &a);
        dwarf_dealloc_die(die);
        if (tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block ||
            (tag == DW_TAG_enumeration_type && !die_attr(&a, DW_AT_enum_class)))
            continue;
        if (text || tag == DW_TAG_namespace)
            buf_printf(&path, "%s::", text ? text : "(anonymous namespace)");
    }
    buf_add_text(&path, name);
    return buf_take(&path);
}

bool symbols_stands_in(struct type *inner, struct type *outer)
{
    struct dwarf *d = inner->file && inner->file == outer->file ? dwarf_of(inner->file) : NULL;
    struct dwarf_unit *u = d ? dwarf_unit_of_die(d, inner->die) : NULL;
    struct scope_chain around = {.count = 0};
    if (u)
        scope_chain_of(u, inner->die, &around);
    for (size_t i = 0; i < around.count; i++)
        if (around.list[i] == outer->die)
            return true;
    return false;
}
