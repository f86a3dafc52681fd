/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hold, release, schedule: which threads run. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"
#include "engine/commands/limits.h"

/* All are looked up before anything is done, so that a wrong name leaves everything as it was. */
static struct error *find_threads(struct session *s, const cJSON *args, struct thread ***ret, size_t *count)
{
    const cJSON *names = cJSON_GetObjectItemCaseSensitive(args, "threads");
    size_t n = (size_t)cJSON_GetArraySize(names);
    *count = 0;
    if (n == 0)
        return error_hint(error_new(ERR_USAGE, "`threads` names no thread"), "`threads` lists them");
    if (n > HOLD_NAMED_MOST)
        return error_new(ERR_USAGE, "`threads` names more than %d threads", HOLD_NAMED_MOST);
    TRY(threads_list(s->target)); /* one that ended cannot be held */
    struct thread **list = xcalloc(n, sizeof *list);
    const cJSON *name;
    cJSON_ArrayForEach (name, names) {
        struct error *e = thread_by_json(s, name, &list[*count]);
        if (e) {
            free(list);
            return e;
        }
        ++*count;
    }
    *ret = list;
    return NULL;
}

static struct error *for_each(struct session *s, const cJSON *args,
                              void (*act)(struct control *c, struct thread *t))
{
    BASE_FREE struct thread **list = NULL;
    size_t count;
    TRY(find_threads(s, args, &list, &count));
    for (size_t i = 0; i < count; i++)
        act(s->control, list[i]);
    return NULL;
}

static void add_name(cJSON *list, struct ptid id)
{
    char name[48];
    thread_name(id, name, sizeof name);
    cJSON_AddItemToArray(list, cJSON_CreateString(name));
}

static cJSON *honoured_json(const struct control *c)
{
    enum rsp_tristate honoured = hold_honoured(c);
    return honoured == TRI_UNKNOWN ? cJSON_CreateNull() : cJSON_CreateBool(honoured == TRI_YES);
}

/* {held honoured gone?}; threads that have ended are told once. */
static cJSON *hold_json(struct control *c)
{
    const struct thread_table *threads = &c->target->threads;
    cJSON *o = cJSON_CreateObject();
    cJSON *held = cJSON_AddArrayToObject(o, "held");
    for (size_t i = 0; i < threads->count; i++)
        if (threads->items[i]->state == THREAD_HELD)
            add_name(held, threads->items[i]->id);
    cJSON_AddItemToObject(o, "honoured", honoured_json(c));
    cJSON *gone = c->hold.gone_count ? cJSON_AddArrayToObject(o, "gone") : NULL;
    for (size_t i = 0; i < c->hold.gone_count; i++)
        add_name(gone, c->hold.gone[i]);
    hold_gone_told(c);
    return o;
}

static struct error *run_hold(struct session *s, const cJSON *args, cJSON **ret)
{
    if (arg_given(args, "threads"))
        TRY(for_each(s, args, hold_thread));
    *ret = hold_json(s->control);
    return NULL;
}

static struct error *run_release(struct session *s, const cJSON *args, cJSON **ret)
{
    if (!arg_true(args, "all"))
        TRY(for_each(s, args, hold_release));
    for (size_t i = 0; arg_true(args, "all") && i < s->target->threads.count; i++)
        hold_release(s->control, s->target->threads.items[i]);
    *ret = hold_json(s->control);
    return NULL;
}

static struct error *parse_threads(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s, (void)alias;
    cJSON *list = cJSON_CreateArray();
    for (;;) {
        BASE_FREE char *word = prompt_word(&text);
        if (!word)
            break;
        cJSON_AddItemToArray(list, cJSON_CreateString(word));
    }
    const char *first = cJSON_GetStringValue(cJSON_GetArrayItem(list, 0));
    bool all = first && strcmp(first, "all") == 0;
    if (all)
        cJSON_AddBoolToObject(args, "all", true);
    if (all || !first)
        cJSON_Delete(list);
    else
        cJSON_AddItemToObject(args, "threads", list);
    return NULL;
}

static void add_names(const cJSON *list, struct buf *out)
{
    const cJSON *name;
    cJSON_ArrayForEach (name, list)
        buf_printf(out, " %s", cJSON_GetStringValue(name));
    buf_add_char(out, '\n');
}

static void add_honoured(const cJSON *result, struct buf *out)
{
    const cJSON *honoured = cJSON_GetObjectItemCaseSensitive(result, "honoured");
    buf_add_text(out, cJSON_IsTrue(honoured)    ? "the stub leaves threads where they are\n"
                      : cJSON_IsFalse(honoured) ? "the stub does NOT leave threads where they are\n"
                                                : "whether the stub honours that was not seen yet\n");
}

static void hold_text(const cJSON *result, struct buf *out)
{
    const cJSON *held = cJSON_GetObjectItemCaseSensitive(result, "held");
    const cJSON *gone = cJSON_GetObjectItemCaseSensitive(result, "gone");
    buf_add_text(out, cJSON_GetArraySize(held) ? "held:" : "no thread is held");
    add_names(held, out);
    if (gone) {
        buf_add_text(out, "ended while held:");
        add_names(gone, out);
    }
    add_honoured(result, out);
}

static const struct command_arg hold_args[] = {
    {"threads", ARG_IDS, false, NULL, "pPID.TID or numbers; none: show what is held"}, {0}};

const struct command command_hold = {
    .name = "hold",
    .group = "run",
    .aliases = "",
    .usage = "[THREAD…]",
    .about = "threads that stay where they are, whatever else runs",
    .args = hold_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_hold,
    .parse = parse_threads,
    .text = hold_text,
};

static const struct command_arg release_args[] = {{"threads", ARG_IDS, false, NULL, "pPID.TID or numbers"},
                                                  {"all", ARG_BOOLEAN, false, NULL, "all that are held"},
                                                  {0}};

const struct command command_release = {
    .name = "release",
    .group = "run",
    .aliases = "",
    .usage = "THREAD… | all",
    .about = "let held threads run again, with the next run command",
    .args = release_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_release,
    .parse = parse_threads,
    .text = hold_text,
};

static const char *const schedule_names[] = {"all", "one", "step"};

static struct error *run_schedule(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *mode = arg_text(args, "mode");
    for (int i = 0; mode && i < 3; i++)
        if (strcmp(mode, schedule_names[i]) == 0)
            s->control->schedule = (enum schedule_mode)i;
    *ret = cJSON_CreateObject();
    cJSON_AddStringToObject(*ret, "mode", schedule_names[s->control->schedule]);
    cJSON_AddItemToObject(*ret, "honoured", honoured_json(s->control));
    return NULL;
}

static void schedule_text(const cJSON *result, struct buf *out)
{
    const char *mode = json_text(result, "mode");
    buf_add_text(out, strcmp(mode, "all") == 0   ? "all threads run\n"
                      : strcmp(mode, "one") == 0 ? "only the selected thread runs\n"
                                                 : "while a thread steps, only that one runs\n");
    if (strcmp(mode, "all") != 0)
        add_honoured(result, out);
}

static const struct command_arg schedule_args[] = {
    {"mode", ARG_TEXT, false, "all one step", "which threads run while one steps; none: show"}, {0}};

const struct command command_schedule = {
    .name = "schedule",
    .group = "run",
    .aliases = "set-scheduler-locking",
    .usage = "[all|one|step]",
    .about = "let all threads run, only one, or only one while it steps",
    .args = schedule_args,
    .run = run_schedule,
    .text = schedule_text,
};
