/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step after the other: variables put in, the command run, the result judged and told. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "engine/commands/command.h"
#include "engine/commands/execute.h"
#include "base/output.h"
#include "base/signal_pipe.h"
#include "base/text.h"
#include "scripts/document.h"
#include "scripts/match.h"
#include "scripts/outcome.h"
#include "scripts/output.h"
#include "scripts/runner.h"

static int status_of(const struct run *r, const struct error *e)
{
    switch (e->code) {
    case ERR_NOT_CONNECTED: /* a program that has ended and a target that was left are not lost */
    case ERR_NOT_RUNNING:
        return session_is_out_of_reach(r->session) ? STATUS_LOST : STATUS_FAILED;
    case ERR_LOST:
        return STATUS_LOST;
    case ERR_TIMEOUT:
        return STATUS_TIMEOUT;
    case ERR_INTERNAL:
        return STATUS_INTERNAL;
    default:
        return STATUS_FAILED;
    }
}

struct error *run_command(struct run *r, const char *name, cJSON *args, cJSON **ret)
{
    cJSON *result = NULL;
    struct error *e = command_execute(r->session, command_find(name), args, &result);
    cJSON_Delete(args);
    if (ret)
        *ret = result;
    else
        cJSON_Delete(result);
    return e;
}

/* What a step expects takes the place of being not zero, unless it is the failure that it expects. */
static struct error *do_assert(struct run *r, const cJSON *args, const cJSON *expect, cJSON **ret)
{
    bool expected = expect && !cJSON_GetObjectItemCaseSensitive(expect, "error");
    const char *expr = json_text_or_null(args, "expr");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(args, "value");
    if ((expr == NULL) == (value == NULL))
        return error_new(ERR_USAGE, "`assert` takes either `expr` or `value`");
    if (expr) {
        cJSON *eval = cJSON_CreateObject();
        cJSON_AddStringToObject(eval, "expr", expr);
        TRY(run_command(r, "eval", eval, ret));
    } else {
        *ret = cJSON_CreateObject();
        cJSON_AddItemToObject(*ret, "value", cJSON_Duplicate(value, true));
    }
    if (!expected && !match_truth(cJSON_GetObjectItemCaseSensitive(*ret, "value")))
        return error_new(ERR_VIOLATION, "assertion failed: %s", expr ? expr : "the value is zero");
    return NULL;
}

/* Stops that are not like this are let pass. */
static struct error *do_wait(struct run *r, const cJSON *args, cJSON **ret)
{
    const cJSON *until = cJSON_GetObjectItemCaseSensitive(args, "until");
    if (cJSON_GetObjectItemCaseSensitive(args, "console"))
        return run_command(r, "wait", cJSON_Duplicate(args, true), ret);
    for (;;) {
        TRY(run_command(r, "wait", NULL, ret));
        if (!until || match_value(until, *ret, NULL) || session_state(r->session) != TARGET_STOPPED)
            return NULL;
        cJSON_Delete(*ret);
        *ret = NULL;
        cJSON *background = cJSON_CreateObject();
        cJSON_AddTrueToObject(background, "background");
        TRY(run_command(r, "continue", background, NULL));
    }
}

static struct error *perform(struct run *r, const struct command *c, const cJSON *step, const cJSON *args,
                             cJSON **ret)
{
    if (strcmp(c->name, "sleep") == 0)
        return run_sleep(r, step);
    if (strcmp(c->name, "assert") == 0)
        return do_assert(r, args, cJSON_GetObjectItemCaseSensitive(step, "expect"), ret);
    if (strcmp(c->name, "wait") == 0)
        return do_wait(r, args, ret);
    if (strcmp(c->name, "summary") == 0) {
        *ret = run_counts(r);
        return NULL;
    }
    if (strcmp(c->name, "echo") == 0) {
        *ret = cJSON_Duplicate(args, true);
        return NULL;
    }
    return command_execute(r->session, c, args, ret);
}

static cJSON *begin_line(struct run *r, const char *name)
{
    cJSON *line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, "step", buf_text(&r->pointer));
    if (r->nesting == 1)
        cJSON_AddNumberToObject(line, "iteration", (double)r->iterations[0]);
    if (r->nesting > 1) {
        cJSON *list = cJSON_AddArrayToObject(line, "iteration");
        for (unsigned i = 0; i < r->nesting; i++)
            cJSON_AddItemToArray(list, cJSON_CreateNumber((double)r->iterations[i]));
    }
    cJSON_AddStringToObject(line, "do", name);
    return line;
}

static void count_step(struct run *r, const char *name, bool ok)
{
    if (strcmp(name, "repeat") == 0 || strcmp(name, "summary") == 0 || strcmp(name, "include") == 0)
        return;
    if (ok)
        r->passed++;
    else
        r->failed++;
}

static void tell_result(struct run *r, cJSON *line, const struct error *e, cJSON *result, cJSON *failed)
{
    if (e)
        cJSON_AddItemToObject(line, "error", error_to_json(e));
    if (result)
        cJSON_AddItemToObject(line, "result", result);
    if (cJSON_GetArraySize(failed))
        cJSON_AddItemToObject(line, "failed", failed);
    else
        cJSON_Delete(failed);
    if (r->quiet)
        cJSON_Delete(line);
    else
        output_line(line);
}

