/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/connection_await.h - one request whose answer is waited for. Only connection_await.c, which takes what
 * comes, and connection_retry.c, which sees to what does not, include this.
 */
#ifndef ALLSTOP_RSP_CONNECTION_AWAIT_H
#define ALLSTOP_RSP_CONNECTION_AWAIT_H

#include "rsp/connection_private.h"

struct await {
    struct rsp_connection *c;
    struct rsp_request *r;
    bool raced;       /* connection_race.c: it was seen before */
    bool alone;       /* in its write */
    size_t behind;    /* requests behind it there */
    unsigned resends; /* after a silence */
    bool asked_for;   /* one of them was a `-` */
    bool refused;     /* a `-` came, and is weighed */
    bool commanded;   /* a stop reply came, which may be all that a command answers */
    unsigned copies;  /* packets that came once more, in front of our ack */
    struct buf early; /* an answer that came in front of our ack, which may have been lost */
    bool has_early, early_is_copy;
    int64_t deadline_ns, last_deadline_ns;
    bool misfit;               /* something came that was no answer */
    bool damaged, damage_told; /* something came with a bad checksum, and was asked for again; a violation */
    bool cut;                  /* the deadline is that of the whole conversation, nearer than the timeout */
};

/* It may be sent, or its answer asked for, more than once. */
bool await_gets_tries(const struct await *a);
/* Now, after a silence. */
bool await_may_try_again(const struct await *a);
struct error *await_try_again(struct await *a) BASE_MUST_CHECK;
/* A `-` was believed: the request goes out again, if its ack has not come since. */
struct error *await_say_again(struct await *a) BASE_MUST_CHECK;
/* The wait for an answer begins. */
void await_start_clock(struct await *a);

#endif
