/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/slices.h"

#include <string.h>

#include "engine/inspect/limits.h"

static const struct type_member *named(struct type *t, const char *name)
{
    const struct type_member *members;
    size_t count = type_members(t, &members);
    for (size_t i = 0; i < count; i++)
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    return NULL;
}

/* What a reference or pointer is to, by its name; NULL: it is none. */
static const char *referred(const char *name)
{
    static const char *const words[] = {"&mut ", "*const ", "*mut ", "&"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncmp(name, words[i], strlen(words[i])) == 0)
            return name + strlen(words[i]);
    return NULL;
}

/* Go's compiler describes string as a struct of str and len, and []T as one of array, len and cap. */
static bool is_slice_of_go(struct type *t, bool *text, const struct type_member **first)
{
    *text = t->name && strcmp(t->name, "string") == 0;
    if (!*text && (!t->name || strncmp(t->name, "[]", 2) != 0))
        return false;
    *first = named(t, *text ? "str" : "array");
    return *first;
}

/* rustc calls the pointer data_ptr, and gdc ptr. */
static bool is_slice(struct type *t, bool *text, const struct type_member **first)
{
    const struct type_member *members;
    enum symbols_language is = t->kind == TYPE_STRUCT ? type_language(t) : LANGUAGE_UNKNOWN;
    if (is == LANGUAGE_D && type_members(t, &members) == 2) {
        *first = named(t, "ptr");
        struct type *element = *first ? type_strip(type_target(type_strip((*first)->type))) : NULL;
        *text = element && element->kind == TYPE_CHAR && type_size(element) == 1;
        return *first;
    }
    if (is == LANGUAGE_GO)
        return is_slice_of_go(t, text, first);
    const char *to = is == LANGUAGE_RUST && t->name ? referred(t->name) : NULL;
    *first = to ? named(t, "data_ptr") : NULL;
    *text = to && strcmp(to, "str") == 0;
    return to && (*to == '[' || *text);
}

/* What is wrong with a length, or NULL; Go's are signed. */
static const char *damage(struct type *t, struct type *element, uint64_t count)
{
    uint64_t size = type_size(type_strip(element));
    if (type_language(t) == LANGUAGE_GO && (int64_t)count < 0)
        return "damaged: its length is negative";
    if (count > (uint64_t)CONTAINER_BYTES_MOST / (size && size < CONTAINER_BYTES_MOST ? size : 1))
        return "damaged: its length is beyond sense";
    return NULL;
}

struct error *slice_elements(struct pool *p, struct value *v, bool *text, struct value **ret)
{
    struct type *t = type_strip(v->type);
    const struct type_member *first = NULL;
    struct value *start = NULL, *length = NULL;
    uint64_t address, count;
    *ret = NULL;
    *text = false;
    if (!is_slice(t, text, &first))
        return NULL;
    const struct type_member *last = named(t, type_language(t) == LANGUAGE_GO ? "len" : "length");
    if (!first || !last || type_strip(first->type)->kind != TYPE_POINTER)
        return NULL;
    TRY(value_of_member(p, v, first, &start));
    TRY(value_of_member(p, v, last, &length));
    TRY(value_as_integer(p, start, &address));
    TRY(value_as_integer(p, length, &count));
    struct type *element = type_target(type_strip(first->type));
    const char *wrong = damage(t, element, count);
    *ret = value_at(p, type_array_of(element, wrong ? 0 : count), address);
    (*ret)->absent = wrong;
    return NULL;
}
