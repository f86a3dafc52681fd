/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/values.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/target/target.h"
#include "engine/inspect/values/evaluate.h"
#include "engine/inspect/values/render.h"

static void add_address(cJSON *o, const struct value *v)
{
    if (v->place != PLACE_MEMORY || v->bit_size)
        return;
    char text[24];
    snprintf(text, sizeof text, "0x%" PRIx64, v->address);
    cJSON_AddStringToObject(o, "address", text);
}

/* value, type, text, address, truncated of a value into an object. */
struct error *values_describe(struct pool *p, struct value *v, char format, cJSON *o)
{
    BASE_BUF struct buf text = {0};
    bool truncated = false;
    cJSON *json = NULL;
    TRY(render_text(p, v, format, &text));
    TRY(render_json(p, v, &truncated, &json));
    cJSON_AddItemToObject(o, "value", json);
    BASE_FREE char *type = type_name(v->type);
    cJSON_AddStringToObject(o, "type", v->is_unsized_symbol ? "<no debug information>" : type);
    cJSON_AddStringToObject(o, "text", buf_text(&text));
    add_address(o, v);
    if (truncated)
        cJSON_AddTrueToObject(o, "truncated");
    return NULL;
}

/* With the string behind a character pointer as `text`, as the interface wants it. */
static void behind_pointer(struct pool *p, struct value *v, cJSON *o)
{
    struct type *t = type_strip(v->type);
    uint64_t address = 0;
    struct text_kind kind;
    if (t->kind != TYPE_POINTER || !text_kind_of(type_target(t), 0, &kind))
        return;
    struct error *e = value_as_integer(p, v, &address);
    if (!e && address) {
        struct string_behind string;
        read_string(p, address, &kind, &string);
        if (string.more)
            cJSON_AddTrueToObject(o, "truncated");
        buf_free(&string.bytes);
    }
    error_free(e);
}

struct error *values_evaluate(struct target *target, const char *expression, char format, cJSON **ret)
{
    struct evaluation e;
    struct value *v = NULL;
    evaluation_begin(target, &e);
    cJSON *o = cJSON_CreateObject();
    struct error *failed = evaluate_text(&e, expression, &v);
    if (!failed)
        failed = values_describe(&e.pool, v, format, o);
    if (!failed)
        behind_pointer(&e.pool, v, o);
    evaluation_end(&e);
    if (failed) {
        cJSON_Delete(o);
        return failed;
    }
    *ret = o;
    return NULL;
}

struct error *values_address(struct target *target, const char *expression, uint64_t *ret)
{
    struct evaluation e;
    struct value *v = NULL;
    evaluation_begin(target, &e);
    struct error *failed = evaluate_text(&e, expression, &v);
    if (!failed && kind_is_struct(value_kind(v)) && v->place == PLACE_MEMORY)
        *ret = v->address;
    else if (!failed)
        failed = value_as_integer(&e.pool, v, ret);
    evaluation_end(&e);
    return failed;
}

struct error *values_place(struct target *target, const char *expression, uint64_t *address, uint64_t *size)
{
    struct evaluation e;
    struct value *v = NULL;
    evaluation_begin(target, &e);
    struct error *failed = evaluate_text(&e, expression, &v);
    if (!failed && v->place != PLACE_MEMORY)
        failed = error_hint(error_new(ERR_TYPE_MISMATCH, "%s is not in memory", expression),
                            v->place == PLACE_REGISTER ? "it is in a register, which cannot be watched"
                                                       : "watch a variable, or *(int *)ADDRESS");
    if (!failed) {
        *address = v->address;
        *size = v->size;
    }
    evaluation_end(&e);
    return failed;
}

struct error *values_truth(struct target *target, const char *expression, bool *ret)
{
    struct evaluation e;
    struct value *v = NULL;
    evaluation_begin(target, &e);
    struct error *failed = evaluate_text(&e, expression, &v);
    if (!failed)
        failed = value_truth(&e.pool, v, ret);
    evaluation_end(&e);
    return failed;
}

struct error *values_assign(struct target *target, const char *expression, const char *value, cJSON **ret)
{
    struct evaluation e;
    struct value *to = NULL, *from = NULL;
    evaluation_begin(target, &e);
    cJSON *o = cJSON_CreateObject();
    struct error *failed = evaluate_text(&e, expression, &to);
    if (!failed)
        failed = evaluate_text(&e, value, &from);
    if (!failed)
        failed = value_store(&e.pool, to, from);
    if (!failed)
        failed = values_describe(&e.pool, to, 0, o);
    evaluation_end(&e);
    if (failed) {
        cJSON_Delete(o);
        return failed;
    }
    *ret = o;
    return NULL;
}

