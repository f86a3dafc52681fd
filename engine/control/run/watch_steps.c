/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/run/watch_steps.h"

#include <string.h>

#include "engine/control/control.h"

enum { PROGRESS_STEPS = 4096 };

bool watch_steps_any(const struct control *c)
{
    return c->breakpoints.sites.stepped > 0;
}

static bool is_stepped(const struct breakpoint *b)
{
    return b->is_watch && b->enabled && b->count && b->locations[0].site &&
           b->locations[0].site->type == SITE_STEPPED;
}

/* Reads the bytes of one watch; *changed against what was seen last. */
static struct error *look(struct control *c, struct breakpoint *b, bool *changed)
{
    unsigned char now[sizeof b->watch_seen];
    size_t got = 0;
    *changed = false;
    TRY(memory_read_some(c->target, b->watch_address, now, b->watch_length, &got));
    if (got < b->watch_length)
        return NULL; /* not mapped at the moment */
    *changed = b->watch_seen_known && memcmp(now, b->watch_seen, got) != 0;
    if (*changed) {
        /* The value before, also where changes that nobody was shown came in between. */
        memcpy(b->watch_new, b->watch_seen, got);
        b->watch_new_known = true;
    }
    memcpy(b->watch_seen, now, got);
    b->watch_seen_known = true;
    return NULL;
}

struct error *watch_steps_begin(struct control *c)
{
    c->plan.watch_steps = 0;
    for (size_t i = 0; watch_steps_any(c) && i < c->breakpoints.count; i++) {
        bool changed;
        if (is_stepped(c->breakpoints.items[i]))
            TRY(look(c, c->breakpoints.items[i], &changed));
    }
    return NULL;
}

struct ptid watch_steps_thread(struct control *c, struct plan *p)
{
    const struct thread *t = threads_find(&c->target->threads, p->watch_thread);
    if (p->has_thread)
        p->watch_thread = p->thread;
    else if (!p->watch_stepping || !t)
        p->watch_thread = c->target->threads.current;
    p->watch_stepping = true;
    return p->watch_thread;
}

static void tell_progress(struct control *c)
{
    if (++c->plan.watch_steps % PROGRESS_STEPS)
        return;
    target_emit(c->target, &(struct event){
                               .kind = EVENT_PROGRESS,
                               .progress = {.what = "watch", .done = c->plan.watch_steps, .no_total = true}});
}

struct error *watch_steps_check(struct control *c, struct stop *stop)
{
    if (!watch_steps_any(c))
        return NULL;
    tell_progress(c);
    int first = 0;
    for (size_t i = 0; i < c->breakpoints.count; i++) {
        bool changed;
        if (!is_stepped(c->breakpoints.items[i]))
            continue;
        TRY(look(c, c->breakpoints.items[i], &changed));
        if (changed && !first)
            first = c->breakpoints.items[i]->id;
    }
    if (!first)
        return NULL;
    stop->reason = STOP_WATCHPOINT;
    stop->signal = 0;
    stop->watchpoint = first;
    stop->others_ran = c->target->threads.count > 1 && c->schedule == SCHEDULE_ALL;
    return NULL;
}
