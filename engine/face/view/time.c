/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time line of a view. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/location.h"
#include "engine/commands/bookmark_text.h"
#include "engine/control/time/time.h"
#include "engine/face/view/build.h"

enum { STOPS_KEPT = 64 };

void view_time_free(struct view_time *t)
{
    for (size_t i = 0; i < t->bookmark_count; i++) {
        free(t->bookmarks[i].name);
        free(t->bookmarks[i].where);
        free(t->bookmarks[i].note);
    }
    free(t->bookmarks);
    free(t->snapshots);
    free(t->stops);
    free(t->problem);
    free(t->unit);
    *t = (struct view_time){0};
}

static void own_bookmarks(struct view_time *t)
{
    t->bookmarks = xmemdup(t->bookmarks, t->bookmark_count * sizeof *t->bookmarks);
    for (size_t i = 0; i < t->bookmark_count; i++) {
        t->bookmarks[i].name = xstrdup(t->bookmarks[i].name);
        t->bookmarks[i].where = xstrdup_or_null(t->bookmarks[i].where);
        t->bookmarks[i].note = xstrdup_or_null(t->bookmarks[i].note);
    }
}

void view_time_own(struct view_time *t)
{
    if (t->bookmarks)
        own_bookmarks(t);
    if (t->snapshots)
        t->snapshots = xmemdup(t->snapshots, t->snapshot_count * sizeof *t->snapshots);
    if (t->stops)
        t->stops = xmemdup(t->stops, t->stop_count * sizeof *t->stops);
    t->problem = xstrdup_or_null(t->problem);
    t->unit = xstrdup_or_null(t->unit);
}

static char *where_of(const struct bookmark *b)
{
    BASE_FREE char *text = b->file && b->line ? xasprintf("%s:%u", path_base(b->file), b->line)
                           : b->function      ? xstrdup(b->function)
                                              : NULL;
    return view_text(text);
}

static struct error *build_bookmarks(struct session *s, struct view_time *t)
{
    struct bookmark_table *table;
    TRY(bookmarks_open(s->control, &table));
    t->bookmarks = xcalloc(table->count + 1, sizeof *t->bookmarks);
    for (size_t i = 0; i < table->count; i++) {
        const struct bookmark *b = table->items[i];
        t->bookmarks[t->bookmark_count++] = (struct view_bookmark){
            .id = b->id,
            .position = b->position,
            .name = view_text(b->name),
            .where = where_of(b),
            .note = view_text(b->note),
            .snapshot = b->snapshot != NULL,
            .stale = b->state == BOOKMARK_STALE,
        };
    }
    return NULL;
}

static struct error *build_snapshots(struct session *s, struct view_time *t)
{
    TRY(time_snapshots(s->control));
    t->snapshots = xcalloc(s->control->time.snapshot_count + 1, sizeof *t->snapshots);
    for (size_t i = 0; i < s->control->time.snapshot_count; i++)
        if (s->control->time.snapshots[i].position != UINT64_MAX)
            t->snapshots[t->snapshot_count++] = s->control->time.snapshots[i].position;
    return NULL;
}

/* The stops of the view before, and this one. */
static void add_stop(struct session *s, struct view_time *t, const struct view_time *before)
{
    size_t kept = before ? before->stop_count : 0, skip = kept >= STOPS_KEPT ? kept - STOPS_KEPT + 1 : 0;
    t->stops = xcalloc(STOPS_KEPT, sizeof *t->stops);
    for (size_t i = skip; i < kept; i++)
        t->stops[t->stop_count++] = before->stops[i];
    if (kept == 0 || before->epoch != s->target->epoch)
        t->stops[t->stop_count++] = t->position;
    t->epoch = s->target->epoch;
}

static struct error *build(struct session *s, struct view_time *t)
{
    const struct time_driver *driver;
    bool known = false;
    TRY(time_driver(s->control, &driver));
    t->unit = view_text(driver->unit);
    TRY(time_position(s->control, &t->position));
    TRY(time_last(s->control, &known, &t->total));
    if (!known)
        t->total = 0;
    TRY(build_bookmarks(s, t));
    return build_snapshots(s, t);
}

void view_build_time(struct session *s, struct view *v, const struct view *previous)
{
    struct view_time *t = &v->time;
    t->shown = true;
    struct error *e = build(s, t);
    if (e) {
        BASE_FREE char *text = e->hint ? xasprintf("%s; %s", e->message, e->hint) : xstrdup(e->message);
        t->problem = view_text(text);
        error_free(e);
        return;
    }
    add_stop(s, t, previous && previous->time.shown && !previous->time.problem ? &previous->time : NULL);
}
