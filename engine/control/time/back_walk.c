/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walking back instruction by instruction, seen ahead in windows (back.h). */
#include <inttypes.h>

#include "engine/control/control.h"
#include "engine/target/registers.h"
#include "engine/control/time/back.h"

enum { FIRST_WINDOW = 16 };

static struct error *look(struct control *c, struct time_place *ret)
{
    struct thread *t;
    TRY(threads_current(c->target, &t));
    TRY(thread_pc(c->target, t, &ret->pc));
    return thread_sp(c->target, t, &ret->sp);
}

struct error *time_walk_again(struct time_walk *w)
{
    w->count = 0;
    w->window = FIRST_WINDOW;
    TRY(time_position(w->session, &w->now.position));
    return look(w->session, &w->now);
}

struct error *time_walk_begin(struct control *c, struct time_walk *w)
{
    *w = (struct time_walk){.session = c};
    return time_walk_again(w);
}

/* Steps through what lies before `now`. Every step is one position, or the window is of no use. */
static struct error *fill(struct time_walk *w)
{
    struct control *c = w->session;
    uint64_t end = w->now.position, n = w->window < end ? w->window : end, at;
    TRY(time_come_close(c, end - 1));
    TRY(time_remove_all(c));
    TRY(time_seek(c, end - n));
    for (uint64_t i = 0; i < n; i++) {
        w->trace[i].position = end - n + i;
        TRY(look(c, &w->trace[i]));
        if (i + 1 == n)
            break;
        struct rsp_stop stop;
        time_moved(c);
        TRY(c->time.driver->step(c, &stop));
        TRY(time_landed(c, &stop));
    }
    TRY(time_position(c, &at));
    if (at != end - 1)
        return error_new(ERR_VIOLATION, "%" PRIu64 " steps from %" PRIu64 " led to %" PRIu64, n - 1, end - n,
                         at);
    w->count = n;
    w->window = w->window * 4 < WALK_MOST ? w->window * 4 : WALK_MOST;
    return NULL;
}

/* Where positions are not exact the target itself goes back, one instruction ahead of the walk. */
static struct error *fill_one(struct time_walk *w, bool *ended)
{
    TRY(time_plain_back(w->session, ended));
    TRY(time_position(w->session, &w->trace[0].position));
    TRY(look(w->session, &w->trace[0]));
    w->count = 1;
    return NULL;
}

struct error *time_walk_peek(struct time_walk *w, struct time_place *ret, bool *ended)
{
    bool exact = w->session->time.driver->exact;
    *ended = exact && w->now.position == 0;
    if (w->count == 0 && !*ended)
        TRY(exact ? fill(w) : fill_one(w, ended));
    if (*ended)
        return NULL;
    *ret = w->trace[w->count - 1];
    return NULL;
}

void time_walk_back(struct time_walk *w)
{
    w->now = w->trace[--w->count];
}

struct error *time_walk_land(struct time_walk *w)
{
    return w->session->time.driver->exact ? time_seek(w->session, w->now.position) : NULL;
}
