#include "engine/control/run/interrupt.h"

#include "engine/control/control.h"

void interrupt_settled(struct control *c)
{
    c->interrupt_sent = c->deaf = false;
    c->interrupts = 0;
    c->interrupted_ns = c->deaf_ns = 0;
}

struct error *interrupt_send(struct control *c)
{
    TRY(target_need(c->target));
    if (c->target->state != TARGET_RUNNING)
        return error_new(ERR_NOT_RUNNING, "the target is not running");
    c->interrupt_sent = true;
    c->prepare_interrupt(c->context);
    if (rsp_state(c->target->connection) != RSP_STATE_RUNNING)
        return NULL; /* a stop is already on its way through the plan */
    c->interrupts++;
    return target_check(c->target, rsp_interrupt(c->target->connection));
}
