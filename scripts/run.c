/* A batch session: the file's steps one after the other on an engine session of this thread. */
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "engine/json.h"
#include "engine/session.h"
#include "scripts/document.h"
#include "scripts/match.h"
#include "scripts/output.h"
#include "scripts/scope.h"
#include "scripts/script.h"

enum { DEFAULT_TIMEOUT_S = 30, NESTING_MAX = 64 };

struct run {
    const struct script_options *options;
    struct session *session;
    struct scope scope;
    struct buf pointer;
    double timeout_s;
    bool audit;
    uint64_t iterations[NESTING_MAX];
    unsigned nesting;
    uint64_t passed, failed, violations;
    int status;
    bool over;   /* a failure ended the script */
    bool told;   /* the summary is out, and is the last line */
    cJSON *last; /* result of the last step, for `while` and `until` */
    int64_t started_ns;
};

int script_worse(int a, int b)
{
    static const int rank[] = {[STATUS_OK] = 0,   [STATUS_FAILED] = 1,   [STATUS_TIMEOUT] = 2,
                               [STATUS_LOST] = 3, [STATUS_INTERNAL] = 4, [STATUS_WRONG] = 5};
    return rank[a] >= rank[b] ? a : b;
}

static void worsen(struct run *r, int status)
{
    r->status = script_worse(r->status, status);
}

static void on_event(void *context, const cJSON *event)
{
    struct run *r = context;
    const char *kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(event, "event"));
    if (r->told)
        return;
    if (kind && strcmp(kind, "violation") == 0) {
        r->violations++;
        if (r->audit)
            worsen(r, STATUS_FAILED);
    }
    output_line(cJSON_Duplicate(event, true));
}

static int status_of(const struct error *e)
{
    switch (e->code) {
    case ERR_LOST:
    case ERR_NOT_CONNECTED:
        return STATUS_LOST;
    case ERR_TIMEOUT:
        return STATUS_TIMEOUT;
    case ERR_INTERNAL:
        return STATUS_INTERNAL;
    default:
        return STATUS_FAILED;
    }
}

static cJSON *summary_counts(struct run *r)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "steps", (double)(r->passed + r->failed));
    cJSON_AddNumberToObject(o, "passed", (double)r->passed);
    cJSON_AddNumberToObject(o, "failed", (double)r->failed);
    json_move_members(o, session_counters(r->session));
    cJSON_AddNumberToObject(o, "seconds", round((double)(clock_now_ns() - r->started_ns) / 1e6) / 1e3);
    return o;
}

/* -- one step --------------------------------------------------------------------------------------- */

static struct error *do_sleep(struct run *r, const cJSON *args)
{
    double seconds = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(args, "seconds"));
    if (!(seconds >= 0 && seconds <= 86400))
        return error_new(ERR_USAGE, "`seconds` is 0 to 86400");
    struct pollfd fd = {.fd = r->options->cancel_fd, .events = POLLIN};
    if (poll(&fd, 1, (int)(seconds * 1000)) > 0)
        return error_new(ERR_CANCELLED, "interrupted");
    return NULL;
}

static struct error *do_assert(struct run *r, const cJSON *args, bool expected, cJSON **ret)
{
    const char *expr = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(args, "expr"));
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(args, "value");
    if ((expr == NULL) == (value == NULL))
        return error_new(ERR_USAGE, "`assert` takes either `expr` or `value`");
    if (expr) {
        cJSON *eval = cJSON_CreateObject();
        cJSON_AddStringToObject(eval, "expr", expr);
        struct error *e = session_execute(r->session, command_find("eval"), eval, ret);
        cJSON_Delete(eval);
        if (e)
            return e;
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
    for (;;) {
        TRY(session_execute(r->session, command_find("wait"), NULL, ret));
        if (!until || match_value(until, *ret, NULL) || session_state(r->session) != SESSION_STOPPED)
            return NULL;
        cJSON_Delete(*ret);
        cJSON *background = cJSON_CreateObject();
        cJSON_AddTrueToObject(background, "background");
        struct error *e = session_execute(r->session, command_find("continue"), background, ret);
        cJSON_Delete(background);
        cJSON_Delete(*ret);
        *ret = NULL;
        if (e)
            return e;
    }
}

