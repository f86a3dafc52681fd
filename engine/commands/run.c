/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running: continue, the steps, wait, interrupt, follow. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"
#include "engine/control/run/interrupt.h"
#include "engine/commands/stop_json.h"
#include "engine/inspect/frames/inlined.h"
#include "engine/target/registers.h"

static struct error *prepare(struct session *s, const cJSON *args, struct plan *plan, const struct thread *t)
{
    TRY(arg_unsigned(args, "times", 1, &plan->times));
    if (plan->times == 0)
        return error_new(ERR_USAGE, "`times` counts from 1");
    plan->has_thread = plan->kind != PLAN_CONTINUE || s->control->schedule == SCHEDULE_ONE;
    plan->thread = t->id;
    if (plan->kind != PLAN_CONTINUE) {
        s->target->threads.current = t->id;
    }
    return NULL;
}

struct error *run_plan(struct session *s, const cJSON *args, struct plan *plan)
{
    struct thread *t;
    TRY(arg_thread(s, args, &t));
    TRY(prepare(s, args, plan, t));
    return plan_start(s->control, plan);
}

static struct error *run_kind(struct session *s, const cJSON *args, enum plan_kind kind)
{
    struct plan plan = {.kind = kind};
    return run_plan(s, args, &plan);
}

static struct error *run_continue(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)ret;
    return run_kind(s, args, PLAN_CONTINUE);
}

/* Into inlined calls that begin right here nothing has to run. */
static struct error *step_in_place(struct session *s, struct thread *t, struct plan *plan, cJSON **ret)
{
    uint64_t pc;
    struct stop stop;
    TRY(thread_pc(s->target, t, &pc));
    if (!plan_step_in_place(s->control, plan, t, pc))
        return NULL;
    s->target->threads.current = t->id;
    s->target->frame = 0;
    TRY(time_here(s->control, STOP_STEP, &stop));
    stop.inlined_hidden = inlined_hidden(t, pc);
    stop_tell(s, &stop, ret);
    return NULL;
}

static struct error *run_step(struct session *s, const cJSON *args, cJSON **ret)
{
    struct plan plan = {.kind = PLAN_STEP};
    struct thread *t;
    TRY(arg_thread(s, args, &t));
    TRY(prepare(s, args, &plan, t));
    TRY(step_in_place(s, t, &plan, ret));
    return *ret ? NULL : plan_start(s->control, &plan);
}

static struct error *run_next(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)ret;
    return run_kind(s, args, PLAN_NEXT);
}

static struct error *run_stepi(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)ret;
    return run_kind(s, args, PLAN_STEPI);
}

static struct error *run_nexti(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)ret;
    return run_kind(s, args, PLAN_NEXTI);
}

static const struct command_arg run_args[] = {
    {"times", ARG_UNSIGNED, false, NULL, "how often (1)"},
    {"thread", ARG_ID, false, NULL, "the thread that steps (the selected one)"},
    {"background", ARG_BOOLEAN, false, NULL, "answer at once; `wait` takes the stop"},
    {0}};

const struct command command_continue = {
    .name = "continue",
    .group = "run",
    .aliases = "c cont fg",
    .usage = "[TIMES]",
    .about = "run until something stops it",
    .args = run_args,
    .flags = RUN_FLAGS,
    .run = run_continue,
    .text = stop_to_text,
};

const struct command command_step = {
    .name = "step",
    .group = "run",
    .aliases = "s",
    .usage = "[TIMES]",
    .about = "to the next source line, into calls",
    .args = run_args,
    .flags = RUN_FLAGS,
    .run = run_step,
    .text = stop_to_text,
};

const struct command command_next = {
    .name = "next",
    .group = "run",
    .aliases = "n",
    .usage = "[TIMES]",
    .about = "to the next source line, over calls",
    .args = run_args,
    .flags = RUN_FLAGS,
    .run = run_next,
    .text = stop_to_text,
};

const struct command command_stepi = {
    .name = "stepi",
    .group = "run",
    .aliases = "si",
    .usage = "[TIMES]",
    .about = "one instruction",
    .args = run_args,
    .flags = RUN_FLAGS,
    .run = run_stepi,
    .text = stop_to_text,
};

const struct command command_nexti = {
    .name = "nexti",
    .group = "run",
    .aliases = "ni",
    .usage = "[TIMES]",
    .about = "one instruction, over calls",
    .args = run_args,
    .flags = RUN_FLAGS,
    .run = run_nexti,
    .text = stop_to_text,
};

