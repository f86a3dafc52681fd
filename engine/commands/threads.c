/* SPDX-License-Identifier: GPL-3.0-or-later */
/* threads, thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/inspect/frames/inlined.h"
#include "engine/target/libraries.h"
#include "engine/target/registers.h"

enum detail { DETAIL_IDS, DETAIL_NAMES, DETAIL_FUNCTIONS };

/* kgdb lists CPUs and tasks, and has 0 for the pc of a task that sleeps. */
static bool lists_cpus(const struct session *s)
{
    for (size_t i = 0; i < s->target->threads.count; i++)
        if (thread_is_cpu(s->target->threads.items[i]->id))
            return true;
    return false;
}

/* Whether it has moved since the stop before this one, where both places are known. */
static void add_changed(struct session *s, struct thread *t, cJSON *o)
{
    const struct rsp_register *r = s->target->arch ? register_find(s->target, s->target->arch->pc) : NULL;
    uint64_t pc;
    if (!t->has_last_pc || !r || !register_cached(t, r))
        return;
    struct error *e = thread_pc(s->target, t, &pc);
    if (!e)
        cJSON_AddBoolToObject(o, "changed", pc != t->last_pc);
    error_free(e);
}

static void add_where(struct session *s, struct thread *t, bool may_sleep, cJSON *o)
{
    const struct rsp_register *r = s->target->arch ? register_find(s->target, s->target->arch->pc) : NULL;
    struct symbol_place place;
    uint64_t pc;
    if (!r || !register_cached(t, r))
        return; /* it was asked for, and the stub had none */
    struct error *e = thread_pc(s->target, t, &pc);
    if (!e && (pc || !may_sleep)) {
        libraries_cover(s->target, pc);
        json_add_address(o, "pc", pc);
        if (inlined_place(s->target, t, pc, &place))
            json_add_symbol_place(o, &place);
    }
    error_free(e);
}

/* Why the thread that stopped did. */
static void add_reason(struct session *s, const struct thread *t, cJSON *o)
{
    const struct stop *stop = &s->control->last_stop;
    if (!stop->has_thread || !ptid_equal(t->id, stop->thread))
        return;
    cJSON_AddStringToObject(o, "reason", stop_reason_name(stop->reason));
    if (stop->breakpoint)
        cJSON_AddNumberToObject(o, "breakpoint", stop->breakpoint);
    if (stop->watchpoint)
        cJSON_AddNumberToObject(o, "watchpoint", stop->watchpoint);
    if (stop->signal && signal_name(stop->signal))
        cJSON_AddStringToObject(o, "signal", signal_name(stop->signal));
}

static cJSON *thread_row(struct session *s, struct thread *t, enum detail detail, bool has_cpus)
{
    cJSON *o = cJSON_CreateObject();
    bool is_task = has_cpus && !thread_is_cpu(t->id);
    json_add_thread(o, "id", t->id);
    cJSON_AddNumberToObject(o, "number", t->number);
    if (has_cpus)
        cJSON_AddStringToObject(o, "kind", is_task ? "task" : "cpu");
    if (t->name || t->extra)
        cJSON_AddStringToObject(o, "name", t->name ? t->name : t->extra);
    cJSON_AddStringToObject(o, "state", thread_state_name(t->state));
    if (detail == DETAIL_FUNCTIONS)
        add_where(s, t, is_task, o);
    add_changed(s, t, o);
    if (s->target->threads.shown && !t->shown)
        cJSON_AddBoolToObject(o, "new", true);
    add_reason(s, t, o);
    if (t->core >= 0)
        cJSON_AddNumberToObject(o, "cpu", t->core);
    return o;
}

/* By the registers and the files of its own process. */
static cJSON *thread_row_of(struct session *s, struct thread *t, enum detail detail, bool has_cpus)
{
    unsigned before = s->target->described.in_force;
    struct error *e = detail == DETAIL_FUNCTIONS ? description_enter(s->target, t->id, &before) : NULL;
    cJSON *o = thread_row(s, t, detail, has_cpus);
    description_leave(s->target, before);
    error_free(e);
    return o;
}

/* Names the list did not carry, for all threads in one batch. */
static struct error *ask_extra(struct session *s)
{
    size_t count = s->target->threads.count;
    BASE_FREE struct rsp_thread *rows = xcalloc(count, sizeof *rows);
    BASE_FREE struct thread **of = xcalloc(count, sizeof *of);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct thread *t = s->target->threads.items[i];
        if (t->name || t->extra_asked)
            continue;
        of[n] = t;
        rows[n++] = (struct rsp_thread){.id = t->id, .core = -1};
    }
    TRY(target_check(s->target, rsp_thread_extra(s->target->connection, rows, n)));
    for (size_t i = 0; i < n; i++) {
        of[i]->extra_asked = true;
        free(of[i]->extra);
        of[i]->extra = rows[i].extra ? text_visible(rows[i].extra, strlen(rows[i].extra)) : NULL;
        free(rows[i].extra);
    }
    return NULL;
}

