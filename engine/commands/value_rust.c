/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rust's values as JSON, in the way that its programs write them there ("Enum representations" of serde,
 * externally tagged): "Quit", {"Move": {"x": 12, "y": -34}}, {"Color": [101, 202, 3003]}.
 */
#include "engine/commands/value_walk.h"
#include "engine/inspect/render/render.h"
#include "engine/inspect/values/slices.h"
#include "engine/inspect/values/variants.h"

static struct error *fields_json(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                                 cJSON **ret)
{
    const struct type_member *members;
    size_t count = type_members(v->type, &members);
    bool tuple = is_tuple(v->type);
    *ret = tuple ? cJSON_CreateArray() : cJSON_CreateObject();
    for (size_t i = 0; i < count; i++) {
        struct value *member = NULL;
        cJSON *one = NULL;
        struct error *e = value_of_member(p, v, &members[i], &member);
        if (e)
            one = cJSON_CreateNull();
        error_free(e);
        if (!one)
            TRY(inner_to_json(p, member, depth + 1, truncated, &one));
        if (tuple)
            cJSON_AddItemToArray(*ret, one);
        else
            cJSON_AddItemToObject(*ret, members[i].name, one);
    }
    return NULL;
}

static struct error *enumeration_json(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                                      cJSON **ret)
{
    const struct type_member *now, *fields;
    struct value *member = NULL;
    cJSON *inner = NULL;
    __int128 number;
    TRY(variant_now(p, v, &now, &number));
    if (!now) { /* the text says what the discriminant is */
        *ret = cJSON_CreateNull();
        return NULL;
    }
    if (type_members(now->type, &fields) == 0) {
        *ret = cJSON_CreateString(now->name);
        return NULL;
    }
    TRY(value_of_member(p, v, now, &member));
    struct error *e = fields_json(p, member, depth, truncated, &inner);
    *ret = cJSON_CreateObject();
    cJSON_AddItemToObject(*ret, now->name, inner);
    return e;
}

static struct error *text_json(struct pool *p, struct value *bytes, bool *truncated, cJSON **ret)
{
    struct type *t = type_strip(bytes->type);
    if (t->count > RENDER_ELEMENTS) {
        bytes = value_at(p, type_array_of(type_target(t), RENDER_ELEMENTS), bytes->address);
        *truncated = true;
    }
    if (t->count)
        TRY(value_load(p, bytes));
    *ret = bytes_to_json((const char *)bytes->bytes, t->count ? bytes->size : 0);
    return NULL;
}

struct error *slice_json(struct pool *p, struct value *v, unsigned depth, bool *truncated, cJSON **ret)
{
    bool text;
    struct value *elements = NULL;
    TRY(slice_elements(p, v, &text, &elements));
    if (elements && elements->absent)
        *ret = cJSON_CreateNull(); /* the text says why */
    else if (elements)
        return text ? text_json(p, elements, truncated, ret)
                    : json_at(p, elements, depth + 1, truncated, ret);
    return NULL;
}

struct error *rust_json(struct pool *p, struct value *v, unsigned depth, bool *truncated, cJSON **ret)
{
    if (v->size && v->size <= VALUE_BYTES_MAX)
        TRY(value_load(p, v));
    if (variant_is_enumeration(v->type))
        return enumeration_json(p, v, depth, truncated, ret);
    TRY(slice_json(p, v, depth, truncated, ret));
    return *ret ? NULL : fields_json(p, v, depth, truncated, ret);
}
