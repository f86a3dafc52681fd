/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch session: the file's steps one after the other on an engine session of this thread. */
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/signal_pipe.h"
#include "base/text.h"
#include "base/json.h"
#include "engine/commands/at_stop.h"
#include "engine/commands/command.h"
#include "engine/commands/counters_json.h"
#include "engine/commands/event_json.h"
#include "engine/session/session.h"
#include "scripts/beside.h"
#include "scripts/document.h"
#include "scripts/match.h"
#include "scripts/output.h"
#include "scripts/scope.h"
#include "scripts/runner.h"

enum { DEFAULT_TIMEOUT_S = 30 };

bool script_is_leaving(void *context)
{
    (void)context;
    return signal_pipe_ended_by() != 0;
}

int script_worse(int a, int b)
{
    static const int rank[] = {
        [STATUS_OK] = 0,   [STATUS_UNWRITTEN] = 1, [STATUS_FAILED] = 2, [STATUS_TIMEOUT] = 3,
        [STATUS_LOST] = 4, [STATUS_INTERNAL] = 5,  [STATUS_WRONG] = 6,
    };
    return rank[a] >= rank[b] ? a : b;
}

void run_worsen(struct run *r, int status)
{
    r->status = script_worse(r->status, status);
}

static void on_event(void *context, struct session *s, const struct event *event)
{
    struct run *r = context;
    bool violation = event->kind == EVENT_VIOLATION;
    if (event->kind == EVENT_WIRE_LOG)
        run_worsen(r, STATUS_UNWRITTEN);
    if (r->told)
        return;
    cJSON *line = event_to_json(s, event);
    tally_event(r, line);
    if (violation) {
        r->violations++;
        if (r->audit)
            run_worsen(r, STATUS_FAILED);
    }
    if (!r->quiet || violation)
        output_line(line);
    else
        cJSON_Delete(line);
}

cJSON *run_counts(struct run *r)
{
    struct session_counters n = session_counters(r->session);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "steps", (double)(r->passed + r->failed));
    cJSON_AddNumberToObject(o, "passed", (double)r->passed);
    cJSON_AddNumberToObject(o, "failed", (double)r->failed);
    json_move_members(o, counters_to_json(&n));
    cJSON_AddNumberToObject(o, "seconds", round((double)(clock_now_ns() - r->started_ns) / 1e6) / 1e3);
    return o;
}

static const char *text_of(const cJSON *session, const char *name, const char *outer)
{
    return outer ? outer : json_text_or_null(session, name);
}

static char **args_of(const cJSON *session)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(session, "args"), *item;
    char **args = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *args);
    size_t n = 0;
    cJSON_ArrayForEach (item, list)
        args[n++] = item->valuestring;
    return args;
}

/* The keys of the session that are arguments of `settings` too. */
static struct error *set_up_program(struct run *r, const cJSON *session)
{
    static const char *const keys[] = {"env", "cwd", "stdin"};
    cJSON *args = cJSON_CreateObject();
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(session, keys[i]);
        if (item)
            cJSON_AddItemToObject(args, keys[i], cJSON_Duplicate(item, true));
    }
    return run_command(r, "settings", args, NULL);
}

/* The command line goes before the file. */
static enum start_at start_of(const struct run *r, const cJSON *session)
{
    const char *own = json_text(session, "stop_at");
    enum start_at at = START_ENTRY;
    start_at_parse(r->options->stop_at ? r->options->stop_at : own, &at);
    return at;
}

/* Those of the session's file, then those of the command line. */
static struct error *open_symbols(struct run *r, const cJSON *session, const char *program)
{
    const struct script_options *o = r->options;
    const cJSON *item, *symbols = cJSON_GetObjectItemCaseSensitive(session, "symbols");
    cJSON_ArrayForEach (item, symbols) {
        BASE_FREE char *file = beside_or_here(o->file, item->valuestring);
        if (!program || strcmp(program, item->valuestring) != 0)
            TRY(session_add_symbols(r->session, file));
    }
    for (size_t i = 0; o->symbols && o->symbols[i]; i++)
        TRY(session_add_symbols(r->session, o->symbols[i]));
    return NULL;
}

