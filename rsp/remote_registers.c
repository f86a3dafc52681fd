/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registers read and written, all of a thread at once or one by its number. */
#include "rsp/remote_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

void rsp_g_free(struct rsp_g *g)
{
    free(g->bytes);
    free(g->known);
    *g = (struct rsp_g){0};
}

/* Decodes hex in which `xx` stands for a byte that is not available. The grammar was checked before. */
static void decode_known(const char *hex, size_t bytes, unsigned char *out, unsigned char *known)
{
    for (size_t i = 0; i < bytes; i++) {
        int high = hex_digit(hex[2 * i]);
        int low = hex_digit(hex[2 * i + 1]);
        bool is_known = high >= 0 && low >= 0;
        known[i] = is_known;
        out[i] = (unsigned char)(is_known ? high << 4 | low : 0);
    }
}

/* The one request behind an optional Hg; its error or the thread's. */
static struct error *run_one(struct rsp_connection *c, struct remote_batch *b, struct ptid thread,
                             bool selects, const char *attempt, struct buf **reply)
{
    TRY(remote_batch_run(c, b));
    if (selects)
        TRY(remote_check_select(c, b, thread));
    struct rsp_request *r = &b->requests[b->count - 1];
    struct error *e = r->error;
    r->error = NULL;
    *reply = &r->reply;
    return e ? e : remote_check(&r->reply, attempt);
}

static void take_g(const struct buf *reply, struct rsp_g *ret)
{
    size_t size = reply->length / 2;
    *ret = (struct rsp_g){.bytes = xmalloc(size), .known = xmalloc(size), .size = size};
    decode_known(reply->data, size, ret->bytes, ret->known);
}

bool rsp_decode_g(const struct buf *reply, struct rsp_g *ret)
{
    if (reply->length < 2 || conn_is_error(reply->data, reply->length))
        return false;
    take_g(reply, ret);
    return true;
}

struct error *rsp_read_g(struct rsp_connection *c, struct ptid thread, struct rsp_g *ret)
{
    TRY(remote_check_reach(c, thread));
    REMOTE_BATCH struct remote_batch b = {0};
    bool selects = remote_add_select(c, &b, thread);
    remote_batch_printf(&b, RSP_GRAMMAR_HEX, 0, "g");
    struct buf *reply;
    TRY(run_one(c, &b, thread, selects, "reading the registers", &reply));
    take_g(reply, ret);
    remote_note_g_size(c, thread.pid, ret->size);
    return NULL;
}

/* QEMU's user emulator crashes on a G that is shorter than its g. */
static struct error *check_g_size(struct rsp_connection *c, struct ptid thread, size_t n)
{
    if (c->remote.g_size == 0 || c->remote.g_process != thread.pid) {
        struct rsp_g g;
        TRY(rsp_read_g(c, thread, &g));
        rsp_g_free(&g);
    }
    if (n == c->remote.g_size)
        return NULL;
    return error_new(ERR_USAGE, "writing all registers: %zu bytes given, the stub's set has %zu", n,
                     c->remote.g_size);
}

struct error *rsp_write_g(struct rsp_connection *c, struct ptid thread, const unsigned char *bytes, size_t n)
{
    TRY(check_g_size(c, thread, n));
    TRY(remote_check_reach(c, thread));
    REMOTE_BATCH struct remote_batch b = {0};
    bool selects = remote_add_select(c, &b, thread);
    struct buf packet = {0};
    buf_add_char(&packet, 'G');
    hex_encode(&packet, bytes, n);
    remote_batch_add(&b, RSP_GRAMMAR_OK, RSP_MUTATES, &packet);
    struct buf *reply;
    TRY(run_one(c, &b, thread, selects, "writing all registers", &reply));
    return remote_check_ok(reply, "writing all registers");
}

/* p and P: QEMU answers them with nothing until its description was read, so only then it means no. */
static void note_register_feature(struct rsp_connection *c, enum rsp_feature_id id, const struct error *e)
{
    struct rsp_feature_state *state = &c->features.state[id];
    bool final = c->remote.description_read || !rsp_feature_usable(&c->features, FEATURE_XFER_FEATURES);
    if (!e)
        state->works = TRI_YES;
    else if (e->code == ERR_UNSUPPORTED && final && state->works != TRI_YES)
        state->works = TRI_NO;
}

static struct error *check_register_feature(const struct rsp_connection *c, enum rsp_feature_id id,
                                            const char *attempt)
{
    if (c->features.state[id].works != TRI_NO)
        return NULL;
    return error_new(ERR_UNSUPPORTED, "%s: the stub does not support %s", attempt,
                     rsp_feature_table[id].name);
}

static struct error *take_register(const struct buf *reply, unsigned char *bytes, size_t *size)
{
    size_t n = reply->length / 2;
    if (memchr(reply->data, 'x', reply->length)) {
        *size = 0;
        return NULL;
    }
    if (n > *size)
        return error_new(ERR_VIOLATION, "reading a register: the stub gave %zu bytes where %zu fit", n,
                         *size);
    hex_decode(reply->data, reply->length, bytes, *size);
    *size = n;
    return NULL;
}

struct error *rsp_read_register(struct rsp_connection *c, struct ptid thread, uint32_t number,
                                unsigned char *bytes, size_t *size)
{
    BASE_FREE char *attempt = xasprintf("reading register %u", number);
    TRY(check_register_feature(c, FEATURE_READ_REGISTER, attempt));
    TRY(remote_check_reach(c, thread));
    REMOTE_BATCH struct remote_batch b = {0};
    bool selects = remote_add_select(c, &b, thread);
    remote_batch_printf(&b, RSP_GRAMMAR_HEX, 0, "p%x", number);
    struct buf *reply;
    struct error *e = run_one(c, &b, thread, selects, attempt, &reply);
    note_register_feature(c, FEATURE_READ_REGISTER, e);
    return e ? e : take_register(reply, bytes, size);
}

struct error *rsp_write_register(struct rsp_connection *c, struct ptid thread, uint32_t number,
                                 const unsigned char *bytes, size_t size)
{
    BASE_FREE char *attempt = xasprintf("writing register %u", number);
    TRY(check_register_feature(c, FEATURE_WRITE_REGISTER, attempt));
    TRY(remote_check_reach(c, thread));
    REMOTE_BATCH struct remote_batch b = {0};
    bool selects = remote_add_select(c, &b, thread);
    struct buf packet = {0};
    buf_printf(&packet, "P%x=", number);
    hex_encode(&packet, bytes, size);
    remote_batch_add(&b, RSP_GRAMMAR_OK, RSP_MUTATES, &packet);
    struct buf *reply;
    struct error *e = run_one(c, &b, thread, selects, attempt, &reply);
    note_register_feature(c, FEATURE_WRITE_REGISTER, e);
    return e ? e : remote_check_ok(reply, attempt);
}
