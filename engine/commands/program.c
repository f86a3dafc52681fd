/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's program: how it is started, starting it, and typing at it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/stop_json.h"
#include "engine/session/architecture.h"

/* -- what is shown --------------------------------------------------------------------------------- */

/* JSON is UTF-8: bytes that are none are shown as \xNN. */
static cJSON *text_item(const char *text)
{
    size_t n = strlen(text), done = 0, length = 0;
    while (done < n && (length = text_utf8_length(text + done, n - done)) > 0)
        done += length;
    if (done == n)
        return cJSON_CreateString(text);
    BASE_FREE char *shown = text_visible(text, n);
    return cJSON_CreateString(shown);
}

static void show_args(const struct session *s, cJSON *o)
{
    const struct program_setup *p = &s->setup;
    BASE_BUF struct buf line = {0};
    cJSON *list = cJSON_AddArrayToObject(o, "args");
    for (size_t i = 0; p->args && p->args[i]; i++)
        cJSON_AddItemToArray(list, text_item(p->args[i]));
    if (p->input)
        cJSON_AddItemToObject(o, "stdin", text_item(p->input));
    if (p->output)
        cJSON_AddItemToObject(o, "stdout", text_item(p->output));
    if (p->errors)
        cJSON_AddItemToObject(o, "stderr", text_item(p->errors));
    setup_add_line(p, &line);
    cJSON_AddItemToObject(o, "line", text_item(buf_text(&line)));
}

static void show_folder(const struct session *s, cJSON *o)
{
    BASE_FREE char *here = s->setup.folder ? NULL : getcwd(NULL, 0);
    cJSON_AddItemToObject(o, "cwd", text_item(s->setup.folder ? s->setup.folder : here ? here : "?"));
}

/* What differs from our own environment; all of it, or one variable, where that is asked for. */
static void show_changes(const struct session *s, cJSON *o)
{
    cJSON *env = cJSON_AddObjectToObject(o, "env");
    for (size_t i = 0; i < s->setup.variable_count; i++) {
        const struct setup_variable *v = &s->setup.variables[i];
        cJSON_AddItemToObject(env, v->name, v->value ? text_item(v->value) : cJSON_CreateNull());
    }
    if (s->setup.bare)
        cJSON_AddTrueToObject(o, "clear_env");
}

static void show_environment(const struct session *s, const char *name, cJSON *o)
{
    cJSON *env = cJSON_AddObjectToObject(o, "environment");
    char **list = setup_environment(&s->setup, false);
    for (size_t i = 0; list[i]; i++) {
        char *equals = strchr(list[i], '=');
        if (!equals)
            continue;
        *equals = '\0';
        if (!*name || strcmp(name, list[i]) == 0)
            cJSON_AddItemToObject(env, list[i], text_item(equals + 1));
    }
    setup_list_free(list);
    if (*name && !env->child)
        cJSON_AddNullToObject(env, name);
}

static void add_visible(struct buf *out, const char *text)
{
    text_add_visible(out, text, strlen(text), false);
    buf_add_char(out, '\n');
}

static void settings_text(const cJSON *result, struct buf *out)
{
    const cJSON *item;
    if (arg_given(result, "line")) {
        buf_add_text(out, "arguments: ");
        add_visible(out, json_text(result, "line"));
    }
    json_append(out, "folder: ", result, "cwd", "\n");
    json_append(out, "terminal: ", result, "tty", "\n");
    json_append(out, "stands first at: ", result, "stop_at", "\n");
    json_append(out, "architecture: ", result, "architecture", "\n");
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result, "clear_env")))
        buf_add_text(out, "of our own environment it has nothing\n");
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(result, "env")) {
        BASE_FREE char *line = cJSON_IsString(item) ? xasprintf("%s=%s", item->string, item->valuestring)
                                                    : xasprintf("%s: taken away", item->string);
        add_visible(out, line);
    }
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(result, "environment")) {
        BASE_FREE char *line = cJSON_IsString(item) ? xasprintf("%s=%s", item->string, item->valuestring)
                                                    : xasprintf("%s is not set", item->string);
        add_visible(out, line);
    }
}

/* -- settings -------------------------------------------------------------------------------------- */

static void set_file(char **where, const cJSON *args, const char *name)
{
    const char *path = arg_text(args, name);
    if (!path)
        return;
    free(*where);
    *where = *path ? xstrdup(path) : NULL;
}

