/* threads, thread. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"
#include "engine/libraries.h"
#include "engine/registers.h"

enum detail { DETAIL_IDS, DETAIL_NAMES, DETAIL_FUNCTIONS };

static void add_where(struct session *s, struct thread *t, cJSON *o)
{
    uint64_t pc;
    struct error *e = thread_pc(s, t, &pc);
    if (!e) {
        libraries_cover(s, pc);
        json_add_address(o, "pc", pc);
        json_add_place(s, o, pc);
    }
    error_free(e);
}

static cJSON *thread_row(struct session *s, struct thread *t, enum detail detail)
{
    char name[48];
    thread_name(t->id, name, sizeof name);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "id", name);
    cJSON_AddNumberToObject(o, "number", t->number);
    if (t->name || t->extra)
        cJSON_AddStringToObject(o, "name", t->name ? t->name : t->extra);
    cJSON_AddStringToObject(o, "state", thread_state_name(t->state));
    if (detail == DETAIL_FUNCTIONS)
        add_where(s, t, o);
    if (s->last_stop.has_thread && ptid_equal(t->id, s->last_stop.thread))
        cJSON_AddStringToObject(o, "reason", stop_reason_name(s->last_stop.reason));
    if (t->core >= 0)
        cJSON_AddNumberToObject(o, "cpu", t->core);
    return o;
}

/* Names the list did not carry, for all threads in one batch. */
static struct error *ask_extra(struct session *s)
{
    size_t count = s->threads.count;
    BASE_FREE struct rsp_thread *rows = xcalloc(count, sizeof *rows);
    BASE_FREE struct thread **of = xcalloc(count, sizeof *of);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct thread *t = s->threads.items[i];
        if (t->name || t->extra_asked)
            continue;
        of[n] = t;
        rows[n++] = (struct rsp_thread){.id = t->id, .core = -1};
    }
    TRY(session_check(s, rsp_thread_extra(s->connection, rows, n)));
    for (size_t i = 0; i < n; i++) {
        of[i]->extra_asked = true;
        free(of[i]->extra);
        of[i]->extra = rows[i].extra;
    }
    return NULL;
}

static struct error *run_threads(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *text = arg_text(args, "detail");
    enum detail detail = !text || strcmp(text, "functions") == 0 ? DETAIL_FUNCTIONS
                         : strcmp(text, "names") == 0            ? DETAIL_NAMES
                                                                 : DETAIL_IDS;
    if (!text && transport_byte_cost_ns(rsp_transport(s->connection)) > 0)
        detail = DETAIL_IDS; /* a slow line: only what is asked for */
    TRY(threads_list(s));
    if (detail != DETAIL_IDS)
        TRY(ask_extra(s));
    if (detail == DETAIL_FUNCTIONS)
        TRY(registers_fetch_pcs(s, s->threads.items, s->threads.count));
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "threads");
    for (size_t i = 0; i < s->threads.count; i++)
        cJSON_AddItemToArray(list, thread_row(s, s->threads.items[i], detail));
    if (s->threads.has_current) {
        char name[48];
        thread_name(s->threads.current, name, sizeof name);
        cJSON_AddStringToObject(*ret, "current", name);
    }
    return NULL;
}

static void threads_text(const cJSON *result, struct buf *out)
{
    const char *current = json_text(result, "current");
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "threads")) {
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
        buf_add_char(out, '\n');
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
        TRY(threads_current(s, &t));
    s->threads.current = t->id;
    s->threads.has_current = true;
    s->frame = 0;
    *ret = thread_row(s, t, DETAIL_FUNCTIONS);
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