static struct error *perform(struct run *r, const struct command *c, const cJSON *args, bool expected,
                             cJSON **ret)
{
    if (strcmp(c->name, "sleep") == 0)
        return do_sleep(r, args);
    if (strcmp(c->name, "assert") == 0)
        return do_assert(r, args, expected, ret);
    if (strcmp(c->name, "wait") == 0)
        return do_wait(r, args, ret);
    if (strcmp(c->name, "summary") == 0) {
        *ret = summary_counts(r);
        return NULL;
    }
    if (strcmp(c->name, "echo") == 0) {
        *ret = cJSON_Duplicate(args, true);
        return NULL;
    }
    return session_execute(r->session, c, args, ret);
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

/* What was expected against what came: whether the step passed. `failed` collects the misfits. */
static bool judge(const cJSON *expect, const struct error *e, const cJSON *result, cJSON *failed)
{
    if (!expect)
        return e == NULL;
    bool wants_error = cJSON_GetObjectItemCaseSensitive(expect, "error") != NULL;
    if (!e)
        return match_value(expect, result, failed);
    if (!wants_error)
        return false;
    cJSON *outcome = cJSON_CreateObject();
    cJSON_AddItemToObject(outcome, "error", error_to_json(e));
    bool fits = match_value(expect, outcome, failed);
    cJSON_Delete(outcome);
    return fits;
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

static void tell_result(cJSON *line, const struct error *e, cJSON *result, cJSON *failed)
{
    if (e)
        cJSON_AddItemToObject(line, "error", error_to_json(e));
    if (result)
        cJSON_AddItemToObject(line, "result", result);
    if (cJSON_GetArraySize(failed))
        cJSON_AddItemToObject(line, "failed", failed);
    else
        cJSON_Delete(failed);
    output_line(line);
}

static void finish_step(struct run *r, const cJSON *step, struct error *e, cJSON *result, const cJSON *expect,
                        int64_t began_ns)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step, "do"));
    cJSON *failed = cJSON_CreateArray();
    bool ok = judge(expect, e, result, failed);
    count_step(r, name, ok);
    cJSON *line = begin_line(r, name);
    const cJSON *label = cJSON_GetObjectItemCaseSensitive(step, "label");
    if (label)
        cJSON_AddItemToObject(line, "label", cJSON_Duplicate(label, true));
    cJSON_AddBoolToObject(line, "ok", ok);
    cJSON_AddNumberToObject(line, "ms", round((double)(clock_now_ns() - began_ns) / 1e4) / 1e2);
    const char *save = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step, "save"));
    if (save && result)
        scope_set(&r->scope, save, cJSON_Duplicate(result, true));
    cJSON_Delete(r->last);
    r->last = result ? cJSON_Duplicate(result, true) : NULL;
    tell_result(line, e, result, failed);
    const char *on_fail = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step, "on_fail"));
    if (!ok) {
        worsen(r, e ? status_of(e) : STATUS_FAILED);
        r->over = !on_fail || strcmp(on_fail, "go_on") != 0;
    }
    error_free(e);
}

static void run_steps(struct run *r, const cJSON *steps);

static void run_inner(struct run *r, const cJSON *steps)
{
    size_t length = r->pointer.length;
    buf_add_text(&r->pointer, "/steps");
    run_steps(r, steps);
    buf_reserve(&r->pointer, 0);
    r->pointer.length = length;
    r->pointer.data[length] = '\0';
}

static struct error *repeat_times(const cJSON *args, uint64_t *ret)
{
    const cJSON *times = cJSON_GetObjectItemCaseSensitive(args, "times");
    *ret = UINT64_MAX;
    if (cJSON_IsNumber(times) && times->valuedouble >= 0)
        *ret = (uint64_t)times->valuedouble;
    else if (times && !(cJSON_IsString(times) && text_parse_u64(times->valuestring, ret)))
        return error_new(ERR_USAGE, "`times` is no whole number");
    return NULL;
}

static struct error *do_repeat(struct run *r, const cJSON *args, cJSON **ret)
{
    uint64_t times, round = 0;
    TRY(repeat_times(args, &times));
    if (r->nesting >= NESTING_MAX)
        return error_new(ERR_USAGE, "`repeat` is nested more than %d deep", NESTING_MAX);
    const cJSON *go_on = cJSON_GetObjectItemCaseSensitive(args, "while");
    const cJSON *until = cJSON_GetObjectItemCaseSensitive(args, "until");
    unsigned level = r->nesting++;
    while (round < times && !r->over) {
        r->iterations[level] = ++round;
        run_inner(r, cJSON_GetObjectItemCaseSensitive(args, "steps"));
        if ((until && match_value(until, r->last, NULL)) || (go_on && !match_value(go_on, r->last, NULL)))
            break;
        if (output_broken())
            r->over = true;
    }
    r->nesting--;
    *ret = cJSON_CreateObject();
    cJSON_AddNumberToObject(*ret, "rounds", (double)round);
    return NULL;
}

