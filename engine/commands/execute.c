/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of one command, from its arguments to its result. */
#include "engine/commands/execute.h"

#include "engine/commands/args.h"
#include "engine/commands/command.h"
#include "engine/commands/stop_json.h"
#include "engine/session/session_private.h"
#include "engine/target/names.h"

static struct error *check_state(struct session *s, const struct command *c)
{
    if (!c->run)
        return error_new(ERR_USAGE, "`%s` belongs into a script", c->name);
    if ((c->flags & COMMAND_RUNS) && session_is_leaving(s))
        return error_new(ERR_CANCELLED, "%s: the session is about to end", c->name);
    if (c->flags & COMMAND_NEEDS_STOPPED)
        return c->flags & COMMAND_RUNS ? target_need_runnable(s->target) : target_need_stopped(s->target);
    if (c->flags & COMMAND_NEEDS_TARGET)
        return target_need(s->target);
    return NULL;
}

static struct error *tell_end_of_record(struct session *s, cJSON **ret)
{
    struct stop stop;
    s->control->time.ended = false;
    plan_end(s->control);
    TRY(time_here(s->control, STOP_HISTORY_END, &stop));
    stop_tell(s, &stop, ret);
    return NULL;
}

/* A request that is cut off in the middle may have let the target run all the same
 * (engine/control/time/drive.c). */
static void hold_off(struct session *s, const struct command *c, bool hold)
{
    if (!(c->flags & COMMAND_WAITS_ITSELF) || !s->target->connection)
        return;
    s->control->time.holds = hold;
    transport_set_cancel_fd(rsp_transport(s->target->connection), hold ? -1 : s->options.cancel_fd);
    rsp_set_deadline(s->target->connection, hold ? INT64_MAX : s->target->deadline_ns);
}

/* -- a thread of another process ------------------------------------------------------------------- */

struct borrowed {
    bool is;
    struct ptid kept;
    unsigned frame;
};

/* A command about a thread of another process: it is selected meanwhile, since what registers there are, what
 * they mean and which memory is read goes by the selected one. */
static struct error *borrow(struct session *s, const cJSON *args, struct borrowed *ret)
{
    struct thread_table *table = &s->target->threads;
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(args, "thread");
    struct thread *t = NULL;
    *ret = (struct borrowed){.kept = table->current, .frame = s->target->frame};
    if (!id || s->target->state != TARGET_STOPPED || !table->has_current)
        return NULL;
    struct error *e = thread_by_json(s, id, &t);
    error_free(e); /* the command tells it */
    if (e || t->id.pid == table->current.pid)
        return NULL;
    ret->is = true;
    s->target->frame = 0;
    return threads_select(s->target, t->id);
}

/* The error of the command, if there was one, goes first. */
static struct error *give_back(struct session *s, const struct borrowed *from, struct error *of_command)
{
    if (!from->is || s->target->state != TARGET_STOPPED)
        return of_command;
    struct error *e = threads_select(s->target, from->kept);
    s->target->frame = from->frame;
    if (!of_command)
        return e;
    error_free(e);
    return of_command;
}

static struct error *run_about(struct session *s, const struct command *c, const cJSON *args, cJSON **ret)
{
    struct borrowed borrowed;
    struct error *e = borrow(s, args, &borrowed);
    if (!e)
        e = c->run(s, args, ret);
    return give_back(s, &borrowed, e);
}

struct error *command_begin(struct session *s, const struct command *c, const cJSON *args, cJSON **ret,
                            bool *running)
{
    *ret = NULL;
    *running = false;
    TRY(command_check(c, args, NULL));
    TRY(check_state(s, c));
    if ((c->flags & COMMAND_RUNS) && s->target->state == TARGET_STOPPED)
        session_count_from_here(s);
    hold_off(s, c, true);
    struct error *e = names_outcome(s->target, target_check(s->target, run_about(s, c, args, ret)));
    hold_off(s, c, false);
    if (e) {
        cJSON_Delete(*ret);
        *ret = NULL;
        if (error_is(e, ERR_CANCELLED))
            target_cancelled(s->target);
        return c->flags & COMMAND_RUNS ? session_run_failed(s, e) : e;
    }
    if (s->control->time.ended) {
        TRY(tell_end_of_record(s, ret));
        return NULL;
    }
    *running = !*ret && (c->flags & COMMAND_RUNS) && s->target->state == TARGET_RUNNING &&
               (s->control->plan_active || s->target->attaching);
    if (!*ret && !*running)
        *ret = cJSON_CreateObject();
    return NULL;
}

bool command_in_background(const cJSON *args)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(args, "background"));
}

cJSON *command_runs(void)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddTrueToObject(o, "running");
    return o;
}

struct error *command_execute(struct session *s, const struct command *c, const cJSON *args, cJSON **ret)
{
    bool running;
    if (s->target->connection)
        rsp_set_deadline(s->target->connection, s->target->deadline_ns);
    TRY(command_begin(s, c, args, ret, &running));
    if (!running)
        return NULL;
    if (command_in_background(args)) {
        *ret = command_runs();
        return NULL;
    }
    struct stop stop;
    bool done = false;
    TRY(session_wait(s, !(c->flags & COMMAND_ONLY_WAITS), &stop, &done));
    *ret = done ? stop_to_json(s, &stop) : NULL;
    return NULL;
}
