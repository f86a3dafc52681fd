/* Source text: list, and where it is looked for. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/location.h"

struct listed {
    const char *file;
    uint64_t line, address;
    bool has_address;
};

static struct error *list_place(struct session *s, const cJSON *args, struct listed *ret)
{
    const char *at = arg_text(args, "at");
    struct symbol_match *matches = NULL;
    size_t count = 0;
    *ret = (struct listed){.file = s->list_file, .line = s->list_line + 5};
    if (!at && s->list_file)
        return NULL;
    TRY(location_find(s, at ? at : "", &matches, &count));
    *ret = (struct listed){matches[0].file, matches[0].line, matches[0].address, true};
    free(matches);
    if (!ret->file)
        return error_hint(error_new(ERR_NO_SOURCE, "list %s: there is no line information", at ? at : "here"),
                          "`disassemble` shows the code");
    return NULL;
}

/* What is there instead of a source that is not: the code, and why. `problem` is taken over. */
static struct error *list_code(struct session *s, const struct listed *at, uint64_t count,
                               struct error *problem, cJSON **ret)
{
    if (!at->has_address)
        return problem;
    BASE_ERROR struct error *missing = problem;
    cJSON *args = cJSON_CreateObject(), *code = NULL;
    json_add_address(args, "from", at->address);
    cJSON_AddNumberToObject(args, "count", (double)(count < 100 ? count : 100));
    struct error *e = command_disassemble.run(s, args, &code);
    cJSON_Delete(args);
    if (e)
        return e;
    *ret = code;
    cJSON_AddStringToObject(code, "file", at->file);
    cJSON_AddNumberToObject(code, "line", (double)at->line);
    cJSON_AddStringToObject(code, "problem", missing->message);
    if (missing->hint)
        cJSON_AddStringToObject(code, "hint", missing->hint);
    return NULL;
}

/* Once a file: the text may not be what was compiled. */
static void warn_newer(struct session *s, const struct listed *at, struct source_file *source, cJSON *ret)
{
    uint64_t offset;
    struct symbol_file *f = at->has_address ? symbol_map_file_at(s->map, at->address, &offset) : NULL;
    if (!f || source_mtime(source) <= symbol_file_mtime(f) || !source_first_asked(source))
        return;
    BASE_FREE char *warning =
        xasprintf("%s is newer than %s: lines may not fit", source_path(source), symbol_file_path(f));
    cJSON_AddStringToObject(ret, "warning", warning);
}

static void add_lines(const struct source_file *source, uint64_t first, uint64_t behind, cJSON *ret)
{
    cJSON *lines = cJSON_AddArrayToObject(ret, "lines");
    for (uint64_t i = first; i < behind; i++) {
        size_t n;
        const char *bytes = source_line(source, i, &n);
        BASE_BUF struct buf shown = {0};
        text_add_visible(&shown, bytes, n, true);
        cJSON_AddItemToArray(lines, cJSON_CreateString(buf_text(&shown)));
    }
}

static struct error *run_list(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t count;
    struct listed at;
    TRY(arg_unsigned(args, "count", 10, &count));
    TRY(list_place(s, args, &at));
    struct source_file *source;
    struct error *problem = source_load(s->sources, at.file, &source);
    if (problem)
        return list_code(s, &at, count, problem, ret);
    BASE_FREE char *kept = xstrdup(at.file);
    uint64_t first = at.line > count / 2 ? at.line - count / 2 : 1, last = source_line_count(source);
    uint64_t behind = first > last ? first : count < last - first + 1 ? first + count : last + 1;
    *ret = cJSON_CreateObject();
    cJSON_AddStringToObject(*ret, "file", source_path(source));
    cJSON_AddNumberToObject(*ret, "first", (double)first);
    add_lines(source, first, behind, *ret);
    warn_newer(s, &at, source, *ret);
    free(s->list_file);
    s->list_file = behind > last ? NULL : xstrdup(kept);
    s->list_line = behind;
    source_unref(source);
    return NULL;
}

static void list_text(const cJSON *result, struct buf *out)
{
    double line = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(result, "first"));
    const cJSON *o;
    json_append(out, "", result, "warning", "\n");
    json_append(out, "", result, "problem", "\n");
    json_append(out, "  ", result, "hint", "\n");
    if (cJSON_GetObjectItemCaseSensitive(result, "problem"))
        command_disassemble.text(result, out);
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "lines"))
        buf_printf(out, "%.0f\t%s\n", line++, o->valuestring);
}

static const struct command_arg list_args[] = {
    {"at", ARG_TEXT, false, NULL, "a place; none: go on, or around the selected frame"},
    {"count", ARG_UNSIGNED, false, NULL, "how many lines (10)"},
    {0}};

const struct command command_list = {
    .name = "list",
    .group = "symbols",
    .aliases = "l",
    .usage = "[PLACE]",
    .about = "source text",
    .args = list_args,
    .run = run_list,
    .text = list_text,
};

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
