/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes that wait for their time: what one direction of the proxy is about to pass on. The order is kept:
 * nothing overtakes what was added before it. Bytes that are due at the same moment leave in one write.
 */
#ifndef ALLSTOP_TESTS_FAULTS_QUEUE_H
#define ALLSTOP_TESTS_FAULTS_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct piece {
    struct buf bytes;
    int64_t due_ns;
};

struct queue {
    struct piece *pieces;
    size_t first, count, capacity;
    int64_t last_due_ns;
};

void queue_free(struct queue *q);
/* Bytes to leave `after_ns` from now, or behind what is there already. */
void queue_add(struct queue *q, const char *bytes, size_t n, int64_t after_ns);
/* When the next piece is due; INT64_MAX when there is none. */
int64_t queue_due(const struct queue *q);
/* Moves what is due now into `ret`, or all of it; false when that is nothing. */
bool queue_take(struct queue *q, bool all, struct buf *ret);

#endif
