/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/slices.h - Rust's references to slices and strings, `&[T]` and `&str`, and D's
 * arrays, Go's strings and slices: compilers describe them as structs of a pointer and a length. Engine
 * thread.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_SLICES_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_SLICES_H

#include "engine/inspect/values/value.h"

/* The elements that it refers to, as an array; *ret is NULL where the value is no such reference. `text`:
 * they are the bytes of a string, in UTF-8. Of a length that is negative, or whose elements are beyond
 * CONTAINER_BYTES_MOST, the array is absent and says so. */
struct error *slice_elements(struct pool *p, struct value *v, bool *text, struct value **ret) BASE_MUST_CHECK;

#endif
