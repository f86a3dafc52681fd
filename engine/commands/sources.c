/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where source text is looked for. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"

static struct error *run_sources(struct session *s, const cJSON *args, cJSON **ret)
{
    const cJSON *item;
    const char *path, *to;
    if (arg_true(args, "clear"))
        source_cache_reset(s->sources);
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(args, "directories"))
        source_cache_add_directory(s->sources, item->valuestring);
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(args, "substitute")) {
        if (!cJSON_IsString(item) || !*item->string)
            return error_hint(error_new(ERR_USAGE, "`substitute` is not FROM and TO"),
                              "{\"/build/linux\": \"/home/me/linux\"}; \"\" removes a rule");
        source_cache_substitute(s->sources, item->string, item->valuestring);
    }
    *ret = cJSON_CreateObject();
    cJSON *directories = cJSON_AddArrayToObject(*ret, "directories");
    for (size_t i = 0; (path = source_cache_directory(s->sources, i)) != NULL; i++)
        cJSON_AddItemToArray(directories, cJSON_CreateString(path));
    cJSON *rules = cJSON_AddObjectToObject(*ret, "substitute");
    for (size_t i = 0; (path = source_cache_rule(s->sources, i, &to)) != NULL; i++)
        cJSON_AddStringToObject(rules, path, to);
    return NULL;
}

static void sources_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "substitute"))
        buf_printf(out, "%s is now %s\n", o->string, o->valuestring);
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "directories"))
        buf_printf(out, "directory %s\n", o->valuestring);
    if (!out->length)
        buf_add_text(out, "source files are looked for where the debug information says\n");
}

/* `directory` without a word forgets, as gdb's; `set substitute-path FROM TO`, `unset substitute-path
 * [FROM]`. */
static struct error *parse_sources(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    bool unset = strncmp(alias, "unset", 5) == 0, shows = strncmp(alias, "show", 4) == 0;
    bool rule = unset || strncmp(alias, "set", 3) == 0;
    BASE_FREE char *first = prompt_word(&text);
    if (!first) {
        if (unset || strncmp(alias, "dir", 3) == 0)
            cJSON_AddBoolToObject(args, "clear", true);
        return NULL;
    }
    if (shows)
        return NULL;
    if (rule) {
        BASE_FREE char *to = prompt_word(&text);
        if (!to && !unset)
            return error_new(ERR_USAGE, "set substitute-path takes FROM and TO");
        cJSON_AddStringToObject(cJSON_AddObjectToObject(args, "substitute"), first, unset ? "" : to);
        return NULL;
    }
    cJSON *list = cJSON_AddArrayToObject(args, "directories");
    cJSON_AddItemToArray(list, cJSON_CreateString(first));
    for (char *word; (word = prompt_word(&text)) != NULL; free(word))
        cJSON_AddItemToArray(list, cJSON_CreateString(word));
    return NULL;
}

static const struct command_arg sources_args[] = {
    {"directories", ARG_TEXTS, false, NULL, "folders to look in, by trailing components of a path"},
    {"substitute", ARG_OBJECT, false, NULL, "beginnings of paths and what they are now"},
    {"clear", ARG_BOOLEAN, false, NULL, "forget the ones so far first"},
    {0}};

const struct command command_sources = {
    .name = "sources",
    .group = "symbols",
    .aliases =
        "directory dir show-directories set-substitute-path unset-substitute-path show-substitute-path",
    .usage = "[DIRECTORY...]",
    .about = "where source files are looked for",
    .args = sources_args,
    .run = run_sources,
    .parse = parse_sources,
    .text = sources_text,
};
