/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * m[key]: the value of a map for an integer or a text, among the elements that are read as they are shown.
 * How the program orders or hashes its keys is not known here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/printers/description.h"
#include "engine/target/target.h"

/* What is looked for: a whole number, or the bytes of a text. */
struct sought {
    bool is_text;
    uint64_t number;
    const unsigned char *bytes;
    size_t length;
};

static bool is_string(struct pool *p, struct value *v, struct contents *c)
{
    struct error *e = contents_read(p, v, c);
    bool string = !e && c->shape == CONTENTS_STRING && !c->broken && !c->more;
    error_free(e);
    return string;
}

/* A literal, or a string of the program's. `c` holds the bytes. */
static bool take_sought(struct pool *p, struct value *key, struct contents *c, struct sought *ret)
{
    struct type *t = type_strip(key->type);
    bool literal = t->kind == TYPE_ARRAY && key->bytes && type_size(type_strip(type_target(t))) == 1;
    if (kind_is_integer(t->kind)) {
        struct error *e = value_as_integer(p, key, &ret->number);
        bool is = !e;
        error_free(e);
        return is;
    }
    ret->is_text = true;
    if (literal) {
        ret->bytes = key->bytes;
        ret->length = strnlen((const char *)key->bytes, key->size);
        return true;
    }
    if (!kind_is_struct(t->kind) || !is_string(p, key, c))
        return false;
    ret->bytes = c->bytes;
    ret->length = c->length;
    return true;
}

static bool is_sought(struct pool *p, struct value *key, const struct sought *sought)
{
    if (!sought->is_text) {
        uint64_t number = 0;
        struct error *e = kind_is_integer(value_kind(key)) ? value_as_integer(p, key, &number) : NULL;
        bool same = !e && kind_is_integer(value_kind(key)) && number == sought->number;
        error_free(e);
        return same;
    }
    struct contents c = {.shape = CONTENTS_NONE};
    bool same = kind_is_struct(value_kind(key)) && is_string(p, key, &c) && c.length == sought->length &&
                memcmp(c.bytes, sought->bytes, c.length) == 0;
    contents_free(&c);
    return same;
}

static struct error *look(struct pool *p, const struct contents *map, const struct sought *sought,
                          struct value **ret)
{
    for (size_t i = 0; i < map->count && !*ret; i++)
        if (is_sought(p, map->items[i].key, sought))
            *ret = map->items[i].value;
    if (*ret)
        return NULL;
    if (map->more)
        return error_new(ERR_UNSUPPORTED,
                         "the key is not among the first %zu elements, which are all that is read",
                         map->count);
    if (map->broken)
        return error_new(ERR_NO_MEMORY, "%s", map->broken->message);
    return error_hint(error_new(ERR_NO_MEMORY, "there is no key like that"), "print the map to see its keys");
}

struct error *printer_find(struct pool *p, struct value *v, struct value *key, struct value **ret)
{
    struct contents map = {.shape = CONTENTS_NONE}, text = {.shape = CONTENTS_NONE};
    struct sought sought = {.is_text = false};
    bool raw = p->raw;
    *ret = NULL;
    if (kind_is_reference(value_kind(v)))
        TRY(value_dereference(p, v, &v));
    if (!kind_is_struct(value_kind(v)))
        return NULL;
    p->raw = false;
    p->followed = 0;
    struct error *e = contents_read(p, v, &map);
    bool known = !e && map.shape == CONTENTS_MAP && take_sought(p, key, &text, &sought);
    if (known)
        e = look(p, &map, &sought, ret);
    p->raw = raw;
    contents_free(&text);
    contents_free(&map);
    return e;
}
