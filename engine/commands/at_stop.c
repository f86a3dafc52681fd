/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys that every step may carry are no arguments of its command. */
#include "engine/commands/at_stop.h"

#include "base/json.h"
#include "engine/commands/command.h"
#include "engine/commands/event_json.h"
#include "engine/commands/execute.h"
#include "engine/session/session_private.h"

static const struct command *command_of(const cJSON *step)
{
    const char *name = json_text_or_null(step, "do");
    return name ? command_find(name) : NULL;
}

static cJSON *arguments_of(const cJSON *step)
{
    cJSON *args = cJSON_Duplicate(step, true);
    cJSON_DeleteItemFromObjectCaseSensitive(args, "do");
    cJSON_DeleteItemFromObjectCaseSensitive(args, "note");
    cJSON_DeleteItemFromObjectCaseSensitive(args, "label");
    return args;
}

struct error *at_stop_check(const cJSON *steps)
{
    const cJSON *step;
    int i = 0;
    cJSON_ArrayForEach (step, steps) {
        const struct command *c = command_of(step);
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

static void tell(struct session *s, int id, const struct command *c, const cJSON *result,
                 const struct error *e)
{
    const struct command_told told = {.breakpoint = id, .command = c, .result = result, .failed = e};
    target_emit(s->target, &(struct event){.kind = EVENT_COMMAND, .command = &told});
}

/* False when the list ends here. */
static bool run_step(struct session *s, int id, const cJSON *step, bool *running)
{
    const struct command *c = command_of(step);
    cJSON *args = arguments_of(step), *result = NULL;
    if (!c) {
        cJSON_Delete(args);
        return false;
    }
    struct error *e = command_begin(s, c, args, &result, running);
    cJSON_Delete(args);
    if (!*running)
        tell(s, id, c, result, e);
    cJSON_Delete(result);
    bool go_on = !e && !*running;
    error_free(e);
    return go_on;
}

bool at_stop_run(struct session *s, int id, const char *text)
{
    cJSON *steps = cJSON_Parse(text);
    const cJSON *step;
    bool running = false;
    cJSON_ArrayForEach (step, steps) {
        if (!run_step(s, id, step, &running))
            break;
    }
    cJSON_Delete(steps);
    return running;
}
