/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A replay that meets the end of its log is gone: every forward run stops one instruction before it. */
#include "engine/control/control.h"
#include "engine/control/stop/classify.h"
#include "engine/target/registers.h"
#include "engine/control/time/time.h"

/* True where there is an end to be met. */
static struct error *end_of(struct control *c, const struct time_driver **d, bool *ret, uint64_t *last)
{
    *ret = false;
    if (!rsp_feature_usable(rsp_features(c->target->connection), FEATURE_REVERSE_STEP))
        return NULL; /* nothing is asked of targets that replay nothing */
    struct error *e = time_driver(c, d);
    if (error_is(e, ERR_UNSUPPORTED)) {
        error_free(e);
        return NULL;
    }
    TRY(e);
    return (*d)->guard ? time_last(c, ret, last) : NULL;
}

struct error *time_before_run(struct control *c, bool *ended)
{
    const struct time_driver *d;
    bool has_end;
    uint64_t last, now;
    *ended = false;
    TRY(end_of(c, &d, &has_end, &last));
    if (!has_end)
        return NULL;
    TRY(time_position(c, &now));
    *ended = now >= last;
    if (*ended)
        return NULL;
    c->time.steps_left = last - now;
    c->time.steps_left_known = true;
    bool user = c->time.user_break > now && c->time.user_break < last;
    return d->guard(c, user ? c->time.user_break : last);
}

struct error *time_before_step(struct control *c, bool *ended)
{
    struct time_line *t = &c->time;
    *ended = false;
    if (!t->driver || !t->driver->guard || !t->last_known)
        return NULL;
    if (t->steps_left_known && t->steps_left > 0) {
        t->steps_left--;
        return NULL;
    }
    return time_before_run(c, ended);
}

struct error *time_guard_hit(struct control *c, const struct rsp_stop *stop, bool *ret)
{
    struct time_line *t = &c->time;
    *ret = false;
    if (!t->driver || !t->last_known || stop->kind != RSP_STOP_SIGNAL || stop->signal != TARGET_SIGINT)
        return NULL;
    uint64_t now;
    t->position_known = false;
    TRY(time_position(c, &now));
    *ret = now >= t->last;
    if (*ret || now == t->user_break)
        t->armed = 0;
    if (now == t->user_break) {
        t->user_break = 0;
        target_say(c->target, "this is the count of `monitor replay_break`\n");
    }
    return NULL;
}

struct error *time_end_of_record(struct control *c, const struct rsp_stop *stop, struct stop *final)
{
    c->time.ended = false;
    TRY(stop_classify(c, stop, final));
    final->reason = STOP_HISTORY_END;
    final->signal = final->breakpoint = final->watchpoint = 0;
    return NULL;
}

/* Arm stops before the access (Arm ARM D2.10): continuing would meet it for ever, and the value is still the
 * old one. So the one instruction is done here, with everything removed. */
struct error *time_finish_access(struct control *c, struct stop *final)
{
    struct rsp_stop after;
    struct thread *t;
    TRY(time_remove_all(c));
    TRY(time_go(c, true, &after));
    TRY(time_landed(c, &after));
    TRY(time_reinsert(c));
    TRY(threads_current(c->target, &t));
    return thread_pc(c->target, t, &final->pc);
}

/* What was removed to go back is there again. */
static struct error *before_run(struct control *c, bool *ended)
{
    TRY(time_reinsert(c));
    return time_before_run(c, ended);
}

void time_install(struct control *c)
{
    static const struct run_hooks hooks = {
        .before_run = before_run,
        .before_step = time_before_step,
        .moved = time_moved,
        .guard_hit = time_guard_hit,
        .end_of_record = time_end_of_record,
        .finish_access = time_finish_access,
    };
    c->run_hooks = &hooks;
}
