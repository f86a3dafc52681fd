/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/commands/value_walk.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "engine/inspect/printers/printers.h"
#include "engine/target/target.h"

/* What is shown of one container. */
struct shown {
    struct pool *p;
    const struct contents *c;
    unsigned depth;
    bool *truncated;
};

/* -- strings ------------------------------------------------------------------------------------------------
 */

static void add_code(struct buf *out, uint32_t c)
{
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = 0xfffd;
    if (c < 0x80)
        buf_add_char(out, (char)c);
    else if (c < 0x800)
        buf_printf(out, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
    else if (c < 0x10000)
        buf_printf(out, "%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 0x3f)),
                   (int)(0x80 | (c & 0x3f)));
    else
        buf_printf(out, "%c%c%c%c", (int)(0xf0 | c >> 18), (int)(0x80 | (c >> 12 & 0x3f)),
                   (int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)));
}

/* Units of 2 or 4 bytes; of 2, two that belong together are one character. */
static cJSON *wide_json(const struct shown *s, size_t width)
{
    const struct contents *c = s->c;
    BASE_BUF struct buf out = {0};
    bool big = s->p->target->big_endian;
    for (size_t i = 0; i + width <= c->length; i += width) {
        uint32_t code = (uint32_t)arch_load(c->bytes + i, width, big), low;
        if (width == 2 && code >= 0xd800 && code < 0xdc00 && i + 4 <= c->length) {
            low = (uint32_t)arch_load(c->bytes + i + 2, 2, big);
            bool pair = low >= 0xdc00 && low < 0xe000;
            code = pair ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : code;
            i += pair ? 2 : 0;
        }
        add_code(&out, code);
    }
    return cJSON_CreateString(buf_text(&out));
}

static cJSON *string_json(const struct shown *s)
{
    size_t width = (size_t)type_size(type_strip(s->c->character));
    if (width == 2 || width == 4)
        return wide_json(s, width);
    return bytes_to_json((const char *)s->c->bytes, s->c->length);
}

/* -- lists and maps ---------------------------------------------------------------------------------------
 */

static struct error *list_json(const struct shown *s, cJSON *list)
{
    for (size_t i = 0; i < s->c->count; i++) {
        cJSON *one = NULL;
        TRY(inner_to_json(s->p, s->c->items[i].value, s->depth + 1, s->truncated, &one));
        cJSON_AddItemToArray(list, one);
    }
    if (s->c->broken)
        cJSON_AddItemToArray(list, cJSON_CreateNull());
    return NULL;
}

static struct error *pairs_json(const struct shown *s, cJSON *list)
{
    for (size_t i = 0; i < s->c->count; i++) {
        const struct contents_item *item = &s->c->items[i];
        cJSON *pair = cJSON_CreateObject(), *one = NULL;
        cJSON_AddItemToArray(list, pair);
        TRY(inner_to_json(s->p, item->key, s->depth + 1, s->truncated, &one));
        cJSON_AddItemToObject(pair, "key", one);
        TRY(inner_to_json(s->p, item->value, s->depth + 1, s->truncated, &one));
        cJSON_AddItemToObject(pair, "value", one);
    }
    if (s->c->broken)
        cJSON_AddItemToArray(list, cJSON_CreateNull());
    return NULL;
}

/* The name of a member of an object, where a key is a whole string or an integer; else "". */
static struct error *key_name(const struct shown *s, struct value *key, struct buf *ret)
{
    cJSON *json = NULL;
    bool cut = false;
    buf_clear(ret);
    TRY(inner_to_json(s->p, key, s->depth + 1, &cut, &json));
    char *text = cJSON_IsNumber(json) || cJSON_IsBool(json) ? cJSON_PrintUnformatted(json) : NULL;
    if (!cut && cJSON_IsString(json))
        buf_add_text(ret, json->valuestring);
    else if (text && kind_is_integer(value_kind(key)))
        buf_add_text(ret, text);
    cJSON_free(text);
    cJSON_Delete(json);
    return NULL;
}

