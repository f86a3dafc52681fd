/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/commands/args.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/inspect/location.h"

const char *arg_text(const cJSON *args, const char *name)
{
    return json_text_or_null(args, name);
}

bool arg_given(const cJSON *args, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(args, name) != NULL;
}

bool arg_true(const cJSON *args, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(args, name));
}

static struct error *inexact(const char *name)
{
    return error_hint(error_new(ERR_USAGE, "`%s`: a JSON number loses its last digits from 2^53 on", name),
                      "write it as a text: \"0x...\"");
}

static struct error *number_of(const cJSON *item, const char *name, uint64_t *ret)
{
    if (cJSON_IsNumber(item)) {
        double d = item->valuedouble;
        if (d < 0 || d != floor(d))
            return error_new(ERR_USAGE, "`%s` is no whole number", name);
        if (d > JSON_EXACT_MOST)
            return inexact(name);
        *ret = (uint64_t)d;
        return NULL;
    }
    if (cJSON_IsString(item) && text_parse_u64(item->valuestring, ret))
        return NULL;
    return error_new(ERR_USAGE, "`%s` is no whole number", name);
}

struct error *arg_unsigned(const cJSON *args, const char *name, uint64_t fallback, uint64_t *ret)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(args, name);
    *ret = fallback;
    return item ? number_of(item, name, ret) : NULL;
}

struct error *arg_address(struct session *s, const cJSON *args, const char *name, uint64_t *ret)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(args, name);
    if (!item)
        return error_new(ERR_USAGE, "`%s` is missing", name);
    if (cJSON_IsNumber(item))
        return number_of(item, name, ret);
    return location_address(s->target, cJSON_GetStringValue(item), ret);
}

struct error *thread_by_json(struct session *s, const cJSON *id, struct thread **ret)
{
    char number[24];
    uint64_t value = 0;
    if (cJSON_IsString(id))
        return threads_by_name(s->target, id->valuestring, ret);
    struct error *e = number_of(id, "thread", &value);
    if (e) {
        error_free(e);
        return error_hint(error_new(ERR_NO_THREAD, "there is no thread %.15g", id->valuedouble),
                          "`threads` lists them");
    }
    snprintf(number, sizeof number, "%" PRIu64, value);
    return threads_by_name(s->target, number, ret);
}

struct error *arg_thread(struct session *s, const cJSON *args, struct thread **ret)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(args, "thread");
    return item ? thread_by_json(s, item, ret) : threads_current(s->target, ret);
}

void json_add_symbol_place(cJSON *o, const struct symbol_place *place)
{
    if (place->function)
        cJSON_AddStringToObject(o, "function", place->function);
    if (place->file)
        cJSON_AddStringToObject(o, "file", path_base(place->file));
    if (place->line)
        cJSON_AddNumberToObject(o, "line", place->line);
}

void json_add_place(struct session *s, cJSON *o, uint64_t address)
{
    struct symbol_place place;
    if (symbols_lookup(s->target->map, address, &place))
        json_add_symbol_place(o, &place);
}

void json_add_thread(cJSON *o, const char *name, struct ptid id)
{
    char text[48];
    thread_name(id, text, sizeof text);
    cJSON_AddStringToObject(o, name, text);
}

void json_append(struct buf *out, const char *before, const cJSON *o, const char *name, const char *after)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, name);
    if (!item || cJSON_IsNull(item))
        return;
    buf_add_text(out, before);
    if (cJSON_IsString(item))
        text_add_visible(out, item->valuestring, strlen(item->valuestring), false);
    else if (cJSON_IsNumber(item))
        buf_printf(out, "%.15g", item->valuedouble);
    else if (cJSON_IsBool(item))
        buf_add_text(out, cJSON_IsTrue(item) ? "yes" : "no");
    buf_add_text(out, after);
}

char *prompt_word(const char **text)
{
    const char *p = *text;
    while (isspace((unsigned char)*p))
        p++;
    const char *start = p;
    while (*p && !isspace((unsigned char)*p))
        p++;
    *text = p;
    while (isspace((unsigned char)**text))
        ++*text;
    return p == start ? NULL : xstrndup(start, (size_t)(p - start));
}

void prompt_format(const char **text, char *format, size_t n)
{
    const char *p = *text;
    size_t used = 0;
    if (*p == '/')
        for (p++; *p && !isspace((unsigned char)*p); p++)
            if (used + 1 < n)
                format[used++] = *p;
    format[used] = '\0';
    while (isspace((unsigned char)*p))
        p++;
    *text = p;
}