static struct error *open_target(struct run *r, const cJSON *session)
{
    const struct script_options *o = r->options;
    const char *program = text_of(session, "program", o->program);
    const char *target = text_of(session, "target", o->target);
    BASE_FREE char **args = args_of(session);
    BASE_FREE char *path = program && !o->program ? beside_or_here(o->file, program) : NULL;
    session_set_deadline(r->session, run_deadline(r, NULL));
    if (program)
        TRY(session_set_program(r->session, path ? path : program, o->program ? o->args : args));
    TRY(set_up_program(r, session));
    TRY(open_symbols(r, session, program));
    if ((target && strcmp(target, "none") == 0) || (!target && !program))
        return NULL;
    enum start_at at = target ? START_ENTRY : start_of(r, session);
    session_set_start(r->session, at);
    TRY(session_connect_to(r->session,
                           &(struct session_target){.spec = target, .at = at, .running = o->running}));
    if (at != START_MAIN || session_state(r->session) != TARGET_RUNNING)
        return NULL;
    cJSON *stop = NULL;
    struct error *e = run_command(r, "wait", cJSON_CreateObject(), &stop);
    cJSON_Delete(stop);
    return e;
}

static struct error *fill_top(struct run *r, cJSON *session)
{
    static const char *const keys[] = {"program", "target", "args",    "env",
                                       "cwd",     "stdin",  "stop_at", "symbols"};
    const cJSON *item, *define = cJSON_GetObjectItemCaseSensitive(session, "define");
    cJSON_ArrayForEach (item, define) {
        if (!cJSON_GetObjectItemCaseSensitive(r->scope.values, item->string))
            scope_set(&r->scope, item->string, cJSON_Duplicate(item, true));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        cJSON *value = NULL;
        item = cJSON_GetObjectItemCaseSensitive(session, keys[i]);
        if (!item)
            continue;
        TRY(scope_substitute(&r->scope, item, &value));
        cJSON_ReplaceItemInObjectCaseSensitive(session, keys[i], value);
    }
    return NULL;
}

/* The status that is told and returned. */
static int final_status(const struct run *r)
{
    return signal_pipe_ended_by() ? 128 + signal_pipe_ended_by() : r->status;
}

static void tell_summary(struct run *r)
{
    cJSON *o = run_counts(r);
    cJSON_AddNumberToObject(o, "status", final_status(r));
    cJSON *line = cJSON_CreateObject();
    cJSON_AddItemToObject(line, "summary", o);
    output_line(line);
    r->told = true;
}

static void run_session(struct run *r, const cJSON *session)
{
    const cJSON *timeout = cJSON_GetObjectItemCaseSensitive(session, "timeout");
    r->timeout_s = timeout ? timeout->valuedouble : DEFAULT_TIMEOUT_S;
    r->audit = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(session, "audit"));
    r->document = session;
    r->started_ns = clock_now_ns();
    struct session_options options = {.cancel_fd = r->options->signals->fd,
                                      .run_steps = at_stop_run,
                                      .event = on_event,
                                      .leaving = script_is_leaving,
                                      .context = r,
                                      .wire_log = r->options->wire_log,
                                      .tty = r->options->tty,
                                      .printers = r->options->printers,
                                      .break_in = r->options->break_in};
    r->session = session_create(&options);
    session_set_audit(r->session, r->audit);
    struct error *e = open_target(r, session);
    session_set_deadline(r->session, INT64_MAX);
    if (e) {
        output_error(e);
        bool wrong = e->code == ERR_USAGE || e->code == ERR_NO_SOURCE || e->code == ERR_UNSUPPORTED;
        run_worsen(r, wrong ? STATUS_WRONG : e->code == ERR_INTERNAL ? STATUS_INTERNAL : STATUS_LOST);
        cJSON *line = cJSON_CreateObject();
        cJSON_AddItemToObject(line, "error", error_to_json(e));
        output_line(line);
        error_free(e);
    } else {
        run_steps(r, "steps", cJSON_GetObjectItemCaseSensitive(session, "steps"));
    }
    tell_summary(r);
    signal_pipe_take(r->options->signals); /* it would cut the good-bye short */
    session_destroy(r->session);
}

static struct error *prepare(struct run *r, cJSON **session)
{
    for (size_t i = 0; r->options->defines && r->options->defines[i]; i++)
        TRY(scope_define(&r->scope, r->options->defines[i]));
    TRY(document_read(r->options->file, session));
    TRY(document_check(r->options->file, *session, r->scope.values));
    return fill_top(r, *session);
}

int script_run(const struct script_options *options)
{
    struct run r = {.options = options};
    cJSON *session = NULL;
    scope_init(&r.scope);
    struct error *e = prepare(&r, &session);
    if (e) {
        output_error(e);
        error_free(e);
        r.status = STATUS_WRONG;
    } else {
        run_session(&r, session);
    }
    cJSON_Delete(session);
    cJSON_Delete(r.last);
    scope_free(&r.scope);
    buf_free(&r.pointer);
    return final_status(&r);
}
