/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/bases.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/frames/expression.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "symbols/variable.h"

/* -- ways --------------------------------------------------------------------------------------------- */

struct search {
    const char *name;   /* of a member, or NULL: the base class is looked for */
    struct type *class; /* that base class */
    unsigned seen;      /* classes; one that is a base of itself would never end */
    struct member_path *path;
};

static bool is_own(struct search *s, struct type *class)
{
    const struct type_static *shared;
    const struct type_method *methods;
    const struct type_member *members;
    size_t count = type_members(class, &members);
    for (size_t i = 0; i < count; i++) {
        if (members[i].base || strcmp(members[i].name, s->name) != 0)
            continue;
        s->path->steps[s->path->count++] = &members[i];
        return true;
    }
    count = type_statics(class, &shared);
    for (size_t i = 0; i < count && !s->path->shared; i++)
        if (strcmp(shared[i].name, s->name) == 0)
            s->path->shared = &shared[i];
    count = s->path->shared ? 0 : type_methods(class, &methods);
    for (size_t i = 0; i < count && !s->path->method; i++)
        if (strcmp(methods[i].name, s->name) == 0)
            s->path->method = &methods[i];
    return s->path->shared || s->path->method;
}

static bool search_class(struct search *s, struct type *class)
{
    const struct type_member *members;
    class = type_strip(class);
    if (!kind_is_struct(class->kind) || ++s->seen > CLASSES_SEEN_MOST)
        return false;
    if (s->name ? is_own(s, class) : type_same_class(class, s->class)) {
        s->path->class = class;
        return true;
    }
    size_t count = type_members(class, &members), depth = s->path->count;
    for (size_t i = 0; i < count && depth < MEMBER_DEPTH_MOST; i++) {
        if (!members[i].base && (!s->name || *members[i].name))
            continue;
        s->path->steps[s->path->count++] = &members[i];
        if (search_class(s, members[i].type))
            return true;
        s->path->count = depth;
    }
    return false;
}

bool bases_find_member(struct type *class, const char *name, struct member_path *ret)
{
    struct search s = {.name = name, .path = ret};
    *ret = (struct member_path){.count = 0};
    return *name && search_class(&s, class);
}

bool bases_find(struct type *class, struct type *base, struct member_path *ret)
{
    struct search s = {.class = base, .path = ret};
    *ret = (struct member_path){.count = 0};
    return kind_is_struct(type_strip(base)->kind) && search_class(&s, class);
}

struct error *bases_walk(struct pool *p, struct value *v, const struct member_path *path, struct value **ret)
{
    for (size_t i = 0; i < path->count; i++)
        TRY(value_of_member(p, v, path->steps[i], &v));
    *ret = v;
    return NULL;
}

bool bases_move(struct type *pointer, struct type *other)
{
    struct type *a = type_strip(pointer), *b = type_strip(other);
    struct member_path path;
    if (a->kind != TYPE_POINTER || b->kind != TYPE_POINTER ||
        type_strip(type_target(a)) == type_strip(type_target(b)))
        return false;
    if (bases_find(type_target(a), type_target(b), &path) ||
        bases_find(type_target(b), type_target(a), &path))
        return path.count > 0;
    return false;
}

/* -- virtual bases ------------------------------------------------------------------------------------ */

static struct error *out_of_reach(struct value *v, const struct type_member *m, int64_t distance)
{
    BASE_FREE char *class = type_name(v->type);
    BASE_FREE char *base = type_name(m->type);
    return error_hint(error_new(ERR_UNSUPPORTED,
                                "the virtual table of the %s says that %s is %" PRId64 " bytes away", class,
                                base, distance),
                      "the object is not constructed yet, is gone, or is damaged");
}

