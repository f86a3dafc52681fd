/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/remote_private.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "rsp/limits.h"

enum { SHOWN_REPLY = EVIDENCE_MOST };

struct error *remote_check(const struct buf *reply, const char *attempt)
{
    if (reply->length == 0)
        return error_new(ERR_UNSUPPORTED, "%s: the stub does not support it (empty answer)", attempt);
    if (conn_is_error(reply->data, reply->length))
        return error_new(ERR_REFUSED, "%s: the stub answered %.*s", attempt,
                         (int)(reply->length < SHOWN_REPLY ? reply->length : SHOWN_REPLY), reply->data);
    return NULL;
}

struct error *remote_check_ok(const struct buf *reply, const char *attempt)
{
    TRY(remote_check(reply, attempt));
    if (strcmp(reply->data, "OK") == 0)
        return NULL;
    return error_new(ERR_VIOLATION, "%s: the stub answered '%.*s' where OK was due", attempt,
                     (int)(reply->length < SHOWN_REPLY ? reply->length : SHOWN_REPLY), reply->data);
}

/* -- batches --------------------------------------------------------------------------------------- */

size_t remote_batch_add(struct remote_batch *b, enum rsp_grammar grammar, unsigned flags, struct buf *payload)
{
    ARRAY_RESERVE(b->requests, b->count, b->capacity);
    size_t length = payload->length;
    b->requests[b->count] = (struct rsp_request){
        .payload = buf_take(payload),
        .length = length,
        .grammar = grammar,
        .flags = flags,
    };
    return b->count++;
}

size_t remote_batch_printf(struct remote_batch *b, enum rsp_grammar grammar, unsigned flags,
                           const char *format, ...)
{
    struct buf payload = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&payload, format, args);
    va_end(args);
    return remote_batch_add(b, grammar, flags, &payload);
}

struct error *remote_batch_run(struct rsp_connection *c, struct remote_batch *b)
{
    return rsp_call_batch(c, b->requests, b->count);
}

void remote_batch_free(struct remote_batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        char *payload = (char *)(uintptr_t)b->requests[i].payload; /* ours: remote_batch_add() made it */
        free(payload);
        rsp_request_free(&b->requests[i]);
    }
    free(b->requests);
    *b = (struct remote_batch){0};
}

/* -- the selected thread --------------------------------------------------------------------------- */

static bool needs_select(const struct rsp_connection *c, struct ptid thread)
{
    if (thread.tid <= 0 || c->remote.no_select)
        return false;
    return !c->remote.selected.known || !ptid_equal(c->remote.selected.id, thread);
}

bool remote_add_select(struct rsp_connection *c, struct remote_batch *b, struct ptid thread)
{
    if (!needs_select(c, thread))
        return false;
    if (c->remote.g_process != thread.pid)
        c->remote.g_size = 0; /* it may be another processor's */
    struct buf payload = {0};
    buf_add_text(&payload, "Hg");
    ptid_encode(&payload, thread);
    remote_batch_add(b, RSP_GRAMMAR_OK, 0, &payload);
    rsp_forget_selected(c);
    return true;
}

bool rsp_speaks_of(const struct rsp_connection *c, struct ptid thread)
{
    return thread.tid <= 0 || !c->remote.spoken_of.known || ptid_equal(c->remote.spoken_of.id, thread);
}

bool rsp_can_select(const struct rsp_connection *c)
{
    return !c->remote.no_select;
}

struct error *remote_check_reach(const struct rsp_connection *c, struct ptid thread)
{
    if (!c->remote.no_select || rsp_speaks_of(c, thread))
        return NULL;
    return error_hint(error_new(ERR_NO_THREAD, "selecting the thread: the stub takes no H packet"),
                      "such a stub speaks of the thread that stopped and of no other");
}

/* Stubs with one thread (simavr, emulators of consoles) do not know H, refuse it, or answer with silence or
 * rubbish: what they speak of is the thread that is wanted, and nothing has to be selected. One that has
 * selected threads before means what it says. */
static bool needs_no_select(const struct rsp_connection *c, struct ptid thread, const struct error *e)
{
    bool silent = error_is(e, ERR_TIMEOUT) && clock_now_ns() < c->limits.deadline_ns;
    bool rubbish = error_is(e, ERR_VIOLATION) && !c->race.seen;
    return (error_is(e, ERR_REFUSED) || silent || rubbish) && !c->remote.selected_once &&
           rsp_speaks_of(c, thread);
}

struct error *remote_check_select(struct rsp_connection *c, struct remote_batch *b, struct ptid thread)
{
    struct rsp_request *r = &b->requests[0];
    struct error *e = r->error;
    r->error = NULL;
    if (!e && r->reply.length == 0) {
        c->remote.no_select = true;
        return remote_check_reach(c, thread);
    }
    if (!e)
        e = remote_check_ok(&r->reply, "selecting the thread");
    if (needs_no_select(c, thread, e)) {
        c->remote.no_select = true;
        error_free(e);
        return NULL;
    }
    if (error_is(e, ERR_REFUSED))
        e->code = ERR_NO_THREAD;
    if (e)
        return error_while(e, "%s", r->payload);
    c->remote.selected_once = true;
    rsp_note_selected(c, thread);
    return NULL;
}

struct error *rsp_select_thread(struct rsp_connection *c, struct ptid thread)
{
    TRY(remote_check_reach(c, thread));
    REMOTE_BATCH struct remote_batch b = {0};
    if (!remote_add_select(c, &b, thread))
        return NULL;
    TRY(remote_batch_run(c, &b));
    return remote_check_select(c, &b, thread);
}

/* -- what is remembered -----------------------------------------------------------------------------------
 */

void rsp_forget_selected(struct rsp_connection *c)
{
    c->remote.selected.known = false;
}

void rsp_note_selected(struct rsp_connection *c, struct ptid thread)
{
    c->remote.selected = (struct conn_thread){.known = true, .id = thread};
    conn_race_select(c, thread);
}

void conn_note_stopped(struct rsp_connection *c, const struct rsp_stop *stop)
{
    c->remote.stopped = (struct conn_thread){.known = stop->has_thread, .id = stop->thread};
    if (stop->has_thread && stop->thread.tid > 0)
        rsp_note_spoken_of(c, stop->thread);
}

void rsp_note_spoken_of(struct rsp_connection *c, struct ptid thread)
{
    c->remote.spoken_of = (struct conn_thread){.known = true, .id = thread};
}

void remote_note_stepped(struct rsp_connection *c, struct ptid thread)
{
    c->remote.stepped = (struct conn_thread){.known = true, .id = thread};
}

void remote_forget_stepped(struct rsp_connection *c)
{
    c->remote.stepped.known = false;
}

void remote_note_g_size(struct rsp_connection *c, int64_t process, size_t size)
{
    c->remote.g_size = size;
    c->remote.g_process = process;
}

void remote_note_threads(struct rsp_connection *c, size_t guess)
{
    c->remote.threads_guess = guess;
}

void remote_note_description(struct rsp_connection *c)
{
    c->remote.description_read = true;
    c->remote.g_size = 0; /* what it describes may be another set than before */
}
