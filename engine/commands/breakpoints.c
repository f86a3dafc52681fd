/* SPDX-License-Identifier: GPL-3.0-or-later */
/* breakpoints, enable, disable, delete. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"
#include "engine/commands/breakpoint_json.h"

static struct error *run_breakpoints(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "breakpoints");
    for (size_t i = 0; i < s->control->breakpoints.count; i++)
        cJSON_AddItemToArray(list, breakpoint_to_json(s->control, s->control->breakpoints.items[i]));
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

static struct error *apply(struct session *s, struct breakpoint *b, enum change change)
{
    if (change == CHANGE_DELETE)
        return breakpoint_delete(s->control, b);
    return breakpoint_enable(s->control, b, change == CHANGE_ENABLE);
}

static struct error *change_one(struct session *s, int id, enum change change, cJSON *ids)
{
    struct breakpoint *b = breakpoint_find(s->control, id);
    if (!b)
        return error_hint(error_new(ERR_USAGE, "there is no breakpoint %d", id), "`breakpoints` lists them");
    TRY(apply(s, b, change));
    cJSON_AddItemToArray(ids, cJSON_CreateNumber(id));
    return NULL;
}

static struct error *change_all(struct session *s, enum change change, cJSON *ids)
{
    size_t count = s->control->breakpoints.count;
    BASE_FREE int *list = xcalloc(count, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = s->control->breakpoints.items[i]->id;
    /* From the last on: the table of breakpoints is an array. */
    for (size_t i = count; i-- > 0;) {
        TRY(apply(s, breakpoint_find(s->control, list[i]), change));
        cJSON_InsertItemInArray(ids, 0, cJSON_CreateNumber(list[i]));
    }
    return NULL;
}

static struct error *run_change(struct session *s, const cJSON *args, enum change change, cJSON **ret)
{
    if (s->target->state == TARGET_RUNNING)
        return target_need_stopped(s->target);
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

/* What the stub refuses is enabled and yet does nothing: that is said now, not when it does not stop. */
static void add_refused(struct session *s, cJSON *result)
{
    cJSON *refused = cJSON_CreateArray();
    const cJSON *id;
    cJSON_ArrayForEach (id, cJSON_GetObjectItemCaseSensitive(result, "ids")) {
        const struct breakpoint *b = breakpoint_find(s->control, id->valueint);
        if (!b || breakpoint_state(b) != BREAKPOINT_FAILED)
            continue;
        cJSON *o = cJSON_CreateObject();
        cJSON_AddNumberToObject(o, "id", b->id);
        cJSON_AddStringToObject(o, "reason", breakpoint_reason(b) ? breakpoint_reason(b) : "not known");
        cJSON_AddItemToArray(refused, o);
    }
    if (cJSON_GetArraySize(refused))
        cJSON_AddItemToObject(result, "refused", refused);
    else
        cJSON_Delete(refused);
}

static struct error *run_enable(struct session *s, const cJSON *args, cJSON **ret)
{
    TRY(run_change(s, args, CHANGE_ENABLE, ret));
    add_refused(s, *ret);
    return NULL;
}

static void enable_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "refused")) {
        json_append(out, "Breakpoint ", o, "id", " is not armed: ");
        json_append(out, "", o, "reason", "\n");
    }
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
    .about = "insert a disabled breakpoint again",
    .args = change_args,
    .run = run_enable,
    .parse = parse_change,
    .text = enable_text,
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