static void finish_step(struct run *r, const cJSON *step, struct error *e, cJSON *result, const cJSON *expect,
                        int64_t began_ns)
{
    const char *name = json_text_or_null(step, "do");
    cJSON *failed = cJSON_CreateArray();
    bool ok = match_outcome(expect, e, result, failed);
    count_step(r, name, ok);
    cJSON *line = begin_line(r, name);
    const cJSON *label = cJSON_GetObjectItemCaseSensitive(step, "label");
    if (label)
        cJSON_AddItemToObject(line, "label", cJSON_Duplicate(label, true));
    cJSON_AddBoolToObject(line, "ok", ok);
    cJSON_AddNumberToObject(line, "ms", round((double)(clock_now_ns() - began_ns) / 1e4) / 1e2);
    const char *save = json_text_or_null(step, "save");
    if (save && result)
        scope_set(&r->scope, save, cJSON_Duplicate(result, true));
    cJSON_Delete(r->last);
    r->last = result ? cJSON_Duplicate(result, true) : NULL;
    if (r->outcome)
        outcome_add(r->outcome, step, e, result);
    tell_result(r, line, e, result, failed);
    const char *on_fail = json_text_or_null(step, "on_fail");
    if (!ok) {
        run_worsen(r, e ? status_of(r, e) : STATUS_FAILED);
        r->over = !on_fail || strcmp(on_fail, "go_on") != 0;
    }
    error_free(e);
}

int64_t run_deadline(const struct run *r, const cJSON *step)
{
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(step, "timeout");
    double seconds = cJSON_IsNumber(own) && own->valuedouble > 0 ? own->valuedouble : r->timeout_s;
    if (seconds > 1e8)
        seconds = 1e8;
    return clock_now_ns() + (int64_t)(seconds * 1e9);
}

static struct error *substitute(struct run *r, const cJSON *step, cJSON **ret)
{
    cJSON *copy = cJSON_CreateObject();
    const cJSON *item;
    cJSON_ArrayForEach (item, step) {
        cJSON *value = NULL;
        struct error *e = NULL;
        if (step_holds_steps(item->string)) /* inner steps are filled in when their turn comes */
            value = cJSON_CreateArrayReference(item->child);
        else
            e = scope_substitute(&r->scope, item, &value);
        if (e) {
            cJSON_Delete(copy);
            return e;
        }
        cJSON_AddItemToObject(copy, item->string, value);
    }
    *ret = copy;
    return NULL;
}

/* The commands that run steps of their own, or NULL. */
static struct error *(*holder_of(const char *name))(struct run *, const cJSON *, cJSON **)
{
    static const struct {
        const char *name;
        struct error *(*run)(struct run *r, const cJSON *args, cJSON **ret);
    } holders[] = {{"repeat", run_repeat}, {"interleave", run_interleave}, {"explore", run_explore}};
    for (size_t i = 0; i < ARRAY_LENGTH(holders); i++)
        if (strcmp(holders[i].name, name) == 0)
            return holders[i].run;
    return NULL;
}

static struct error *run_filled(struct run *r, const struct command *c, const cJSON *filled, cJSON **result)
{
    struct error *(*holder)(struct run *, const cJSON *, cJSON **) = holder_of(c->name);
    if (strcmp(c->name, "include") == 0) {
        run_steps(r, "steps", cJSON_GetObjectItemCaseSensitive(filled, "steps"));
        return NULL;
    }
    cJSON *args = step_arguments(filled);
    struct error *e = command_check(c, args, NULL);
    session_set_deadline(r->session, run_deadline(r, filled));
    if (!e && holder)
        e = holder(r, filled, result);
    else if (!e)
        e = perform(r, c, filled, args, result);
    session_set_deadline(r->session, INT64_MAX);
    cJSON_Delete(args);
    return e;
}

static void run_step(struct run *r, const cJSON *step)
{
    const char *name = json_text_or_null(step, "do");
    int64_t began = clock_now_ns();
    cJSON *filled = NULL, *result = NULL;
    struct error *e = substitute(r, step, &filled);
    if (!e)
        e = run_filled(r, command_find(name), filled, &result);
    bool ended_inside = r->over;
    finish_step(r, filled ? filled : step, e, result,
                cJSON_GetObjectItemCaseSensitive(filled ? filled : step, "expect"), began);
    r->over = r->over || ended_inside;
    cJSON_Delete(filled);
}

void run_steps(struct run *r, const char *name, const cJSON *steps)
{
    int i = 0;
    size_t outer = r->pointer.length;
    const cJSON *step;
    cJSON_ArrayForEach (step, steps) {
        buf_printf(&r->pointer, "/%s/%d", name, i++);
        run_step(r, step);
        session_put_away_lost(r->session);
        r->over = r->over || signal_pipe_ended_by();
        buf_truncate(&r->pointer, outer);
        r->over = r->over || output_broken(); /* nobody would learn what comes of the rest */
        if (r->over)
            return;
    }
}
