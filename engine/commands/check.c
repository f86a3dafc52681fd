/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arguments against the table: unknown keys, missing ones, wrong types. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "engine/commands/command.h"
#include "engine/commands/execute.h"

static const struct command_arg *find_arg(const struct command *c, const char *name)
{
    for (const struct command_arg *a = c->args; a && a->name; a++)
        if (strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

static const char *type_name(enum command_arg_type type)
{
    static const char *const names[] = {
        [ARG_TEXT] = "a string",
        [ARG_ADDRESS] = "a string or a whole number",
        [ARG_UNSIGNED] = "a whole number",
        [ARG_NUMBER] = "a number",
        [ARG_BOOLEAN] = "true or false",
        [ARG_TEXTS] = "an array of strings",
        [ARG_ID] = "a number or a string",
        [ARG_STEPS] = "an array of steps",
        [ARG_OBJECT] = "an object",
        [ARG_IDS] = "an array of numbers and strings",
        [ARG_ANY] = "a value",
    };
    return names[type];
}

static bool is_whole(const cJSON *item)
{
    uint64_t value;
    if (cJSON_IsNumber(item))
        return item->valuedouble >= 0 && item->valuedouble == floor(item->valuedouble);
    return cJSON_IsString(item) && text_parse_u64(item->valuestring, &value);
}

static bool all_are(const cJSON *array, enum command_arg_type type)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, array) {
        bool fits = type == ARG_STEPS ? cJSON_IsObject(item)
                                      : cJSON_IsString(item) || (type == ARG_IDS && cJSON_IsNumber(item));
        if (!fits)
            return false;
    }
    return true;
}

static bool type_holds(const struct command_arg *a, const cJSON *item)
{
    switch (a->type) {
    case ARG_TEXT:
        return cJSON_IsString(item);
    case ARG_ADDRESS:
        return cJSON_IsString(item) || is_whole(item);
    case ARG_ID: /* one that is none is not there */
        return cJSON_IsString(item) || cJSON_IsNumber(item);
    case ARG_UNSIGNED:
        return is_whole(item);
    case ARG_NUMBER:
        return cJSON_IsNumber(item);
    case ARG_BOOLEAN:
        return cJSON_IsBool(item);
    case ARG_TEXTS:
    case ARG_STEPS:
    case ARG_IDS:
        return cJSON_IsArray(item) && all_are(item, a->type);
    case ARG_OBJECT:
        return cJSON_IsObject(item);
    case ARG_ANY:
        return true;
    }
    return false;
}

static bool takes_whole(enum command_arg_type type)
{
    return type == ARG_ADDRESS || type == ARG_UNSIGNED;
}

static struct error *check_one(const struct command *c, const cJSON *item)
{
    const struct command_arg *a = find_arg(c, item->string);
    if (!a) {
        struct error *e = error_new(ERR_USAGE, "`%s` has no argument `%s`", c->name, item->string);
        BASE_BUF struct buf names = {0};
        for (a = c->args; a && a->name; a++)
            buf_printf(&names, "%s%s", names.length ? ", " : "", a->name);
        return error_hint(e, "it takes: %s", names.length ? buf_text(&names) : "nothing");
    }
    if (!type_holds(a, item))
        return error_new(ERR_USAGE, "`%s` of `%s` must be %s", a->name, c->name, type_name(a->type));
    if (cJSON_IsNumber(item) && takes_whole(a->type) && item->valuedouble > JSON_EXACT_MOST)
        return error_hint(error_new(ERR_USAGE,
                                    "`%s` of `%s`: a JSON number from 2^53 on loses its last digits", a->name,
                                    c->name),
                          "write it as a text: \"0x...\"");
    if (a->choices && !text_has_word(a->choices, item->valuestring))
        return error_new(ERR_USAGE, "`%s` of `%s` must be one of: %s", a->name, c->name, a->choices);
    return NULL;
}

struct error *command_check(const struct command *c, const cJSON *args, const char **pointer)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, args) {
        struct error *e = check_one(c, item);
        if (e && pointer)
            *pointer = item->string;
        if (e)
            return e;
    }
    for (const struct command_arg *a = c->args; a && a->name; a++) {
        if (!a->required || cJSON_GetObjectItemCaseSensitive(args, a->name))
            continue;
        if (pointer)
            *pointer = a->name;
        return error_hint(error_new(ERR_USAGE, "`%s` needs `%s` (%s)", c->name, a->name, type_name(a->type)),
                          "%s", a->about);
    }
    const char *key = NULL;
    struct error *e = c->check ? c->check(args, &key) : NULL;
    if (e && pointer)
        *pointer = key;
    return e;
}
