#include "engine/target/link.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "engine/session/core.h"

bool target_is_thrifty(const struct session *s)
{
    return s->connection && !transport_is_reliable(rsp_transport(s->connection));
}

/* What starts what has ended again depends on who started it. */
static struct error *has_ended(const struct session *s, enum error_code code)
{
    return error_hint(error_new(code, "the program has ended"),
                      target_can_run(s) ? "`run` starts it again" : "`reconnect` attaches to its stub again");
}

struct error *target_need(struct session *s)
{
    if (s->state == SESSION_EXITED)
        return has_ended(s, ERR_NOT_CONNECTED);
    if (!s->connection || s->state == SESSION_DISCONNECTED)
        return error_hint(error_new(ERR_NOT_CONNECTED, "there is no target"),
                          "`connect HOST:PORT` attaches to a stub, `launch` starts the program");
    return NULL;
}

struct error *target_need_stopped(struct session *s)
{
    TRY(target_need(s));
    if (s->state == SESSION_RUNNING)
        return error_hint(error_new(ERR_NOT_STOPPED, "the target is running"),
                          "`interrupt` (Ctrl-C) stops it");
    return NULL;
}

struct error *target_need_runnable(struct session *s)
{
    if (s->state == SESSION_EXITED)
        return has_ended(s, ERR_NOT_RUNNING);
    return target_need_stopped(s);
}

struct error *target_need_plantable(struct session *s)
{
    bool ahead = s->state == SESSION_DISCONNECTED && s->options.plans_ahead;
    return s->state == SESSION_EXITED || ahead ? NULL : target_need_stopped(s);
}

bool target_can_run(const struct session *s)
{
    return s->launched ? !s->was_there : s->program != NULL;
}

bool target_is_connected(const struct session *s)
{
    return s->connection && s->state != SESSION_EXITED && s->state != SESSION_DISCONNECTED;
}

void target_forget(struct session *s)
{
    memory_forget(s);
    s->frame = 0;
}

struct error *target_check(struct session *s, struct error *e)
{
    if (s->connection && s->state == SESSION_STOPPED && !s->attaching && rsp_never_spoke(s->connection))
        s->hooks.runs_again(s);
    bool lost = s->connection && rsp_state(s->connection) == RSP_STATE_LOST;
    if (!lost || s->state == SESSION_DISCONNECTED || s->state == SESSION_EXITED)
        return e;
    /* The connection object stays until the caller is done with it; the state says that nothing more can be
     * asked. */
    BASE_FREE char *message = e && e->code == ERR_LOST ? xstrdup(e->message) : NULL;
    s->state = SESSION_DISCONNECTED;
    s->threads.has_current = false;
    s->hooks.lost(s, message, e ? e->hint : NULL);
    return e;
}
