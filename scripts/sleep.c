/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The step `sleep`: the session goes on meanwhile, so that a target that runs in the background really runs,
 * and a target that is lost is told as it happens. */
#include <poll.h>

#include "base/signal_pipe.h"
#include "base/text.h"
#include "scripts/limits.h"
#include "scripts/runner.h"

/* What a run in the background needs of us: a hit that does not count is run on from. A stop is kept for
 * `wait`. */
static struct error *while_running(struct run *r, int64_t until_ns)
{
    struct stop stop;
    bool done;
    struct error *e = session_pump(r->session, until_ns, -1, &stop, &done);
    if (done)
        session_keep_stop(r->session, &stop);
    bool over = error_is(e, ERR_TIMEOUT) && !session_is_deaf(r->session);
    if (over || error_is(e, ERR_LOST)) { /* a loss was told, and is the next step's affair */
        error_free(e);
        return NULL;
    }
    return e;
}

static void while_idle(struct run *r, int64_t until_ns)
{
    struct pollfd fds[1 + SESSION_IDLE_FDS] = {{.fd = r->options->signals->fd, .events = POLLIN}};
    size_t count = session_idle_fds(r->session, fds + 1);
    int64_t left_ms = (until_ns - clock_now_ns() + 999999) / 1000000;
    if (poll(fds, 1 + count, left_ms > 0 ? (int)left_ms : 0) > 0)
        session_idle(r->session, fds + 1, count);
}

static struct error *sleep_until(struct run *r, int64_t until_ns)
{
    session_set_deadline(r->session,
                         INT64_MAX); /* a long sleep is not a question that waits for its answer */
    while (clock_now_ns() < until_ns) {
        if (signal_pipe_ended_by())
            return error_new(ERR_CANCELLED, "interrupted");
        if (session_state(r->session) == TARGET_RUNNING)
            TRY(while_running(r, until_ns));
        else
            while_idle(r, until_ns);
        session_put_away_lost(r->session);
    }
    return NULL;
}

struct error *run_sleep(struct run *r, const cJSON *step)
{
    double seconds = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(step, "seconds"));
    if (!(seconds >= 0 && seconds <= SLEEP_SECONDS_MOST))
        return error_new(ERR_USAGE, "`seconds` is 0 to %d", SLEEP_SECONDS_MOST);
    int64_t until_ns = clock_now_ns() + (int64_t)(seconds * 1e9);
    bool limited = cJSON_GetObjectItemCaseSensitive(step, "timeout") != NULL;
    int64_t limit_ns = limited ? run_deadline(r, step) : INT64_MAX;
    if (until_ns <= limit_ns)
        return sleep_until(r, until_ns);
    TRY(sleep_until(r, limit_ns));
    return error_new(ERR_TIMEOUT, "sleep: its `timeout` is shorter than its %g seconds", seconds);
}
