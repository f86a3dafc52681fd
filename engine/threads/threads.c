#include "engine/threads/threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/core.h"

enum { THREADS_MAX = 65536 };

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
    t->count = 0;
    t->next_number = 0;
    t->listed = false;
    t->has_current = false;
}

void threads_drop_process(struct session *s, int64_t pid)
{
    struct thread_table *t = &s->threads;
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (t->items[i]->id.pid == pid)
            thread_free(t->items[i]);
        else
            t->items[kept++] = t->items[i];
    }
    t->count = kept;
    if (t->has_current && t->current.pid == pid)
        t->has_current = false;
}

void threads_free(struct thread_table *t)
{
    threads_clear(t);
    free(t->items);
    *t = (struct thread_table){0};
}

struct thread *threads_find(struct thread_table *t, struct ptid id)
{
    for (size_t i = 0; i < t->count; i++)
        if (ptid_equal(t->items[i]->id, id))
            return t->items[i];
    return NULL;
}

void thread_name(struct ptid id, char *out, size_t n)
{
    snprintf(out, n, "p%lld.%lld", (long long)(id.pid ? id.pid : 1), (long long)id.tid);
}

static void announce(struct session *s, const char *event, const struct thread *t)
{
    char name[48];
    thread_name(t->id, name, sizeof name);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", event);
    cJSON_AddStringToObject(o, "thread", name);
    cJSON_AddNumberToObject(o, "number", t->number);
    session_emit(s, o);
}

/* The table holds at most THREADS_MAX; a stub that invents more makes us forget the oldest. */
struct thread *threads_note(struct session *s, struct ptid id)
{
    struct thread_table *table = &s->threads;
    struct thread *t = threads_find(table, id);
    if (t)
        return t;
    if (table->count >= THREADS_MAX) {
        thread_free(table->items[0]);
        memmove(table->items, table->items + 1, --table->count * sizeof *table->items);
    }
    t = xcalloc(1, sizeof *t);
    t->id = id;
    t->number = ++table->next_number;
    t->core = -1;
    ARRAY_RESERVE(table->items, table->count, table->capacity);
    table->items[table->count++] = t;
    return t;
}

struct error *threads_current(struct session *s, struct thread **ret)
{
    TRY(session_need_stopped(s));
    *ret = s->threads.has_current ? threads_find(&s->threads, s->threads.current) : NULL;
    if (!*ret)
        return error_hint(error_new(ERR_NO_THREAD, "no thread is selected"), "`threads` lists them");
    return NULL;
}

static bool name_matches(const struct thread *t, const char *name)
{
    char full[48];
    thread_name(t->id, full, sizeof full);
    if (strcmp(full, name) == 0)
        return true;
    char number[16];
    snprintf(number, sizeof number, "%u", t->number);
    return strcmp(number, name) == 0;
}

static struct thread *find_named(struct thread_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (name_matches(table->items[i], name))
            return table->items[i];
    return NULL;
}

struct error *threads_by_name(struct session *s, const char *name, struct thread **ret)
{
    *ret = find_named(&s->threads, name);
    if (!*ret) {
        TRY(threads_list(s));
        *ret = find_named(&s->threads, name);
    }
    if (!*ret)
        return error_hint(error_new(ERR_NO_THREAD, "there is no thread %s", name),
                          "`threads` lists the %zu there are; a thread is written pPID.TID or by its number",
                          s->threads.count);
    return NULL;
}

static void adopt(struct thread *t, struct rsp_thread *from)
{
    if (from->name) {
        free(t->name);
        t->name = from->name;
        from->name = NULL;
    }
    if (from->core >= 0)
        t->core = from->core;
    if (t->state == THREAD_UNKNOWN || t->state == THREAD_RUNNING)
        t->state = THREAD_STOPPED;
}

static bool listed(const struct rsp_thread *threads, size_t count, struct ptid id)
{
    for (size_t i = 0; i < count; i++)
        if (ptid_equal(threads[i].id, id))
            return true;
    return false;
}

static void drop_gone(struct session *s, const struct rsp_thread *threads, size_t count)
{
    struct thread_table *table = &s->threads;
    size_t kept = 0;
    for (size_t i = 0; i < table->count; i++) {
        struct thread *t = table->items[i];
        bool stopped = table->has_current && ptid_equal(t->id, table->current); /* whatever a list says */
        if (stopped || listed(threads, count, t->id)) {
            table->items[kept++] = t;
            continue;
        }
        announce(s, "thread-exited", t);
        thread_free(t);
    }
    table->count = kept;
}

struct error *threads_list(struct session *s)
{
    TRY(session_need_stopped(s));
    if (s->threads.listed)
        return NULL;
    struct rsp_thread *threads = NULL;
    size_t count = 0;
    TRY(session_check(s, rsp_list_threads(s->connection, &threads, &count)));
    if (count) {
        drop_gone(s, threads, count);
        for (size_t i = 0; i < count; i++) {
            bool is_new = !threads_find(&s->threads, threads[i].id);
            struct thread *t = threads_note(s, threads[i].id);
            adopt(t, &threads[i]);
            if (is_new)
                announce(s, "thread-created", t);
        }
    }
    rsp_threads_free(threads, count);
    s->threads.listed = true;
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

void threads_resumed(struct session *s)
{
    s->threads.listed = false;
    for (size_t i = 0; i < s->threads.count; i++) {
        struct thread *t = s->threads.items[i];
        keep_previous(t);
        t->has_g = false;
        if (t->asked)
            memset(t->asked, 0, t->size);
        t->extra_asked = false;
    }
}
