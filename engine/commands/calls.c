/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/commands/calls.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "engine/commands/stop_json.h"
#include "engine/control/call/call.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/session/session_private.h"

static struct error *need_program(struct session *s)
{
    struct target *target = s->target;
    const struct time_driver *driver;
    uint64_t offset;
    bool cpu = !target->is_process && target->threads.has_current && thread_is_cpu(target->threads.current);
    if (cpu || kernel_file(target, &offset))
        return error_hint(error_new(ERR_UNSUPPORTED,
                                    "functions of a kernel are not called: it would run on with "
                                    "one CPU alone, and its locks held"),
                          "`break` there and `continue`");
    struct error *e = time_history(s->control, &driver);
    if (!e)
        return error_hint(error_new(ERR_UNSUPPORTED,
                                    "functions are not called in a recording: what happens in "
                                    "it is fixed"),
                          "the program itself, started again, can be called into");
    bool live = error_is(e, ERR_UNSUPPORTED);
    if (!live)
        return e;
    error_free(e);
    return NULL;
}

/* The call stays in the stack. */
static struct error *stopped_in(struct session *s, const struct call *call, const struct stop *stop)
{
    bool gone = stop->reason == STOP_EXITED || stop->reason == STOP_KILLED;
    BASE_FREE char *headline = stop_headline(s, stop);
    struct error *e =
        error_new(ERR_CALL_STOPPED, "the program %s in a function called from the debugger, %s: %s",
                  gone ? "ended" : "stopped", call->name, headline);
    if (gone)
        return e;
    return error_hint(
        e, "the expression is given up; `continue` or `finish` lets the function return, and puts back "
           "what was before");
}

static struct error *wait_for_return(struct session *s, const struct call *call)
{
    struct stop stop;
    bool done = false;
    TRY(session_wait(s, true, &stop, &done));
    if (done && stop.call_is_awaited)
        return NULL;
    if (done)
        return stopped_in(s, call, &stop);
    return error_new(ERR_CALL_STOPPED, "%s was called and has not returned: the program runs on", call->name);
}

static struct error *run(struct session *s, const struct call *call)
{
    struct plan plan = {
        .kind = PLAN_CALL, .has_thread = true, .thread = s->target->threads.current, .under_way = true};
    struct error *e = plan_start(s->control, &plan);
    if (!e)
        return wait_for_return(s, call);
    plan_end(s->control);
    if (s->target->state == TARGET_STOPPED && s->target->calls.count) {
        const struct target_call *last = &s->target->calls.items[s->target->calls.count - 1];
        error_free(call_put_back(s->control, last));
    }
    return error_while(e, "call %s", call->name);
}

/* Conditions of breakpoints that are met meanwhile do not call. */
static struct error *make(struct session *s, struct evaluation *e, const struct call *call,
                          struct value **ret)
{
    TRY(need_program(s));
    TRY(call_begin(s->control, e, call));
    TRY(run(s, call));
    return call_take(s->control, e, call, ret);
}

static struct error *call_function(void *context, struct evaluation *e, const struct call *call,
                                   struct value **ret)
{
    struct session *s = context;
    const struct call_rules *rules = s->target->call_rules;
    s->target->call_rules = NULL;
    struct error *failed = make(s, e, call, ret);
    s->target->call_rules = rules;
    return failed;
}

void calls_begin(struct session *s, bool may, struct allowed_calls *a)
{
    *a = (struct allowed_calls){
        .session = s, .rules = {.call = call_function, .context = s}, .epoch = s->target->epoch};
    s->target->call_rules = may ? &a->rules : NULL;
}

bool calls_end(struct allowed_calls *a)
{
    struct target *target = a->session->target;
    target->call_rules = NULL;
    return target->epoch == a->epoch && target->state == TARGET_STOPPED;
}
