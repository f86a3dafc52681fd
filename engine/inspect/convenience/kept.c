/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/convenience/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/target.h"

void kept_clear(struct kept *k)
{
    free(k->type_text);
    free(k->bytes);
    free(k->known);
    *k = (struct kept){0};
}

bool kept_take(struct pool *p, struct value *v, struct kept *k)
{
    kept_clear(k);
    if (type_strip(v->type)->kind == TYPE_VOID)
        return false;
    if (!v->bytes) { /* it may have been shown without: a pointer that was optimised away, a function */
        struct error *failed = value_load(p, v);
        error_free(failed);
    }
    if (!v->bytes && v->place != PLACE_MEMORY)
        return false;
    k->type = v->type;
    k->type_text = type_name(v->type);
    k->closings = symbol_map_closings(p->target->map);
    k->in_memory = v->place == PLACE_MEMORY;
    k->address = v->address;
    k->size = v->size;
    k->bytes = v->bytes ? xmemdup(v->bytes, v->size) : NULL;
    k->known = v->bytes && v->known ? xmemdup(v->known, v->size) : NULL;
    k->bit_size = v->bit_size;
    k->bit_offset = v->bit_offset;
    return true;
}

/* The type may have gone with its file. */
static struct error *find_type_again(struct evaluation *e, struct kept *k)
{
    struct type *type = NULL;
    uint64_t closings = symbol_map_closings(e->pool.target->map);
    if (closings == k->closings)
        return NULL;
    struct error *failed = scope_type(e, k->type_text, &type);
    if (!failed && type_size(type_strip(type)) != k->size)
        failed = error_new(ERR_NO_TYPE, "its size is %llu now and was %zu",
                           (unsigned long long)type_size(type_strip(type)), k->size);
    if (failed)
        return error_while(failed, "finding the type %s of a kept value again, whose file is gone",
                           k->type_text);
    k->type = type;
    k->closings = closings;
    return NULL;
}

struct error *kept_value(struct evaluation *e, struct kept *k, struct value **ret)
{
    if (!k->type) {
        *ret = value_new(&e->pool, basic_type(&e->pool, "void"));
        return NULL;
    }
    TRY(find_type_again(e, k));
    struct value *v = *ret =
        k->in_memory ? value_at(&e->pool, k->type, k->address) : value_new(&e->pool, k->type);
    v->size = k->size;
    v->bytes = k->bytes ? xmemdup(k->bytes, k->size) : NULL;
    v->known = k->known ? xmemdup(k->known, k->size) : NULL;
    v->bit_size = k->bit_size;
    v->bit_offset = k->bit_offset;
    return NULL;
}
