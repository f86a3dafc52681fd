/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/names.h"

#include <poll.h>

#include "base/text.h"
#include "engine/target/target.h"
#include "symbols/names.h"

static void emit(struct target *target, size_t done, size_t total)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "progress");
    cJSON_AddStringToObject(o, "what", "index");
    cJSON_AddNumberToObject(o, "done", (double)done);
    cJSON_AddNumberToObject(o, "total", (double)total);
    target_emit(target, o);
}

static bool on_progress(void *context, size_t done, size_t total)
{
    struct target *target = context;
    struct pollfd fd = {.fd = target->cancel_fd, .events = POLLIN};
    if (target->cancel_fd >= 0 && poll(&fd, 1, 0) == 1)
        target->names_given_up = ERR_CANCELLED;
    else if (clock_now_ns() > target->deadline_ns)
        target->names_given_up = ERR_TIMEOUT;
    /* The last one takes the bar away. */
    emit(target, target->names_given_up ? total : done, total);
    return !target->names_given_up;
}

void names_watch(struct target *target)
{
    symbols_watch_names(target->map, on_progress, target);
}

struct error *names_outcome(struct target *target, struct error *e)
{
    enum error_code code = target->names_given_up;
    target->names_given_up = 0;
    if (!code)
        return e;
    error_free(e);
    return error_hint(error_new(code, "the names of a large file were still being indexed"),
                      "the same command begins it again; afterwards it is kept in a cache file");
}

struct error *names_wait(struct target *target)
{
    return symbols_wait_names(target->map) ? NULL : names_outcome(target, NULL);
}
