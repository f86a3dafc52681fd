/* Questions about a Linux kernel: modules. */
#include <string.h>

#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/kernel/kernel.h"
#include "engine/kernel/modules.h"

static cJSON *module_row(const struct kernel_module *m)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "name", m->name);
    json_add_address(o, "address", m->base);
    cJSON_AddNumberToObject(o, "size", (double)m->size);
    cJSON_AddStringToObject(o, "state", m->state);
    if (m->references >= 0)
        cJSON_AddNumberToObject(o, "references", (double)m->references);
    cJSON_AddBoolToObject(o, "symbols", m->file != NULL);
    if (m->file)
        cJSON_AddStringToObject(o, "file", symbol_file_path(m->file));
    else if (m->problem)
        cJSON_AddStringToObject(o, "problem", m->problem);
    return o;
}

static struct error *run_modules(struct session *s, const cJSON *args, cJSON **ret)
{
    const struct kernel_modules *k;
    TRY(kernel_need(s));
    modules_set_path(s, arg_text(args, "path"));
    modules_follow(s);
    TRY(modules_read(s, &k));
    if (s->breakpoints.wish_count)
        TRY(breakpoints_resolve_pending(s));
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "modules");
    for (size_t i = 0; i < k->count; i++)
        cJSON_AddItemToArray(list, module_row(&k->items[i]));
    return NULL;
}

static void modules_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "modules")) {
        buf_printf(out, "%-24s %s", json_text(o, "name"), json_text(o, "address"));
        json_append(out, " ", o, "size", "");
        json_append(out, " ", o, "state", "");
        json_append(out, "  used by ", o, "references", "");
        json_append(out, "  ", o, "file", "");
        json_append(out, "  (", o, "problem", ")");
        buf_add_char(out, '\n');
    }
}

static const struct command_arg modules_args[] = {
    {"path", ARG_TEXT, false, NULL, "a folder with their files, looked through with all below it"}, {0}};

const struct command command_modules = {
    .name = "modules",
    .group = "symbols",
    .aliases = "lsmod",
    .usage = "[FOLDER]",
    .about = "modules of a Linux kernel, with their symbols, now and as they come and go",
    .args = modules_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_modules,
    .text = modules_text,
};
