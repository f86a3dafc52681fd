/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/strided.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"

bool strided(struct type *t)
{
    t = type_strip(t);
    for (unsigned i = 0; t->kind == TYPE_ARRAY && i < ARRAY_RESOLVE_MOST; i++) {
        if (t->stride)
            return true;
        t = type_strip(type_target(t));
    }
    return false;
}

static size_t element_size(struct type *t)
{
    return (size_t)type_size(type_strip(type_target(t)));
}

/* Where the first and the last byte are, seen from the first element; false: too far. */
static bool span(struct type *t, __int128 *low, __int128 *high)
{
    t = type_strip(t);
    if (t->kind != TYPE_ARRAY || !strided(t)) {
        *low = 0;
        *high = (__int128)type_size(t);
        return true;
    }
    if (!span(type_target(t), low, high))
        return false;
    __int128 step = t->stride ? t->stride : (__int128)element_size(t);
    if (t->count > VALUE_BYTES_MAX || step > VALUE_BYTES_MAX || step < -(__int128)VALUE_BYTES_MAX)
        return false;
    __int128 last = t->count ? (__int128)(t->count - 1) * step : 0;
    *low += last < 0 ? last : 0;
    *high += last > 0 ? last : 0;
    return *high - *low <= VALUE_BYTES_MAX;
}

/* From `from`, which holds what is around the first element, or with NULL from the target. */
static struct error *gather(struct target *target, struct type *t, uint64_t address,
                            const unsigned char *from, unsigned char *bytes, size_t size)
{
    t = type_strip(t);
    if (t->kind != TYPE_ARRAY || !strided(t)) {
        if (!from)
            return memory_read(target, address, bytes, size);
        memcpy(bytes, from, size);
        return NULL;
    }
    size_t element = element_size(t);
    int64_t step = t->stride ? t->stride : (int64_t)element;
    for (size_t at = 0; element && at + element <= size; at += element) {
        TRY(gather(target, type_target(t), address, from, bytes + at, element));
        address += (uint64_t)step;
        if (from && at + 2 * element <= size)
            from += step;
    }
    return NULL;
}

struct error *strided_load(struct target *target, struct type *t, uint64_t address, unsigned char *bytes,
                           size_t size)
{
    __int128 low, high;
    struct type *inner = type_strip(t);
    while (inner->kind == TYPE_ARRAY && type_target(inner) != inner)
        inner = type_strip(type_target(inner));
    if (span(t, &low, &high)) {
        size_t all = (size_t)(high - low);
        BASE_FREE unsigned char *whole = xcalloc(all ? all : 1, 1);
        TRY(memory_read(target, address + (uint64_t)low, whole, all));
        return gather(target, t, address, whole - low, bytes, size);
    }
    if (size / (type_size(inner) ? type_size(inner) : 1) > STRIDED_ELEMENTS_MOST)
        return error_hint(error_new(ERR_UNSUPPORTED, "the elements of the array are too far from each other"),
                          "name one of them, or fewer");
    return gather(target, t, address, NULL, bytes, size);
}
