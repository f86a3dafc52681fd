/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions about the stub and the target: the stop, objects, the monitor's commands, signals to pass.
 */
#include "rsp/remote_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "rsp/limits.h"
#include "rsp/native_signals.h"

struct error *rsp_query_stop(struct rsp_connection *c, struct rsp_stop *ret)
{
    BASE_BUF struct buf reply = {0};
    TRY(rsp_call(c, RSP_GRAMMAR_STOP, 0, &reply, "?"));
    if (reply.length == 0) /* home-made stubs: it stands, and why is not told */
        buf_add_text(&reply, "S00");
    TRY(remote_check(&reply, "asking why the target is stopped"));
    TRY(rsp_stop_parse(reply.data, reply.length, ret));
    conn_stops_note(c, reply.data, reply.length);
    conn_note_stopped(c, ret);
    return NULL;
}

struct error *rsp_attach(struct rsp_connection *c, uint64_t pid, struct rsp_stop *ret)
{
    BASE_BUF struct buf reply = {0};
    BASE_FREE char *attempt = xasprintf("attaching to process %" PRIu64, pid);
    TRY(rsp_call(c, RSP_GRAMMAR_STOP, RSP_MUTATES, &reply, "vAttach;%" PRIx64, pid));
    rsp_forget_selected(c);
    TRY(remote_check(&reply, attempt));
    TRY(rsp_stop_parse(reply.data, reply.length, ret));
    conn_note_stopped(c, ret);
    return NULL;
}

/* Who is silent to `qC`, or answers it with what is no thread, has none to tell: he is not asked again. */
static struct error *has_no_current(struct rsp_connection *c, const char *what, size_t n)
{
    c->remote.no_current = true;
    return error_new(ERR_UNSUPPORTED, "asking for the current thread: the stub %s%.*s",
                     what ? "answered " : "gave no answer", (int)(n < 60 ? n : 60), what ? what : "");
}

struct error *rsp_query_current(struct rsp_connection *c, struct ptid *ret)
{
    BASE_BUF struct buf reply = {0};
    if (c->remote.no_current)
        return error_new(ERR_UNSUPPORTED, "asking for the current thread: the stub tells none");
    buf_add(&reply, buf_text(&c->probe.answer), c->probe.answer.length);
    struct error *e = reply.length ? NULL : rsp_call(c, RSP_GRAMMAR_TEXT, 0, &reply, "qC");
    static const char no_answer[] = "what is no answer to it";
    bool in_vain = (error_is(e, ERR_TIMEOUT) || error_is(e, ERR_VIOLATION)) &&
                   clock_now_ns() < c->limits.deadline_ns && !rsp_races(c);
    if (in_vain && !c->remote.current_once) {
        bool silent = error_is(e, ERR_TIMEOUT);
        error_free(e);
        return has_no_current(c, silent ? NULL : no_answer, strlen(no_answer));
    }
    TRY(e);
    TRY(remote_check(&reply, "asking for the current thread"));
    const char *s = reply.data + 2;
    const char *end = reply.data + reply.length;
    /* kgdb takes qCRC for qC, so its answer is looked at as closely as any */
    if (strncmp(reply.data, "QC", 2) == 0 && ptid_parse(&s, end, ret) && s == end) {
        c->remote.current_once = true;
        return NULL;
    }
    conn_misfit(c, RSP_GRAMMAR_ANY, reply.data, reply.length);
    if (!c->remote.current_once && !rsp_races(c))
        return has_no_current(c, reply.data, reply.length);
    return error_new(ERR_VIOLATION, "asking for the current thread: the stub answered '%.60s'", reply.data);
}

enum { PIECES_AHEAD = 4 };

/* -- qXfer ----------------------------------------------------------------------------------------- */

static const struct {
    const char *object;
    enum rsp_feature_id feature;
} objects[] = {
    {"features", FEATURE_XFER_FEATURES},
    {"threads", FEATURE_XFER_THREADS},
    {"auxv", FEATURE_XFER_AUXV},
    {"exec-file", FEATURE_XFER_EXEC_FILE},
    {"memory-map", FEATURE_XFER_MEMORY_MAP},
    {"siginfo", FEATURE_XFER_SIGINFO},
    {"libraries-svr4", FEATURE_XFER_LIBRARIES_SVR4},
};

