#include "engine/control/run/watch_steps.h"

#include <string.h>

#include "engine/control/control.h"

enum { PROGRESS_STEPS = 4096 };

bool watch_steps_any(const struct control *c)
{
    return c->breakpoints.plants.stepped > 0;
}

static bool is_stepped(const struct wish *w)
{
    return w->is_watch && w->enabled && w->count && w->locations[0].plant &&
           w->locations[0].plant->type == PLANT_STEPPED;
}

/* Reads the bytes of one watch; *changed against what was seen last. */
static struct error *look(struct control *c, struct wish *w, bool *changed)
{
    unsigned char now[sizeof w->watch_seen];
    size_t got = 0;
    *changed = false;
    TRY(memory_read_some(c->target, w->watch_address, now, w->watch_length, &got));
    if (got < w->watch_length)
        return NULL; /* not mapped at the moment */
    *changed = w->watch_seen_known && memcmp(now, w->watch_seen, got) != 0;
    if (*changed) {
        /* The value before, also where changes that nobody was shown came in between. */
        memcpy(w->watch_new, w->watch_seen, got);
        w->watch_new_known = true;
    }
    memcpy(w->watch_seen, now, got);
    w->watch_seen_known = true;
    return NULL;
}

struct error *watch_steps_begin(struct control *c)
{
    c->plan.watch_steps = 0;
    for (size_t i = 0; watch_steps_any(c) && i < c->breakpoints.wish_count; i++) {
        bool changed;
        if (is_stepped(c->breakpoints.wishes[i]))
            TRY(look(c, c->breakpoints.wishes[i], &changed));
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
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "progress");
    cJSON_AddStringToObject(o, "what", "watch");
    cJSON_AddNumberToObject(o, "done", (double)c->plan.watch_steps);
    target_emit(c->target, o);
}

struct error *watch_steps_check(struct control *c, struct stop *stop)
{
    if (!watch_steps_any(c))
        return NULL;
    tell_progress(c);
    int first = 0;
    for (size_t i = 0; i < c->breakpoints.wish_count; i++) {
        bool changed;
        if (!is_stepped(c->breakpoints.wishes[i]))
            continue;
        TRY(look(c, c->breakpoints.wishes[i], &changed));
        if (changed && !first)
            first = c->breakpoints.wishes[i]->id;
    }
    if (!first)
        return NULL;
    stop->reason = STOP_WATCHPOINT;
    stop->signal = 0;
    stop->watchpoint = first;
    stop->others_ran = c->target->threads.count > 1 && c->schedule == SCHEDULE_ALL;
    return NULL;
}