static void set_deadline(struct run *r, const cJSON *step)
{
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(step, "timeout");
    double seconds = cJSON_IsNumber(own) && own->valuedouble > 0 ? own->valuedouble : r->timeout_s;
    if (seconds > 1e8)
        seconds = 1e8;
    session_set_deadline(r->session, clock_now_ns() + (int64_t)(seconds * 1e9));
}

static struct error *substitute(struct run *r, const cJSON *step, cJSON **ret)
{
    cJSON *copy = cJSON_CreateObject();
    const cJSON *item;
    cJSON_ArrayForEach (item, step) {
        cJSON *value = NULL;
        struct error *e = NULL;
        if (strcmp(item->string, "steps") == 0)
            value =
                cJSON_CreateArrayReference(item->child); /* inner steps are filled in when their turn comes */
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

static struct error *run_filled(struct run *r, const struct command *c, const cJSON *filled, cJSON **result)
{
    if (strcmp(c->name, "repeat") == 0)
        return do_repeat(r, filled, result);
    if (strcmp(c->name, "include") == 0) {
        run_inner(r, cJSON_GetObjectItemCaseSensitive(filled, "steps"));
        return NULL;
    }
    cJSON *args = step_arguments(filled);
    struct error *e = command_check(c, args, NULL);
    set_deadline(r, filled);
    if (!e)
        e = perform(r, c, args, cJSON_GetObjectItemCaseSensitive(filled, "expect") != NULL, result);
    session_set_deadline(r->session, INT64_MAX);
    cJSON_Delete(args);
    return e;
}

static void run_step(struct run *r, const cJSON *step)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step, "do"));
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

static void run_steps(struct run *r, const cJSON *steps)
{
    int i = 0;
    const cJSON *step;
    cJSON_ArrayForEach (step, steps) {
        size_t length = r->pointer.length;
        buf_printf(&r->pointer, "/%d", i++);
        run_step(r, step);
        r->pointer.length = length;
        r->pointer.data[length] = '\0';
        if (r->over)
            return;
    }
}

/* -- the whole -------------------------------------------------------------------------------------- */

static const char *text_of(const cJSON *session, const char *name, const char *outer)
{
    return outer ? outer : cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(session, name));
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

static struct error *open_target(struct run *r, const cJSON *session)
{
    const struct script_options *o = r->options;
    const char *program = text_of(session, "program", o->program);
    const char *target = text_of(session, "target", o->target);
    const cJSON *item, *symbols = cJSON_GetObjectItemCaseSensitive(session, "symbols");
    BASE_FREE char **args = args_of(session);
    set_deadline(r, NULL);
    if (program)
        TRY(session_set_program(r->session, program, o->program ? o->args : args));
    cJSON_ArrayForEach (item, symbols) {
        if (!program || strcmp(program, item->valuestring) != 0)
            TRY(session_add_symbols(r->session, item->valuestring));
    }
    for (size_t i = 0; o->symbols && o->symbols[i]; i++)
        TRY(session_add_symbols(r->session, o->symbols[i]));
    if ((target && strcmp(target, "none") == 0) || (!target && !program))
        return NULL;
    return session_connect(r->session, target);
}

static struct error *fill_top(struct run *r, cJSON *session)
{
    static const char *const keys[] = {"program", "target", "args", "symbols"};
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

static void tell_summary(struct run *r)
{
    cJSON *o = summary_counts(r);
    cJSON_AddNumberToObject(o, "status", r->status);
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
    r->started_ns = clock_now_ns();
    struct session_options options = {.cancel_fd = r->options->cancel_fd,
                                      .event = on_event,
                                      .context = r,
                                      .wire_log = r->options->wire_log};
    r->session = session_create(&options);
    session_set_audit(r->session, r->audit);
    struct error *e = open_target(r, session);
    session_set_deadline(r->session, INT64_MAX);
    if (e) {
        output_error(e);
        bool wrong = e->code == ERR_USAGE || e->code == ERR_NO_SOURCE || e->code == ERR_UNSUPPORTED;
        worsen(r, wrong ? STATUS_WRONG : e->code == ERR_INTERNAL ? STATUS_INTERNAL : STATUS_LOST);
        cJSON *line = cJSON_CreateObject();
        cJSON_AddItemToObject(line, "error", error_to_json(e));
        output_line(line);
        error_free(e);
    } else {
        buf_add_text(&r->pointer, "/steps");
        run_steps(r, cJSON_GetObjectItemCaseSensitive(session, "steps"));
    }
    tell_summary(r);
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
    return r.status;
}