static struct rsp_feature_state *object_state(struct rsp_connection *c, const char *object)
{
    for (size_t i = 0; i < ARRAY_LENGTH(objects); i++)
        if (strcmp(objects[i].object, object) == 0)
            return &c->features.state[objects[i].feature];
    return NULL;
}

/* True when the stub was seen not to have the object, or did not advertise it. */
static bool object_missing(const struct rsp_connection *c, const char *object)
{
    for (size_t i = 0; i < ARRAY_LENGTH(objects); i++) {
        const struct rsp_feature_state *state = &c->features.state[objects[i].feature];
        if (strcmp(objects[i].object, object) == 0)
            return state->works == TRI_NO || state->advertised == TRI_NO;
    }
    return false;
}

/* The reply holds the data behind one letter; QEMU counts that in. */
static size_t xfer_chunk(const struct rsp_connection *c)
{
    return c->terms.packet_size > 16 ? c->terms.packet_size - 5 : 16;
}

/* Takes one answer into the item; *more when there is more to read. */
static struct error *take_xfer(struct rsp_connection *c, const char *object, struct rsp_request *r,
                               struct rsp_xfer *item, size_t limit, bool *more)
{
    *more = false;
    if (r->error) {
        struct error *e = r->error;
        r->error = NULL;
        return e;
    }
    BASE_FREE char *attempt = xasprintf("reading %s '%s'", object, item->annex);
    struct error *e = remote_check(&r->reply, attempt);
    struct rsp_feature_state *state = object_state(c, object);
    if (state && error_is(e, ERR_UNSUPPORTED) && state->works == TRI_UNKNOWN)
        state->works = TRI_NO;
    if (e)
        return e;
    if (state)
        state->works = TRI_YES;
    size_t n = r->reply.length - 1;
    if (item->data.length + n > limit)
        return error_new(ERR_VIOLATION, "%s: it is longer than %zu bytes", attempt, limit);
    buf_add(&item->data, r->reply.data + 1, n);
    *more = r->reply.data[0] == 'm' && n > 0;
    return NULL;
}

/* What is known about the reading of one item. */
struct progress {
    bool more;
    size_t piece; /* bytes that one answer brought, 0: none has come yet */
    size_t asked; /* requests in this round */
};

/* mGBA 0.10 answers for what is behind the end of its documents with what its memory has there. Who says how
 * long a packet may be was written with more care. */
static bool may_ask_behind(const struct rsp_connection *c)
{
    return c->terms.pipelines && c->features.state[FEATURE_PACKET_SIZE].advertised == TRI_YES;
}

/*
 * The first answer shows how much one brings (QEMU: half its packet size); then several pieces are asked for
 * at once, of which those behind the end are answered with nothing or an error.
 */
static void ask_pieces(struct rsp_connection *c, struct remote_batch *b, const char *object,
                       const struct rsp_xfer *item, struct progress *p)
{
    size_t length = p->piece ? p->piece : xfer_chunk(c);
    p->asked = p->piece && may_ask_behind(c) ? PIECES_AHEAD : 1;
    for (size_t i = 0; i < p->asked; i++)
        remote_batch_printf(b, RSP_GRAMMAR_XFER, 0, "qXfer:%s:read:%s:%zx,%zx", object, item->annex,
                            item->data.length + i * length, length);
}

static void take_pieces(struct rsp_connection *c, const char *object, struct rsp_request *answers,
                        struct rsp_xfer *item, struct progress *p, size_t limit)
{
    size_t due = p->piece;
    for (size_t i = 0; i < p->asked && p->more; i++) {
        size_t before = item->data.length;
        item->error = take_xfer(c, object, &answers[i], item, limit, &p->more);
        p->piece = item->data.length - before;
        if (p->piece != due) /* what was asked for behind it does not join on */
            break;
    }
}

/* Asks for more of each item that is not complete; *open is how many are still not. */
static struct error *xfer_round(struct rsp_connection *c, const char *object, struct rsp_xfer *items,
                                struct progress *progress, size_t count, size_t limit, size_t *open)
{
    REMOTE_BATCH struct remote_batch b = {0};
    for (size_t i = 0; i < count; i++)
        if (progress[i].more)
            ask_pieces(c, &b, object, &items[i], &progress[i]);
    TRY(remote_batch_run(c, &b));
    size_t k = 0;
    *open = 0;
    for (size_t i = 0; i < count; i++) {
        struct progress *p = &progress[i];
        if (!p->more)
            continue;
        take_pieces(c, object, &b.requests[k], &items[i], p, limit);
        k += p->asked;
        *open += p->more;
    }
    return NULL;
}

