/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/drive.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/json.h"
#include "scripts/limits.h"

#define CLEAN_UP_NS INT64_C(5000000000)

cJSON *drive_args(const char *name, const char *value)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, name, value);
    return o;
}

void drive_conclude(struct drive *d, enum race_verdict verdict, char *why)
{
    d->result->verdict = verdict;
    free(d->result->why);
    d->result->why = why;
}

void drive_not_held(struct drive *d, char *why)
{
    drive_conclude(d, RACE_UNFORCED, why);
    d->result->not_held = true;
}

bool drive_is_reason(const cJSON *stop, const char *reason)
{
    return strcmp(json_text(stop, "reason"), reason) == 0;
}

struct error *drive_site(struct drive *d, const char *at, struct inserted *ret)
{
    cJSON *set = NULL;
    TRY(run_command(d->r, "break", drive_args("at", at), &set));
    const cJSON *o, *id = cJSON_GetObjectItemCaseSensitive(set, "id");
    ret->id = cJSON_IsNumber(id) ? id->valueint : 0;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(set, "locations")) {
        if (ret->count < RACE_PLACES_MOST && text_parse_u64(json_text(o, "pc"), &ret->pcs[ret->count]))
            ret->count++;
        if (!cJSON_GetObjectItemCaseSensitive(d->result->files, json_text(o, "file")))
            cJSON_AddTrueToObject(d->result->files, json_text(o, "file"));
    }
    BASE_FREE char *state = xstrdup(json_text(set, "state"));
    cJSON_Delete(set);
    if (ret->count == 0 || strcmp(state, "failed") == 0)
        return error_new(ERR_REFUSED, "a breakpoint at %s is needed, and it is %s", at, state);
    return NULL;
}

void drive_lift(struct drive *d, struct inserted *p)
{
    if (p->id == 0)
        return;
    cJSON *args = cJSON_CreateObject();
    cJSON_AddNumberToObject(args, "id", p->id);
    error_free(
        run_command(d->r, "delete", args, NULL)); /* the target may be gone, and what was inserted with it */
    *p = (struct inserted){0};
}

bool drive_is_at(const struct inserted *p, const cJSON *stop)
{
    uint64_t pc;
    if (!text_parse_u64(json_text(stop, "pc"), &pc))
        return false;
    for (unsigned i = 0; i < p->count; i++)
        if (p->pcs[i] == pc)
            return true;
    return false;
}

struct error *drive_run(struct drive *d, const char *mode, const char *thread, int64_t until_ns, cJSON **stop)
{
    *stop = NULL;
    TRY(run_command(d->r, "schedule", drive_args("mode", mode), NULL));
    session_set_deadline(d->r->session, until_ns < d->deadline_ns ? until_ns : d->deadline_ns);
    struct error *e = run_command(d->r, "continue", thread ? drive_args("thread", thread) : NULL, stop);
    session_set_deadline(d->r->session, d->deadline_ns);
    if (!e && drive_is_reason(*stop, "interrupt"))
        return error_new(ERR_CANCELLED, "interrupted while threads were driven");
    return e;
}

/* The program ended, or was stopped by something that is no breakpoint. */
bool drive_ends(struct drive *d, cJSON **stop)
{
    if (drive_is_reason(*stop, "breakpoint") || drive_is_reason(*stop, "watchpoint"))
        return false;
    drive_conclude(d, RACE_ENDED,
                   xasprintf("the program stopped on the way: %s %s", json_text(*stop, "reason"),
                             json_text(*stop, "signal")));
    d->result->stop = *stop;
    *stop = NULL;
    return true;
}

/* What was inserted and held is put back also when the time is up. */
void drive_clean_up(struct drive *d)
{
    int64_t grace = clock_now_ns() + CLEAN_UP_NS;
    session_set_deadline(d->r->session, grace > d->deadline_ns ? grace : d->deadline_ns);
}

/* `what` is "hold" or "release". */
struct error *drive_hold(struct drive *d, const char *what, const char *id)
{
    cJSON *args = cJSON_CreateObject();
    const char *const ids[] = {id};
    cJSON_AddItemToObject(args, "threads", cJSON_CreateStringArray(ids, 1));
    return run_command(d->r, what, args, NULL);
}
