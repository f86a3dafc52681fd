/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/link.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/descriptor.h"
#include "base/text.h"
#include "engine/target/target.h"

/* So long who waits does not feel it, and a quick stub has told all. */
#define SHOWN_FIRST_NS INT64_C(200000000)

bool target_is_thrifty(const struct target *target)
{
    return target->connection && !transport_is_reliable(rsp_transport(target->connection));
}

/* What starts what has ended again depends on who started it. */
static struct error *has_ended(const struct target *target, enum error_code code)
{
    return error_hint(error_new(code, "the program has ended"),
                      target_can_run(target) ? "`run` starts it again"
                                             : "`reconnect` attaches to its stub again");
}

struct error *target_need(struct target *target)
{
    if (target->state == TARGET_EXITED)
        return has_ended(target, ERR_NOT_CONNECTED);
    if (!target->connection || target->state == TARGET_DISCONNECTED)
        return error_hint(error_new(ERR_NOT_CONNECTED, "there is no target"),
                          "`connect HOST:PORT` attaches to a stub, `launch` starts the program");
    return NULL;
}

struct error *target_need_stopped(struct target *target)
{
    TRY(target_need(target));
    if (target->state == TARGET_RUNNING)
        return error_hint(error_new(ERR_NOT_STOPPED, "the target is running"),
                          "`interrupt` (Ctrl-C) stops it");
    if (target_gives_way(target))
        return error_new(ERR_CANCELLED, "it was not read: something else was asked for");
    return NULL;
}

struct error *target_need_runnable(struct target *target)
{
    if (target->state == TARGET_EXITED)
        return has_ended(target, ERR_NOT_RUNNING);
    return target_need_stopped(target);
}

struct error *target_need_insertable(struct target *target)
{
    bool ahead = target->state == TARGET_DISCONNECTED && target->plans_ahead;
    return target->state == TARGET_EXITED || ahead ? NULL : target_need_stopped(target);
}

bool target_can_run(const struct target *target)
{
    return target->hooks.can_run && target->hooks.can_run(target);
}

bool target_is_connected(const struct target *target)
{
    return target->connection && target->state != TARGET_EXITED && target->state != TARGET_DISCONNECTED;
}

bool target_cancel_asked(const struct target *target)
{
    return fd_is_readable(target->cancel_fd);
}

void target_cancelled(struct target *target)
{
    fd_drain(target->cancel_fd);
}

void target_show(struct target *target, bool (*is_awaited)(void *context), void *context)
{
    target->showing = (struct target_showing){is_awaited, context, clock_now_ns(), false};
}

bool target_shown(struct target *target)
{
    bool gave_way = target->showing.gave_way;
    target->showing = (struct target_showing){0};
    return !gave_way;
}

bool target_gives_way(struct target *target)
{
    struct target_showing *s = &target->showing;
    if (!s->is_awaited || s->gave_way)
        return s->gave_way;
    bool cancelled = target_cancel_asked(target);
    s->gave_way = (cancelled || clock_now_ns() - s->since_ns > SHOWN_FIRST_NS) && s->is_awaited(s->context);
    return s->gave_way || cancelled;
}

void target_runs(struct target *target)
{
    target->state = TARGET_RUNNING;
    target->out_of_reach = false;
}

void target_stands(struct target *target)
{
    target->state = TARGET_STOPPED;
    target->out_of_reach = false;
}

void target_has_ended(struct target *target)
{
    target->state = TARGET_EXITED;
    target->out_of_reach = false;
}

void target_is_gone(struct target *target)
{
    target->state = TARGET_DISCONNECTED;
}

void target_is_out_of_reach(struct target *target)
{
    target->out_of_reach = true;
}

void target_forget(struct target *target)
{
    memory_forget(target);
    target->frame = 0;
}

struct error *target_check(struct target *target, struct error *e)
{
    if (target->connection && target->state == TARGET_STOPPED && !target->attaching &&
        rsp_never_spoke(target->connection))
        target->hooks.runs_again(target);
    bool lost = target->connection && rsp_state(target->connection) == RSP_STATE_LOST;
    if (!lost || target->state == TARGET_DISCONNECTED || target->state == TARGET_EXITED)
        return e;
    /* The connection object stays until the caller is done with it; the state says that nothing more can be
     * asked. */
    BASE_FREE char *message = e && e->code == ERR_LOST ? xstrdup(e->message) : NULL;
    target_is_gone(target);
    target_is_out_of_reach(target);
    target->threads.has_current = false;
    target->hooks.lost(target, message, e ? e->hint : NULL);
    return e;
}
