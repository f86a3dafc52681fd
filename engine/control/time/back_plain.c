/* The reverse commands where the stub does them by itself (`bs`, `bc`) and positions are not exact: rr. */
#include "engine/control/breakpoints/means.h"
#include "engine/session/core.h"
#include "engine/control/stop/classify.h"
#include "engine/target/registers.h"
#include "engine/control/time/back.h"

struct error *time_plain_back(struct session *s)
{
    TRY(time_replant(s));
    time_moved(s);
    TRY(s->time.driver->back(s));
    return time_landed(s, NULL);
}

/* One `bc` after the other, until a stop counts. *ended at the start of the record. */
static struct error *run_back(struct session *s, const struct time_entry *entry, struct stop *found,
                              bool *ended)
{
    *ended = false;
    for (;;) {
        struct rsp_stop from;
        bool counts;
        TRY(time_replant(s));
        time_moved(s);
        struct error *e = s->time.driver->back_run(s, &from);
        *ended = error_is(e, ERR_HISTORY_END);
        if (*ended) {
            error_free(e);
            return time_landed(s, NULL);
        }
        TRY(e);
        TRY(time_landed(s, &from));
        TRY(stop_classify(s, &from, found));
        TRY(wish_would_stop(s, found, &counts));
        struct thread *t;
        uint64_t sp = 0;
        TRY(threads_current(&s->target, &t));
        if (entry && !counts && found->has_pc && found->pc == entry->address) {
            TRY(thread_sp(&s->target, t, &sp));
            counts = entry->at_least ? sp >= entry->sp : sp == entry->sp;
            found->reason = STOP_STEP;
            found->breakpoint = found->watchpoint = found->signal = 0;
        }
        if (counts || (found->reason == STOP_SIGNAL && found->signal != TARGET_SIGTRAP))
            return NULL;
    }
}

static struct error *tell(struct session *s, const struct stop *found, struct stop *ret)
{
    TRY(time_here(s, found->reason, ret));
    ret->breakpoint = found->breakpoint;
    ret->watchpoint = found->watchpoint;
    ret->signal = found->signal;
    return NULL;
}

struct error *time_plain_continue(struct session *s, uint64_t times, struct stop *ret)
{
    struct stop found;
    bool ended;
    for (;;) {
        TRY(run_back(s, NULL, &found, &ended));
        if (ended)
            return time_here(s, STOP_HISTORY_END, ret);
        if (time_hit_is_told(s, &found, &times))
            return tell(s, &found, ret);
    }
}

struct error *time_plain_to_entry(struct session *s, struct time_entry entry, bool *found, bool *own,
                                  struct stop *ret)
{
    struct plant *plant = means_for_run(s, entry.address);
    struct stop hit;
    bool ended = false;
    struct error *e = run_back(s, &entry, &hit, &ended);
    if (s->target.connection)
        plant_release(s, plant);
    TRY(e);
    *found = !ended;
    *own = *found && hit.reason == STOP_STEP;
    return *found ? tell(s, &hit, ret) : NULL;
}
