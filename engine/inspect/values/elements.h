/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/elements.h - what v[3], v["a"] and *v mean of an object of a class, which the
 * descriptions of containers say (engine/inspect/printers): hooks, as they stand above values. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_ELEMENTS_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_ELEMENTS_H

#include "engine/inspect/values/value.h"

struct element_rules {
    /* *ret stays NULL where the object has no elements by number. */
    struct error *(*index)(struct pool *p, struct value *v, int64_t index, struct value **ret);
    /* The value that a map has for a key, `key`; *ret stays NULL where the object is no map. */
    struct error *(*find)(struct pool *p, struct value *v, struct value *key, struct value **ret);
    /* *ret stays NULL where the object leads to no other. */
    struct error *(*target)(struct pool *p, struct value *v, struct value **ret);
};

#endif
