/* What drivers share: monitor commands, and resumes that are waited for. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/stop/stop_report.h"
#include "engine/session/core.h"
#include "engine/control/stop/classify.h"
#include "engine/control/time/driver.h"

/* A snapshot of much memory takes seconds, and QEMU answers when it is done. */
#define MONITOR_NS 120000000000
/* How long an interrupted target is waited for. */
#define GRACE_NS 10000000000
/* How long it may take to go back to where a search began. */
#define HOME_NS 60000000000

void time_snapshots_free(struct time_snapshot *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i].name);
    free(list);
}

static void drop_returns(struct buf *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->length; i++)
        if (b->data[i] != '\r')
            b->data[kept++] = b->data[i];
    b->length = kept;
    if (b->data)
        b->data[kept] = '\0';
}

static struct error *ask_monitor(struct session *s, struct buf *out, const char *format, va_list args)
{
    BASE_BUF struct buf command = {0};
    buf_vprintf(&command, format, args);
    int64_t timeout = rsp_timeout(s->target.connection);
    rsp_set_timeout(s->target.connection, MONITOR_NS);
    struct error *e = target_check(&s->target, rsp_monitor(s->target.connection, buf_text(&command), out));
    if (s->target.connection)
        rsp_set_timeout(s->target.connection, timeout);
    drop_returns(out);
    return e;
}

struct error *time_monitor(struct session *s, struct buf *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct error *e = ask_monitor(s, out, format, args);
    va_end(args);
    return e;
}

struct error *time_monitor_quiet(struct session *s, const char *format, ...)
{
    BASE_BUF struct buf out = {0};
    va_list args;
    va_start(args, format);
    struct error *e = ask_monitor(s, &out, format, args);
    va_end(args);
    TRY(e);
    while (out.length && out.data[out.length - 1] == '\n')
        out.data[--out.length] = '\0';
    if (out.length)
        return error_new(ERR_REFUSED, "the target's monitor said: %.400s", buf_text(&out));
    return NULL;
}

static void drain(int fd)
{
    char bytes[64];
    while (fd >= 0 && read(fd, bytes, sizeof bytes) > 0) {
    }
}

/* The time is up, or somebody pressed Ctrl-C: the target must not go on running. */
static struct error *stop_it(struct session *s, struct error *why)
{
    if (error_is(why, ERR_CANCELLED))
        drain(s->options.cancel_fd);
    struct rsp_stop stop;
    bool stopped = false;
    struct error *e = rsp_interrupt(s->target.connection);
    if (!e)
        e = rsp_wait_stop(s->target.connection, clock_now_ns() + GRACE_NS, -1, &stop, &stopped);
    if (!e)
        return why;
    error_free(why);
    return target_check(&s->target, e);
}

void time_way_home(struct session *s, bool begin, int64_t *saved)
{
    if (begin) {
        *saved = s->target.deadline_ns;
        s->target.deadline_ns = clock_now_ns() + HOME_NS;
    } else {
        s->target.deadline_ns = *saved;
    }
}

/* Told as every end is, and what was asked for fails with it. */
static struct error *target_ended(struct session *s, const struct rsp_stop *end)
{
    TRY(stop_classify(s, end, &s->last_stop));
    s->target.epoch++;
    s->stops++;
    s->stop_ended_ns = clock_now_ns();
    s->target.state = TARGET_EXITED;
    stop_report(s);
    s->target.hooks.ended(&s->target);
    return error_hint(error_new(ERR_LOST, "the target ended while it was taken to another moment"),
                      "start it again; bookmarks are kept");
}

struct error *time_wait(struct session *s, struct rsp_stop *ret)
{
    bool stopped = false;
    transport_set_cancel_fd(rsp_transport(s->target.connection), s->options.cancel_fd);
    struct error *e = rsp_wait_stop(s->target.connection, s->target.deadline_ns, -1, ret, &stopped);
    if (s->time.holds)
        transport_set_cancel_fd(rsp_transport(s->target.connection), -1);
    if (error_is(e, ERR_CANCELLED) || error_is(e, ERR_TIMEOUT))
        return stop_it(s, e);
    TRY(target_check(&s->target, e));
    if (ret->kind == RSP_STOP_EXITED || ret->kind == RSP_STOP_KILLED)
        return target_ended(s, ret);
    return NULL;
}

struct error *time_resume(struct session *s, const char *packet, struct rsp_stop *ret)
{
    TRY(target_check(&s->target, rsp_resume(s->target.connection, packet, strlen(packet))));
    return time_wait(s, ret);
}

struct error *time_go(struct session *s, bool step, struct rsp_stop *ret)
{
    struct rsp_action action = {.thread = {-1, -1}, .how = step ? RSP_STEP : RSP_CONTINUE};
    if (step)
        action.thread = s->target.threads.current;
    TRY(target_check(&s->target, rsp_resume_actions(s->target.connection, &action, 1)));
    return time_wait(s, ret);
}
