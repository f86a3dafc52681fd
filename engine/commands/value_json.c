/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk through a value: what each kind of type becomes, and what cannot be read is null in its place. */
#include "engine/commands/value_json.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/commands/value_walk.h"
#include "engine/inspect/values/floats.h"
#include "engine/inspect/render/render.h"
#include "engine/inspect/values/variants.h"

/* Bytes as UTF-8; what is none becomes U+FFFD. */
cJSON *bytes_to_json(const char *bytes, size_t n)
{
    BASE_BUF struct buf b = {0};
    for (size_t i = 0; i < n;) {
        size_t length = text_utf8_length(bytes + i, n - i);
        if (length)
            buf_add(&b, bytes + i, length);
        else
            buf_add_text(&b, "\xef\xbf\xbd");
        i += length ? length : 1;
    }
    return cJSON_CreateString(buf_text(&b));
}

static cJSON *float_json(real number)
{
    if (number != number)
        return cJSON_CreateString("nan");
    if (number != 0 && number * 2 == number)
        return cJSON_CreateString(number < 0 ? "-inf" : "inf");
    return cJSON_CreateNumber((double)number);
}

static struct error *integer_json(struct pool *p, struct value *v, struct type *t, cJSON **ret)
{
    uint64_t number;
    TRY(value_as_integer(p, v, &number));
    const char *name = t->kind == TYPE_ENUM ? enumerator_name(t, (int64_t)number) : NULL;
    size_t size = v->size;
    if (t->kind == TYPE_BOOL) {
        *ret = cJSON_CreateBool(number != 0);
    } else if (name) {
        *ret = cJSON_CreateString(name);
    } else if (size <= 4) {
        *ret = cJSON_CreateNumber(t->is_signed ? (double)(int64_t)number : (double)number);
    } else {
        BASE_BUF struct buf text = {0};
        if (size == 16)
            TRY(render_text(p, v, 0, &text));
        else
            buf_printf(&text, t->is_signed ? "%" PRId64 : "%" PRIu64, number);
        *ret = cJSON_CreateString(buf_text(&text));
    }
    return NULL;
}

struct error *inner_to_json(struct pool *p, struct value *v, unsigned depth, bool *truncated, cJSON **ret)
{
    struct error *e = json_at(p, v, depth, truncated, ret);
    if (error_ends_asking(e))
        return e;
    if (e)
        *ret = cJSON_CreateNull(); /* one member that cannot be read does not hide the others */
    error_free(e);
    return NULL;
}

static struct error *array_json(struct pool *p, struct value *v, unsigned depth, bool *truncated, cJSON **ret)
{
    struct type *t = type_strip(v->type);
    uint64_t count;
    if (!value_count(p, v, &count)) {
        *ret = cJSON_CreateArray();
        return NULL;
    }
    if (v->size)
        TRY(value_load(p, v));
    if (is_character(type_target(t))) {
        const char *bytes = v->bytes ? (const char *)v->bytes : "";
        size_t n = strnlen(bytes, v->bytes ? v->size : 0);
        *truncated = *truncated || n > RENDER_ELEMENTS;
        *ret = bytes_to_json(bytes, n > RENDER_ELEMENTS ? RENDER_ELEMENTS : n);
        return NULL;
    }
    *ret = cJSON_CreateArray();
    *truncated = *truncated || count > RENDER_ELEMENTS;
    for (uint64_t i = 0; i < count && i < RENDER_ELEMENTS; i++) {
        struct value *item = NULL;
        cJSON *one = NULL;
        TRY(value_index(p, v, (int64_t)i, &item));
        TRY(inner_to_json(p, item, depth + 1, truncated, &one));
        cJSON_AddItemToArray(*ret, one);
    }
    return NULL;
}

