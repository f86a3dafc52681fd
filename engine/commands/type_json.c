/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A base class is a member without a name, and a bit-field's bits are counted within its storage. */
#include "engine/commands/type_json.h"

#include "base/alloc.h"
#include "engine/inspect/values/value.h"
#include "symbols/type.h"

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

/* Of structs their members, of enumerations their enumerators. */
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

cJSON *type_to_json(struct type *t, bool offsets)
{
    cJSON *o = cJSON_CreateObject();
    struct type *inner = type_strip(t);
    BASE_FREE char *name = type_name(t);
    BASE_BUF struct buf text = {0};
    type_to_c(t, offsets, &text);
    cJSON_AddStringToObject(o, "name", name);
    cJSON_AddNumberToObject(o, "size", (double)type_size(inner));
    cJSON_AddStringToObject(o, "kind", kind_name(t->kind));
    add_members(o, inner);
    cJSON_AddStringToObject(o, "text", buf_text(&text));
    return o;
}
