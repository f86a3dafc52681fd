/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/member_pointer.h - pointers to members as the Itanium C++ ABI has them (section 2.3):
 * to data an offset, -1 for none; to a method two words, its address or 1 + its place in the virtual table,
 * and what to add to `this` (on Arm the lowest bit of the second word, doubled, says that it is virtual).
 *
 * Engine thread. Errors: those of engine/inspect/values/values.h.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_MEMBER_POINTER_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_MEMBER_POINTER_H

#include "engine/inspect/values/value.h"

bool is_method_pointer(const struct value *v);
/* object.*pointer */
struct error *member_pointed_to(struct pool *p, struct value *object, struct value *pointer,
                                struct value **ret) BASE_MUST_CHECK;
/* The same of a pointer to a method, and what `this` is to be when it is called.
 */
struct error *method_pointed_to(struct pool *p, struct value *object, struct value *pointer,
                                struct value **ret, uint64_t *at) BASE_MUST_CHECK;
/* &class::name of a member of data, where `path` leads from the class. */
struct member_path;
struct error *pointer_to_data(struct pool *p, struct type *class, const struct member_path *path,
                              struct value **ret) BASE_MUST_CHECK;
/* &class::name of a method at `code`. */
struct value *pointer_to_method(struct pool *p, struct type *class, const struct type_method *method,
                                uint64_t code);
/* A pointer to a method, taken apart. */
struct method_pointer {
    uint64_t function; /* an address, or with `is_virtual` the offset in the virtual table */
    int64_t adjustment;
    bool is_virtual;
};
struct error *method_pointer_take_apart(struct pool *p, struct value *v,
                                        struct method_pointer *ret) BASE_MUST_CHECK;

#endif
