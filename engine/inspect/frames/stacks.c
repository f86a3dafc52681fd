/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/stacks.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/frames/stacks_group.h"
#include "engine/target/registers.h"

enum {
    AT_ONCE = 512,         /* threads whose memory is read together: 16 MiB are cached a stop */
    PREFETCH_AT_ONCE = 60, /* one write takes 64 requests, with what selects a thread */
    PROGRESS_FROM = 100,
    CACHE_ENOUGH = 8 << 20,
};

struct task {
    struct thread *thread;
    bool done;
    struct frame_list list;
    uint64_t asked[STACKS_ASKED_MOST]; /* memory that was asked for its sake */
    size_t asked_count;
};

struct reader {
    struct target *target;
    unsigned depth;
    struct stack_index index;
    size_t done, total;
    struct memory_want *wants; /* of this round */
    size_t want_count, want_capacity;
};

static struct error *tell_progress(struct reader *r, size_t done)
{
    r->done += done;
    if (target_cancel_asked(r->target))
        return error_new(ERR_CANCELLED, "reading the stacks of %zu threads was cancelled", r->total);
    if (r->total > PROGRESS_FROM)
        target_emit_progress(r->target, "stacks", r->done, r->total);
    return NULL;
}

static bool has_registers(struct target *target, const struct thread *t)
{
    const struct rsp_register *pc = target->arch ? register_find(target, target->arch->pc) : NULL;
    const struct rsp_register *sp = target->arch ? register_find(target, target->arch->sp) : NULL;
    return pc && sp && register_cached(t, pc) && register_cached(t, sp);
}

/* -- a process: from the cache, in rounds ---------------------------------------------------------- */

static bool was_asked(const struct task *k, uint64_t address)
{
    for (size_t i = 0; i < k->asked_count; i++)
        if (k->asked[i] == address)
            return true;
    return false;
}

/* What this thread missed and was not asked before joins the wants of the round; true when there was any. */
static bool take_misses(struct reader *r, struct task *k, const struct memory_misses *misses)
{
    bool any = false;
    for (size_t i = 0; i < misses->count && k->asked_count < STACKS_ASKED_MOST; i++) {
        const struct memory_want *want = &misses->items[i];
        if (was_asked(k, want->address))
            continue;
        k->asked[k->asked_count++] = want->address;
        ARRAY_RESERVE(r->wants, r->want_count, r->want_capacity);
        r->wants[r->want_count++] = *want;
        any = true;
    }
    return any;
}

/* Unwinds as far as the cache goes; the stack is complete when nothing new was missing. */
static struct error *try_stack(struct reader *r, struct task *k, bool last)
{
    struct target *target = r->target;
    struct memory_want items[STACKS_MISSES_MOST];
    struct memory_misses misses = {.items = items, .capacity = STACKS_MISSES_MOST};
    target->memory.misses = &misses;
    struct error *e = frames_read(target, k->thread, r->depth, false, &k->list);
    target->memory.misses = NULL;
    if (error_ends_asking(e))
        return e;
    error_free(e);
    k->done = last || !take_misses(r, k, &misses);
    if (!k->done)
        frames_free(&k->list);
    return NULL;
}

static struct error *fetch_wants(struct reader *r)
{
    if (r->want_count)
        qsort(r->wants, r->want_count, sizeof *r->wants, memory_want_order);
    size_t n = 0; /* many threads may miss the same code */
    for (size_t i = 0; i < r->want_count; i++)
        if (n == 0 || r->wants[i].address != r->wants[n - 1].address)
            r->wants[n++] = r->wants[i];
    r->want_count = 0;
    for (size_t i = 0; i < n; i += PREFETCH_AT_ONCE) {
        size_t some = n - i < PREFETCH_AT_ONCE ? n - i : PREFETCH_AT_ONCE;
        struct error *e = memory_prefetch(r->target, r->wants + i, some);
        if (error_ends_asking(e))
            return e;
        error_free(e); /* the stacks end where the cache does */
    }
    return NULL;
}