static void set_args(struct session *s, const cJSON *list)
{
    char **words = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *words);
    const cJSON *item;
    size_t n = 0;
    cJSON_ArrayForEach (item, list)
        words[n++] = item->valuestring;
    setup_set_args(&s->setup, words);
    free(words);
}

static struct error *set_environment(struct session *s, const cJSON *env)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, env) {
        if (!cJSON_IsString(item) && !cJSON_IsNull(item))
            return error_new(ERR_USAGE, "`env`: %s is neither text nor null", item->string);
        TRY(setup_set_variable(&s->setup, item->string, cJSON_GetStringValue(item)));
    }
    return NULL;
}

/* What `settings` and `run` share. */
static struct error *apply(struct session *s, const cJSON *args)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(args, "args");
    const char *line = arg_text(args, "line"), *folder = arg_text(args, "cwd");
    if (list && line)
        return error_new(ERR_USAGE, "`args` and `line` say the same: give one of them");
    if (arg_true(args, "clear_env"))
        setup_clear_environment(&s->setup);
    TRY(set_environment(s, cJSON_GetObjectItemCaseSensitive(args, "env")));
    if (folder)
        TRY(setup_set_folder(&s->setup, folder));
    if (line)
        TRY(setup_set_line(&s->setup, line));
    if (list)
        set_args(s, list);
    set_file(&s->setup.input, args, "stdin");
    set_file(&s->setup.output, args, "stdout");
    set_file(&s->setup.errors, args, "stderr");
    set_file(&s->setup.tty, args, "tty");
    if (arg_given(args, "stop_at"))
        start_at_parse(arg_text(args, "stop_at"), &s->setup.stop_at);
    return NULL;
}

static bool asks_for(const cJSON *args, const char *what)
{
    const char *show = arg_text(args, "show");
    return show && strcmp(show, what) == 0;
}

/* Without `show` all is shown but the environment that is ours anyway. */
static struct error *run_settings(struct session *s, const cJSON *args, cJSON **ret)
{
    bool all = !arg_given(args, "show");
    TRY(apply(s, args));
    if (arg_given(args, "architecture"))
        TRY(architecture_set(s, arg_text(args, "architecture")));
    *ret = cJSON_CreateObject();
    if (all || asks_for(args, "args"))
        show_args(s, *ret);
    if (all || asks_for(args, "cwd"))
        show_folder(s, *ret);
    if ((all || asks_for(args, "tty")) && s->setup.tty)
        cJSON_AddItemToObject(*ret, "tty", text_item(s->setup.tty));
    if (all || asks_for(args, "stop_at"))
        cJSON_AddStringToObject(*ret, "stop_at", start_at_name(s->setup.stop_at));
    if (all || asks_for(args, "architecture"))
        cJSON_AddStringToObject(*ret, "architecture", architecture_name(s));
    if (all)
        show_changes(s, *ret);
    if (asks_for(args, "environment"))
        show_environment(s, arg_text(args, "name") ? arg_text(args, "name") : "", *ret);
    return NULL;
}

/* gdb takes "NAME=VALUE", "NAME = VALUE" and "NAME VALUE"; a name alone is set to nothing. */
static void parse_variable(const char *text, cJSON *args)
{
    size_t n = strcspn(text, "= \t");
    BASE_FREE char *name = xstrndup(text, n);
    const char *value = text + n + strspn(text + n, " \t");
    if (*value == '=')
        value += 1 + strspn(value + 1, " \t");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(args, "env"), name, value);
}

static void parse_unset(const char *text, cJSON *args)
{
    if (*text)
        cJSON_AddNullToObject(cJSON_AddObjectToObject(args, "env"), text);
    else
        cJSON_AddTrueToObject(args, "clear_env");
}

static bool is_one_of(const char *alias, const char *one, const char *other)
{
    return strcmp(alias, one) == 0 || strcmp(alias, other) == 0;
}

