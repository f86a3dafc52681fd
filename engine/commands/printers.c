/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptions of containers: those there are, and more of them from a file. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"
#include "engine/inspect/printers/printers.h"

static void add_list(const struct target *target, cJSON *o)
{
    const char *type, *kind, *from;
    cJSON *list = cJSON_AddArrayToObject(o, "printers");
    for (size_t i = 0; printers_at(target, i, &type, &kind, &from); i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(list, one);
        cJSON_AddStringToObject(one, "type", type);
        cJSON_AddStringToObject(one, "kind", kind);
        if (*from)
            cJSON_AddStringToObject(one, "from", from);
    }
}

static struct error *run_printers(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *file = arg_text(args, "file");
    size_t count = 0;
    if (file)
        TRY(printers_add_file(s->target, file, &count));
    *ret = cJSON_CreateObject();
    if (file)
        cJSON_AddNumberToObject(*ret, "added", (double)count);
    else
        add_list(s->target, *ret);
    return NULL;
}

/* Alternatives of one type, one behind the other, are one line. */
static void printers_text(const cJSON *result, struct buf *out)
{
    const cJSON *o, *before = NULL;
    const cJSON *added = cJSON_GetObjectItemCaseSensitive(result, "added");
    if (added)
        buf_printf(out, "%d printers added\n", added->valueint);
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "printers")) {
        const char *type = cJSON_GetObjectItemCaseSensitive(o, "type")->valuestring;
        const char *kind = cJSON_GetObjectItemCaseSensitive(o, "kind")->valuestring;
        if (before && cJSON_Compare(before, o, true))
            continue;
        buf_printf(out, "%-40s %s", type, kind);
        json_append(out, ", ", o, "from", "");
        buf_add_char(out, '\n');
        before = o;
    }
}

static const struct command_arg printers_args[] = {
    {"file", ARG_TEXT, false, NULL, "a file of descriptions, tried before those that are there"}, {0}};

const struct command command_printers = {
    .name = "printers",
    .group = "data",
    .aliases = "info-pretty-printer",
    .usage = "[FILE]",
    .about = "how containers are read: add descriptions",
    .args = printers_args,
    .flags = COMMAND_WHILE_RUNNING,
    .run = run_printers,
    .text = printers_text,
};
