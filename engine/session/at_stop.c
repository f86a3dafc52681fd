/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/at_stop.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/session/command.h"
#include "engine/session/session_private.h"

static const struct command *command_of(const struct session *s, const cJSON *step)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step, "do"));
    return name && s->options.find_command ? s->options.find_command(name) : NULL;
}

/* The step's arguments: all keys but those every step may carry. */
static cJSON *arguments_of(const cJSON *step)
{
    cJSON *args = cJSON_Duplicate(step, true);
    cJSON_DeleteItemFromObjectCaseSensitive(args, "do");
    cJSON_DeleteItemFromObjectCaseSensitive(args, "note");
    cJSON_DeleteItemFromObjectCaseSensitive(args, "label");
    return args;
}

struct error *at_stop_check(const struct session *s, const cJSON *steps)
{
    const cJSON *step;
    int i = 0;
    cJSON_ArrayForEach (step, steps) {
        const struct command *c = command_of(s, step);
        if (!c || !c->run)
            return error_hint(error_new(ERR_USAGE, "commands: step %d cannot be run at a stop", i),
                              "give objects with a `do` of the engine's: print, backtrace, continue …");
        cJSON *args = arguments_of(step);
        struct error *e = command_check(c, args, NULL);
        cJSON_Delete(args);
        if (e)
            return error_while(e, "commands: step %d", i);
        i++;
    }
    return NULL;
}

char *at_stop_commands(struct session *s, const struct stop *stop)
{
    int id = stop->breakpoint ? stop->breakpoint : stop->watchpoint;
    bool hit = stop->reason == STOP_BREAKPOINT || stop->reason == STOP_WATCHPOINT;
    const struct breakpoint *b = hit && id ? breakpoint_find(s->control, id) : NULL;
    return b ? xstrdup_or_null(b->commands) : NULL;
}

static void tell(struct session *s, int id, const struct command *c, cJSON *result, const struct error *e)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "command");
    cJSON_AddNumberToObject(o, "breakpoint", id);
    cJSON_AddStringToObject(o, "do", c->name);
    cJSON_AddBoolToObject(o, "ok", !e);
    if (result)
        cJSON_AddItemToObject(o, "result", result);
    if (e) {
        cJSON *told = cJSON_AddObjectToObject(o, "error");
        cJSON_AddStringToObject(told, "code", error_code_name(e->code));
        cJSON_AddStringToObject(told, "message", e->message);
    }
    target_emit(s->target, o);
}

/* False when the list ends here. */
static bool run_step(struct session *s, int id, const cJSON *step, bool *running)
{
    const struct command *c = command_of(s, step);
    cJSON *args = arguments_of(step), *result = NULL;
    if (!c) {
        cJSON_Delete(args);
        return false;
    }
    struct error *e = session_begin(s, c, args, &result, running);
    cJSON_Delete(args);
    if (!*running)
        tell(s, id, c, result, e);
    bool go_on = !e && !*running;
    error_free(e);
    return go_on;
}

bool at_stop_run(struct session *s, int id, const char *commands)
{
    cJSON *steps = cJSON_Parse(commands);
    const cJSON *step;
    bool running = false;
    cJSON_ArrayForEach (step, steps) {
        if (!run_step(s, id, step, &running))
            break;
    }
    cJSON_Delete(steps);
    return running;
}
