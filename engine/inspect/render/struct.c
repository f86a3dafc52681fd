/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Structs and classes as text: base classes first, each virtual one once, then members and static members as
 * they are declared.
 */
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/render/render.h"

static void add_error(struct rendering *r, struct error *e)
{
    if (error_is(e, ERR_OPTIMISED_OUT))
        buf_add_text(r->out, "<optimized out>");
    else if (e)
        buf_printf(r->out, "<error: %s>", e->message);
    error_free(e);
}

bool bases_show(struct bases_shown *shown, struct type *base)
{
    for (size_t i = 0; i < shown->count; i++)
        if (type_same_class(shown->list[i], base))
            return false;
    if (shown->count < VIRTUAL_BASES_MOST)
        shown->list[shown->count++] = base;
    return true;
}

static void base_text(struct rendering *r, struct value *v, const struct type_member *m, unsigned depth,
                      struct bases_shown *shown)
{
    BASE_FREE char *name = type_name(m->type);
    struct value *base = NULL;
    buf_printf(r->out, "<%s> = ", name);
    struct error *e = value_of_member(r->p, v, m, &base);
    if (!e && base->optimised_out)
        e = error_new(ERR_OPTIMISED_OUT, "the value is optimised out here");
    if (!e)
        e = struct_text(r, base, depth + 1, shown);
    if (e && m->is_virtual && !error_is(e, ERR_OPTIMISED_OUT)) {
        /* As gdb says it of an object that is not constructed yet; who names a member of it hears why. */
        buf_add_text(r->out, "<invalid address>");
        error_free(e);
        return;
    }
    add_error(r, e);
}

static void member_text(struct rendering *r, struct value *v, const struct type_member *m, unsigned depth)
{
    struct value *member = NULL;
    char format = r->format;
    if (*m->name)
        buf_printf(r->out, "%s = ", m->name);
    struct error *e = value_of_member(r->p, v, m, &member);
    if (strncmp(m->name, "_vptr", 5) == 0) /* gdb tells whose table it is in any format */
        r->format = 0;
    if (e)
        add_error(r, e);
    else
        inner_text(r, member, depth + 1);
    r->format = format;
}

/* A class that has a static member of itself would never end: gdb tells what is being shown already. */
static void shared_text(struct rendering *r, struct value *v, const struct type_static *m, unsigned depth)
{
    struct value *value = NULL;
    buf_printf(r->out, "static %s = ", m->name);
    struct error *e = r->p->shared(r->p, v->type, m, &value);
    if (e) {
        add_error(r, e);
        return;
    }
    bool nested = kind_is_struct(value_kind(value)) && value_has_address(value);
    bool again = nested && r->shared_count == STATICS_SHOWN_MOST;
    for (size_t i = 0; i < r->shared_count && nested; i++)
        again = again || r->shared[i] == value->address;
    if (again) {
        buf_add_text(r->out, "<same as static member of an already seen type>");
        return;
    }
    if (nested)
        r->shared[r->shared_count++] = value->address;
    inner_text(r, value, depth + 1);
}

void field_text(struct rendering *r, struct value *v, const struct type_member *m, unsigned depth)
{
    struct value *member = NULL;
    struct error *e = value_of_member(r->p, v, m, &member);
    if (e)
        buf_printf(r->out, "<error: %s>", e->message);
    else
        inner_text(r, member, depth + 1);
    error_free(e);
}

static void separate(struct rendering *r, bool *first)
{
    if (!*first)
        buf_add_text(r->out, ", ");
    *first = false;
}

static void bases_text(struct rendering *r, struct value *v, unsigned depth, struct bases_shown *shown,
                       bool *first)
{
    const struct type_member *members;
    size_t count = type_members(type_strip(v->type), &members);
    for (size_t i = 0; i < count && r->out->length < RENDER_TEXT; i++) {
        if (!members[i].base || (members[i].is_virtual && !bases_show(shown, members[i].type)))
            continue;
        separate(r, first);
        base_text(r, v, &members[i], depth, shown);
    }
}

/* Members that are no bases, and static members between them; how many there are. */
static size_t own_text(struct rendering *r, struct value *v, unsigned depth, bool *first)
{
    const struct type_member *members;
    const struct type_static *shared;
    size_t count = type_members(type_strip(v->type), &members), k = 0, own = 0;
    size_t shared_count = r->p->shared ? type_statics(type_strip(v->type), &shared) : 0;
    for (size_t i = 0; i <= count && r->out->length < RENDER_TEXT; i++) {
        for (; k < shared_count && shared[k].before <= i && r->out->length < RENDER_TEXT; k++, own++) {
            separate(r, first);
            shared_text(r, v, &shared[k], depth);
        }
        if (i == count || members[i].base)
            continue;
        own++;
        separate(r, first);
        member_text(r, v, &members[i], depth);
    }
    return own;
}

struct error *struct_text(struct rendering *r, struct value *v, unsigned depth, struct bases_shown *shown)
{
    const struct type_member *members;
    struct bases_shown of_object = {.count = 0};
    size_t count = type_members(type_strip(v->type), &members), shared = r->shared_count;
    bool first = true;
    if (depth >= RENDER_DEPTH) {
        buf_add_text(r->out, "{...}");
        return NULL;
    }
    if (!count && type_strip(v->type)->incomplete) {
        buf_add_text(r->out, "<incomplete type>");
        return NULL;
    }
    if (v->size && v->size <= VALUE_BYTES_MAX)
        TRY(value_load(r->p, v));
    buf_add_char(r->out, '{');
    bases_text(r, v, depth, shown ? shown : &of_object, &first);
    if (own_text(r, v, depth, &first) == 0) {
        separate(r, &first);
        buf_add_text(r->out, "<No data fields>");
    }
    buf_add_char(r->out, '}');
    r->shared_count = shared;
    return NULL;
}
