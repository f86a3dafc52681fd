/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/run/births.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "engine/control/control.h"

/* Linux: include/linux/threads.h, PID_MAX_LIMIT on 64-bit machines. */
#define LINUX_IDS INT64_C(4194304)

static struct birth *add(struct births *b, struct ptid id)
{
    ARRAY_RESERVE(b->list, b->count, b->capacity);
    struct birth *birth = &b->list[b->count++];
    *birth = (struct birth){.id = id, .parent = BIRTH_UNKNOWN};
    return birth;
}

/* Where an id is in the order in which a system gives them away, from that of the process on. */
static int64_t turn(struct ptid id)
{
    return id.pid > 1 && id.tid < id.pid ? id.tid + LINUX_IDS : id.tid;
}

static int by_turn(const void *a, const void *b)
{
    const struct ptid *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return (turn(*x) > turn(*y)) - (turn(*x) < turn(*y));
}

unsigned births_number(const struct control *c, struct ptid id)
{
    for (size_t i = 0; i < c->births.count; i++)
        if (ptid_equal(c->births.list[i].id, id))
            return (unsigned)i;
    return BIRTH_UNKNOWN;
}

static unsigned children_of(const struct births *b, unsigned parent)
{
    unsigned count = 0;
    for (size_t i = 0; i < b->count; i++)
        count += b->list[i].parent == parent;
    return count;
}

/* The next of those that wait may make its thread now. */
static void let_next_create(struct control *c)
{
    struct births *b = &c->births;
    b->creator = BIRTH_UNKNOWN;
    if (b->waiting_count == 0)
        return;
    struct ptid id = b->waiting[0];
    for (size_t i = 1; i < b->waiting_count; i++)
        b->waiting[i - 1] = b->waiting[i];
    b->waiting_count--;
    struct thread *t = threads_find(&c->target->threads, id);
    if (t)
        hold_release(c, t);
    b->creator = births_number(c, id);
}

/* Only where it is one alone is it known whose it is. */
static void note_new(struct control *c, const struct ptid *ids, size_t count)
{
    struct births *b = &c->births;
    for (size_t i = 0; i < count && b->count < BIRTHS_MOST; i++) {
        struct birth *birth = add(b, ids[i]);
        if (count != 1 || b->creator == BIRTH_UNKNOWN)
            continue;
        birth->nth = children_of(b, b->creator) + 1;
        birth->parent = b->creator;
    }
    if (count)
        let_next_create(c);
}

struct error *births_look(struct control *c)
{
    if (!c->births.on)
        return NULL;
    TRY(threads_list(c->target));
    const struct thread_table *t = &c->target->threads;
    BASE_FREE struct ptid *ids = xcalloc(t->count + 1, sizeof *ids);
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++)
        if (births_number(c, t->items[i]->id) == BIRTH_UNKNOWN)
            ids[count++] = t->items[i]->id;
    qsort(ids, count, sizeof *ids, by_turn);
    note_new(c, ids, count);
    return NULL;
}

struct error *births_begin(struct control *c)
{
    struct births *b = &c->births;
    births_forget(c);
    b->on = true;
    struct error *e = target_check(c->target, rsp_thread_events(c->target->connection, true));
    b->exact = e == NULL;
    if (e && !error_is(e, ERR_UNSUPPORTED) && !error_is(e, ERR_REFUSED))
        return e;
    error_free(e);
    return births_look(c);
}

void births_end(struct control *c)
{
    struct births *b = &c->births;
    if (!b->on)
        return;
    while (b->waiting_count)
        let_next_create(c);
    if (b->exact && c->target->connection && c->target->state == TARGET_STOPPED)
        error_free(rsp_thread_events(c->target->connection, false));
    b->on = false;
}

struct error *births_creates(struct control *c, struct ptid id)
{
    struct births *b = &c->births;
    TRY(births_look(c));
    unsigned number = births_number(c, id);
    struct thread *t = threads_find(&c->target->threads, id);
    if (!b->on || number == BIRTH_UNKNOWN || b->creator == number || !t)
        return NULL;
    if (b->creator == BIRTH_UNKNOWN) {
        b->creator = number;
        return NULL;
    }
    if (b->waiting_count == BIRTHS_WAITING_MOST)
        return NULL;
    b->waiting[b->waiting_count++] = id;
    hold_thread(c, t);
    return NULL;
}

char *births_path(const struct control *c, unsigned number)
{
    const struct births *b = &c->births;
    if (number >= b->count)
        return NULL;
    if (number == 0)
        return xstrdup("main");
    const struct birth *birth = &b->list[number];
    if (birth->parent >= number)
        return NULL;
    BASE_FREE char *parent = births_path(c, birth->parent);
    return parent ? xasprintf("%s.%u", parent, birth->nth) : NULL;
}

void births_forget(struct control *c)
{
    free(c->births.list);
    c->births = (struct births){.creator = BIRTH_UNKNOWN};
}