struct error *bases_place(struct pool *p, struct value *v, const struct type_member *m, struct value **ret)
{
    struct dwarf_expression x;
    BASE_FREE char *name = type_name(m->type);
    const char *what = m->base ? name : m->name;
    if (v->place != PLACE_MEMORY || !symbols_member_location(p->target->map, v->type, m, &x))
        return error_new(ERR_UNSUPPORTED, "%s is placed at run time, and where is not known", what);
    struct frame_context c = {.target = p->target};
    struct dwarf_callbacks callbacks;
    uint64_t address = 0;
    frame_callbacks(&c, &callbacks);
    callbacks.initial = callbacks.object = &v->address;
    TRY(dwarf_evaluate_number(&x, &callbacks, &address));
    *ret = value_at(p, m->type, address);
    int64_t distance = (int64_t)((*ret)->address - v->address);
    return distance > BASE_DISTANCE_MOST || distance < -(int64_t)BASE_DISTANCE_MOST
               ? out_of_reach(v, m, distance)
               : NULL;
}

/* -- casts -------------------------------------------------------------------------------------------- */

/* How far into a class the path leads; false: that depends on the object. */
static bool fixed_distance(const struct member_path *path, uint64_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < path->count; i++) {
        if (!path->steps[i]->known_offset)
            return false;
        *ret += path->steps[i]->bit_offset / 8;
    }
    return true;
}

static struct error *no_such_object(struct value *v, struct type *class, struct type *actual)
{
    BASE_FREE char *part = type_name(v->type);
    BASE_FREE char *wanted = type_name(class);
    BASE_FREE char *is = actual ? type_name(actual) : NULL;
    if (!is)
        return error_new(ERR_TYPE_MISMATCH, "the %s is part of no %s", part, wanted);
    return error_new(ERR_TYPE_MISMATCH, "the %s is part of a %s, which is no %s", part, is, wanted);
}

/* The class as a part of the whole object that `v` is in; NULL: it is none. */
static struct error *by_vtable(struct pool *p, struct value *v, struct type *class, struct type **actual,
                               struct value **ret)
{
    uint64_t address;
    struct member_path path;
    TRY(vtable_whole(p, v, &address, actual));
    *ret = NULL;
    if (*actual && type_strip(class)->kind == TYPE_VOID) {
        *ret = value_at(p, *actual, address);
        return NULL;
    }
    if (*actual)
        return bases_find(*actual, class, &path) ? bases_walk(p, value_at(p, *actual, address), &path, ret)
                                                 : NULL;
    /* A table without a symbol: the class that is asked for, if its base is where we came from. */
    struct value *whole = value_at(p, class, address), *again = NULL;
    if (!bases_find(class, v->type, &path))
        return NULL;
    struct error *failed = bases_walk(p, whole, &path, &again);
    if (error_ends_asking(failed))
        return failed;
    *ret = !failed && again->address == v->address ? whole : NULL;
    error_free(failed);
    return NULL;
}

struct error *bases_cast(struct pool *p, struct value *v, struct type *class, struct value **ret)
{
    struct member_path path;
    uint64_t distance;
    struct type *actual = NULL;
    *ret = NULL;
    if (bases_find(v->type, class, &path)) {
        TRY(bases_walk(p, v, &path, ret));
    } else if (bases_find(class, v->type, &path) && v->place == PLACE_MEMORY) {
        if (fixed_distance(&path, &distance))
            *ret = value_at(p, class, v->address - distance);
        else
            TRY(by_vtable(p, v, class, &actual, ret));
        if (!*ret)
            return no_such_object(v, class, actual);
    }
    if (*ret && (*ret)->place == PLACE_MEMORY)
        *ret = value_at(p, class, (*ret)->address); /* with the qualifiers that were asked for */
    return NULL;
}

struct error *bases_dynamic_cast(struct pool *p, struct value *v, struct type *class, struct value **ret)
{
    struct member_path path;
    struct type *actual;
    bool up = bases_find(v->type, class, &path);
    return up ? bases_walk(p, v, &path, ret) : by_vtable(p, v, class, &actual, ret);
}
