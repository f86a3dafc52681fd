/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gathering: every thread to where it is known by. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "scripts/drive.h"
#include "scripts/limits.h"
#include "scripts/who.h"

/* Who arrived at one place, in their order. */
struct gathering {
    const char *at;
    struct inserted inserted;
    char **ids;
    size_t count, capacity;
};

static void gathering_free(struct gathering *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < list[i].count; k++)
            free(list[i].ids[k]);
        free(list[i].ids);
    }
}

static struct error *site_gathering(struct drive *d, struct gathering *list, size_t *count)
{
    for (size_t i = 0; i < d->race->thread_count; i++) {
        const char *at = d->race->threads[i].at;
        bool known = at == NULL;
        for (size_t k = 0; k < *count; k++)
            known |= strcmp(list[k].at, at ? at : "") == 0;
        if (known)
            continue;
        list[*count] = (struct gathering){.at = at};
        TRY(drive_site(d, at, &list[(*count)++].inserted));
    }
    return NULL;
}

/* Threads that are known by their id stay where they are. */
static struct error *take_named(struct drive *d)
{
    for (size_t i = 0; i < d->race->thread_count; i++) {
        cJSON *row = NULL;
        if (!d->race->threads[i].id)
            continue;
        TRY(run_command(d->r, "thread", drive_args("id", d->race->threads[i].id), &row));
        d->result->ids[i] = xstrdup(json_text(row, "id"));
        cJSON_Delete(row);
        TRY(drive_hold(d, "hold", d->result->ids[i]));
    }
    return NULL;
}

/* A thread that is new at this place may be one of those waited for: then it is held there. */
static struct error *take_arrival(struct drive *d, struct gathering *g, const char *id)
{
    bool is_new = g->count < GATHERED_MOST;
    for (size_t i = 0; i < g->count; i++)
        is_new &= strcmp(g->ids[i], id) != 0;
    if (is_new) {
        ARRAY_RESERVE(g->ids, g->count, g->capacity);
        g->ids[g->count++] = xstrdup(id);
    }
    for (unsigned i = 0; i < d->race->thread_count; i++) {
        const struct race_thread *t = &d->race->threads[i];
        bool is_it = false;
        if (!t->at || strcmp(t->at, g->at) != 0 || d->result->ids[i])
            continue;
        if (race_thread_by_turn(t))
            is_it = is_new && t->nth == g->count;
        else
            TRY(who_is_it(d, t, id, &is_it));
        if (is_it) {
            d->result->ids[i] = xstrdup(id);
            return drive_hold(d, "hold", id);
        }
    }
    return NULL;
}

static bool is_gathered(const struct drive *d, const char *id)
{
    for (size_t i = 0; i < d->race->thread_count; i++)
        if (d->result->ids[i] && strcmp(d->result->ids[i], id) == 0)
            return true;
    return false;
}

static const struct race_thread *missing(const struct drive *d)
{
    for (size_t i = 0; i < d->race->thread_count; i++)
        if (!d->result->ids[i])
            return &d->race->threads[i];
    return NULL;
}

static struct error *not_gathered(struct drive *d, struct error *e)
{
    const struct race_thread *t = missing(d);
    if (!error_is(e, ERR_TIMEOUT))
        return e;
    error_free(e);
    BASE_FREE char *who = who_text(t);
    drive_conclude(d, RACE_UNFORCED,
                   xasprintf("%s: no thread came to %s %s within the step's time", t->name, t->at, who));
    return NULL;
}

/* What a stop on the way says of who is there. *ended: nobody will come any more. */
static struct error *take_stop(struct drive *d, struct gathering *list, size_t count, cJSON **stop,
                               bool *ended)
{
    if (drive_ends(d, stop)) {
        *ended = true;
        return NULL;
    }
    bool handled;
    const char *id = json_text(*stop, "thread");
    TRY(births_at_stop(d, *stop, &handled));
    if (handled)
        return NULL;
    if (is_gathered(d, id)) {
        drive_not_held(d, xasprintf("the stub does not hold threads: %s ran on while it was held", id));
        *ended = true;
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        if (drive_is_at(&list[i].inserted, *stop))
            TRY(take_arrival(d, &list[i], id));
    return NULL;
}

static struct error *gather_all(struct drive *d, struct gathering *list, size_t count, bool *ok)
{
    while (missing(d)) {
        cJSON *stop;
        struct error *e = drive_run(d, "all", NULL, d->deadline_ns, &stop);
        if (e)
            return not_gathered(d, e);
        bool ended = false;
        e = take_stop(d, list, count, &stop, &ended);
        cJSON_Delete(stop);
        if (e || ended)
            return e;
    }
    *ok = true;
    return NULL;
}

static struct error *release_all(struct drive *d)
{
    for (size_t i = 0; i < d->race->thread_count; i++)
        if (d->result->ids[i])
            TRY(drive_hold(d, "release", d->result->ids[i]));
    return NULL;
}

/* Births are noted only where somebody is known by them: each costs two stops. */
static struct error *begin_births(struct drive *d)
{
    bool created = false;
    for (size_t i = 0; i < d->race->thread_count; i++)
        created |= d->race->threads[i].created != 0;
    return created ? births_begin(d) : NULL;
}

struct error *drive_gather(struct drive *d, bool *ok)
{
    struct gathering list[RACE_THREADS_MAX] = {0};
    size_t count = 0;
    who_warn(d->race, d->result);
    struct error *e = begin_births(d);
    if (!e)
        e = take_named(d);
    if (!e)
        e = site_gathering(d, list, &count);
    if (!e)
        e = gather_all(d, list, count, ok);
    drive_clean_up(d);
    births_end(d);
    if (session_state(d->r->session) == TARGET_STOPPED) {
        struct error *second = release_all(d);
        e = e ? (error_free(second), e) : second;
    }
    for (size_t i = 0; i < count; i++)
        drive_lift(d, &list[i].inserted);
    gathering_free(list, count);
    return e;
}
