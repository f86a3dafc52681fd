/* break, watch, breakpoints, enable, disable, delete. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/location.h"
#include "engine/values/values.h"

static enum wish_kind kind_of(const char *name)
{
    if (name && strcmp(name, "software") == 0)
        return WISH_SOFTWARE;
    if (name && strcmp(name, "memory") == 0)
        return WISH_MEMORY;
    return name && strcmp(name, "hardware") == 0 ? WISH_HARDWARE : WISH_AUTO;
}

static struct error *read_request(const cJSON *args, const char *at, struct wish_request *ret)
{
    uint64_t ignore;
    TRY(arg_unsigned(args, "ignore", 0, &ignore));
    *ret = (struct wish_request){.at = at,
                                 .kind = kind_of(arg_text(args, "kind")),
                                 .condition = arg_text(args, "if"),
                                 .ignore = ignore,
                                 .once = arg_true(args, "once"),
                                 .thread = arg_text(args, "thread")};
    return NULL;
}

static struct error *run_break(struct session *s, const cJSON *args, cJSON **ret)
{
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(args, "at");
    BASE_FREE char *number = cJSON_IsNumber(at) ? xasprintf("*%.0f", at->valuedouble) : NULL;
    const char *place = number ? number : cJSON_GetStringValue(at);
    BASE_BUF struct buf here = {0};
    if (!place || !*place) {
        struct thread *t;
        TRY(threads_current(s, &t));
        buf_printf(&here, "*0x%" PRIx64, s->last_stop.pc);
        place = buf_text(&here);
    }
    struct wish_request request;
    TRY(read_request(args, place, &request));
    struct wish *w;
    TRY(breakpoint_set(s, &request, &w));
    *ret = wish_to_json(s, w);
    return NULL;
}

/* "PLACE [thread ID] [if CONDITION]" in either order of the two clauses, as gdb takes it. */
static struct error *parse_place(const char *text, const char *key, cJSON *args)
{
    const char *condition = NULL, *thread = NULL;
    size_t end = strlen(text);
    for (const char *p = text; *p; p++) {
        bool start = p == text || isspace((unsigned char)p[-1]);
        if (start && strncmp(p, "if", 2) == 0 && (isspace((unsigned char)p[2]) || p[2] == '(')) {
            condition = p + 2;
            end = (size_t)(p - text) < end ? (size_t)(p - text) : end;
            break;
        }
        if (start && strncmp(p, "thread ", 7) == 0) {
            thread = p + 7;
            end = (size_t)(p - text);
        }
    }
    while (end > 0 && isspace((unsigned char)text[end - 1]))
        end--;
    if (end) {
        BASE_FREE char *place = xstrndup(text, end);
        cJSON_AddStringToObject(args, key, place);
    }
    if (thread) {
        BASE_FREE char *id = prompt_word(&thread);
        if (id)
            cJSON_AddStringToObject(args, "thread", id);
    }
    if (condition) {
        while (isspace((unsigned char)*condition))
            condition++;
        cJSON_AddStringToObject(args, "if", condition);
    }
    return NULL;
}

static struct error *parse_break(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    if (strstr(alias, "tb") || strstr(alias, "thb"))
        cJSON_AddTrueToObject(args, "once");
    if (strstr(alias, "hb"))
        cJSON_AddStringToObject(args, "kind", "hardware");
    return parse_place(text, "at", args);
}

static void break_text(const cJSON *result, struct buf *out)
{
    json_append(out, "Breakpoint ", result, "id", "");
    json_append(out, ", ", result, "kind", "");
    json_append(out, ", ", result, "state", "");
    json_append(out, " (", result, "reason", ")");
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "locations")) {
        json_append(out, " at ", o, "pc", "");
        json_append(out, ": ", o, "function", "");
        BASE_BUF struct buf name = {0};
        const char *file = json_text(o, "file");
        if (*file)
            text_add_visible(&name, path_base(file), strlen(path_base(file)), false);
        buf_printf(out, "%s%s", name.length ? ", " : "", buf_text(&name));
        json_append(out, ":", o, "line", "");
    }
    buf_add_char(out, '\n');
}

