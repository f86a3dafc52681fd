/* SPDX-License-Identifier: GPL-3.0-or-later */
/* break. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/breakpoint_json.h"
#include "engine/commands/breakpoint_args.h"
#include "engine/inspect/convenience/convenience.h"
#include "engine/inspect/location.h"

static struct error *run_break(struct session *s, const cJSON *args, cJSON **ret)
{
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(args, "at");
    BASE_FREE char *number = cJSON_IsNumber(at) ? xasprintf("*%.0f", at->valuedouble) : NULL;
    const char *place = number ? number : cJSON_GetStringValue(at);
    BASE_BUF struct buf here = {0};
    TRY(target_need_insertable(s->target));
    if (!place || !*place) {
        struct thread *t;
        TRY(target_need_stopped(s->target));
        TRY(threads_current(s->target, &t));
        buf_printf(&here, "*0x%" PRIx64, s->control->last_stop.pc);
        place = buf_text(&here);
    }
    struct breakpoint_request request;
    BASE_FREE char *commands = NULL;
    TRY(breakpoint_request_read(args, place, &request, &commands));
    struct breakpoint *b;
    TRY(breakpoint_set(s->control, &request, &b));
    convenience_set_integer(s->target, "bpnum", b->id);
    *ret = breakpoint_to_json(s->control, b);
    return NULL;
}

static struct error *parse_break(struct session *s, const char *alias, const char *text, cJSON *args)
{
    if (strstr(alias, "tb") || strstr(alias, "thb"))
        cJSON_AddTrueToObject(args, "once");
    if (strstr(alias, "hb"))
        cJSON_AddStringToObject(args, "kind", "hardware");
    TRY(breakpoint_words_parse(text, "at", args));
    const char *at = arg_text(args, "at");
    if (at && location_may_come(s->target, at))
        cJSON_AddTrueToObject(args, "pending");
    return NULL;
}

void breakpoint_text(const cJSON *result, struct buf *out)
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
    json_append(out, "  ", result, "warning", "\n");
}

static const struct command_arg break_args[] = {
    {"at", ARG_ADDRESS, false, NULL, "FUNCTION, FILE:LINE, LINE, *ADDRESS; none: here"},
    {"kind", ARG_TEXT, false, "auto software hardware memory", "the means (auto: what fits)"},
    {"if", ARG_TEXT, false, NULL, "stop only when this expression is not zero"},
    {"ignore", ARG_UNSIGNED, false, NULL, "pass this many hits by"},
    {"once", ARG_BOOLEAN, false, NULL, "delete it at its first stop"},
    {"thread", ARG_ID, false, NULL, "stop only this thread"},
    {"commands", ARG_STEPS, false, NULL, "steps to run at each stop"},
    {"pending", ARG_BOOLEAN, false, NULL, "keep an unknown place until symbols come"},
    {0}};

const struct command command_break = {
    .name = "break",
    .group = "breakpoints",
    .aliases = "b br brea tbreak tb hbreak hb thbreak thb",
    .usage = "[PLACE] [thread ID] [if CONDITION]",
    .about = "set a breakpoint (tbreak: once; hbreak: hardware)",
    .args = break_args,
    .run = run_break,
    .parse = parse_break,
    .text = breakpoint_text,
};
