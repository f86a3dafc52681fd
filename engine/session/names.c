#include "engine/session/names.h"

#include <poll.h>

#include "base/text.h"
#include "engine/session/core.h"
#include "symbols/names.h"

static void emit(struct session *s, size_t done, size_t total)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "progress");
    cJSON_AddStringToObject(o, "what", "index");
    cJSON_AddNumberToObject(o, "done", (double)done);
    cJSON_AddNumberToObject(o, "total", (double)total);
    target_emit(&s->target, o);
}

static bool on_progress(void *context, size_t done, size_t total)
{
    struct session *s = context;
    struct pollfd fd = {.fd = s->options.cancel_fd, .events = POLLIN};
    if (s->options.cancel_fd >= 0 && poll(&fd, 1, 0) == 1)
        s->names_given_up = ERR_CANCELLED;
    else if (clock_now_ns() > s->target.deadline_ns)
        s->names_given_up = ERR_TIMEOUT;
    /* The last one takes the bar away. */
    emit(s, s->names_given_up ? total : done, total);
    return !s->names_given_up;
}

void names_watch(struct session *s)
{
    symbols_watch_names(s->target.map, on_progress, s);
}

struct error *names_outcome(struct session *s, struct error *e)
{
    enum error_code code = s->names_given_up;
    s->names_given_up = 0;
    if (!code)
        return e;
    error_free(e);
    return error_hint(error_new(code, "the names of a large file were still being indexed"),
                      "the same command begins it again; afterwards it is kept in a cache file");
}

struct error *names_wait(struct session *s)
{
    return symbols_wait_names(s->target.map) ? NULL : names_outcome(s, NULL);
}
