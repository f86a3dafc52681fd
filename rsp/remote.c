/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/remote_private.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

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
    if (thread.tid <= 0)
        return false;
    return !c->remote.selected.known || !ptid_equal(c->remote.selected.id, thread);
}

bool remote_add_select(struct rsp_connection *c, struct remote_batch *b, struct ptid thread)
{
    if (!needs_select(c, thread))
        return false;
    struct buf payload = {0};
    buf_add_text(&payload, "Hg");
    ptid_encode(&payload, thread);
    remote_batch_add(b, RSP_GRAMMAR_OK, 0, &payload);
    rsp_forget_selected(c);
    return true;
}

struct error *remote_check_select(struct rsp_connection *c, struct remote_batch *b, struct ptid thread)
{
    struct rsp_request *r = &b->requests[0];
    struct error *e = r->error;
    r->error = NULL;
    if (!e && r->reply.length == 0) {
        /* a stub without threads */
        return NULL;
    }
    if (!e)
        e = remote_check_ok(&r->reply, "selecting the thread");
    if (error_is(e, ERR_REFUSED))
        e->code = ERR_NO_THREAD;
    if (e)
        return error_while(e, "%s", r->payload);
    rsp_note_selected(c, thread);
    return NULL;
}

struct error *rsp_select_thread(struct rsp_connection *c, struct ptid thread)
{
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
}

void conn_note_stopped(struct rsp_connection *c, const struct rsp_stop *stop)
{
    c->remote.stopped = (struct conn_thread){.known = stop->has_thread, .id = stop->thread};
}

void remote_note_stepped(struct rsp_connection *c, struct ptid thread)
{
    c->remote.stepped = (struct conn_thread){.known = true, .id = thread};
}

void remote_forget_stepped(struct rsp_connection *c)
{
    c->remote.stepped.known = false;
}

void remote_note_g_size(struct rsp_connection *c, size_t size)
{
    c->remote.g_size = size;
}

void remote_note_threads(struct rsp_connection *c, size_t guess)
{
    c->remote.threads_guess = guess;
}

void remote_note_description(struct rsp_connection *c)
{
    c->remote.description_read = true;
}