/* Anonymous members and base classes are merged into the object around them, each virtual base once. */
static struct error *add_members(struct pool *p, struct value *v, unsigned depth, struct bases_shown *shown,
                                 bool *truncated, cJSON *object)
{
    const struct type_member *members;
    struct variants have;
    size_t count = type_members(type_strip(v->type), &members);
    TRY(variants_read(p, v, &have));
    for (size_t i = 0; i < count && depth < RENDER_DEPTH; i++) {
        struct value *member = NULL;
        if (!variants_have(&have, &members[i]))
            continue;
        if (members[i].is_virtual && !bases_show(shown, members[i].type))
            continue;
        struct error *e = value_of_member(p, v, &members[i], &member);
        if (e) {
            BASE_FREE char *name = members[i].base ? type_name(members[i].type) : xstrdup(members[i].name);
            error_free(e);
            cJSON_AddNullToObject(object, name);
            continue;
        }
        bool merge = (members[i].base || !*members[i].name) && kind_is_struct(value_kind(member));
        cJSON *one = NULL;
        if (merge) {
            TRY(add_members(p, member, depth + 1, shown, truncated, object));
        } else {
            TRY(inner_to_json(p, member, depth + 1, truncated, &one));
            cJSON_AddItemToObject(object, members[i].name, one);
        }
    }
    return NULL;
}

static struct error *struct_json(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                                 cJSON **ret)
{
    if (v->size && v->size <= VALUE_BYTES_MAX)
        TRY(value_load(p, v));
    TRY(slice_json(p, v, depth, truncated, ret));
    if (*ret)
        return NULL;
    struct bases_shown shown = {.count = 0};
    *ret = cJSON_CreateObject();
    return add_members(p, v, depth, &shown, truncated, *ret);
}

static struct error *complex_json(struct pool *p, struct value *v, cJSON **ret)
{
    TRY(value_load(p, v));
    size_t half = v->size / 2;
    *ret = cJSON_CreateArray();
    cJSON_AddItemToArray(*ret, float_json(float_load(p->target, v->type, v->bytes, half)));
    cJSON_AddItemToArray(*ret, float_json(float_load(p->target, v->type, v->bytes + half, half)));
    return NULL;
}

static struct error *scalar_json(struct pool *p, struct value *v, struct type *t, cJSON **ret)
{
    if (t->kind == TYPE_FLOAT) {
        TRY(value_load(p, v));
        *ret = float_is_valid(p->target, t, v->bytes, v->size)
                   ? float_json(float_load(p->target, t, v->bytes, v->size))
                   : cJSON_CreateNull();
        return NULL;
    }
    if (kind_is_integer(t->kind))
        return integer_json(p, v, t, ret);
    uint64_t address;
    TRY(value_as_integer(p, v, &address));
    *ret = json_address(address);
    return NULL;
}

struct error *json_at(struct pool *p, struct value *v, unsigned depth, bool *truncated, cJSON **ret)
{
    struct type *t = type_strip(v->type);
    *ret = NULL;
    if (v->optimised_out)
        return error_new(ERR_OPTIMISED_OUT, "the value is optimised out here");
    if (depth > RENDER_DEPTH) {
        *truncated = true;
        *ret = cJSON_CreateNull();
        return NULL;
    }
    if (t->kind == TYPE_VOID || v->absent) { /* the text says what it is */
        *ret = cJSON_CreateNull();
        return NULL;
    }
    if (t->kind == TYPE_ARRAY)
        return array_json(p, v, depth, truncated, ret);
    if (kind_is_struct(t->kind)) {
        TRY(container_to_json(p, v, depth, truncated, ret));
        if (*ret)
            return NULL;
        return type_language(t) == LANGUAGE_RUST ? rust_json(p, v, depth, truncated, ret)
                                                 : struct_json(p, v, depth, truncated, ret);
    }
    if (t->kind == TYPE_COMPLEX)
        return complex_json(p, v, ret);
    if (kind_is_reference(t->kind)) {
        struct value *target = NULL;
        TRY(value_dereference(p, v, &target));
        return json_at(p, target, depth + 1, truncated, ret);
    }
    return scalar_json(p, v, t, ret);
}

struct error *value_to_json(struct pool *p, struct value *v, bool *truncated, cJSON **ret)
{
    p->followed = 0;
    struct error *e = json_at(p, v, 0, truncated, ret);
    if (e) {
        cJSON_Delete(*ret);
        *ret = NULL;
    }
    return e;
}
