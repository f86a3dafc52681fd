/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/variants.h - which members of an object are there: Rust's enumerations and Ada's
 * variant records, by the discriminant that the object holds. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_VARIANTS_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_VARIANTS_H

#include "engine/inspect/values/value.h"

struct variants {
    bool *there; /* by variant */
    size_t count;
    bool none;       /* a part has no variant for what its discriminant says */
    __int128 number; /* which is this */
};

/* Errors: those of reading the discriminant. What *ret holds then is empty. */
struct error *variants_read(struct pool *p, struct value *v, struct variants *ret) BASE_MUST_CHECK;
void variants_free(struct variants *v);
bool variants_have(const struct variants *v, const struct type_member *m);

/* Is it an enumeration of Rust: a type that is nothing but variants of one member each? */
bool variant_is_enumeration(struct type *t);
/* The member that such a value is now; NULL: none of them, *number being what the discriminant says. */
struct error *variant_now(struct pool *p, struct value *v, const struct type_member **ret,
                          __int128 *number) BASE_MUST_CHECK;
/* What the error and the text say of a discriminant that means no variant; malloc'd. */
char *variant_missing(__int128 number);

#endif
