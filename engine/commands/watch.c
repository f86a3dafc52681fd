/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/breakpoint_json.h"
#include "engine/commands/breakpoint_args.h"
#include "engine/inspect/convenience/convenience.h"
#include "engine/inspect/values/values.h"

static enum site_type access_type(const char *name)
{
    if (!name || strcmp(name, "write") == 0)
        return SITE_WRITE;
    return strcmp(name, "read") == 0 ? SITE_READ : SITE_ACCESS;
}

static struct error *run_watch(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t address, length;
    const char *expression = arg_text(args, "expr");
    BASE_BUF struct buf name = {0};
    if (expression) {
        TRY(values_place(s->target, expression, &address, &length));
        buf_add_text(&name, expression);
    } else {
        TRY(arg_address(s, args, "addr", &address));
        TRY(arg_unsigned(args, "length", 0, &length));
        if (length == 0)
            return error_new(ERR_USAGE, "watch: give `expr`, or `addr` and `length`");
        buf_printf(&name, "0x%" PRIx64 ", %" PRIu64 " bytes", address, length);
    }
    struct breakpoint_request request;
    BASE_FREE char *commands = NULL;
    TRY(breakpoint_request_read(args, buf_text(&name), &request, &commands));
    struct breakpoint *b;
    TRY(watchpoint_set(s->control, &request, address, length, access_type(arg_text(args, "access")), &b));
    convenience_set_integer(s->target, "bpnum", b->id);
    *ret = breakpoint_to_json(s->control, b);
    return NULL;
}

static struct error *parse_watch(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    if (*alias == 'r')
        cJSON_AddStringToObject(args, "access", "read");
    if (*alias == 'a')
        cJSON_AddStringToObject(args, "access", "any");
    return breakpoint_words_parse(text, "expr", args);
}

static void watch_text(const cJSON *result, struct buf *out)
{
    json_append(out, "Watchpoint ", result, "id", "");
    json_append(out, ", ", result, "kind", "");
    json_append(out, ", ", result, "access", "");
    json_append(out, ": ", result, "length", " bytes");
    json_append(out, " at ", result, "address", "");
    json_append(out, ", ", result, "state", "");
    json_append(out, " (", result, "reason", ")");
    buf_add_char(out, '\n');
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
    {"commands", ARG_STEPS, false, NULL, "steps to run at each stop"},
    {0}};

static struct error *check_watch(const cJSON *args, const char **key)
{
    *key = "expr";
    if (arg_given(args, "expr") || arg_given(args, "addr"))
        return NULL;
    return error_hint(error_new(ERR_USAGE, "`watch` needs `expr` or `addr`: what is watched"),
                      "{\"do\": \"watch\", \"expr\": \"counter\"}, or `watch counter` at the prompt");
}

const struct command command_watch = {
    .name = "watch",
    .group = "breakpoints",
    .aliases = "wa rwatch awatch",
    .usage = "EXPRESSION [if CONDITION]",
    .about = "stop when memory is written (rwatch: read; awatch: either)",
    .args = watch_args,
    .check = check_watch,
    .run = run_watch,
    .parse = parse_watch,
    .text = watch_text,
};