/* Whoever says what is not told again what he said: `show` names what is looked at, "" nothing. */
static struct error *parse_settings(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    const char *show = "nothing";
    if (strcmp(alias, "set-args") == 0)
        cJSON_AddStringToObject(args, "line", text);
    else if (strcmp(alias, "show-args") == 0)
        show = "args";
    else if (strcmp(alias, "set-environment") == 0 && *text)
        parse_variable(text, args);
    else if (strcmp(alias, "unset-environment") == 0)
        parse_unset(text, args);
    else if (is_one_of(alias, "cd", "set-cwd")) {
        cJSON_AddStringToObject(args, "cwd", *text ? text : "~");
        show = "cwd";
    } else if (is_one_of(alias, "pwd", "show-cwd"))
        show = "cwd";
    else if (is_one_of(alias, "tty", "set-inferior-tty"))
        cJSON_AddStringToObject(args, "tty", text);
    else if (is_one_of(alias, "show-inferior-tty", "show-tty"))
        show = "tty";
    else if (strcmp(alias, "set-stop-at") == 0)
        cJSON_AddStringToObject(args, "stop_at", text);
    else if (strcmp(alias, "show-stop-at") == 0)
        show = "stop_at";
    else if (strcmp(alias, "set-architecture") == 0)
        cJSON_AddStringToObject(args, "architecture", *text ? text : "auto");
    else if (strcmp(alias, "show-architecture") == 0)
        show = "architecture";
    else if (strcmp(alias, "show-environment") == 0) {
        show = "environment";
        cJSON_AddStringToObject(args, "name", text);
    } else {
        return NULL;
    }
    cJSON_AddStringToObject(args, "show", show);
    return NULL;
}

#define START_ARGS                                                                                           \
    {"args", ARG_TEXTS, false, NULL, "the program's arguments, as they are"},                                \
        {"line", ARG_TEXT, false, NULL, "the same as a line: words as sh quotes them, `< FILE`, `> FILE`"},  \
        {"env", ARG_OBJECT, false, NULL, "variables of its environment; null takes one away"},               \
        {"clear_env", ARG_BOOLEAN, false, NULL,                                                              \
         "nothing of our own environment, nor of what was set before"},                                      \
        {"cwd", ARG_TEXT, false, NULL, "the folder it starts in"},                                           \
        {"stdin", ARG_TEXT, false, NULL, "a file for its standard input; empty: its terminal"},              \
        {"stdout", ARG_TEXT, false, NULL, "a file for its standard output; empty: its terminal"},            \
        {"stderr", ARG_TEXT, false, NULL, "a file for its standard error; empty: its terminal"},             \
    {                                                                                                        \
        "tty", ARG_TEXT, false, NULL, "another terminal for it; empty: one of ours"                          \
    }

static const struct command_arg settings_args[] = {
    START_ARGS,
    {"stop_at", ARG_TEXT, false, "entry main none", "where it stands first, and after `restart`"},
    {"architecture", ARG_TEXT, false, NULL,
     "the processor, where neither stub nor program say; auto: as they say"},
    {"show", ARG_TEXT, false, "nothing args cwd tty environment stop_at architecture",
     "what to show; all that was set when left out"},
    {"name", ARG_TEXT, false, NULL, "the one variable of the environment to show"},
    {0}};

const struct command command_settings = {
    .name = "settings",
    .group = "target",
    .aliases =
        "set-args show-args set-environment unset-environment show-environment set-cwd show-cwd cd pwd tty "
        "set-inferior-tty show-inferior-tty set-stop-at show-stop-at set-architecture show-architecture",
    .usage =
        "| set args LINE | set environment NAME=VALUE | unset environment [NAME] | cd FOLDER | tty PATH | "
        "set architecture NAME",
    .about =
        "how the program is started from its next start on: arguments, environment, folder, files, terminal",
    .args = settings_args,
    .flags = COMMAND_WHILE_RUNNING,
    .run = run_settings,
    .parse = parse_settings,
    .text = settings_text,
};

/* -- run, start, starti ---------------------------------------------------------------------------- */

static struct error *begin(struct session *s, const cJSON *args, enum start_at at, cJSON **ret)
{
    bool stands = target_is_connected(s->target);
    if (!s->started && s->target->launched && args && args->child)
        return error_hint(error_new(ERR_UNSUPPORTED, "run: the target's own command names its arguments"),
                          "a program that is named without --target can be started with others");
    if (!s->started && stands && !s->target->launched)
        return error_hint(error_new(ERR_UNSUPPORTED, "run: the target was not started by us"),
                          "`reconnect` attaches again; `detach` or `kill` first, to start the program");
    if (stands && s->target->was_there)
        return error_hint(error_new(ERR_UNSUPPORTED, "run: the process was there before us"),
                          "`detach` or `kill` first, to start the program");
    TRY(apply(s, args));
    TRY(setup_check(&s->setup)); /* before the old program ends for it */
    if (s->started || (s->target->launched && !s->target->was_there))
        return target_again(s, true, false, at, ret);
    symbol_map_refresh(s->target->map); /* it may have been built anew */
    return target_start(s, at, ret);
}

