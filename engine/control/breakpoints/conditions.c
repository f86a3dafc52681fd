#include "engine/control/breakpoints/conditions.h"

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/agent/agent.h"
#include "engine/control/control.h"

/* A packet has to hold them all. */
enum { CONDITIONS_BYTES_MAX = 400 };

static bool add_condition(struct control *c, const struct wish *w, uint64_t pc, struct buf *out)
{
    BASE_BUF struct buf code = {0};
    if (!w || !w->condition)
        return false;
    struct error *e = agent_compile(c, w->condition, pc, &code);
    bool ok = !e;
    error_free(e);
    if (ok) {
        buf_printf(out, ";X%zx,", code.length);
        hex_encode(out, (const unsigned char *)code.data, code.length);
    }
    return ok;
}

void conditions_update(struct control *c, struct plant *p)
{
    BASE_BUF struct buf text = {0};
    p->stale = false;
    bool can = (p->type == PLANT_SOFTWARE || p->type == PLANT_HARDWARE) &&
               rsp_feature_usable(rsp_features(c->target->connection), FEATURE_CONDITIONAL_BREAKPOINTS) &&
               p->wish_count && p->users == p->wish_count;
    for (size_t i = 0; can && i < p->wish_count; i++)
        can = add_condition(c, breakpoint_find(c, p->wishes[i]), p->address, &text) &&
              text.length <= CONDITIONS_BYTES_MAX;
    plant_set_conditions(c, p, can ? xstrdup(buf_text(&text)) : NULL);
}
