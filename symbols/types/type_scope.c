/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scopes a type's name is written with: namespaces and classes around its DIE, in languages that have
 * them.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/limits.h"
#include "symbols/types/scoped_internal.h"

struct scope_search {
    uint64_t wanted, last;
    uint16_t tag;
};

static bool is_scope(uint16_t tag)
{
    return tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
           tag == DW_TAG_union_type || tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block ||
           tag == DW_TAG_module;
}

/* DIEs do not know their parents: the last child that does not begin behind the one wanted holds it. */
static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct scope_search *s = context;
    uint64_t here = die_offset(u, die);
    if (here <= s->wanted) {
        s->last = here;
        s->tag = tag;
    }
}

static void add_scope(struct dwarf_unit *u, Dwarf_Die die, uint16_t tag, struct buf *path)
{
    struct die_attrs a;
    if (tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block)
        return;
    die_attributes(u, die, &a);
    const char *text = scope_name_of(u, die, &a);
    if (text)
        buf_printf(path, "%s::", text);
    else if (tag == DW_TAG_namespace)
        buf_add_text(path, "(anonymous namespace)::");
}

static void find_path(struct dwarf_unit *u, uint64_t wanted, struct buf *path)
{
    Dwarf_Die here = u->root;
    die_walk_begin(u);
    for (unsigned depth = 0; depth < DIE_DEPTH_LIMIT; depth++) {
        struct scope_search s = {.wanted = wanted, .last = NO_OFFSET};
        die_children(u, here, visit, &s);
        if (here != u->root)
            dwarf_dealloc_die(here);
        if (s.last == wanted || s.last == NO_OFFSET || !is_scope(s.tag) || !die_at(u, s.last, &here))
            return;
        add_scope(u, here, s.tag, path);
    }
    if (here != u->root)
        dwarf_dealloc_die(here);
}

/* What is defined outside of the scope that it is declared in names its declaration. */
static void find_declared(struct dwarf_unit *u, uint64_t die, struct buf *path)
{
    uint64_t declared = scope_declaration(u, die);
    struct dwarf_unit *where = declared == die ? u : dwarf_unit_of_die(u->dwarf, declared);
    if (where)
        find_path(where, declared, path);
}

/* The unit of a type whose names have scopes, or NULL. */
static struct dwarf_unit *scoped_unit(const struct type *t)
{
    struct dwarf *d = t->file && t->die ? dwarf_of(t->file) : NULL;
    struct dwarf_unit *u = d ? dwarf_unit_of_die(d, t->die) : NULL;
    /* Partial units that dwz made do not say their language: C is the one that is right for most. */
    return u && u->head->language && !dwarf_is_c(u->head) ? u : NULL;
}

bool type_has_scopes(const struct type *t)
{
    return scoped_unit(t) != NULL;
}

const char *type_scope(struct type *t)
{
    struct type_inside *in = t->inside;
    if (t->incomplete && in->definition) /* what stands for a type unit's may stand anywhere */
        return type_scope(in->definition);
    struct dwarf_unit *u = in->scope ? NULL : scoped_unit(t);
    BASE_BUF struct buf path = {0};
    if (u)
        find_declared(u, t->die, &path);
    if (!in->scope) {
        char *kept = intern_alloc(in->arena, path.length + 1);
        memcpy(kept, buf_text(&path), path.length + 1);
        in->scope = kept;
    }
    return in->scope;
}
