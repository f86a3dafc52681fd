/* A replay that meets the end of its log is gone: every forward run stops one instruction before it. */
#include "engine/session/core.h"
#include "engine/control/stop/classify.h"
#include "engine/target/registers.h"
#include "engine/control/time/time.h"

/* True where there is an end to be met. */
static struct error *end_of(struct session *s, const struct time_driver **d, bool *ret, uint64_t *last)
{
    *ret = false;
    if (!rsp_feature_usable(rsp_features(s->target.connection), FEATURE_REVERSE_STEP))
        return NULL; /* nothing is asked of targets that replay nothing */
    struct error *e = time_driver(s, d);
    if (error_is(e, ERR_UNSUPPORTED)) {
        error_free(e);
        return NULL;
    }
    TRY(e);
    return (*d)->guard ? time_last(s, ret, last) : NULL;
}

struct error *time_before_run(struct session *s, bool *ended)
{
    const struct time_driver *d;
    bool has_end;
    uint64_t last, now;
    *ended = false;
    TRY(end_of(s, &d, &has_end, &last));
    if (!has_end)
        return NULL;
    TRY(time_position(s, &now));
    *ended = now >= last;
    if (*ended)
        return NULL;
    s->time.steps_left = last - now;
    s->time.steps_left_known = true;
    return d->guard(s, last);
}

struct error *time_before_step(struct session *s, bool *ended)
{
    struct time_line *t = &s->time;
    *ended = false;
    if (!t->driver || !t->driver->guard || !t->last_known)
        return NULL;
    if (t->steps_left_known && t->steps_left > 0) {
        t->steps_left--;
        return NULL;
    }
    return time_before_run(s, ended);
}

struct error *time_guard_hit(struct session *s, const struct rsp_stop *stop, bool *ret)
{
    struct time_line *t = &s->time;
    *ret = false;
    if (!t->driver || !t->last_known || stop->kind != RSP_STOP_SIGNAL || stop->signal != TARGET_SIGINT)
        return NULL;
    uint64_t now;
    t->position_known = false;
    TRY(time_position(s, &now));
    *ret = now >= t->last;
    if (*ret)
        t->armed = 0;
    return NULL;
}

struct error *time_end_of_record(struct session *s, const struct rsp_stop *stop, struct stop *final)
{
    s->time.ended = false;
    TRY(stop_classify(s, stop, final));
    final->reason = STOP_HISTORY_END;
    final->signal = final->breakpoint = final->watchpoint = 0;
    return NULL;
}

/* Arm stops before the access (Arm ARM D2.10): continuing would meet it for ever, and the value is still the
 * old one. So the one instruction is done here, with everything lifted. */
struct error *time_finish_access(struct session *s, struct stop *final)
{
    struct rsp_stop after;
    struct thread *t;
    TRY(time_lift(s));
    TRY(time_go(s, true, &after));
    TRY(time_landed(s, &after));
    TRY(time_replant(s));
    TRY(threads_current(&s->target, &t));
    return thread_pc(&s->target, t, &final->pc);
}

/* What was lifted to go back is there again. */
static struct error *before_run(struct session *s, bool *ended)
{
    TRY(time_replant(s));
    return time_before_run(s, ended);
}

void time_install(struct session *s)
{
    static const struct run_hooks hooks = {
        .before_run = before_run,
        .before_step = time_before_step,
        .moved = time_moved,
        .guard_hit = time_guard_hit,
        .end_of_record = time_end_of_record,
        .finish_access = time_finish_access,
    };
    s->run_hooks = &hooks;
}