struct error *rsp_xfer_read_many(struct rsp_connection *c, const char *object, struct rsp_xfer *items,
                                 size_t count, size_t limit)
{
    if (object_missing(c, object))
        return error_new(ERR_UNSUPPORTED, "reading %s: the stub does not offer it", object);
    BASE_FREE struct progress *progress = xcalloc(count, sizeof *progress);
    for (size_t i = 0; i < count; i++) {
        progress[i].more = true;
        buf_clear(&items[i].data);
        items[i].error = NULL;
    }
    size_t open = count;
    int64_t end_ns = clock_now_ns() + OBJECT_TIME_NS;
    while (open > 0 && clock_now_ns() < end_ns)
        TRY(xfer_round(c, object, items, progress, count, limit, &open));
    for (size_t i = 0; open > 0 && i < count; i++)
        if (progress[i].more && !items[i].error)
            items[i].error =
                error_new(ERR_TIMEOUT, "reading %s '%s': it has no end after %zu bytes and %d s", object,
                          items[i].annex, items[i].data.length, (int)(OBJECT_TIME_NS / 1000000000));
    return NULL;
}

struct error *rsp_xfer_read(struct rsp_connection *c, const char *object, const char *annex, size_t limit,
                            struct buf *ret)
{
    struct rsp_xfer item = {.annex = annex, .data = *ret};
    *ret = (struct buf){0};
    struct error *e = rsp_xfer_read_many(c, object, &item, 1, limit);
    *ret = item.data;
    if (e) {
        error_free(item.error);
        return e;
    }
    return item.error;
}

/* -- monitor --------------------------------------------------------------------------------------- */

/* gdb manual, "General Query Packets", qRcmd: the output comes in O packets before OK, or as the answer. */
static struct error *take_monitor_answer(const struct buf *reply, struct buf *output)
{
    TRY(remote_check(reply, "monitor command"));
    if (strcmp(reply->data, "OK") == 0)
        return NULL;
    BASE_FREE char *text = xmalloc(reply->length / 2 + 1);
    long n = hex_decode(reply->data, reply->length, text, reply->length / 2);
    if (n < 0)
        buf_add(output, reply->data, reply->length);
    else
        buf_add(output, text, (size_t)n);
    return NULL;
}

struct error *rsp_monitor(struct rsp_connection *c, const char *command, struct buf *output)
{
    BASE_BUF struct buf hex = {0};
    BASE_BUF struct buf reply = {0};
    buf_clear(output);
    hex_encode(&hex, command, strlen(command));
    conn_divert_console(c, output);
    struct error *e = rsp_call(c, RSP_GRAMMAR_CONSOLE, RSP_MUTATES, &reply, "qRcmd,%s", buf_text(&hex));
    conn_divert_console(c, NULL);
    conn_stops_command(c);
    if (e)
        return error_while(e, "monitor %.60s", command);
    return take_monitor_answer(&reply, output);
}

struct error *rsp_pass_signals(struct rsp_connection *c, const unsigned char *signals, size_t count)
{
    struct rsp_feature_state *state = &c->features.state[FEATURE_PASS_SIGNALS];
    if (!rsp_feature_usable(&c->features, FEATURE_PASS_SIGNALS))
        return error_new(ERR_UNSUPPORTED,
                         "passing signals without a stop: the stub does not offer QPassSignals");
    BASE_BUF struct buf packet = {0};
    BASE_BUF struct buf reply = {0};
    buf_add_text(&packet, "QPassSignals:");
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (rsp_signal_to_stub(c, signals[i]))
            buf_printf(&packet, "%s%x", n++ ? ";" : "", (unsigned)rsp_signal_to_stub(c, signals[i]));
    TRY(rsp_call(c, RSP_GRAMMAR_OK, 0, &reply, "%s", buf_text(&packet)));
    struct error *e = remote_check_ok(&reply, "passing signals without a stop");
    state->works = e ? TRI_NO : TRI_YES;
    return e;
}
