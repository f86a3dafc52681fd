/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Variables of the functions around a function: what Fortran's procedures have behind `contains`, Ada's, and
 * gcc's nested functions of C. The static link says which of the frames above is the one meant (DWARF 5,
 * section 3.3.5).
 */
#include "engine/inspect/limits.h"
#include "engine/inspect/values/scope.h"
#include "engine/target/target.h"

static bool runs_around(struct evaluation *e, const struct frame *f)
{
    struct symbol_map *map = e->pool.target->map;
    struct type *inner = symbols_function_type(map, e->pool.pc, 0);
    struct type *outer = symbols_function_type(map, f->pc - (f->exact ? 0 : 1), 0);
    return inner && outer && symbols_stands_in(inner, outer);
}

/* The frame whose base the static link of the selected one names, which with gcc is the CFA. gfortran 12
 * sometimes names a place beside the one that has it: then the nearest frame of such a function. */
static bool find_frame(struct evaluation *e, const struct frame_list *list, unsigned *ret)
{
    struct dwarf_expression link;
    struct frame_context c;
    struct dwarf_callbacks callbacks;
    uint64_t base = 0;
    bool found = false;
    if (!symbols_static_link(e->pool.target->map, e->pool.pc, &link))
        return false;
    scope_context(e, &c);
    frame_callbacks(&c, &callbacks);
    error_free(dwarf_evaluate_number(&link, &callbacks, &base));
    for (unsigned i = e->frame.level + 1; i < list->count; i++) {
        const struct frame *f = &list->items[i];
        bool same = f->has_cfa && f->cfa == base;
        if (f->inlined || (!same && (found || !runs_around(e, f))))
            continue;
        *ret = i;
        found = true;
        if (same)
            break;
    }
    return found;
}

struct error *scope_enclosing(struct evaluation *e, const char *name, struct value **ret)
{
    const struct scope_frame selected = e->frame;
    const uint64_t pc = e->pool.pc;
    struct error *failed = NULL;
    struct dwarf_expression link;
    unsigned level = 0;
    *ret = NULL;
    if (!e->frame.found || !symbols_static_link(e->pool.target->map, pc, &link))
        return NULL;
    const struct frame_list list = *scope_callers(e);
    for (unsigned i = 0; i < ENCLOSING_MOST && !failed && !*ret && find_frame(e, &list, &level); i++) {
        const struct frame *f = &list.items[level];
        e->frame.list = list;
        e->frame.level = level;
        e->frame.inlined = 0;
        e->pool.pc = f->pc - (f->exact ? 0 : 1);
        failed = scope_local(e, name, ret);
    }
    e->frame.list = selected.list;
    e->frame.level = selected.level;
    e->frame.inlined = selected.inlined;
    e->pool.pc = pc;
    return failed;
}
