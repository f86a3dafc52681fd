/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/target/limits.h"
#include "engine/target/target.h"
#include "engine/target/registers.h"

const char *thread_state_name(enum thread_state state)
{
    static const char *const names[] = {"stopped", "running", "held", "exited", "unknown"};
    return names[state];
}

static void thread_free(struct thread *t)
{
    free(t->name);
    free(t->extra);
    free(t->bytes);
    free(t->known);
    free(t->asked);
    free(t->previous);
    free(t);
}

void threads_clear(struct thread_table *t)
{
    for (size_t i = 0; i < t->count; i++)
        thread_free(t->items[i]);
    free(t->slots);
    t->slots = NULL;
    t->slot_count = 0;
    t->count = 0;
    t->next_number = 0;
    t->listed = t->listed_any = t->shown = t->nameless = false;
    t->has_current = t->has_stopped = false;
}

void threads_drop_process(struct target *target, int64_t pid)
{
    struct thread_table *t = &target->threads;
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (t->items[i]->id.pid != pid) {
            t->items[kept++] = t->items[i];
            continue;
        }
        target->hooks.thread_gone(target, t->items[i]);
        thread_free(t->items[i]);
    }
    t->count = kept;
    thread_table_index(t);
    if (t->has_current && t->current.pid == pid)
        t->has_current = false;
}

void threads_free(struct thread_table *t)
{
    threads_clear(t);
    free(t->items);
    *t = (struct thread_table){0};
}

/* kgdb (kernel/debug/gdbstub.c) writes CPU n as -(n + 2), in 32 bits. */
static const int64_t cpu_zero = 0xfffffffe;

bool thread_is_cpu(struct ptid id)
{
    return id.pid <= 0 && id.tid <= cpu_zero && id.tid > cpu_zero - KGDB_CPUS_MOST;
}

void thread_name(struct ptid id, char *out, size_t n)
{
    if (thread_is_cpu(id))
        snprintf(out, n, "cpu%lld", (long long)(cpu_zero - id.tid));
    else
        snprintf(out, n, "p%lld.%lld", (long long)(id.pid ? id.pid : 1), (long long)(id.tid ? id.tid : 1));
}

static void announce(struct target *target, enum event_kind kind, const struct thread *t)
{
    target_emit(target, &(struct event){.kind = kind, .thread = t});
}

/* The table holds at most THREADS_KNOWN_MOST; a stub that invents more makes us forget the oldest. */
struct thread *threads_note(struct target *target, struct ptid id)
{
    struct thread_table *table = &target->threads;
    struct thread *t = threads_find(table, id);
    if (t)
        return t;
    if (table->count >= THREADS_KNOWN_MOST) {
        target->hooks.thread_gone(target, table->items[0]);
        thread_free(table->items[0]);
        memmove(table->items, table->items + 1, --table->count * sizeof(struct thread *));
        thread_table_index(table);
    }
    t = xcalloc(1, sizeof *t);
    t->id = id;
    t->number = ++table->next_number;
    t->core = -1;
    thread_table_add(table, t);
    return t;
}

struct thread *threads_note_stopped(struct target *target, struct ptid id)
{
    if (id.tid > 0)
        thread_table_rename(&target->threads, &(struct rsp_thread){.id = id}, 1);
    bool is_new = target->threads.count && !threads_find(&target->threads, id);
    struct thread *t = threads_note(target, id);
    if (is_new)
        announce(target, EVENT_THREAD_STARTED, t);
    return t;
}

struct error *threads_current(struct target *target, struct thread **ret)
{
    TRY(target_need_stopped(target));
    *ret = target->threads.has_current ? threads_find(&target->threads, target->threads.current) : NULL;
    if (!*ret)
        return error_hint(error_new(ERR_NO_THREAD, target->threads.has_current
                                                       ? "the selected thread has ended"
                                                       : "no thread is selected"),
                          "`threads` lists what there is, `thread` selects one");
    return NULL;
}

struct error *threads_select(struct target *target, struct ptid id)
{
    unsigned before;
    target->threads.current = id;
    target->threads.has_current = true;
    struct error *e = description_enter(target, id, &before);
    if (!error_is(e, ERR_UNSUPPORTED) && !error_is(e, ERR_REFUSED) && !error_is(e, ERR_NO_THREAD))
        return e;
    error_free(e);
    return NULL;
}

static struct thread *find_number(const struct thread_table *t, uint64_t number)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->items[middle]->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->count && t->items[low]->number == number ? t->items[low] : NULL;
}

/* Decimal digits up to `end`, and nothing else. */
static bool read_number(const char *target, const char *end, uint64_t *ret)
{
    *ret = 0;
    if (target == end || end - target > THREAD_DIGITS_MOST)
        return false;
    for (; target < end && *target >= '0' && *target <= '9'; target++)
        *ret = *ret * 10 + (uint64_t)(*target - '0');
    return target == end;
}