static const char *kind_name(enum type_kind kind)
{
    static const char *const names[] = {
        [TYPE_UNKNOWN] = "unknown",
        [TYPE_VOID] = "void",
        [TYPE_BOOL] = "bool",
        [TYPE_CHAR] = "char",
        [TYPE_INTEGER] = "integer",
        [TYPE_FLOAT] = "float",
        [TYPE_COMPLEX] = "complex",
        [TYPE_ENUM] = "enum",
        [TYPE_POINTER] = "pointer",
        [TYPE_REFERENCE] = "reference",
        [TYPE_RVALUE_REFERENCE] = "reference",
        [TYPE_MEMBER_POINTER] = "member-pointer",
        [TYPE_ARRAY] = "array",
        [TYPE_STRUCT] = "struct",
        [TYPE_CLASS] = "class",
        [TYPE_UNION] = "union",
        [TYPE_FUNCTION] = "function",
        [TYPE_TYPEDEF] = "typedef",
        [TYPE_CONST] = "const",
        [TYPE_VOLATILE] = "volatile",
        [TYPE_RESTRICT] = "restrict",
        [TYPE_ATOMIC] = "atomic",
    };
    return names[kind];
}

static cJSON *member_row(const struct type_member *m)
{
    cJSON *o = cJSON_CreateObject();
    uint64_t byte;
    unsigned bit;
    type_member_storage(m, &byte, &bit);
    BASE_FREE char *type = type_name(m->type);
    cJSON_AddStringToObject(o, "name", m->base ? "" : m->name);
    cJSON_AddStringToObject(o, "type", type);
    cJSON_AddNumberToObject(o, "offset", (double)byte);
    cJSON_AddNumberToObject(o, "size", (double)type_size(type_strip(m->type)));
    if (m->bit_size) {
        cJSON *bits = cJSON_AddObjectToObject(o, "bits");
        cJSON_AddNumberToObject(bits, "offset", bit);
        cJSON_AddNumberToObject(bits, "size", m->bit_size);
    }
    return o;
}

static void add_members(cJSON *o, struct type *t)
{
    const struct type_member *members;
    const struct type_enumerator *enumerators;
    size_t count = type_members(t, &members), names = type_enumerators(t, &enumerators);
    cJSON *list = cJSON_AddArrayToObject(o, "members");
    for (size_t i = 0; kind_is_struct(t->kind) && i < count; i++)
        cJSON_AddItemToArray(list, member_row(&members[i]));
    for (size_t i = 0; t->kind == TYPE_ENUM && i < names; i++) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "name", enumerators[i].name);
        cJSON_AddNumberToObject(row, "value", (double)enumerators[i].value);
        cJSON_AddItemToArray(list, row);
    }
}

/* A type's name, or an expression whose type is meant. */
static struct error *type_of(struct evaluation *e, const char *name, struct type **ret)
{
    struct error *failed = scope_type(e, name, ret);
    if (!failed)
        return NULL;
    struct value *v = NULL;
    struct error *second = evaluate_text(e, name, &v);
    if (second) {
        error_free(second);
        return failed;
    }
    error_free(failed);
    *ret = v->type;
    return NULL;
}

struct error *values_type(struct target *target, const char *name, bool offsets, cJSON **ret)
{
    struct evaluation e;
    struct type *type;
    evaluation_begin(target, &e);
    struct error *failed = type_of(&e, name, &type);
    if (!failed) {
        cJSON *o = *ret = cJSON_CreateObject();
        struct type *inner = type_strip(type);
        BASE_FREE char *full = type_name(type);
        BASE_BUF struct buf text = {0};
        type_to_c(type, offsets, &text);
        cJSON_AddStringToObject(o, "name", full);
        cJSON_AddNumberToObject(o, "size", (double)type_size(inner));
        cJSON_AddStringToObject(o, "kind", kind_name(type->kind));
        add_members(o, inner);
        cJSON_AddStringToObject(o, "text", buf_text(&text));
    }
    evaluation_end(&e);
    return failed;
}
