/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which thread has this id: a hash beside the list, so that a stub may have tens of thousands. Each thread is
 * there once, also where the stub writes its id in two ways.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/threads.h"
#include "rsp/remote.h"

static size_t *find_slot(const struct thread_table *t, struct ptid id)
{
    size_t mask = t->slot_count - 1;
    size_t i = ptid_hash(id) & mask;
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

/* A stub without processes has but one, which is written 1, and so is the thread of one that names none. */
struct thread *threads_find_alike(const struct thread_table *t, struct ptid id)
{
    struct thread *found = threads_find(t, id);
    if (found || id.pid < 0 || id.pid > 1)
        return found;
    found = threads_find(t, (struct ptid){1 - id.pid, id.tid});
    return found || id.tid != 1 ? found : threads_find(t, (struct ptid){0});
}

static void rename_one(struct thread_table *t, struct thread *thread, struct ptid id)
{
    if (t->has_current && ptid_equal(t->current, thread->id))
        t->current = id;
    if (t->has_stopped && ptid_equal(t->stopped, thread->id))
        t->stopped = id;
    thread->id = id;
}

/* The one without a name is the first that is listed. */
void thread_table_rename(struct thread_table *t, const struct rsp_thread *threads, size_t count)
{
    struct thread *nameless = threads_find(t, (struct ptid){0});
    bool changed = false;
    for (size_t i = 0; i < count; i++) {
        if (threads_find(t, threads[i].id))
            continue;
        struct thread *same = threads_find_alike(t, threads[i].id);
        if (!same && i == 0)
            same = nameless;
        if (!same)
            continue;
        rename_one(t, same, threads[i].id);
        changed = true;
    }
    t->nameless &= count == 0;
    if (changed)
        thread_table_index(t);
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
