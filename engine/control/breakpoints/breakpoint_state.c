/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a breakpoint is at the moment: which way it is inserted, its state, the reason for it, and the event
 * that it changed. */
#include "engine/control/control.h"

const struct site *breakpoint_site(const struct breakpoint *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->locations[i].site)
            return b->locations[i].site;
    return NULL;
}

enum breakpoint_kind site_kind(enum site_type type)
{
    return type == SITE_SOFTWARE || type == SITE_STEPPED ? BREAKPOINT_SOFTWARE
           : type == SITE_MEMORY                         ? BREAKPOINT_MEMORY
                                                         : BREAKPOINT_HARDWARE;
}

enum breakpoint_kind breakpoint_kind(const struct breakpoint *b)
{
    const struct site *p = breakpoint_site(b);
    if (p)
        return site_kind(p->type);
    return b->is_watch && b->kind == BREAKPOINT_AUTO ? BREAKPOINT_HARDWARE : b->kind;
}

const char *breakpoint_kind_name(enum breakpoint_kind kind)
{
    static const char *const names[] = {"auto", "software", "hardware", "memory"};
    return names[kind];
}

static bool any_in(const struct breakpoint *b, enum site_state state)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->locations[i].site && b->locations[i].site->state == state)
            return true;
    return false;
}

static bool all_inserted(const struct breakpoint *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (!b->locations[i].site)
            return false;
    return b->count > 0;
}

enum breakpoint_state breakpoint_state(const struct breakpoint *b)
{
    if (!b->enabled)
        return BREAKPOINT_DISABLED;
    if (b->pending)
        return BREAKPOINT_PLANNED;
    if (any_in(b, SITE_SUSPECT))
        return BREAKPOINT_SUSPECT;
    if (!all_inserted(b))
        return b->reason ? BREAKPOINT_FAILED : BREAKPOINT_PLANNED;
    if (any_in(b, SITE_FAILED))
        return BREAKPOINT_FAILED;
    if (any_in(b, SITE_UNVERIFIED))
        return BREAKPOINT_UNVERIFIED;
    return any_in(b, SITE_PLANNED) ? BREAKPOINT_PLANNED : BREAKPOINT_ARMED;
}

const char *breakpoint_state_name(enum breakpoint_state state)
{
    static const char *const names[] = {
        [BREAKPOINT_PLANNED] = "planned",       [BREAKPOINT_ARMED] = "armed",
        [BREAKPOINT_UNVERIFIED] = "unverified", [BREAKPOINT_SUSPECT] = "suspect",
        [BREAKPOINT_FAILED] = "failed",         [BREAKPOINT_DISABLED] = "disabled",
    };
    return names[state];
}

const char *breakpoint_reason(const struct breakpoint *b)
{
    if (b->reason)
        return b->reason;
    for (size_t i = 0; i < b->count; i++)
        if (b->locations[i].site && b->locations[i].site->reason)
            return b->locations[i].site->reason;
    if (b->enabled && any_in(b, SITE_UNVERIFIED))
        return "a trap in memory may be delivered to the program: not hit yet";
    return NULL;
}

void breakpoint_emit_changed(struct control *c, const struct breakpoint *b)
{
    target_emit(c->target, &(struct event){.kind = EVENT_BREAKPOINT_CHANGED, .breakpoint = b});
}
