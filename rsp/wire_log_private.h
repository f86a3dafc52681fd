/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/wire_log_private.h - a wire log read back. Only rsp/wire_log_*.c include it.
 *
 * A log becomes a list of exchanges: a request and what came because of it, in recorded order. Bounded by
 * WIRE_LOG_LINE_MOST and WIRE_LOG_EXCHANGES_MOST; anything that is no wire log is ERR_USAGE with the line.
 */
#ifndef ALLSTOP_RSP_WIRE_LOG_PRIVATE_H
#define ALLSTOP_RSP_WIRE_LOG_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "rsp/limits.h"

enum wire_answer_kind { WIRE_ANSWER_PACKET, WIRE_ANSWER_NOTIFICATION, WIRE_ANSWER_STRAY };

struct wire_answer {
    enum wire_answer_kind kind;
    struct buf data;
};

struct wire_exchange {
    struct buf request;
    struct wire_answer *answers;
    size_t count, capacity;
    bool moves;       /* it let the target run: what comes behind it is another moment */
    size_t next_same; /* the next exchange with the same request, or SIZE_MAX */
};

struct wire_recording {
    struct wire_exchange *exchanges;
    size_t count, capacity;
    size_t *buckets; /* first exchange of each hash of a request, SIZE_MAX: none */
    size_t bucket_count;
};

struct error *wire_recording_read(const char *path, struct wire_recording *ret) BASE_MUST_CHECK;
void wire_recording_free(struct wire_recording *r);
/* The first exchange with this request, or SIZE_MAX. */
size_t wire_recording_first(const struct wire_recording *r, const char *request, size_t n);

#endif
