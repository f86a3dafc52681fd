/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skip: functions and files that `step` does not go into. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/inspect/location.h"

static const char *const how_names[] = {[SKIP_NAME] = "name", [SKIP_GLOB] = "glob", [SKIP_REGEX] = "regex"};
static const char *const change_names[] = {
    [SKIP_ENABLE] = "enable", [SKIP_DISABLE] = "disable", [SKIP_DELETE] = "delete"};

static enum skip_how how_of(const cJSON *args, const char *name)
{
    const char *text = arg_text(args, name);
    enum skip_how how = SKIP_NAME;
    for (size_t i = 0; text && i < ARRAY_LENGTH(how_names); i++)
        if (strcmp(text, how_names[i]) == 0)
            how = (enum skip_how)i;
    return how;
}

/* The function, or the file, of the selected frame. */
static struct error *of_here(struct session *s, const char *what, struct skip *ret)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    TRY(target_need_stopped(s->target));
    TRY(location_find(s->target, "", &matches, &count));
    const char *function = count ? matches[0].function : NULL, *file = count ? matches[0].file : NULL;
    free(matches);
    bool is_file = strcmp(what, "file") == 0;
    if (is_file ? !file : !function)
        return error_new(ERR_NO_SYMBOL, "skip: nobody knows in which %s this is", what);
    *(is_file ? &ret->file : &ret->function) = xstrdup(is_file ? file : symbols_without_returned(function));
    return NULL;
}

static struct error *change_all(struct session *s, const cJSON *args, const char *what)
{
    enum skip_change change = SKIP_ENABLE;
    const cJSON *id, *ids = cJSON_GetObjectItemCaseSensitive(args, "ids");
    for (size_t i = 0; i < ARRAY_LENGTH(change_names); i++)
        if (strcmp(what, change_names[i]) == 0)
            change = (enum skip_change)i;
    if (!cJSON_GetArraySize(ids))
        return skip_change(&s->control->skips, 0, change);
    cJSON_ArrayForEach (id, ids) {
        uint64_t number = cJSON_IsNumber(id) && id->valuedouble > 0 ? (uint64_t)id->valueint : 0;
        bool ok = number || (cJSON_IsString(id) && text_parse_u64(id->valuestring, &number));
        if (!ok || number == 0 || number > INT32_MAX)
            return error_hint(error_new(ERR_USAGE, "skip: an id is no number from 1 on"),
                              "`info skip` lists them");
        TRY(skip_change(&s->control->skips, (int)number, change));
    }
    return NULL;
}

static void add_text(cJSON *o, const char *name, const char *name_how, const char *text, enum skip_how how)
{
    if (!text)
        return;
    json_add_text(o, name, text);
    cJSON_AddStringToObject(o, name_how, how_names[how]);
}