static struct error *run_run(struct session *s, const cJSON *args, cJSON **ret)
{
    return begin(s, args, START_NOWHERE, ret);
}

static struct error *run_start(struct session *s, const cJSON *args, cJSON **ret)
{
    return begin(s, args, START_MAIN, ret);
}

static struct error *run_starti(struct session *s, const cJSON *args, cJSON **ret)
{
    return begin(s, args, START_ENTRY, ret);
}

/* Without arguments the last ones count, as in gdb. */
static struct error *parse_run(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    if (*text)
        cJSON_AddStringToObject(args, "line", text);
    return NULL;
}

static const struct command_arg begin_args[] = {START_ARGS, {0}};

const struct command command_run = {
    .name = "run",
    .group = "target",
    .aliases = "r",
    .usage = "[ARGUMENTS] [< FILE] [> FILE]",
    .about = "start the program from its beginning, with these arguments from now on, and let it run",
    .args = begin_args,
    .flags = COMMAND_RUNS | COMMAND_STARTS,
    .run = run_run,
    .parse = parse_run,
    .text = stop_to_text,
};

const struct command command_start = {
    .name = "start",
    .group = "target",
    .aliases = "",
    .usage = "[ARGUMENTS] [< FILE] [> FILE]",
    .about = "the same, up to `main` or what the language begins with",
    .args = begin_args,
    .flags = COMMAND_RUNS | COMMAND_STARTS,
    .run = run_start,
    .parse = parse_run,
    .text = stop_to_text,
};

const struct command command_starti = {
    .name = "starti",
    .group = "target",
    .aliases = "",
    .usage = "[ARGUMENTS] [< FILE] [> FILE]",
    .about = "the same, to stand at its very first instruction",
    .args = begin_args,
    .flags = COMMAND_RUNS | COMMAND_STARTS,
    .run = run_starti,
    .parse = parse_run,
    .text = stop_to_text,
};

/* -- input ----------------------------------------------------------------------------------------- */

static struct error *run_input(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *text = arg_text(args, "text");
    bool end = arg_true(args, "end");
    if (!text && !end)
        return error_hint(error_new(ERR_USAGE, "input: nothing to type"),
                          "`text` is typed at the program, `end` ends its input");
    TRY(pty_type(s, text ? text : "", text ? strlen(text) : 0, end));
    *ret = cJSON_CreateObject();
    cJSON_AddNumberToObject(*ret, "typed", text ? (double)strlen(text) : 0);
    return NULL;
}

/* `input LINE` ends the line, `input --raw TEXT` does not, `input --end` ends the input. */
static struct error *parse_input(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    const char *rest = text;
    BASE_FREE char *first = prompt_word(&rest);
    if (first && strcmp(first, "--end") == 0) {
        cJSON_AddTrueToObject(args, "end");
    } else if (first && strcmp(first, "--raw") == 0) {
        cJSON_AddStringToObject(args, "text", rest);
    } else {
        BASE_FREE char *line = xasprintf("%s\n", text);
        cJSON_AddStringToObject(args, "text", line);
    }
    return NULL;
}

static void input_text(const cJSON *result, struct buf *out)
{
    (void)result;
    (void)out;
}

static const struct command_arg input_args[] = {
    {"text", ARG_TEXT, false, NULL, "what is typed, as it is; a line ends with a newline"},
    {"end", ARG_BOOLEAN, false, NULL, "then its input ends, as Ctrl-D does it"},
    {0}};

const struct command command_input = {
    .name = "input",
    .group = "target",
    .aliases = "",
    .usage = "[--raw] TEXT | --end",
    .about = "type at the program that was started here",
    .args = input_args,
    .flags = COMMAND_WHILE_RUNNING,
    .run = run_input,
    .parse = parse_input,
    .text = input_text,
};