/* `left` of the tasks are to be done. */
static struct error *read_rounds(struct reader *r, struct task *tasks, size_t count, size_t left)
{
    for (unsigned round = 1; left; round++) {
        size_t before = left;
        for (size_t i = 0; i < count; i++) {
            if (tasks[i].done)
                continue;
            TRY(try_stack(r, &tasks[i], round == STACKS_ROUNDS_MOST));
            left -= tasks[i].done;
        }
        TRY(tell_progress(r, before - left));
        TRY(fetch_wants(r));
    }
    return NULL;
}

static void free_tasks(struct task *tasks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        frames_free(&tasks[i].list);
    free(tasks);
}

/* Threads of one process, which share its memory. */
static struct error *read_together(struct reader *r, struct thread **threads, size_t count)
{
    struct target *target = r->target;
    struct task *tasks = xcalloc(count, sizeof *tasks);
    for (size_t i = 0; i < count; i++)
        tasks[i] = (struct task){.thread = threads[i], .done = !has_registers(target, threads[i])};
    size_t without = 0;
    for (size_t i = 0; i < count; i++)
        without += tasks[i].done;
    struct error *e = read_rounds(r, tasks, count, count - without);
    for (size_t i = 0; !e && i < count; i++)
        stack_index_add(&r->index, threads[i]->id, &tasks[i].list);
    free_tasks(tasks, count);
    r->done += without;
    if (target->memory.total > CACHE_ENOUGH)
        memory_forget(target);
    return e;
}

/* -- CPUs: one after the other --------------------------------------------------------------------- */

static struct error *read_one(struct reader *r, struct thread *t)
{
    struct frame_list list = {0};
    struct error *e = NULL;
    if (has_registers(r->target, t))
        e = frames_read(r->target, t, r->depth, false, &list);
    if (error_ends_asking(e))
        return e;
    error_free(e);
    stack_index_add(&r->index, t->id, &list);
    frames_free(&list);
    return tell_progress(r, 1);
}

/* -- all ------------------------------------------------------------------------------------------- */

/* From `from` on, threads of one process, a CPU alone. */
static size_t part(const struct target *target, size_t from)
{
    size_t n = 1;
    struct thread *const *items = target->threads.items;
    while (target->is_process && n < AT_ONCE && from + n < target->threads.count &&
           items[from + n]->id.pid == items[from]->id.pid)
        n++;
    return n;
}

/* Memory is read of the selected thread's process or CPU. */
static struct error *read_parts(struct reader *r)
{
    struct target *target = r->target;
    struct error *e = NULL;
    int64_t pid = target->threads.has_current ? target->threads.current.pid : 0;
    for (size_t i = 0, n = 0; !e && i < target->threads.count; i += n) {
        struct thread **items = target->threads.items + i;
        n = part(target, i);
        e = threads_select(target, items[0]->id);
        if (e)
            return e;
        if (items[0]->id.pid != pid || !target->is_process)
            memory_forget(target);
        pid = items[0]->id.pid;
        e = target->is_process ? read_together(r, items, n) : read_one(r, items[0]);
    }
    return e;
}

struct error *stacks_read(struct target *target, unsigned depth, struct stacks *ret)
{
    *ret = (struct stacks){0};
    TRY(threads_list(target));
    TRY(registers_fetch_many(target, target->threads.items, target->threads.count));
    bool deep = depth == 0 || depth > STACKS_DEPTH_MAX;
    struct reader r = {
        .target = target, .depth = deep ? STACKS_DEPTH_MAX : depth, .total = target->threads.count};
    stack_index_init(&r.index, ret);
    struct ptid kept = target->threads.current;
    bool kept_has = target->threads.has_current;
    struct error *e = read_parts(&r);
    if (kept.pid != target->threads.current.pid || !target->is_process)
        memory_forget(target);
    if (kept_has && !e)
        e = threads_select(target, kept);
    target->threads.current = kept;
    target->threads.has_current = kept_has;
    stack_index_free(&r.index);
    free(r.wants);
    if (e)
        stacks_free(ret);
    else
        stacks_sort(ret);
    return e;
}
