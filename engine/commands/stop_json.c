/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text is made from the JSON, so that a stop reads the same wherever it was taken. */
#include "engine/commands/stop_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/value_json.h"
#include "engine/inspect/frames/inlined.h"
#include "engine/inspect/values/returned.h"

static void add_place(struct session *s, cJSON *o, const struct stop *stop)
{
    struct symbol_place place;
    json_add_address(o, "pc", stop->pc);
    if (!symbols_lookup(s->target->map, stop->pc, &place))
        return;
    inlined_take_off(&place, stop->inlined_hidden);
    json_add_symbol_place(o, &place);
    if (place.file && path_base(place.file) != place.file)
        cJSON_AddStringToObject(o, "path", place.file);
}

static cJSON *watched_value(struct session *s, const unsigned char *bytes, unsigned length)
{
    if (length <= 4)
        return cJSON_CreateNumber((double)arch_load(bytes, length, s->target->big_endian));
    char text[24];
    if (length <= 8)
        snprintf(text, sizeof text, "%" PRIu64, arch_load(bytes, length, s->target->big_endian));
    BASE_BUF struct buf hex = {0};
    hex_encode(&hex, bytes, length);
    return cJSON_CreateString(length <= 8 ? text : buf_text(&hex));
}

static void add_watch(struct session *s, cJSON *o, const struct stop *stop)
{
    const struct stop_watched *w = &stop->watched;
    cJSON_AddNumberToObject(o, "watchpoint", stop->watchpoint);
    if (!w->new_known)
        return;
    if (w->old_known)
        cJSON_AddItemToObject(o, "old", watched_value(s, w->old, w->length));
    cJSON_AddItemToObject(o, "new", watched_value(s, w->new, w->length));
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

static void add_signal(cJSON *o, int signal)
{
    const char *name = signal_name(signal);
    char number[16];
    snprintf(number, sizeof number, "%d", signal);
    cJSON_AddStringToObject(o, "signal", name ? name : number);
}

/* Later than at that stop it is not there any more. What cannot be known is told with the reason. */
static void add_returned(struct session *s, cJSON *o, const struct stop *stop)
{
    struct target *target = s->target;
    struct type *type = returned_type(target, stop->returned_from);
    if (!type || target->state != TARGET_STOPPED || !target->threads.has_current ||
        !ptid_equal(target->threads.current, stop->thread) || (stop->epoch && stop->epoch != target->epoch))
        return;
    cJSON *value = NULL;
    struct error *e = returned_to_json(target, stop, &value);
    if (!e) {
        json_move_members(o, value);
        return;
    }
    BASE_FREE char *name = type_name(type);
    cJSON_AddNullToObject(o, "value");
    cJSON_AddStringToObject(o, "type", name);
    if (!cJSON_HasObjectItem(o, "note")) {
        BASE_FREE char *text = xasprintf("the value returned cannot be told: %s", e->message);
        cJSON_AddStringToObject(o, "note", text);
    }
    error_free(e);
}

cJSON *stop_to_json(struct session *s, const struct stop *stop)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "reason", stop_reason_name(stop->reason));
    if (stop->breakpoint)
        cJSON_AddNumberToObject(o, "breakpoint", stop->breakpoint);
    if (stop->watchpoint)
        add_watch(s, o, stop);
    if (stop->signal)
        add_signal(o, stop->signal);
    if (stop->has_thread)
        json_add_thread(o, "thread", stop->thread);
    if (stop->has_pc)
        add_place(s, o, stop);
    add_note(o, stop);
    if (stop->has_exit_code)
        cJSON_AddNumberToObject(o, "exit_code", (double)stop->exit_code);
    if (stop->returned_from)
        add_returned(s, o, stop);
    if (stop->has_position)
        cJSON_AddNumberToObject(o, "position", (double)stop->position);
    cJSON_AddNumberToObject(o, "epoch", (double)stop->epoch);
    return o;
}

void stop_tell(struct session *s, struct stop *stop, cJSON **ret)
{
    *ret = session_tell_stop(s, stop) ? NULL : stop_to_json(s, stop);
}

static void headline(const cJSON *stop, struct buf *out)
{
    const char *reason = json_text_or_null(stop, "reason");
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(stop, "breakpoint");
    const cJSON *watch = cJSON_GetObjectItemCaseSensitive(stop, "watchpoint");
    const cJSON *exit_code = cJSON_GetObjectItemCaseSensitive(stop, "exit_code");
    const char *thread = json_text_or_null(stop, "thread");
    if (number)
        buf_printf(out, "Breakpoint %d", number->valueint);
    else if (watch)
        buf_printf(out, "Watchpoint %d", watch->valueint);
    else if (json_text_or_null(stop, "signal"))
        buf_printf(out, "%s %s", strcmp(reason, "killed") == 0 ? "Killed by" : "Signal",
                   json_text_or_null(stop, "signal"));
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
    add_visible(out, ", ", json_text_or_null(stop, json_text_or_null(stop, "function") ? "function" : "pc"));
    add_visible(out, " at ", json_text_or_null(stop, "file"));
    if (json_text_or_null(stop, "file"))
        buf_printf(out, ":%d", line ? line->valueint : 0);
    buf_add_char(out, '\n');
    add_json(out, "old ", cJSON_GetObjectItemCaseSensitive(stop, "old"));
    add_json(out, "new ", cJSON_GetObjectItemCaseSensitive(stop, "new"));
    if (json_text_or_null(stop, "note"))
        add_visible(out, "(", json_text_or_null(stop, "note")), buf_add_text(out, ")\n");
    add_visible(out, "Value returned: ", json_text_or_null(stop, "text"));
    if (json_text_or_null(stop, "text"))
        buf_add_char(out, '\n');
    if (json_text_or_null(stop, "source"))
        buf_printf(out, "%d", line ? line->valueint : 0),
            add_visible(out, "\t", json_text_or_null(stop, "source")), buf_add_char(out, '\n');
}

char *stop_headline(struct session *s, const struct stop *stop)
{
    BASE_BUF struct buf text = {0};
    cJSON *o = stop_to_json(s, stop);
    stop_to_text(o, &text);
    cJSON_Delete(o);
    return xstrndup(buf_text(&text), strcspn(buf_text(&text), "\n"));
}
