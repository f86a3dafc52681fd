/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/run/interrupt.h"

#include "base/text.h"
#include "engine/control/control.h"

void interrupt_settled(struct control *c)
{
    c->interrupt.sent = c->interrupt.deaf = false;
    c->interrupt.count = 0;
    c->interrupt.pressed_ns = c->interrupt.deaf_ns = 0;
}

struct error *interrupt_send(struct control *c)
{
    TRY(target_need(c->target));
    if (c->target->state != TARGET_RUNNING)
        return error_new(ERR_NOT_RUNNING, "the target is not running");
    c->interrupt.sent = true;
    c->interrupt.prepare(c->context);
    if (rsp_state(c->target->connection) != RSP_STATE_RUNNING)
        return NULL; /* a stop is already on its way through the plan */
    c->interrupt.count++;
    return target_check(c->target, rsp_interrupt(c->target->connection));
}

void interrupt_wait(struct control *c, int64_t patience_ns)
{
    c->interrupt.deaf = false;
    c->interrupt.pressed_ns = clock_now_ns();
    c->interrupt.deaf_ns = c->interrupt.pressed_ns + patience_ns;
}

void interrupt_hurry(struct control *c)
{
    c->interrupt.deaf_ns = clock_now_ns();
}

void interrupt_was_not_heard(struct control *c)
{
    c->interrupt.deaf_ns = c->interrupt.pressed_ns = 0;
    c->interrupt.sent = c->interrupt.deaf = true;
}

void interrupt_owe(struct control *c, bool owed)
{
    c->interrupt.owed = owed;
}
