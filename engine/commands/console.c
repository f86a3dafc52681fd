/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A console on the debugger's line: typing at it, looking back, breaking in, kdb's prompt. */
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"

/* -- console --------------------------------------------------------------------------------------- */

static cJSON *tail_json(const struct console *c, uint64_t count)
{
    char **lines = console_tail(c, count);
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; lines[i]; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(lines[i]));
    words_free(lines);
    return list;
}

static struct error *run_console(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *text = arg_text(args, "text");
    const char *log = arg_text(args, "log");
    uint64_t tail;
    TRY(arg_unsigned(args, "tail", 0, &tail));
    if (!text && !log && !tail)
        return error_hint(error_new(ERR_USAGE, "console: what is to be done with it?"),
                          "`text` is typed at it, `tail` shows its last lines, `log` names a file for it");
    if (log)
        TRY(console_log(s, log));
    if (text) {
        TRY(target_need(s->target));
        TRY(target_check(s->target, console_type(s, text)));
    }
    *ret = cJSON_CreateObject();
    if (text)
        cJSON_AddNumberToObject(*ret, "typed", (double)strlen(text));
    if (s->console.log_path)
        cJSON_AddStringToObject(*ret, "log", s->console.log_path);
    if (tail)
        cJSON_AddItemToObject(*ret, "lines", tail_json(&s->console, tail));
    return NULL;
}

/* `console LINE` ends the line, `console --raw TEXT` does not; `--tail N` and `--log FILE` are the others. */
static struct error *parse_console(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    const char *rest = text;
    BASE_FREE char *first = prompt_word(&rest);
    if (first && strcmp(first, "--tail") == 0) {
        BASE_FREE char *count = prompt_word(&rest);
        cJSON_AddStringToObject(args, "tail", count ? count : "20");
    } else if (first && strcmp(first, "--log") == 0) {
        BASE_FREE char *path = prompt_word(&rest);
        cJSON_AddStringToObject(args, "log", path ? path : "");
    } else if (first && strcmp(first, "--raw") == 0) {
        cJSON_AddStringToObject(args, "text", rest + strspn(rest, " "));
    } else {
        BASE_FREE char *line = xasprintf("%s\n", text);
        cJSON_AddStringToObject(args, "text", line);
    }
    return NULL;
}

static void console_text(const cJSON *result, struct buf *out)
{
    const cJSON *line;
    cJSON_ArrayForEach (line, cJSON_GetObjectItemCaseSensitive(result, "lines"))
        buf_printf(out, "%s\n", line->valuestring);
    json_append(out, "the console also goes to ", result, "log", "\n");
}

static const struct command_arg console_args[] = {
    {"text", ARG_TEXT, false, NULL, "what is typed, as it is; a line ends with a newline"},
    {"tail", ARG_UNSIGNED, false, NULL, "how many of its last lines to show"},
    {"log", ARG_TEXT, false, NULL, "a file that gets all it prints from now on, raw; empty: none"},
    {0}};

const struct command command_console = {
    .name = "console",
    .group = "target",
    .aliases = "",
    .usage = "[--raw] TEXT | --tail [LINES] | --log [FILE]",
    .about = "type at the target's console while it runs, or look at what it printed",
    .args = console_args,
    .flags = COMMAND_WHILE_RUNNING,
    .run = run_console,
    .parse = parse_console,
    .text = console_text,
};

/* -- break-in -------------------------------------------------------------------------------------- */

static cJSON *way_json(const struct break_in_way *way)
{
    cJSON *o = cJSON_CreateObject();
    BASE_FREE char *how = xasprintf("%s%s", way->name, way->takes_line ? ":LINE" : "");
    cJSON_AddStringToObject(o, "how", how);
    cJSON_AddStringToObject(o, "about", way->about);
    return o;
}

static cJSON *break_in_json(struct session *s)
{
    const char *why, *line = s->break_in.line;
    const char *name = break_in_way(break_in_used(s, &why))->name;
    cJSON *o = cJSON_CreateObject();
    BASE_FREE char *how = line ? xasprintf("%s:%s", name, line) : xstrdup(name);
    cJSON_AddStringToObject(o, "how", how);
    cJSON_AddBoolToObject(o, "named", s->break_in.named != BREAK_AUTO);
    cJSON_AddStringToObject(o, "why", why);
    cJSON *list = cJSON_AddArrayToObject(o, "ways");
    for (enum break_way i = BREAK_AUTO; i < BREAK_WAYS; i++)
        cJSON_AddItemToArray(list, way_json(break_in_way(i)));
    return o;
}

static struct error *run_break_in(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *how = arg_text(args, "how");
    if (how)
        TRY(break_in_name(s, how));
    *ret = break_in_json(s);
    return NULL;
}

static void break_in_text(const cJSON *result, struct buf *out)
{
    json_append(out, "in use: ", result, "how", "");
    json_append(out, ": ", result, "why", "\n");
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "ways"))
        buf_printf(out, "  %-20s %s\n", json_text(o, "how"), json_text(o, "about"));
}

static const struct command_arg break_in_args[] = {
    {"how", ARG_TEXT, false, NULL,
     "auto, interrupt, break-g, sysrq, command:LINE, break-command:LINE; none: show"},
    {0}};

const struct command command_break_in = {
    .name = "break-in",
    .group = "target",
    .aliases = "",
    .usage = "[HOW]",
    .about = "how `interrupt` makes a running target stop",
    .args = break_in_args,
    .flags = COMMAND_WHILE_RUNNING,
    .run = run_break_in,
    .text = break_in_text,
};

/* -- kdb ------------------------------------------------------------------------------------------- */

static struct error *run_kdb(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    if (!rsp_may_be_kgdb(s->target->connection))
        return error_new(ERR_UNSUPPORTED, "kdb: there is no kgdb at the other end");
    TRY(sites_remove_all(s->control));
    TRY(rsp_to_kdb(s->target->connection));
    session_left_for_kdb(s);
    *ret = cJSON_CreateObject();
    cJSON_AddTrueToObject(*ret, "running");
    return NULL;
}

static void kdb_text(const cJSON *result, struct buf *out)
{
    (void)result;
    buf_add_text(out, "kdb has the line: `console` types at its prompt, `interrupt` comes back from there\n");
}

const struct command command_kdb = {
    .name = "kdb",
    .group = "target",
    .aliases = "",
    .usage = "",
    .about = "leave the protocol for the kernel's own prompt (KGDB_KDB)",
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_kdb,
    .text = kdb_text,
};