static int by_pid(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Where there are several, how many threads each has. */
static void add_processes(struct session *s, cJSON *o)
{
    size_t count = s->target->threads.count;
    BASE_FREE int64_t *pids = xcalloc(count + 1, sizeof *pids);
    for (size_t i = 0; i < count; i++)
        pids[i] = s->target->threads.items[i]->id.pid;
    qsort(pids, count, sizeof *pids, by_pid);
    if (count == 0 || pids[0] == pids[count - 1])
        return;
    cJSON *list = cJSON_AddArrayToObject(o, "processes");
    for (size_t i = 0, n = 0; i < count; i += n) {
        for (n = 1; i + n < count && pids[i + n] == pids[i]; n++) {
        }
        cJSON *row = cJSON_CreateObject();
        cJSON_AddNumberToObject(row, "pid", (double)pids[i]);
        cJSON_AddNumberToObject(row, "threads", (double)n);
        cJSON_AddItemToArray(list, row);
    }
}

static void add_rows(struct session *s, enum detail detail, cJSON *o)
{
    cJSON *list = cJSON_AddArrayToObject(o, "threads");
    bool has_cpus = lists_cpus(s);
    for (size_t i = 0; i < s->target->threads.count; i++)
        cJSON_AddItemToArray(list, thread_row_of(s, s->target->threads.items[i], detail, has_cpus));
    for (size_t i = 0; i < s->target->threads.count; i++)
        s->target->threads.items[i]->shown = true;
    s->target->threads.shown = true;
}

static struct error *run_threads(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *text = arg_text(args, "detail");
    enum detail detail = !text || strcmp(text, "functions") == 0 ? DETAIL_FUNCTIONS
                         : strcmp(text, "names") == 0            ? DETAIL_NAMES
                                                                 : DETAIL_IDS;
    if (!text && target_is_thrifty(s->target))
        detail = DETAIL_IDS; /* a slow line: only what is asked for */
    TRY(threads_list(s->target));
    if (detail != DETAIL_IDS)
        TRY(ask_extra(s));
    if (detail == DETAIL_FUNCTIONS)
        TRY(registers_fetch_pcs(s->target, s->target->threads.items, s->target->threads.count));
    *ret = cJSON_CreateObject();
    add_rows(s, detail, *ret);
    add_processes(s, *ret);
    if (s->target->threads.has_current)
        json_add_thread(*ret, "current", s->target->threads.current);
    return NULL;
}

static void threads_text(const cJSON *result, struct buf *out)
{
    const char *current = json_text(result, "current");
    const char *kind = "";
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "threads")) {
        if (strcmp(json_text(o, "kind"), kind) != 0)
            buf_printf(out, "%ss:\n", kind = json_text(o, "kind"));
        buf_add_text(out, strcmp(json_text(o, "id"), current) == 0 ? "* " : "  ");
        json_append(out, "", o, "number", " ");
        json_append(out, "", o, "id", "");
        json_append(out, " \"", o, "name", "\"");
        json_append(out, " ", o, "state", "");
        json_append(out, " ", o, "pc", "");
        json_append(out, " in ", o, "function", "");
        json_append(out, " at ", o, "file", "");
        json_append(out, ":", o, "line", "");
        json_append(out, "  ", o, "reason", "");
        json_append(out, " ", o, "breakpoint", "");
        json_append(out, " ", o, "watchpoint", "");
        json_append(out, " ", o, "signal", "");
        if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "new")))
            buf_add_text(out, "  new");
        else if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "changed")))
            buf_add_text(out, "  moved");
        buf_add_char(out, '\n');
    }
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "processes")) {
        json_append(out, "process ", o, "pid", "");
        json_append(out, ": ", o, "threads", " threads\n");
    }
}

static const struct command_arg threads_args[] = {
    {"detail", ARG_TEXT, false, "ids names functions", "how much to fetch (functions; on a slow line ids)"},
    {0}};

const struct command command_threads = {
    .name = "threads",
    .group = "threads",
    .aliases = "info-threads",
    .usage = "[ids|names|functions]",
    .about = "all threads or CPUs: state and place",
    .args = threads_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_threads,
    .text = threads_text,
};

static struct error *run_thread(struct session *s, const cJSON *args, cJSON **ret)
{
    struct thread *t;
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(args, "id");
    if (id)
        TRY(thread_by_json(s, id, &t));
    else
        TRY(threads_current(s->target, &t));
    TRY(threads_select(s->target, t->id));
    s->target->frame = 0;
    TRY(registers_fetch_pcs(s->target, &t, 1));
    *ret = thread_row(s, t, DETAIL_FUNCTIONS, lists_cpus(s));
    cJSON *name = cJSON_CreateString(json_text(*ret, "id"));
    cJSON_AddItemToObject(*ret, "thread", name);
    return NULL;
}

static void thread_text(const cJSON *o, struct buf *out)
{
    json_append(out, "thread ", o, "id", "");
    json_append(out, " ", o, "pc", "");
    json_append(out, " in ", o, "function", "");
    json_append(out, " at ", o, "file", "");
    json_append(out, ":", o, "line", "");
    buf_add_char(out, '\n');
}

static const struct command_arg thread_args[] = {
    {"id", ARG_ID, false, NULL, "pPID.TID or its number; none: show the selected one"}, {0}};

const struct command command_thread = {
    .name = "thread",
    .group = "threads",
    .aliases = "t",
    .usage = "[ID]",
    .about = "select a thread",
    .args = thread_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_thread,
    .text = thread_text,
};
