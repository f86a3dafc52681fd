/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queue.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/text.h"

void queue_free(struct queue *q)
{
    for (size_t i = q->first; i < q->count; i++)
        buf_free(&q->pieces[i].bytes);
    free(q->pieces);
    *q = (struct queue){0};
}

void queue_add(struct queue *q, const char *bytes, size_t n, int64_t after_ns)
{
    int64_t due = clock_now_ns() + after_ns;
    if (q->first == q->count)
        q->first = q->count = 0;
    ARRAY_RESERVE(q->pieces, q->count, q->capacity);
    struct piece *p = &q->pieces[q->count++];
    *p = (struct piece){.due_ns = due > q->last_due_ns ? due : q->last_due_ns};
    q->last_due_ns = p->due_ns;
    buf_add(&p->bytes, bytes, n);
}

int64_t queue_due(const struct queue *q)
{
    return q->first < q->count ? q->pieces[q->first].due_ns : INT64_MAX;
}

bool queue_take(struct queue *q, bool all, struct buf *ret)
{
    int64_t now = clock_now_ns();
    buf_clear(ret);
    while (q->first < q->count && (all || q->pieces[q->first].due_ns <= now)) {
        struct piece *p = &q->pieces[q->first++];
        buf_add(ret, p->bytes.data, p->bytes.length);
        buf_free(&p->bytes);
    }
    return ret->length > 0;
}
