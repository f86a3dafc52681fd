/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds one thing, or a fixed number of things: tuples, pointers, optional and variant values. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/printers/description.h"
#include "engine/target/target.h"

/* -- tuples ------------------------------------------------------------------------------------------------
 */

/* Base classes called so, each with its number and its type as template arguments: its own bytes are that
 * type's, be there a member or, where the type is empty, a base class. */
struct leaves {
    struct value *list[TUPLE_ELEMENTS_MOST];
    size_t count;
    const char *name;
    unsigned classes;
};

static bool is_leaf(struct type *t, const char *name)
{
    size_t n = strlen(name);
    t = type_strip(t);
    return t->name && strncmp(t->name, name, n) == 0 && t->name[n] == '<';
}

static struct error *take_leaf(struct reading *r, struct value *base, struct leaves *l)
{
    int64_t number = -1;
    if (!template_number(base->type, 1, &number) || number < 0 || number >= TUPLE_ELEMENTS_MOST)
        return error_new(ERR_TYPE_MISMATCH, "no number of a tuple's element");
    TRY(path_value(r->p, base, "!1", &l->list[number]));
    l->count = l->count > (size_t)number + 1 ? l->count : (size_t)number + 1;
    return NULL;
}

static struct error *collect(struct reading *r, struct value *v, struct leaves *l)
{
    const struct type_member *members;
    size_t count = kind_is_struct(value_kind(v)) ? type_members(type_strip(v->type), &members) : 0;
    if (++l->classes > 3 * TUPLE_ELEMENTS_MOST)
        return error_new(ERR_TYPE_MISMATCH, "no tuple");
    for (size_t i = 0; i < count; i++) {
        struct value *base = NULL;
        if (!members[i].base)
            continue;
        TRY(value_of_member(r->p, v, &members[i], &base));
        TRY(is_leaf(members[i].type, l->name) ? take_leaf(r, base, l) : collect(r, base, l));
    }
    return NULL;
}

struct error *read_tuple_contents(struct reading *r)
{
    struct leaves l = {.name = r->d->parts[PART_LEAF]};
    struct value *v = r->v;
    r->c->shape = CONTENTS_LIST;
    if (r->d->parts[PART_IN])
        TRY(part_value(r, PART_IN, &v));
    TRY(collect(r, v, &l));
    for (size_t i = 0; i < l.count; i++) {
        if (!l.list[i])
            return error_new(ERR_TYPE_MISMATCH, "no element %zu of a tuple", i);
        TRY(contents_add(r, l.list[i]));
    }
    /* A tuple of nothing has no bases either. */
    const struct type_member *members;
    bool fits = l.count || !type_members(type_strip(r->v->type), &members);
    return fits ? NULL : error_new(ERR_TYPE_MISMATCH, "no tuple");
}

/* -- members ----------------------------------------------------------------------------------------------
 */

static const char *own_name(struct type *t, const char *name, size_t n)
{
    const struct type_member *members;
    size_t count = kind_is_struct(type_strip(t)->kind) ? type_members(type_strip(t), &members) : 0;
    for (size_t i = 0; i < count; i++)
        if (strncmp(members[i].name, name, n) == 0 && !members[i].name[n])
            return members[i].name;
    return NULL;
}

struct error *read_members_contents(struct reading *r)
{
    r->c->shape = CONTENTS_MEMBERS;
    for (const char *at = r->d->parts[PART_NAMES]; *at;) {
        size_t n = strcspn(at, ",");
        struct value *member = NULL;
        const char *name = own_name(r->v->type, at, n);
        if (!name)
            return error_new(ERR_NO_MEMBER, "no member %.*s", (int)n, at);
        TRY(value_member(r->p, r->v, name, &member));
        TRY(contents_add(r, member));
        r->c->items[r->c->count - 1].name = name;
        at += n + (at[n] == ',');
    }
    return NULL;
}

/* -- pointers ---------------------------------------------------------------------------------------------
 */

