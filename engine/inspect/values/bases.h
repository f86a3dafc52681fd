/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/bases.h - base classes: the way to a member through them, where virtual ones are, and
 * what a cast between a class and its bases does to an address.
 *
 * Ways are found in the types alone; only walking one that leads over a virtual base reads the object's
 * virtual table. Engine thread. Errors: those of engine/inspect/values/values.h; ERR_UNSUPPORTED where a
 * virtual base cannot be found in the object at hand.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_BASES_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_BASES_H

#include "engine/inspect/values/value.h"

/* Members to go through one after the other: base classes and unnamed members, and the one that is looked
 * for. */
struct member_path {
    const struct type_member *steps[MEMBER_DEPTH_MOST + 1];
    size_t count;
    const struct type_static *shared; /* at the end of it a static member */
    const struct type_method *method; /* or a method */
    struct type *class;               /* of which class it is */
};

/* The member of this name; false: there is none. The class's own comes first, then what its bases have. */
bool bases_find_member(struct type *class, const char *name, struct member_path *ret);
/* The base class `base`; the path is empty when it is the class itself. */
bool bases_find(struct type *class, struct type *base, struct member_path *ret);
struct error *bases_walk(struct pool *p, struct value *v, const struct member_path *path,
                         struct value **ret) BASE_MUST_CHECK;

/* A member whose place is computed, from the address of the object it is in. */
struct error *bases_place(struct pool *p, struct value *v, const struct type_member *m,
                          struct value **ret) BASE_MUST_CHECK;

/* The object `v` as a base of its class, or as a class derived from it that it is a part of. *ret is NULL
 * where neither class is a base of the other. */
struct error *bases_cast(struct pool *p, struct value *v, struct type *class,
                         struct value **ret) BASE_MUST_CHECK;
/* The same by what the object really is, as dynamic_cast does: *ret is NULL where it is no such object. A
 * void type asks for the object as a whole. */
struct error *bases_dynamic_cast(struct pool *p, struct value *v, struct type *class,
                                 struct value **ret) BASE_MUST_CHECK;

/* Pointers to these classes have other addresses of one object: one is a base of the other. */
bool bases_move(struct type *pointer, struct type *other);

/* -- virtual tables (vtable.c) -------------------------------------------------------------------------- */

/* Has an object of this class a virtual table? */
bool vtable_has(struct type *class);
/* The object that `v` is a part of, by the offset to the top that its virtual table has; a type is found
 * where the table has a symbol, else *class is NULL. */
struct error *vtable_whole(struct pool *p, struct value *v, uint64_t *address,
                           struct type **class) BASE_MUST_CHECK;
/* An entry of the table of the object at `object`. */
struct error *vtable_entry(struct pool *p, uint64_t object, int64_t slot, uint64_t *ret) BASE_MUST_CHECK;

#endif
