/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/scope.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "scripts/json_read.h"
#include "scripts/limits.h"

void scope_init(struct scope *s)
{
    s->values = cJSON_CreateObject();
}

void scope_free(struct scope *s)
{
    cJSON_Delete(s->values);
    s->values = NULL;
}

void scope_set(struct scope *s, const char *name, cJSON *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(s->values, name);
    cJSON_AddItemToObject(s->values, name, value);
}

struct error *scope_define(struct scope *s, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return error_new(ERR_USAGE, "--define %s: it is written NAME=VALUE", text);
    BASE_FREE char *name = xstrndup(text, (size_t)(equals - text));
    cJSON *value = NULL;
    size_t where, n = strlen(equals + 1);
    struct error *e = json_read(equals + 1, n, &value, &where);
    if (!e) {
        scope_set(s, name, value);
        return NULL;
    }
    /* A value that is no JSON is a text, if it can be one. */
    if (where == SIZE_MAX || !text_is_utf8(equals + 1, n))
        return error_while(e, "--define %s", name);
    error_free(e);
    scope_set(s, name, cJSON_CreateString(equals + 1));
    return NULL;
}

/* The reference that begins at `text` ("${"): its inside, and the first byte behind it; NULL: none is closed.
 */
static const char *reference_end(const char *text)
{
    return strncmp(text, "${", 2) == 0 ? strchr(text, '}') : NULL;
}

static char *first_name(const char *inside, size_t n)
{
    size_t length = 0;
    while (length < n && inside[length] != '.' && inside[length] != '[')
        length++;
    return xstrndup(inside, length);
}

static struct error *missing(const char *path)
{
    return error_hint(error_new(ERR_USAGE, "${%s}: there is no such value", path),
                      "`save` keeps a step's result, `define` and --define set names");
}

static struct error *look_up(const struct scope *s, const char *path, const cJSON **ret)
{
    BASE_FREE char *name = first_name(path, strlen(path));
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(s->values, name);
    const char *p = path + strlen(name);
    while (at && *p) {
        if (*p == '.') {
            BASE_FREE char *member = first_name(p + 1, strlen(p + 1));
            at = cJSON_GetObjectItemCaseSensitive(at, member);
            p += 1 + strlen(member);
        } else {
            char *end;
            long index = strtol(p + 1, &end, 10);
            if (*end != ']' || end == p + 1 || index < 0 || index > 1000000 || !cJSON_IsArray(at))
                return missing(path);
            at = cJSON_GetArrayItem(at, (int)index);
            p = end + 1;
        }
    }
    if (!at)
        return missing(path);
    *ret = at;
    return NULL;
}

static void add_as_text(struct buf *out, const cJSON *value)
{
    if (value && cJSON_IsString(value)) {
        buf_add_text(out, value->valuestring);
        return;
    }
    char *text = cJSON_PrintUnformatted(value);
    buf_add_text(out, text ? text : "");
    free(text);
}

static struct error *substitute_text(const struct scope *s, const char *text, cJSON **ret)
{
    BASE_BUF struct buf out = {0};
    size_t length = strlen(text);
    for (const char *p = text; *p;) {
        const char *end = reference_end(p);
        if (!end) {
            buf_add_char(&out, *p++);
            continue;
        }
        BASE_FREE char *path = xstrndup(p + 2, (size_t)(end - p - 2));
        const cJSON *value = NULL;
        TRY(look_up(s, path, &value));
        if (p == text && end + 1 == text + length) {
            *ret = cJSON_Duplicate(value, true);
            return NULL;
        }
        add_as_text(&out, value);
        if (out.length > FILLED_TEXT_LIMIT)
            return error_new(ERR_USAGE, "a text grows beyond 1 MiB through ${…}");
        p = end + 1;
    }
    *ret = cJSON_CreateString(buf_text(&out));
    return NULL;
}

struct error *scope_substitute(const struct scope *s, const cJSON *from, cJSON **ret)
{
    if (cJSON_IsString(from))
        return substitute_text(s, from->valuestring, ret);
    if (!cJSON_IsObject(from) && !cJSON_IsArray(from)) {
        *ret = cJSON_Duplicate(from, true);
        return NULL;
    }
    cJSON *copy = cJSON_IsObject(from) ? cJSON_CreateObject() : cJSON_CreateArray();
    const cJSON *item;
    cJSON_ArrayForEach (item, from) {
        cJSON *value = NULL;
        struct error *e = scope_substitute(s, item, &value);
        if (e) {
            cJSON_Delete(copy);
            return e;
        }
        if (item->string)
            cJSON_AddItemToObject(copy, item->string, value);
        else
            cJSON_AddItemToArray(copy, value);
    }
    *ret = copy;
    return NULL;
}

static bool each_in_text(const char *text, bool (*visit)(void *context, const char *name), void *context)
{
    for (const char *p = text; *p; p++) {
        const char *end = reference_end(p);
        if (!end)
            continue;
        BASE_FREE char *name = first_name(p + 2, (size_t)(end - p - 2));
        if (!visit(context, name))
            return false;
        p = end;
    }
    return true;
}

bool scope_each_name(const cJSON *from, bool (*visit)(void *context, const char *name), void *context)
{
    if (cJSON_IsString(from))
        return each_in_text(from->valuestring, visit, context);
    const cJSON *item, *inside = cJSON_IsObject(from) || cJSON_IsArray(from) ? from : NULL;
    cJSON_ArrayForEach (item, inside) {
        if (!scope_each_name(item, visit, context))
            return false;
    }
    return true;
}

static bool found(void *context, const char *name)
{
    (void)name;
    *(bool *)context = true;
    return false;
}

bool scope_is_open(const cJSON *from)
{
    bool open = false;
    scope_each_name(from, found, &open);
    return open;
}