/* A pointer member, or with & the place of what is pointed to. */
static struct error *find_pointer(struct reading *r, struct value **ret)
{
    const char *to = r->d->parts[PART_TO];
    struct value *there = NULL;
    if (*to != '&') {
        TRY(part_value(r, PART_TO, ret));
        return value_kind(*ret) == TYPE_POINTER ? NULL : error_new(ERR_TYPE_MISMATCH, "no pointer");
    }
    TRY(path_value(r->p, r->v, to + 1, &there));
    if (!value_has_address(there))
        return error_new(ERR_TYPE_MISMATCH, "no pointer");
    *ret = value_integer(r->p, type_pointer_to(there->type), there->address);
    return NULL;
}

struct error *read_pointer_contents(struct reading *r)
{
    struct value *target = NULL;
    uint64_t address = 0;
    int64_t uses = 0;
    r->c->shape = CONTENTS_POINTER;
    TRY(find_pointer(r, &r->c->pointer));
    TRY(value_as_integer(r->p, r->c->pointer, &address));
    if (!address)
        return NULL;
    if (r->d->parts[PART_USES]) {
        /* Nobody may be counting: a pointer into what lives as long as the program. */
        struct error *e = part_number(r, PART_USES, &uses);
        if (e && !error_is(e, ERR_NO_MEMORY))
            return e;
        r->c->has_uses = !e;
        r->c->uses = (uint64_t)uses;
        r->c->gone = !e && uses <= 0;
        error_free(e);
    }
    struct type *t = type_strip(type_target(type_strip(r->c->pointer->type)));
    if (r->c->gone || t->kind == TYPE_VOID || t->kind == TYPE_FUNCTION || !type_size(t))
        return NULL;
    TRY(value_dereference(r->p, r->c->pointer, &target));
    return contents_add(r, target);
}

/* -- one value --------------------------------------------------------------------------------------------
 */

struct error *read_optional_contents(struct reading *r)
{
    struct value *some = NULL, *value = NULL;
    bool there = true;
    r->c->shape = CONTENTS_VALUE;
    TRY(part_value(r, PART_VALUE, &value));
    if (r->d->parts[PART_SOME]) {
        TRY(part_value(r, PART_SOME, &some));
        TRY(value_truth(r->p, some, &there));
    }
    if (!there) {
        r->c->shape = CONTENTS_EMPTY;
        return NULL;
    }
    return contents_add(r, value);
}

struct error *read_variant_contents(struct reading *r)
{
    struct value *index = NULL, *v = NULL, *here = NULL;
    uint64_t number = 0;
    r->c->shape = CONTENTS_CHOICE;
    TRY(part_value(r, PART_INDEX, &index));
    TRY(value_as_integer(r->p, index, &number));
    TRY(part_value(r, PART_FIRST, &v));
    uint64_t none = index->size < 8 ? ((uint64_t)1 << index->size * 8) - 1 : UINT64_MAX;
    if ((number & none) == none) {
        r->c->shape = CONTENTS_EMPTY;
        return NULL;
    }
    if (number >= TUPLE_ELEMENTS_MOST) {
        contents_break(r->c, "it has no alternative %" PRIu64, number);
        return NULL;
    }
    for (uint64_t i = 0; i < number; i++) {
        struct error *e = path_value(r->p, v, r->d->parts[PART_REST], &v);
        if (error_is(e, ERR_NO_MEMBER) || error_is(e, ERR_TYPE_MISMATCH)) {
            error_free(e);
            contents_break(r->c, "it has no alternative %" PRIu64, number);
            return NULL;
        }
        TRY(e);
    }
    struct error *e = path_value(r->p, v, r->d->parts[PART_HERE], &here);
    if (e && number && error_is(e, ERR_NO_MEMBER)) {
        error_free(e);
        contents_break(r->c, "it has no alternative %" PRIu64, number);
        return NULL;
    }
    TRY(e);
    r->c->index = number;
    return contents_add(r, here);
}