static const struct command_arg break_args[] = {
    {"at", ARG_ADDRESS, false, NULL, "FUNCTION, FILE:LINE, LINE, *ADDRESS; none: here"},
    {"kind", ARG_TEXT, false, "auto software hardware memory", "the means (auto: what fits)"},
    {"if", ARG_TEXT, false, NULL, "stop only when this expression is not zero"},
    {"ignore", ARG_UNSIGNED, false, NULL, "pass this many hits by"},
    {"once", ARG_BOOLEAN, false, NULL, "delete it at its first stop"},
    {"thread", ARG_ID, false, NULL, "stop only this thread"},
    {0}};

const struct command command_break = {
    .name = "break",
    .group = "breakpoints",
    .aliases = "b br brea tbreak tb hbreak hb thbreak thb",
    .usage = "[PLACE] [thread ID] [if CONDITION]",
    .about = "set a breakpoint (tbreak: once; hbreak: hardware)",
    .args = break_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_break,
    .parse = parse_break,
    .text = break_text,
};

static enum plant_type access_type(const char *name)
{
    if (!name || strcmp(name, "write") == 0)
        return PLANT_WRITE;
    return strcmp(name, "read") == 0 ? PLANT_READ : PLANT_ACCESS;
}

static struct error *run_watch(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t address, length;
    const char *expression = arg_text(args, "expr");
    BASE_BUF struct buf name = {0};
    if (expression) {
        TRY(values_place(s, expression, &address, &length));
        buf_add_text(&name, expression);
    } else {
        TRY(arg_address(s, args, "addr", &address));
        TRY(arg_unsigned(args, "length", 0, &length));
        if (length == 0)
            return error_new(ERR_USAGE, "watch: give `expr`, or `addr` and `length`");
        buf_printf(&name, "0x%" PRIx64 ", %" PRIu64 " bytes", address, length);
    }
    struct wish_request request;
    TRY(read_request(args, buf_text(&name), &request));
    struct wish *w;
    TRY(watchpoint_set(s, &request, address, length > 64 ? 65 : (unsigned)length,
                       access_type(arg_text(args, "access")), &w));
    *ret = wish_to_json(s, w);
    return NULL;
}

static struct error *parse_watch(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    if (*alias == 'r')
        cJSON_AddStringToObject(args, "access", "read");
    if (*alias == 'a')
        cJSON_AddStringToObject(args, "access", "any");
    return parse_place(text, "expr", args);
}

static void watch_text(const cJSON *result, struct buf *out)
{
    json_append(out, "Watchpoint ", result, "id", "");
    json_append(out, ", ", result, "kind", "");
    json_append(out, ", ", result, "access", "");
    json_append(out, ": ", result, "length", " bytes");
    json_append(out, " at ", result, "address", "\n");
}

static const struct command_arg watch_args[] = {
    {"expr", ARG_TEXT, false, NULL, "a variable or other place in memory"},
    {"addr", ARG_ADDRESS, false, NULL, "or an address"},
    {"length", ARG_UNSIGNED, false, NULL, "and how many bytes"},
    {"access", ARG_TEXT, false, "write read any", "what to stop at (write)"},
    {"if", ARG_TEXT, false, NULL, "stop only when this expression is not zero"},
    {"kind", ARG_TEXT, false, "auto hardware software", "the means (auto); software: by stepping, slow"},
    {"ignore", ARG_UNSIGNED, false, NULL, "pass this many hits by"},
    {"once", ARG_BOOLEAN, false, NULL, "delete it at its first stop"},
    {"thread", ARG_ID, false, NULL, "stop only this thread"},
    {0}};

const struct command command_watch = {
    .name = "watch",
    .group = "breakpoints",
    .aliases = "wa rwatch awatch",
    .usage = "EXPRESSION [if CONDITION]",
    .about = "stop when memory is written (rwatch: read; awatch: either)",
    .args = watch_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_watch,
    .parse = parse_watch,
    .text = watch_text,
};

static struct error *run_breakpoints(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "breakpoints");
    for (size_t i = 0; i < s->breakpoints.wish_count; i++)
        cJSON_AddItemToArray(list, wish_to_json(s, s->breakpoints.wishes[i]));
    return NULL;
}

