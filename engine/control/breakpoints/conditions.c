/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/breakpoints/conditions.h"

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/agent/agent.h"
#include "engine/control/control.h"

/* A packet has to hold them all. */
enum { CONDITIONS_BYTES_MAX = 400 };

static bool add_condition(struct control *c, const struct breakpoint *b, uint64_t pc, struct buf *out)
{
    BASE_BUF struct buf code = {0};
    if (!b || !b->condition)
        return false;
    struct error *e = agent_compile(c, b->condition, pc, &code);
    bool ok = !e;
    error_free(e);
    if (ok) {
        buf_printf(out, ";X%zx,", code.length);
        hex_encode(out, (const unsigned char *)code.data, code.length);
    }
    return ok;
}

void conditions_update(struct control *c, struct site *p)
{
    BASE_BUF struct buf text = {0};
    p->stale = false;
    bool can = (p->type == SITE_SOFTWARE || p->type == SITE_HARDWARE) &&
               rsp_feature_usable(rsp_features(c->target->connection), FEATURE_CONDITIONAL_BREAKPOINTS) &&
               p->count && p->users == p->count;
    for (size_t i = 0; can && i < p->count; i++)
        can = add_condition(c, breakpoint_find(c, p->breakpoint_ids[i]), p->address, &text) &&
              text.length <= CONDITIONS_BYTES_MAX;
    site_set_conditions(c, p, can ? xstrdup(buf_text(&text)) : NULL);
}