static struct thread *find_named(const struct thread_table *t, const char *name)
{
    const char *end = name + strlen(name), *dot = strchr(name, '.');
    uint64_t pid, tid;
    if (read_number(name, end, &tid))
        return find_number(t, tid);
    if (strncmp(name, "cpu", 3) == 0 && read_number(name + 3, end, &tid) && tid < KGDB_CPUS_MOST)
        return threads_find(t, (struct ptid){.tid = cpu_zero - (int64_t)tid});
    if (*name != 'p' || !dot || !read_number(name + 1, dot, &pid) || !read_number(dot + 1, end, &tid))
        return NULL;
    return threads_find_alike(t, (struct ptid){(int64_t)pid, (int64_t)tid});
}

struct error *threads_by_name(struct target *target, const char *name, struct thread **ret)
{
    *ret = find_named(&target->threads, name);
    if (!*ret) {
        TRY(threads_list(target));
        *ret = find_named(&target->threads, name);
    }
    if (!*ret)
        return error_hint(error_new(ERR_NO_THREAD, "there is no thread %s", name),
                          "`threads` lists the %zu there are; a thread is written pPID.TID or by its number",
                          target->threads.count);
    return NULL;
}

static void adopt(struct thread *t, struct rsp_thread *from)
{
    if (from->name) {
        free(t->name);
        t->name = text_visible(from->name, strlen(from->name));
    }
    if (from->core >= 0)
        t->core = from->core;
    if (t->state == THREAD_UNKNOWN || t->state == THREAD_RUNNING)
        t->state = THREAD_STOPPED;
}

static void mark_listed(struct thread_table *table, const struct rsp_thread *threads, size_t count)
{
    for (size_t i = 0; i < table->count; i++)
        table->items[i]->in_list = false;
    for (size_t i = 0; i < count; i++) {
        struct thread *t = threads_find(table, threads[i].id);
        if (t)
            t->in_list = true;
    }
}

static void drop_gone(struct target *target, const struct rsp_thread *threads, size_t count)
{
    struct thread_table *table = &target->threads;
    size_t kept = 0;
    mark_listed(table, threads, count);
    for (size_t i = 0; i < table->count; i++) {
        struct thread *t = table->items[i];
        bool stopped = table->has_stopped && ptid_equal(t->id, table->stopped);
        if (stopped || t->in_list) {
            table->items[kept++] = t;
            continue;
        }
        announce(target, EVENT_THREAD_EXITED, t);
        target->hooks.thread_gone(target, t);
        thread_free(t);
    }
    if (kept == table->count)
        return;
    table->count = kept;
    thread_table_index(table);
}

/* A stub that named threads before and now none: they are kept, or nothing could be done any more. */
static void none_left(struct thread_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->items[i]->state == THREAD_STOPPED)
            table->items[i]->state = THREAD_UNKNOWN;
}

struct error *threads_list(struct target *target)
{
    TRY(target_need_stopped(target));
    if (target->threads.listed)
        return NULL;
    struct rsp_thread *threads = NULL;
    size_t count = 0;
    TRY(target_check(target, rsp_list_threads(target->connection, &threads, &count)));
    thread_table_rename(&target->threads, threads, count);
    if (count)
        drop_gone(target, threads, count);
    else if (target->threads.listed_any)
        none_left(&target->threads);
    bool had_come = !target->threads.listed_any && !target->launched; /* they were there before us */
    target->threads.listed_any |= count > 0;
    for (size_t i = 0; i < count; i++) {
        struct thread *t = threads_find_alike(&target->threads, threads[i].id);
        bool is_new = !t;
        if (is_new)
            t = threads_note(target, threads[i].id);
        adopt(t, &threads[i]);
        if (is_new && !had_come)
            announce(target, EVENT_THREAD_STARTED, t);
    }
    rsp_threads_free(threads, count);
    target->threads.listed = true;
    return NULL;
}

static void keep_previous(struct thread *t)
{
    if (!t->has_g)
        return;
    free(t->previous);
    t->previous = xmemdup(t->bytes, t->size);
    t->has_previous = true;
}

static void note_last_pc(struct target *target, struct thread *t)
{
    const struct described *d = description_of(target, t->id.pid);
    const struct rsp_register *pc =
        d && d->arch && d->description ? rsp_tdesc_find(d->description, d->arch->pc) : NULL;
    t->has_last_pc = pc && pc->size <= 8 && register_cached(t, pc) && t->known[pc->offset];
    if (t->has_last_pc)
        t->last_pc = arch_load(t->bytes + pc->offset, pc->size, d->big_endian);
}

void threads_leave(struct target *target)
{
    for (size_t i = 0; i < target->threads.count; i++)
        note_last_pc(target, target->threads.items[i]);
}

void threads_resumed(struct target *target)
{
    target->threads.listed = target->threads.has_stopped = false;
    for (size_t i = 0; i < target->threads.count; i++) {
        struct thread *t = target->threads.items[i];
        keep_previous(t);
        t->has_g = false;
        t->g_refused = false;
        t->paid_alone = 0;
        t->inlined_hidden = 0;
        if (t->asked)
            memset(t->asked, 0, t->size);
        t->extra_asked = false;
    }
}
