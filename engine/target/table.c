/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which thread has this id: a hash beside the list, so that a stub may have tens of thousands. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/threads.h"

static size_t hash(struct ptid id)
{
    uint64_t h = (uint64_t)id.pid * 0x9e3779b97f4a7c15u ^ (uint64_t)id.tid;
    h *= 0xff51afd7ed558ccdu;
    return (size_t)(h ^ h >> 32);
}

static size_t *find_slot(const struct thread_table *t, struct ptid id)
{
    size_t mask = t->slot_count - 1;
    size_t i = hash(id) & mask;
    while (t->slots[i] && !ptid_equal(t->items[t->slots[i] - 1]->id, id))
        i = (i + 1) & mask;
    return &t->slots[i];
}

struct thread *threads_find(const struct thread_table *t, struct ptid id)
{
    if (!t->count)
        return NULL;
    size_t index = *find_slot(t, id);
    return index ? t->items[index - 1] : NULL;
}

void thread_table_index(struct thread_table *t)
{
    size_t wanted = 64;
    while (wanted < 3 * t->count)
        wanted *= 2;
    if (wanted != t->slot_count) {
        free(t->slots);
        t->slots = xmalloc(wanted * sizeof *t->slots);
        t->slot_count = wanted;
    }
    memset(t->slots, 0, wanted * sizeof *t->slots);
    for (size_t i = 0; i < t->count; i++)
        *find_slot(t, t->items[i]->id) = i + 1;
}

void thread_table_add(struct thread_table *t, struct thread *thread)
{
    ARRAY_RESERVE(t->items, t->count, t->capacity);
    t->items[t->count++] = thread;
    if (t->slot_count < 2 * t->count)
        thread_table_index(t);
    else
        *find_slot(t, thread->id) = t->count;
}
