/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What belongs to classes of C++ and lives outside of their objects: static members and methods. */
#include <stdlib.h>

#include "base/alloc.h"
#include "engine/inspect/values/scope.h"
#include "engine/target/target.h"

struct error *scope_shared(struct pool *p, struct type *class, const struct type_static *member,
                           struct value **ret)
{
    struct evaluation *e = (struct evaluation *)p; /* the pool is its first member */
    struct variable v;
    symbols_static_member(p->target->map, class, member, &v);
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
