/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rr's debug server, as its source says (src/GdbServer.cc, src/GdbCommand.cc): commands go as
 * `qRRCmd:NAME:TID[:HEX…]` and are answered with text in hex; a restart at a checkpoint, a tick count or an
 * event is `vRun;;HEX` and answers with a stop. A tick count holds for several instructions, so a position
 * that is not a checkpoint's is only near. `bs` and `bc` do the rest.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/control/time/time.h"

/* A restart runs from the nearest checkpoint of rr's own. */
#define RESTART_NS 120000000000

/* A command with at most one argument, and its text. */
static struct error *ask(struct control *c, const char *name, const char *argument, struct buf *out)
{
    BASE_BUF struct buf packet = {0};
    BASE_BUF struct buf reply = {0};
    buf_printf(&packet, "qRRCmd:%s:-1", name);
    if (argument) {
        buf_add_char(&packet, ':');
        hex_encode(&packet, argument, strlen(argument));
    }
    TRY(target_check(c->target, rsp_call(c->target->connection, RSP_GRAMMAR_TEXT, RSP_MUTATES, &reply, "%s",
                                         buf_text(&packet))));
    if (reply.length == 0)
        return error_new(ERR_UNSUPPORTED, "rr's `%s`: the stub does not know it", name);
    BASE_FREE char *text = xmalloc(reply.length / 2 + 1);
    long n = hex_decode(reply.data, reply.length, text, reply.length / 2);
    if (n < 0)
        return error_new(ERR_REFUSED, "rr's `%s`: the stub answered %.100s", name, buf_text(&reply));
    buf_clear(out);
    buf_add(out, text, (size_t)n);
    return NULL;
}

/* The first number in a text: "Current tick: 12345\n". */
static bool first_number(const char *text, uint64_t *ret)
{
    const char *p = strpbrk(text, "0123456789");
    if (p)
        *ret = strtoull(p, NULL, 10);
    return p != NULL;
}

static struct error *position(struct control *c, uint64_t *ret)
{
    BASE_BUF struct buf out = {0};
    TRY(ask(c, "when-ticks", NULL, &out));
    if (!first_number(buf_text(&out), ret))
        return error_new(ERR_VIOLATION, "asking rr for the tick: it says %.100s", buf_text(&out));
    return NULL;
}

static struct error *probe(struct control *c, bool *ret)
{
    uint64_t ticks;
    *ret = false;
    if (!rsp_feature_usable(rsp_features(c->target->connection), FEATURE_REVERSE_CONTINUE))
        return NULL;
    struct error *e = position(c, &ticks);
    *ret = !e;
    if (error_is(e, ERR_LOST))
        return e;
    error_free(e);
    return NULL;
}

static struct error *restart(struct control *c, const char *where)
{
    BASE_BUF struct buf packet = {0};
    BASE_BUF struct buf reply = {0};
    struct rsp_stop stop;
    buf_add_text(&packet, "vRun;;");
    hex_encode(&packet, where, strlen(where));
    int64_t timeout = rsp_timeout(c->target->connection);
    rsp_set_timeout(c->target->connection, time_patience(c, RESTART_NS));
    struct error *e = target_check(c->target, rsp_call(c->target->connection, RSP_GRAMMAR_STOP, RSP_MUTATES,
                                                       &reply, "%s", buf_text(&packet)));
    if (c->target->connection)
        rsp_set_timeout(c->target->connection, timeout);
    TRY(e);
    if (!rsp_is_stop_reply(buf_text(&reply), reply.length))
        return error_new(ERR_REFUSED, "rr does not go to %s: it answered %.60s", where, buf_text(&reply));
    TRY(rsp_stop_parse(reply.data, reply.length, &stop));
    if (stop.has_thread)
        c->target->threads.current = stop.thread;
    return NULL;
}

static struct error *seek(struct control *c, uint64_t goal)
{
    BASE_FREE char *where = xasprintf("t%" PRIu64, goal);
    return restart(c, where);
}

static struct error *save(struct control *c, const char *name)
{
    BASE_BUF struct buf out = {0};
    return ask(c, "checkpoint", name, &out);
}

/* "1\t4321\tlabel": number, event, what it was called. Our names end with their tick. */
static bool parse_row(const char *line, uint64_t *number, struct time_snapshot *ret)
{
    const char *label = strrchr(line, '\t');
    const char *ours = strstr(line, TIME_SNAPSHOT_PREFIX);
    if (!first_number(line, number) || !label)
        return false;
    const char *name = ours ? ours : label + 1;
    *ret = (struct time_snapshot){.position = UINT64_MAX, .name = xstrndup(name, strcspn(name, "\t\r\n "))};
    const char *tick = strrchr(ret->name, '-');
    if (ours && tick)
        first_number(tick, &ret->position);
    return true;
}

static struct error *each(struct control *c, const char *wanted, uint64_t *number, struct time_snapshot **ret,
                          size_t *count)
{
    BASE_BUF struct buf out = {0};
    size_t capacity = 0;
    char *rest = NULL;
    TRY(ask(c, "info checkpoints", NULL, &out));
    for (char *line = strtok_r(out.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        struct time_snapshot one;
        uint64_t n;
        if (!parse_row(line, &n, &one))
            continue;
        if (wanted && strcmp(one.name, wanted) == 0)
            *number = n;
        if (!ret || *count >= RR_CHECKPOINTS_MOST) {
            free(one.name);
            continue;
        }
        ARRAY_RESERVE(*ret, *count, capacity);
        (*ret)[(*count)++] = one;
    }
    return NULL;
}

static struct error *find(struct control *c, const char *name, uint64_t *number)
{
    *number = 0;
    TRY(each(c, name, number, NULL, NULL));
    return *number ? NULL : error_new(ERR_NO_SNAPSHOT, "rr has no checkpoint %s any more", name);
}

static struct error *restore(struct control *c, const char *name, uint64_t at)
{
    (void)at;
    uint64_t number;
    TRY(find(c, name, &number));
    BASE_FREE char *where = xasprintf("c%" PRIu64, number);
    return restart(c, where);
}

static struct error *remove_checkpoint(struct control *c, const char *name)
{
    BASE_BUF struct buf out = {0};
    uint64_t number;
    TRY(find(c, name, &number));
    BASE_FREE char *text = xasprintf("%" PRIu64, number);
    return ask(c, "delete checkpoint", text, &out);
}

static struct error *list(struct control *c, struct time_snapshot **ret, size_t *count)
{
    *ret = NULL;
    *count = 0;
    return each(c, NULL, NULL, ret, count);
}

static struct error *ended(const struct rsp_stop *stop)
{
    if (stop->reason == RSP_REASON_REPLAYLOG)
        return error_new(ERR_HISTORY_END, "this is the start of the recording");
    return NULL;
}

static struct error *back(struct control *c)
{
    struct rsp_stop stop;
    TRY(time_resume(c, "bs", &stop));
    return ended(&stop);
}

static struct error *back_run(struct control *c, struct rsp_stop *stop)
{
    TRY(time_resume(c, "bc", stop));
    return ended(stop);
}

const struct time_driver time_driver_rr = {
    .name = "rr",
    .unit = "ticks",
    .reverses = true,
    .probe = probe,
    .position = position,
    .seek = seek,
    .back = back,
    .back_run = back_run,
    .save = save,
    .restore = restore,
    .remove = remove_checkpoint,
    .list = list,
};