/* As an object where each key is a name of its own: *fits says whether that is so. */
static struct error *object_json(const struct shown *s, cJSON *object, bool *fits)
{
    BASE_BUF struct buf name = {0};
    *fits = !s->c->broken;
    for (size_t i = 0; i < s->c->count && *fits; i++) {
        const struct contents_item *item = &s->c->items[i];
        cJSON *one = NULL;
        enum type_kind kind = value_kind(item->key);
        if (kind_is_integer(kind) || kind_is_struct(kind))
            TRY(key_name(s, item->key, &name));
        *fits = name.length && !cJSON_GetObjectItemCaseSensitive(object, buf_text(&name));
        if (!*fits)
            return NULL;
        TRY(inner_to_json(s->p, item->value, s->depth + 1, s->truncated, &one));
        cJSON_AddItemToObject(object, buf_text(&name), one);
    }
    return NULL;
}

static struct error *map_json(const struct shown *s, cJSON **ret)
{
    bool fits = false;
    *ret = cJSON_CreateObject();
    TRY(object_json(s, *ret, &fits));
    if (fits)
        return NULL;
    cJSON_Delete(*ret);
    *ret = cJSON_CreateArray();
    return pairs_json(s, *ret);
}

/* -- the others -------------------------------------------------------------------------------------------
 */

static struct error *members_json(const struct shown *s, cJSON *object)
{
    for (size_t i = 0; i < s->c->count; i++) {
        cJSON *one = NULL;
        TRY(inner_to_json(s->p, s->c->items[i].value, s->depth + 1, s->truncated, &one));
        cJSON_AddItemToObject(object, s->c->items[i].name, one);
    }
    return NULL;
}

static struct error *pointer_json(const struct shown *s, cJSON *object)
{
    uint64_t address = 0;
    bool outermost = !s->p->held;
    cJSON *one = NULL;
    TRY(value_as_integer(s->p, s->c->pointer, &address));
    json_add_address(object, "pointer", address);
    if (s->c->has_uses)
        cJSON_AddNumberToObject(object, "uses", (double)s->c->uses);
    if (!s->c->count || !outermost)
        return NULL;
    s->p->held = true;
    struct error *e = inner_to_json(s->p, s->c->items[0].value, s->depth + 1, s->truncated, &one);
    s->p->held = false;
    if (!e)
        cJSON_AddItemToObject(object, "value", one);
    return e;
}

static struct error *choice_json(const struct shown *s, cJSON *object)
{
    cJSON *one = NULL;
    cJSON_AddNumberToObject(object, "index", (double)s->c->index);
    TRY(inner_to_json(s->p, s->c->items[0].value, s->depth + 1, s->truncated, &one));
    cJSON_AddItemToObject(object, "value", one);
    return NULL;
}

static struct error *contents_json(const struct shown *s, cJSON **ret)
{
    switch (s->c->shape) {
    case CONTENTS_STRING:
        *ret = string_json(s);
        return NULL;
    case CONTENTS_MAP:
        return map_json(s, ret);
    case CONTENTS_MEMBERS:
        *ret = cJSON_CreateObject();
        return members_json(s, *ret);
    case CONTENTS_POINTER:
        *ret = cJSON_CreateObject();
        return pointer_json(s, *ret);
    case CONTENTS_CHOICE:
        *ret = cJSON_CreateObject();
        return choice_json(s, *ret);
    case CONTENTS_VALUE:
        return inner_to_json(s->p, s->c->items[0].value, s->depth + 1, s->truncated, ret);
    case CONTENTS_EMPTY:
        *ret = cJSON_CreateNull();
        return NULL;
    default:
        *ret = cJSON_CreateArray();
        return list_json(s, *ret);
    }
}

struct error *container_to_json(struct pool *p, struct value *v, unsigned depth, bool *truncated, cJSON **ret)
{
    struct contents c = {.shape = CONTENTS_NONE};
    const struct shown s = {.p = p, .c = &c, .depth = depth, .truncated = truncated};
    struct error *e = NULL;
    *ret = NULL;
    TRY(contents_read(p, v, &c));
    if (c.shape != CONTENTS_NONE && (!c.broken || c.count)) {
        *truncated = *truncated || c.more;
        e = contents_json(&s, ret);
    }
    contents_free(&c);
    if (e) {
        cJSON_Delete(*ret);
        *ret = NULL;
    }
    return e;
}
