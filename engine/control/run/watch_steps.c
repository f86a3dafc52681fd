#include "engine/control/run/watch_steps.h"

#include <string.h>

#include "engine/session/core.h"

enum { PROGRESS_STEPS = 4096 };

bool watch_steps_any(const struct session *s)
{
    return s->breakpoints.plants.stepped > 0;
}

static bool is_stepped(const struct wish *w)
{
    return w->is_watch && w->enabled && w->count && w->locations[0].plant &&
           w->locations[0].plant->type == PLANT_STEPPED;
}

/* Reads the bytes of one watch; *changed against what was seen last. */
static struct error *look(struct session *s, struct wish *w, bool *changed)
{
    unsigned char now[sizeof w->watch_seen];
    size_t got = 0;
    *changed = false;
    TRY(memory_read_some(&s->target, w->watch_address, now, w->watch_length, &got));
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

struct error *watch_steps_begin(struct session *s)
{
    s->plan.watch_steps = 0;
    for (size_t i = 0; watch_steps_any(s) && i < s->breakpoints.wish_count; i++) {
        bool changed;
        if (is_stepped(s->breakpoints.wishes[i]))
            TRY(look(s, s->breakpoints.wishes[i], &changed));
    }
    return NULL;
}

struct ptid watch_steps_thread(struct session *s, struct plan *p)
{
    const struct thread *t = threads_find(&s->target.threads, p->watch_thread);
    if (p->has_thread)
        p->watch_thread = p->thread;
    else if (!p->watch_stepping || !t)
        p->watch_thread = s->target.threads.current;
    p->watch_stepping = true;
    return p->watch_thread;
}

static void tell_progress(struct session *s)
{
    if (++s->plan.watch_steps % PROGRESS_STEPS)
        return;
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "progress");
    cJSON_AddStringToObject(o, "what", "watch");
    cJSON_AddNumberToObject(o, "done", (double)s->plan.watch_steps);
    target_emit(&s->target, o);
}

struct error *watch_steps_check(struct session *s, struct stop *stop)
{
    if (!watch_steps_any(s))
        return NULL;
    tell_progress(s);
    int first = 0;
    for (size_t i = 0; i < s->breakpoints.wish_count; i++) {
        bool changed;
        if (!is_stepped(s->breakpoints.wishes[i]))
            continue;
        TRY(look(s, s->breakpoints.wishes[i], &changed));
        if (changed && !first)
            first = s->breakpoints.wishes[i]->id;
    }
    if (!first)
        return NULL;
    stop->reason = STOP_WATCHPOINT;
    stop->signal = 0;
    stop->watchpoint = first;
    stop->others_ran = s->target.threads.count > 1 && s->schedule == SCHEDULE_ALL;
    return NULL;
}
