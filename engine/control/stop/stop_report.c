/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/stop/stop_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "engine/inspect/location.h"
#include "engine/control/control.h"

static void add_place(struct control *c, cJSON *o, uint64_t pc)
{
    char text[24];
    snprintf(text, sizeof text, "0x%" PRIx64, pc);
    cJSON_AddStringToObject(o, "pc", text);
    struct symbol_place place;
    if (!symbols_lookup(c->target->map, pc, &place))
        return;
    if (place.function)
        cJSON_AddStringToObject(o, "function", place.function);
    if (place.file)
        cJSON_AddStringToObject(o, "file", path_base(place.file));
    if (place.line)
        cJSON_AddNumberToObject(o, "line", place.line);
    if (place.file && path_base(place.file) != place.file)
        cJSON_AddStringToObject(o, "path", place.file);
}

static cJSON *watched_value(struct control *c, const struct breakpoint *b, const unsigned char *bytes)
{
    if (b->watch_length <= 4)
        return cJSON_CreateNumber((double)arch_load(bytes, b->watch_length, c->target->big_endian));
    char text[24];
    if (b->watch_length <= 8)
        snprintf(text, sizeof text, "%" PRIu64, arch_load(bytes, b->watch_length, c->target->big_endian));
    BASE_BUF struct buf hex = {0};
    hex_encode(&hex, bytes, b->watch_length);
    return cJSON_CreateString(b->watch_length <= 8 ? text : buf_text(&hex));
}

static void add_watch(struct control *c, cJSON *o, int id)
{
    struct breakpoint *b = breakpoint_find(c, id);
    cJSON_AddNumberToObject(o, "watchpoint", id);
    if (!b || !b->watch_new_known)
        return;
    if (b->watch_old_known)
        cJSON_AddItemToObject(o, "old", watched_value(c, b, b->watch_old));
    cJSON_AddItemToObject(o, "new", watched_value(c, b, b->watch_new));
}

static void add_note(cJSON *o, const struct stop *stop)
{
    char text[64];
    snprintf(text, sizeof text, "the step ended at interrupt vector 0x%" PRIx64, stop->vector);
    if (stop->vector)
        cJSON_AddStringToObject(o, "note", text);
    else if (stop->others_ran)
        cJSON_AddStringToObject(o, "note", "other threads ran meanwhile: which of them wrote is not known");
}

cJSON *stop_to_json(struct control *c, const struct stop *stop)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "reason", stop_reason_name(stop->reason));
    if (stop->breakpoint)
        cJSON_AddNumberToObject(o, "breakpoint", stop->breakpoint);
    if (stop->watchpoint)
        add_watch(c, o, stop->watchpoint);
    if (stop->signal) {
        const char *name = signal_name(stop->signal);
        char number[16];
        snprintf(number, sizeof number, "%d", stop->signal);
        cJSON_AddStringToObject(o, "signal", name ? name : number);
    }
    if (stop->has_thread) {
        char name[48];
        thread_name(stop->thread, name, sizeof name);
        cJSON_AddStringToObject(o, "thread", name);
    }
    if (stop->has_pc)
        add_place(c, o, stop->pc);
    add_note(o, stop);
    if (stop->has_exit_code)
        cJSON_AddNumberToObject(o, "exit_code", (double)stop->exit_code);
    if (stop->has_value)
        cJSON_AddStringToObject(o, "value", stop->value_text);
    if (stop->has_position)
        cJSON_AddNumberToObject(o, "position", (double)stop->position);
    cJSON_AddNumberToObject(o, "epoch", (double)c->target->epoch);
    return o;
}

void stop_report(struct control *c)
{
    cJSON *stop = stop_to_json(c, &c->last_stop);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "stopped");
    json_move_members(o, stop);
    target_emit(c->target, o);
}

static const char *text_of(const cJSON *o, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
}

static void headline(const cJSON *stop, struct buf *out)
{
    const char *reason = text_of(stop, "reason");
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(stop, "breakpoint");
    const cJSON *watch = cJSON_GetObjectItemCaseSensitive(stop, "watchpoint");
    const cJSON *exit_code = cJSON_GetObjectItemCaseSensitive(stop, "exit_code");
    const char *thread = text_of(stop, "thread");
    if (number)
        buf_printf(out, "Breakpoint %d", number->valueint);
    else if (watch)
        buf_printf(out, "Watchpoint %d", watch->valueint);
    else if (text_of(stop, "signal"))
        buf_printf(out, "%s %s", strcmp(reason, "killed") == 0 ? "Killed by" : "Signal",
                   text_of(stop, "signal"));
    else if (strcmp(reason, "killed") == 0)
        buf_add_text(out, "Killed by a signal that the stub did not name");
    else if (exit_code)
        buf_printf(out, "The program exited with status %.0f", cJSON_GetNumberValue(exit_code));
    else if (strcmp(reason, "exited") == 0)
        buf_add_text(out, "The program has exited");
    else
        buf_add_text(out, reason);
    if (thread)
        buf_printf(out, ", thread %s", thread);
}

static void add_json(struct buf *out, const char *label, const cJSON *value)
{
    char *text = value ? cJSON_PrintUnformatted(value) : NULL;
    if (text)
        buf_printf(out, "%s%s\n", label, text);
    free(text);
}

/* Names of files and functions may hold anything. */
static void add_visible(struct buf *out, const char *before, const char *text)
{
    if (!text)
        return;
    buf_add_text(out, before);
    text_add_visible(out, text, strlen(text), false);
}

void stop_to_text(const cJSON *stop, struct buf *out)
{
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(stop, "running"))) {
        buf_add_text(out, "running\n");
        return;
    }
    headline(stop, out);
    const cJSON *line = cJSON_GetObjectItemCaseSensitive(stop, "line");
    add_visible(out, ", ", text_of(stop, text_of(stop, "function") ? "function" : "pc"));
    add_visible(out, " at ", text_of(stop, "file"));
    if (text_of(stop, "file"))
        buf_printf(out, ":%d", line ? line->valueint : 0);
    buf_add_char(out, '\n');
    add_json(out, "old ", cJSON_GetObjectItemCaseSensitive(stop, "old"));
    add_json(out, "new ", cJSON_GetObjectItemCaseSensitive(stop, "new"));
    if (text_of(stop, "note"))
        add_visible(out, "(", text_of(stop, "note")), buf_add_text(out, ")\n");
    add_json(out, "value ", cJSON_GetObjectItemCaseSensitive(stop, "value"));
    if (text_of(stop, "source"))
        buf_printf(out, "%d", line ? line->valueint : 0), add_visible(out, "\t", text_of(stop, "source")),
            buf_add_char(out, '\n');
}
