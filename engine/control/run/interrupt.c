#include "engine/control/run/interrupt.h"

#include "engine/session/core.h"

void interrupt_settled(struct session *s)
{
    s->interrupt_sent = s->deaf = false;
    s->interrupts = 0;
    s->interrupted_ns = s->deaf_ns = 0;
}

struct error *interrupt_send(struct session *s)
{
    TRY(target_need(&s->target));
    if (s->target.state != TARGET_RUNNING)
        return error_new(ERR_NOT_RUNNING, "the target is not running");
    s->interrupt_sent = true;
    s->prepare_interrupt(s);
    if (rsp_state(s->target.connection) != RSP_STATE_RUNNING)
        return NULL; /* a stop is already on its way through the plan */
    s->interrupts++;
    return target_check(&s->target, rsp_interrupt(s->target.connection));
}
