/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One function for each kind of event that has members of its own, and the table that names them. */
#include "engine/commands/event_json.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/audit_json.h"
#include "engine/commands/breakpoint_json.h"
#include "engine/commands/stop_json.h"

static const char *name_of(enum event_kind kind)
{
    static const char *const names[] = {
        [EVENT_OUTPUT] = "output",
        [EVENT_CONSOLE] = "console",
        [EVENT_PROGRAM] = "program",
        [EVENT_CONNECTED] = "connected",
        [EVENT_LOST] = "lost",
        [EVENT_WIRE_LOG] = "wire-log",
        [EVENT_STOPPED] = "stopped",
        [EVENT_PROCESS_EXITED] = "process-exited",
        [EVENT_THREAD_STARTED] = "thread-created",
        [EVENT_THREAD_EXITED] = "thread-exited",
        [EVENT_LIBRARY] = "library",
        [EVENT_KERNEL] = "kernel",
        [EVENT_PROGRESS] = "progress",
        [EVENT_BREAKPOINT_CHANGED] = "breakpoint-changed",
        [EVENT_VIOLATION] = "violation",
        [EVENT_COMMAND] = "command",
    };
    return names[kind];
}

/* What was printed keeps its lines; a path is one line, whatever its bytes are. */
static void add_bytes(cJSON *o, const char *name, const char *bytes, size_t n, bool lines)
{
    BASE_BUF struct buf text = {0};
    text_add_visible(&text, bytes, n, lines);
    cJSON_AddStringToObject(o, name, buf_text(&text));
}

static cJSON *usable_features(struct session *s)
{
    cJSON *o = cJSON_CreateObject();
    struct rsp_features *f = rsp_features(s->target->connection);
    for (int i = 0; i < FEATURE_COUNT; i++) {
        if (!rsp_feature_usable(f, (enum rsp_feature_id)i))
            continue;
        if (f->state[i].value)
            cJSON_AddStringToObject(o, rsp_feature_table[i].name, f->state[i].value);
        else
            cJSON_AddBoolToObject(o, rsp_feature_table[i].name, true);
    }
    return o;
}

static void add_connected(struct session *s, cJSON *o, bool running)
{
    cJSON_AddStringToObject(o, "target", s->target->spec);
    if (s->started)
        cJSON_AddStringToObject(o, "program", s->program);
    if (s->target->arch)
        cJSON_AddStringToObject(o, "architecture", s->target->arch->name);
    if (running)
        cJSON_AddTrueToObject(o, "running");
    cJSON_AddItemToObject(o, "features", usable_features(s));
}

static void add_kernel(cJSON *o, const struct event_kernel *k)
{
    cJSON_AddStringToObject(o, "file", k->file);
    if (k->found) {
        json_add_address(o, "slide", k->slide);
        cJSON_AddStringToObject(o, "checked_by", k->checked_by);
        return;
    }
    cJSON_AddStringToObject(o, "banner", k->banner);
    if (k->target_banner)
        cJSON_AddStringToObject(o, "target_banner", k->target_banner);
    cJSON_AddStringToObject(o, "problem",
                            "this file is not what runs there: its build ID or banner is "
                            "at none of the places where it could be");
}

static void add_problem(cJSON *o, const struct event *event)
{
    cJSON_AddStringToObject(o, "message", event->problem.message);
    if (event->problem.hint)
        cJSON_AddStringToObject(o, "hint", event->problem.hint);
}

static void add_progress(cJSON *o, const struct event *event)
{
    cJSON_AddStringToObject(o, "what", event->progress.what);
    cJSON_AddNumberToObject(o, "done", (double)event->progress.done);
    if (!event->progress.no_total)
        cJSON_AddNumberToObject(o, "total", (double)event->progress.total);
}

static void add_process(cJSON *o, const struct event *event)
{
    cJSON_AddNumberToObject(o, "pid", (double)event->process.pid);
    if (event->process.has_exit_code)
        cJSON_AddNumberToObject(o, "exit_code", (double)event->process.exit_code);
}

static void add_command(cJSON *o, const struct command_told *told)
{
    cJSON_AddNumberToObject(o, "breakpoint", told->breakpoint);
    cJSON_AddStringToObject(o, "do", told->command->name);
    cJSON_AddBoolToObject(o, "ok", !told->failed);
    if (told->result)
        cJSON_AddItemToObject(o, "result", cJSON_Duplicate(told->result, true));
    if (!told->failed)
        return;
    cJSON *error = cJSON_AddObjectToObject(o, "error");
    cJSON_AddStringToObject(error, "code", error_code_name(told->failed->code));
    cJSON_AddStringToObject(error, "message", told->failed->message);
}

static void add_members(struct session *s, cJSON *o, const struct event *event)
{
    switch (event->kind) {
    case EVENT_OUTPUT:
    case EVENT_CONSOLE:
        add_bytes(o, "text", event->text.bytes, event->text.length, true);
        break;
    case EVENT_PROGRAM:
        add_bytes(o, "output", event->text.bytes, event->text.length, true);
        break;
    case EVENT_CONNECTED:
        add_connected(s, o, event->running);
        break;
    case EVENT_LOST:
    case EVENT_WIRE_LOG:
        add_problem(o, event);
        break;
    case EVENT_STOPPED:
        json_move_members(o, stop_to_json(s, event->stop));
        break;
    case EVENT_PROCESS_EXITED:
        add_process(o, event);
        break;
    case EVENT_THREAD_STARTED:
    case EVENT_THREAD_EXITED:
        json_add_thread(o, "thread", event->thread->id);
        cJSON_AddNumberToObject(o, "number", event->thread->number);
        break;
    case EVENT_LIBRARY:
        add_bytes(o, "path", event->path, strlen(event->path), false);
        break;
    case EVENT_KERNEL:
        add_kernel(o, &event->kernel);
        break;
    case EVENT_PROGRESS:
        add_progress(o, event);
        break;
    case EVENT_BREAKPOINT_CHANGED:
        json_move_members(o, breakpoint_to_json(s->control, event->breakpoint));
        break;
    case EVENT_VIOLATION:
        json_move_members(o, finding_to_json(event->finding));
        break;
    case EVENT_COMMAND:
        add_command(o, event->command);
        break;
    }
}

cJSON *event_to_json(struct session *s, const struct event *event)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", name_of(event->kind));
    add_members(s, o, event);
    return o;
}

cJSON *event_of_text(const char *text)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", name_of(EVENT_OUTPUT));
    cJSON_AddStringToObject(o, "text", text);
    return o;
}

cJSON *event_of_dropped(size_t count)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "dropped");
    cJSON_AddNumberToObject(o, "count", (double)count);
    return o;
}

size_t event_weight(const cJSON *event)
{
    size_t weight = 0;
    const cJSON *item;
    cJSON_ArrayForEach (item, event)
        weight += cJSON_IsString(item) ? strlen(item->valuestring) : 0;
    return weight;
}
