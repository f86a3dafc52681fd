/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions about a Linux kernel: modules, ps, dmesg. */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/limits.h"
#include "engine/control/kernel/module_events.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/log.h"
#include "engine/inspect/kernel/modules.h"
#include "engine/inspect/kernel/tasks.h"

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
    TRY(kernel_need(s->target));
    modules_set_path(s->target, arg_text(args, "path"));
    module_events_follow(s->control);
    TRY(modules_read(s->target, &k));
    if (s->control->breakpoints.count)
        TRY(breakpoints_resolve_pending(s->control));
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

/* -- ps -------------------------------------------------------------------------------------------- */

static cJSON *task_row(const struct task *t, bool threads)
{
    cJSON *o = cJSON_CreateObject();
    char state[] = {t->state, '\0'};
    cJSON_AddNumberToObject(o, "pid", (double)t->pid);
    if (threads)
        cJSON_AddNumberToObject(o, "process", (double)t->process);
    if (t->parent >= 0)
        cJSON_AddNumberToObject(o, "parent", (double)t->parent);
    cJSON_AddStringToObject(o, "name", t->name);
    cJSON_AddStringToObject(o, "state", state);
    if (t->cpu >= 0)
        cJSON_AddNumberToObject(o, "cpu", t->cpu);
    cJSON_AddBoolToObject(o, "kernel", t->kernel);
    json_add_address(o, "task", t->structure);
    return o;
}

static struct error *run_ps(struct session *s, const cJSON *args, cJSON **ret)
{
    struct task_list list;
    bool threads = arg_true(args, "threads");
    TRY(tasks_read(s->target, threads, &list));
    *ret = cJSON_CreateObject();
    cJSON *rows = cJSON_AddArrayToObject(*ret, "tasks");
    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(rows, task_row(&list.items[i], threads));
    tasks_free(&list);
    return NULL;
}

static void ps_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    buf_add_text(out, "   pid parent state cpu task               name\n");
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "tasks")) {
        const cJSON *parent = cJSON_GetObjectItemCaseSensitive(o, "parent");
        const cJSON *cpu = cJSON_GetObjectItemCaseSensitive(o, "cpu");
        bool kernel = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "kernel"));
        buf_printf(out, "%6d %6d %-5s %3d %-18s %s%s%s\n",
                   cJSON_GetObjectItemCaseSensitive(o, "pid")->valueint, parent ? parent->valueint : 0,
                   json_text(o, "state"), cpu ? cpu->valueint : 0, json_text(o, "task"), kernel ? "[" : "",
                   json_text(o, "name"), kernel ? "]" : "");
    }
}

static const struct command_arg ps_args[] = {
    {"threads", ARG_BOOLEAN, false, NULL, "the threads of each process too"}, {0}};

const struct command command_ps = {
    .name = "ps",
    .group = "threads",
    .aliases = "lx-ps",
    .usage = "[THREADS]",
    .about = "processes and kernel threads of a Linux kernel, read from its memory",
    .args = ps_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_ps,
    .text = ps_text,
};

/* -- dmesg ----------------------------------------------------------------------------------------- */

enum { LINES_DEFAULT = 100, LEVEL_DEBUG = 7 };

static struct error *run_dmesg(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t lines, level;
    struct log_list list;
    TRY(arg_unsigned(args, "lines", LINES_DEFAULT, &lines));
    TRY(arg_unsigned(args, "level", LEVEL_DEBUG, &level));
    TRY(log_read(s->target, lines > DMESG_LINES_MOST ? DMESG_LINES_MOST : (size_t)lines,
                 level > LEVEL_DEBUG ? LEVEL_DEBUG : (unsigned)level, &list));
    *ret = cJSON_CreateObject();
    cJSON *rows = cJSON_AddArrayToObject(*ret, "lines");
    for (size_t i = 0; i < list.count; i++) {
        cJSON *o = cJSON_CreateObject();
        cJSON_AddNumberToObject(o, "time", (double)list.items[i].time_ns / 1e9);
        cJSON_AddNumberToObject(o, "level", list.items[i].level);
        cJSON_AddStringToObject(o, "text", list.items[i].text);
        cJSON_AddItemToArray(rows, o);
    }
    log_free(&list);
    return NULL;
}

static void dmesg_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "lines"))
        buf_printf(out, "[%12.6f] %s\n", cJSON_GetObjectItemCaseSensitive(o, "time")->valuedouble,
                   json_text(o, "text"));
}

static const struct command_arg dmesg_args[] = {
    {"lines", ARG_UNSIGNED, false, NULL, "how many of the last (100)"},
    {"level", ARG_UNSIGNED, false, NULL, "only those of this level and more urgent, 0 to 7"},
    {0}};

const struct command command_dmesg = {
    .name = "dmesg",
    .group = "data",
    .aliases = "lx-dmesg",
    .usage = "[LINES [LEVEL]]",
    .about = "what a Linux kernel has said, read from its memory",
    .args = dmesg_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_dmesg,
    .text = dmesg_text,
};