static void breakpoints_text(const cJSON *result, struct buf *out)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(result, "breakpoints"), *o;
    if (cJSON_GetArraySize(list) == 0)
        buf_add_text(out, "No breakpoints or watchpoints.\n");
    cJSON_ArrayForEach (o, list) {
        json_append(out, "", o, "id", "  ");
        json_append(out, "", o, "at", "  ");
        json_append(out, "", o, "kind", "  ");
        json_append(out, "", o, "state", "");
        json_append(out, " (", o, "reason", ")");
        json_append(out, "  hits ", o, "hits", "");
        json_append(out, "  if ", o, "if", "");
        json_append(out, "  ignore ", o, "ignore", "");
        buf_add_char(out, '\n');
    }
}

const struct command command_breakpoints = {
    .name = "breakpoints",
    .group = "breakpoints",
    .aliases = "info-breakpoints info-watchpoints",
    .usage = "",
    .about = "list breakpoints and watchpoints: means, state, hits",
    .flags = COMMAND_WHILE_RUNNING,
    .run = run_breakpoints,
    .text = breakpoints_text,
};

enum change { CHANGE_ENABLE, CHANGE_DISABLE, CHANGE_DELETE };

static struct error *apply(struct session *s, struct wish *w, enum change change)
{
    if (change == CHANGE_DELETE)
        return breakpoint_delete(s, w);
    return breakpoint_enable(s, w, change == CHANGE_ENABLE);
}

static struct error *change_one(struct session *s, int id, enum change change, cJSON *ids)
{
    struct wish *w = breakpoint_find(s, id);
    if (!w)
        return error_hint(error_new(ERR_USAGE, "there is no breakpoint %d", id), "`breakpoints` lists them");
    TRY(apply(s, w, change));
    cJSON_AddItemToArray(ids, cJSON_CreateNumber(id));
    return NULL;
}

static struct error *change_all(struct session *s, enum change change, cJSON *ids)
{
    size_t count = s->breakpoints.wish_count;
    BASE_FREE int *list = xcalloc(count, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = s->breakpoints.wishes[i]->id;
    for (size_t i = 0; i < count; i++)
        TRY(change_one(s, list[i], change, ids));
    return NULL;
}

static struct error *run_change(struct session *s, const cJSON *args, enum change change, cJSON **ret)
{
    if (s->state == SESSION_RUNNING)
        return session_need_stopped(s);
    *ret = cJSON_CreateObject();
    cJSON *ids = cJSON_AddArrayToObject(*ret, "ids");
    if (arg_true(args, "all"))
        return change_all(s, change, ids);
    uint64_t id;
    if (!arg_given(args, "id"))
        return error_hint(error_new(ERR_USAGE, "which breakpoint?"), "give its `id`, or `all`");
    TRY(arg_unsigned(args, "id", 0, &id));
    return change_one(s, id > 1000000000 ? -1 : (int)id, change, ids);
}

static struct error *run_enable(struct session *s, const cJSON *args, cJSON **ret)
{
    return run_change(s, args, CHANGE_ENABLE, ret);
}

static struct error *run_disable(struct session *s, const cJSON *args, cJSON **ret)
{
    return run_change(s, args, CHANGE_DISABLE, ret);
}

static struct error *run_delete(struct session *s, const cJSON *args, cJSON **ret)
{
    return run_change(s, args, CHANGE_DELETE, ret);
}

static struct error *parse_change(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    BASE_FREE char *word = prompt_word(&text);
    if (!word || strcmp(word, "all") == 0)
        cJSON_AddTrueToObject(args, "all");
    else
        cJSON_AddStringToObject(args, "id", word);
    return NULL;
}

static const struct command_arg change_args[] = {
    {"id", ARG_ID, false, NULL, "its number"}, {"all", ARG_BOOLEAN, false, NULL, "every one of them"}, {0}};

const struct command command_enable = {
    .name = "enable",
    .group = "breakpoints",
    .aliases = "en",
    .usage = "[ID]",
    .about = "plant a disabled breakpoint again",
    .args = change_args,
    .run = run_enable,
    .parse = parse_change,
};

const struct command command_disable = {
    .name = "disable",
    .group = "breakpoints",
    .aliases = "dis",
    .usage = "[ID]",
    .about = "take a breakpoint out of the target and keep it in the list",
    .args = change_args,
    .run = run_disable,
    .parse = parse_change,
};

const struct command command_delete = {
    .name = "delete",
    .group = "breakpoints",
    .aliases = "d del clear",
    .usage = "[ID]",
    .about = "delete a breakpoint or watchpoint; none given: all",
    .args = change_args,
    .run = run_delete,
    .parse = parse_change,
};