/* Of one that stands or has ended there was a stop at least. */
static struct error *need_a_target(struct session *s)
{
    return s->target->state == TARGET_DISCONNECTED ? target_need(s->target) : NULL;
}

static struct error *take_or_wait(struct session *s, cJSON **ret)
{
    if (s->target->state == TARGET_RUNNING)
        return NULL; /* the stop comes through the pump */
    struct stop stop;
    if (!session_take_stop(s, &stop)) {
        TRY(need_a_target(s));
        return error_new(ERR_NOT_RUNNING, "the target is not running, and no stop is waiting to be taken");
    }
    *ret = stop_to_json(s, &stop);
    return NULL;
}

/* A stop that comes first is kept for the next wait. */
static struct error *wait_for_console(struct session *s, const char *text, cJSON **ret)
{
    console_await(s, text);
    bool found = console_found(s);
    struct error *e = NULL;
    while (!e && !found && s->target->state == TARGET_RUNNING) {
        bool done;
        struct stop stop;
        e = session_pump(s, s->target->deadline_ns, console_wait_fd(s), &stop, &done);
        if (done)
            session_keep_stop(s, &stop);
        found = console_found(s);
        if (!found)
            console_await(s, text);
    }
    console_await_no_more(s);
    if (found) {
        error_free(e);
        *ret = cJSON_CreateObject();
        cJSON_AddStringToObject(*ret, "console", text);
        return NULL;
    }
    if (e)
        return e;
    if (!s->has_untaken_stop)
        TRY(need_a_target(s));
    return error_hint(
        error_new(ERR_NOT_RUNNING, "waiting for '%s' on the console: the target stopped before", text),
        "the next `wait` returns that stop");
}

static struct error *run_wait(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *text = arg_text(args, "console");
    if (text && *text)
        return wait_for_console(s, text, ret);
    return take_or_wait(s, ret);
}

static const struct command_arg wait_args[] = {
    {"until", ARG_OBJECT, false, NULL, "let stops pass until one is like this (scripts)"},
    {"console", ARG_TEXT, false, NULL,
     "wait for this text on the console instead, behind what was waited for before"},
    {0}};

const struct command command_wait = {
    .name = "wait",
    .group = "run",
    .aliases = "",
    .usage = "",
    .about = "take the stop of a target that runs in the background",
    .args = wait_args,
    .flags = COMMAND_RUNS | COMMAND_ONLY_WAITS | COMMAND_WHILE_RUNNING,
    .run = run_wait,
    .text = stop_to_text,
};

static struct error *run_interrupt(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    if (s->target->state == TARGET_RUNNING)
        return interrupt_send(s->control);
    return take_or_wait(s, ret);
}

const struct command command_interrupt = {
    .name = "interrupt",
    .group = "target",
    .aliases = "stop",
    .usage = "",
    .about = "stop the running target (Ctrl-C)",
    .flags = COMMAND_RUNS | COMMAND_ONLY_WAITS | COMMAND_WHILE_RUNNING,
    .run = run_interrupt,
    .text = stop_to_text,
};

static const char *const follow_names[] = {"parent", "child", "both"};

static struct error *run_follow(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *mode = arg_text(args, "mode");
    for (int i = 0; mode && i < 3; i++)
        if (strcmp(mode, follow_names[i]) == 0)
            s->control->follow.mode = (enum follow_mode)i;
    if (arg_given(args, "stop"))
        s->control->follow.stop = arg_true(args, "stop");
    *ret = cJSON_CreateObject();
    cJSON_AddStringToObject(*ret, "mode", follow_names[s->control->follow.mode]);
    cJSON_AddBoolToObject(*ret, "stop", s->control->follow.stop);
    return NULL;
}

static void follow_text(const cJSON *result, struct buf *out)
{
    bool stops = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result, "stop"));
    json_append(out, "after a fork: ", result, "mode", "");
    buf_add_text(out, stops ? ", and a fork stops\n" : ", and a fork does not stop\n");
}

static const struct command_arg follow_args[] = {
    {"mode", ARG_TEXT, false, "parent child both", "who is followed; the other is let go. None: show"},
    {"stop", ARG_BOOLEAN, false, NULL, "tell a fork as a stop"},
    {0}};

const struct command command_follow = {
    .name = "follow",
    .group = "target",
    .aliases = "set-follow-fork-mode",
    .usage = "[parent|child|both]",
    .about = "whom to follow when a program forks",
    .args = follow_args,
    .run = run_follow,
    .text = follow_text,
};