static cJSON *to_json(const struct skip_table *t, int added)
{
    cJSON *o = cJSON_CreateObject();
    if (added)
        cJSON_AddNumberToObject(o, "id", added);
    cJSON *list = cJSON_AddArrayToObject(o, "skips");
    for (size_t i = 0; i < t->count; i++) {
        const struct skip *s = &t->items[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(list, one);
        cJSON_AddNumberToObject(one, "id", s->id);
        cJSON_AddBoolToObject(one, "enabled", s->enabled);
        add_text(one, "function", "function_is", s->function, s->function_how);
        add_text(one, "file", "file_is", s->file, s->file_how);
    }
    return o;
}

static struct error *run_skip(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *change = arg_text(args, "change"), *here = arg_text(args, "here");
    const char *function = arg_text(args, "function"), *file = arg_text(args, "file");
    int added = 0;
    if (change) {
        TRY(change_all(s, args, change));
    } else if (here || function || file) {
        BASE_FREE char *own_function = function ? xstrdup(function) : NULL;
        BASE_FREE char *own_file = file ? xstrdup(file) : NULL;
        struct skip wanted = {.function_how = how_of(args, "function_is"),
                              .file_how = how_of(args, "file_is")};
        if (here)
            TRY(of_here(s, here, &wanted));
        BASE_FREE char *here_function = wanted.function, *here_file = wanted.file;
        wanted.function = own_function ? own_function : here_function;
        wanted.file = own_file ? own_file : here_file;
        TRY(skip_add(&s->control->skips, &wanted, &added));
    }
    *ret = to_json(&s->control->skips, added);
    return NULL;
}

/* -- the prompt ------------------------------------------------------------------------------------- */

static struct error *parse_ids(const char *text, cJSON *args)
{
    cJSON *ids = cJSON_CreateArray();
    for (;;) {
        BASE_FREE char *word = prompt_word(&text);
        if (!word)
            break;
        cJSON_AddItemToArray(ids, cJSON_CreateString(word));
    }
    if (cJSON_GetArraySize(ids))
        cJSON_AddItemToObject(args, "ids", ids);
    else
        cJSON_Delete(ids);
    return NULL;
}

/* `-fu NAME`, `-gfi PATTERN` and the like, until the end. */
static struct error *parse_options(const char *text, cJSON *args)
{
    static const struct {
        const char *option, *longer, *name, *name_how, *how;
    } options[] = {{"-fu", "-function", "function", "function_is", "name"},
                   {"-fi", "-file", "file", "file_is", "name"},
                   {"-gfu", "-gfunction", "function", "function_is", "glob"},
                   {"-gfi", "-gfile", "file", "file_is", "glob"},
                   {"-rfu", "-rfunction", "function", "function_is", "regex"}};
    for (;;) {
        BASE_FREE char *option = prompt_word(&text);
        if (!option)
            return NULL;
        size_t i = 0;
        while (i < ARRAY_LENGTH(options) && strcmp(option, options[i].option) != 0 &&
               strcmp(option, options[i].longer) != 0)
            i++;
        BASE_FREE char *value = i < ARRAY_LENGTH(options) ? prompt_word(&text) : NULL;
        if (!value)
            return error_hint(
                error_new(ERR_USAGE, "skip: what does %s mean?", option),
                "-fu FUNCTION, -fi FILE, -gfu and -gfi a shell's pattern, -rfu a regular expression");
        if (arg_given(args, options[i].name))
            return error_new(ERR_USAGE, "skip: it names more than one %s", options[i].name);
        cJSON_AddStringToObject(args, options[i].name, value);
        cJSON_AddStringToObject(args, options[i].name_how, options[i].how);
    }
}

static struct error *parse_skip(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    if (strcmp(alias, "info-skip") == 0)
        return NULL;
    if (*text == '-')
        return parse_options(text, args);
    const char *rest = text;
    BASE_FREE char *word = prompt_word(&rest);
    for (size_t i = 0; word && i < ARRAY_LENGTH(change_names); i++)
        if (strcmp(word, change_names[i]) == 0) {
            cJSON_AddStringToObject(args, "change", word);
            return parse_ids(rest, args);
        }
    bool file = word && strcmp(word, "file") == 0, function = word && strcmp(word, "function") == 0;
    rest = file || function ? rest + strspn(rest, " \t") : text;
    const char *what = file ? "file" : "function";
    cJSON_AddStringToObject(args, *rest ? what : "here", *rest ? rest : what);
    return NULL;
}

static void describe(const cJSON *o, struct buf *out)
{
    json_append(out, " function ", o, "function", "");
    if (strcmp(json_text(o, "function_is"), "name") != 0)
        json_append(out, " (", o, "function_is", ")");
    json_append(out, " file ", o, "file", "");
    if (strcmp(json_text(o, "file_is"), "name") != 0)
        json_append(out, " (", o, "file_is", ")");
}

static void skip_text(const cJSON *result, struct buf *out)
{
    const cJSON *o, *list = cJSON_GetObjectItemCaseSensitive(result, "skips");
    const cJSON *added = cJSON_GetObjectItemCaseSensitive(result, "id");
    if (!cJSON_GetArraySize(list))
        buf_add_text(out, "step goes into every function\n");
    cJSON_ArrayForEach (o, list) {
        const cJSON *id = cJSON_GetObjectItemCaseSensitive(o, "id");
        if (added && added->valueint != id->valueint)
            continue;
        buf_printf(out, "%s%d:", added ? "step goes over " : "", id->valueint);
        describe(o, out);
        buf_add_text(out,
                     cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "enabled")) ? "\n" : ", disabled\n");
    }
}

static const struct command_arg skip_args[] = {
    {"function", ARG_TEXT, false, NULL,
     "a function that is not stepped into; without arguments all are listed"},
    {"function_is", ARG_TEXT, false, "name glob regex", "what that text is (name)"},
    {"file", ARG_TEXT, false, NULL, "a source file whose functions are not stepped into"},
    {"file_is", ARG_TEXT, false, "name glob", "what that text is (name)"},
    {"here", ARG_TEXT, false, "function file", "the one that the selected frame is in"},
    {"change", ARG_TEXT, false, "delete enable disable", "what becomes of those named by `ids`, or of all"},
    {"ids", ARG_IDS, false, NULL, "which"},
    {0}};

const struct command command_skip = {
    .name = "skip",
    .group = "run",
    .aliases = "info-skip",
    .usage = "[function [NAME] | file [FILE] | -fu NAME -fi FILE | delete|enable|disable [N...]]",
    .about = "functions and files that step does not go into",
    .args = skip_args,
    .run = run_skip,
    .parse = parse_skip,
    .text = skip_text,
};
