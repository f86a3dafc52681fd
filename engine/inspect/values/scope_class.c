/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members of C++'s classes without an object in front: static ones, methods, those of `this`, pointers to
 * them. */
#include <stdlib.h>

#include "base/alloc.h"
#include "engine/inspect/values/bases.h"
#include "engine/inspect/values/member_pointer.h"
#include "engine/inspect/values/qualified.h"
#include "engine/inspect/values/scope.h"
#include "engine/target/target.h"

struct error *scope_shared(struct pool *p, struct type *class, const struct type_static *member,
                           struct value **ret)
{
    struct evaluation *e = (struct evaluation *)p; /* the pool is its first member */
    struct variable v;
    symbols_static_member(p->target->map, class, member, p->has_pc ? p->pc : UINT64_MAX, &v);
    return scope_variable(e, &v, ret);
}

struct error *scope_method(struct pool *p, struct type *class, const struct type_method *method,
                           struct value **ret)
{
    uint64_t address;
    BASE_FREE char *name = type_name(class);
    if (!symbols_method(p->target->map, class, method, &address))
        return error_hint(error_new(ERR_OPTIMISED_OUT, "no code of %s::%s is left", name, method->name),
                          "it was inlined where it is called, or never called");
    *ret = value_at(p, method->type, address);
    return NULL;
}

struct type *scope_truth_type(struct pool *p)
{
    return symbols_truth_type(p->target->map, p->has_pc ? p->pc : UINT64_MAX);
}

/* -- by name ----------------------------------------------------------------------------------------- */

/* The class in front of the last `::`, and the way from it to the member of that name; false: it is none. */
static bool class_of_name(struct evaluation *e, const char *name, struct type **class,
                          struct member_path *path)
{
    const char *last = qualified_last(name);
    uint64_t pc = e->pool.has_pc ? e->pool.pc : UINT64_MAX;
    if (last < name + 3)
        return false;
    BASE_FREE char *scope = xstrndup(name, (size_t)(last - name - 2));
    *class = symbols_find_type(e->pool.target->map, scope, pc);
    return *class && kind_is_struct(type_strip(*class)->kind) && bases_find_member(*class, last, path);
}

/* `this` of the frame's method, whose class is *class; *ret is NULL where there is none. */
static struct error *this_pointer(struct evaluation *e, struct type **class, struct value **ret)
{
    *class = NULL;
    TRY(scope_local(e, "this", ret));
    if (*ret && value_kind(*ret) == TYPE_POINTER)
        *class = type_target(type_strip((*ret)->type));
    if (!*class || !kind_is_struct(type_strip(*class)->kind))
        *ret = NULL;
    return NULL;
}

/* The object that it leads to. One that is optimised out is there, with nothing to show. */
static struct error *object_of(struct evaluation *e, struct value *pointer, struct value **ret)
{
    if (!pointer->optimised_out)
        return value_dereference(&e->pool, pointer, ret);
    *ret = value_new(&e->pool, type_target(type_strip(pointer->type)));
    (*ret)->optimised_out = true;
    return NULL;
}

/* A closure that took `this` along has it as a member: gcc calls it `__this`, clang `this`. */
static bool finds_captured(struct type *closure, struct member_path *path)
{
    return bases_find_member(closure, "__this", path) || bases_find_member(closure, "this", path);
}

/* By types alone, so that nothing is read for a name that is no member's. */
static bool is_captured_member(struct type *closure, const char *name)
{
    struct member_path to_this, path;
    if (!finds_captured(closure, &to_this) || !to_this.count)
        return false;
    struct type *t = type_strip(to_this.steps[to_this.count - 1]->type);
    return t->kind == TYPE_POINTER && bases_find_member(type_target(t), name, &path);
}

struct error *scope_this_member(struct evaluation *e, const char *name, struct value **ret)
{
    struct value *pointer = NULL, *object = NULL;
    struct type *class;
    struct member_path path;
    *ret = NULL;
    TRY(this_pointer(e, &class, &pointer));
    bool own = pointer && bases_find_member(class, name, &path);
    if (!pointer || (!own && !is_captured_member(class, name)))
        return NULL;
    TRY(object_of(e, pointer, &object));
    if (!own && finds_captured(class, &path)) {
        TRY(bases_walk(&e->pool, object, &path, &pointer));
        TRY(object_of(e, pointer, &object));
    }
    return value_member(&e->pool, object, name, ret);
}

/* A member of objects, of the frame's object if that has it. */
static struct error *of_this(struct evaluation *e, const char *name, struct type *class,
                             const struct member_path *path, struct value **ret)
{
    struct value *pointer = NULL, *object = NULL;
    struct type *here;
    struct member_path up;
    TRY(this_pointer(e, &here, &pointer));
    if (!pointer || !bases_find(here, class, &up))
        return error_hint(
            error_new(ERR_NO_SYMBOL, "%s is a member of objects, and which one is not said", name),
            "object.%s, or &%s for where it is in one", qualified_last(name), name);
    TRY(object_of(e, pointer, &object));
    TRY(bases_walk(&e->pool, object, &up, &object));
    return bases_walk(&e->pool, object, path, ret);
}

struct error *scope_class_member(struct evaluation *e, const char *name, struct value **ret)
{
    struct type *class;
    struct member_path path;
    *ret = NULL;
    if (!class_of_name(e, name, &class, &path))
        return NULL;
    if (path.shared)
        return scope_shared(&e->pool, path.class, path.shared, ret);
    if (path.method)
        return scope_method(&e->pool, path.class, path.method, ret);
    return of_this(e, name, class, &path, ret);
}

struct error *scope_member_pointer(struct evaluation *e, const char *name, struct value **ret)
{
    struct type *class;
    struct member_path path;
    struct value *code = NULL;
    *ret = NULL;
    if (!class_of_name(e, name, &class, &path) || path.shared)
        return NULL;
    if (!path.method)
        return pointer_to_data(&e->pool, class, &path, ret);
    /* A static method has no `this`, and its address is that of a function. */
    if (!path.method->has_this)
        return NULL;
    if (path.method->slot < 0)
        TRY(scope_method(&e->pool, path.class, path.method, &code));
    *ret = pointer_to_method(&e->pool, path.class, path.method, code ? code->address : 0);
    return NULL;
}
