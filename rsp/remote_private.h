/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/remote_private.h - what the families of packets share. Only rsp/remote_*.c include it.
 */
#ifndef ALLSTOP_RSP_REMOTE_PRIVATE_H
#define ALLSTOP_RSP_REMOTE_PRIVATE_H

#include "rsp/connection_private.h"

/* ERR_UNSUPPORTED for an empty answer, ERR_REFUSED for E…, else NULL. `attempt` begins the message. */
struct error *remote_check(const struct buf *reply, const char *attempt) BASE_MUST_CHECK;
/* The same for an answer that must be OK. */
struct error *remote_check_ok(const struct buf *reply, const char *attempt) BASE_MUST_CHECK;

/* -- what is remembered (struct remote_notes) -------------------------------------------------------- */

void remote_note_stepped(struct rsp_connection *c, struct ptid thread);
void remote_forget_stepped(struct rsp_connection *c);
void remote_note_g_size(struct rsp_connection *c, int64_t process, size_t size);
void remote_note_threads(struct rsp_connection *c, size_t guess);
void remote_note_description(struct rsp_connection *c);

/* -- batches ------------------------------------------------------------------------------------------ */

/*
 * Requests that are made and answered together. Payloads are owned by the batch; the reply of number i is
 * batch.requests[i].reply.
 */
struct remote_batch {
    struct rsp_request *requests;
    size_t count, capacity;
};
/* Takes the bytes of `payload` and leaves it empty; the number of the request. */
size_t remote_batch_add(struct remote_batch *b, enum rsp_grammar grammar, unsigned flags,
                        struct buf *payload);
size_t remote_batch_printf(struct remote_batch *b, enum rsp_grammar grammar, unsigned flags,
                           const char *format, ...) BASE_PRINTF(4, 5);
struct error *remote_batch_run(struct rsp_connection *c, struct remote_batch *b) BASE_MUST_CHECK;
void remote_batch_free(struct remote_batch *b);
#define REMOTE_BATCH __attribute__((cleanup(remote_batch_free)))

/* ERR_NO_THREAD where H is of no use and the stub speaks of another thread. */
struct error *remote_check_reach(const struct rsp_connection *c, struct ptid thread) BASE_MUST_CHECK;
/* Adds the Hg that `thread` needs as the first request; false when it is selected already, or is no one
 * thread. */
bool remote_add_select(struct rsp_connection *c, struct remote_batch *b, struct ptid thread);
/* Looks at the answer to it; ERR_NO_THREAD when it was refused. */
struct error *remote_check_select(struct rsp_connection *c, struct remote_batch *b,
                                  struct ptid thread) BASE_MUST_CHECK;

#endif
