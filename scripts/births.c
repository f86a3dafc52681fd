/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/births.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "scripts/drive.h"

/* Linux: include/linux/threads.h, PID_MAX_LIMIT on 64-bit machines. */
#define LINUX_IDS 4194304LL

/* Where an id is in the order in which a system gives them away, from that of the process on. */
static long long turn(const char *id)
{
    long long pid = 0, tid = 0;
    if (sscanf(id, "p%lld.%lld", &pid, &tid) != 2)
        return 0;
    return pid > 1 && tid < pid ? tid + LINUX_IDS : tid;
}

static int by_turn(const void *a, const void *b)
{
    long long x = turn(*(const char *const *)a), y = turn(*(const char *const *)b);
    return (x > y) - (x < y);
}

unsigned births_number(const struct births *b, const char *id)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->list[i].id && strcmp(b->list[i].id, id) == 0)
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

/* `id` NULL: it ended before it was seen. */
static void add(struct births *b, const char *id)
{
    bool known = b->creator != BIRTH_UNKNOWN && !b->made;
    if (b->count == BIRTHS_MOST)
        return;
    struct birth birth = {.id = id ? xstrdup(id) : NULL, .parent = BIRTH_UNKNOWN};
    if (known) {
        birth.parent = b->creator;
        birth.nth = children_of(b, b->creator) + 1;
    }
    b->made |= known;
    b->exact &= known;
    ARRAY_RESERVE(b->list, b->count, b->capacity);
    b->list[b->count++] = birth;
}

static struct error *look(struct drive *d)
{
    cJSON *list = NULL, *row;
    TRY(run_command(d->r, "threads", drive_args("detail", "ids"), &list));
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(list, "threads");
    BASE_FREE const char **ids = xcalloc((size_t)cJSON_GetArraySize(rows) + 1, sizeof *ids);
    size_t count = 0;
    cJSON_ArrayForEach (row, rows)
        if (births_number(&d->births, json_text(row, "id")) == BIRTH_UNKNOWN)
            ids[count++] = json_text(row, "id");
    qsort(ids, count, sizeof *ids, by_turn);
    for (size_t i = 0; i < count; i++)
        add(&d->births, ids[i]);
    cJSON_Delete(list);
    return NULL;
}

/* -- making a thread -------------------------------------------------------------------------------- */

static void lift(struct drive *d, int *breakpoint)
{
    cJSON *args = cJSON_CreateObject();
    cJSON_AddNumberToObject(args, "id", *breakpoint);
    if (*breakpoint)
        error_free(run_command(d->r, "delete", args, NULL));
    else
        cJSON_Delete(args);
    *breakpoint = 0;
}

static struct error *set(struct drive *d, cJSON *args, int *breakpoint)
{
    cJSON *told = NULL;
    TRY(run_command(d->r, "break", args, &told));
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(told, "id");
    *breakpoint = cJSON_IsNumber(id) ? id->valueint : 0;
    cJSON_Delete(told);
    return NULL;
}

/* The thread stands at the first instruction of pthread_create: where that returns to is its caller. */
static struct error *begin_creation(struct drive *d, const char *id)
{
    cJSON *stack = NULL, *args = drive_args("thread", id);
    cJSON_AddNumberToObject(args, "depth", 2);
    TRY(run_command(d->r, "backtrace", args, &stack));
    const cJSON *caller = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(stack, "frames"), 1);
    BASE_FREE char *place = xasprintf("*%s", json_text(caller, "pc"));
    cJSON_Delete(stack);
    d->births.creator = births_number(&d->births, id);
    d->births.made = false;
    if (place[1] == '\0')
        return NULL;
    cJSON *back = drive_args("at", place);
    cJSON_AddStringToObject(back, "thread", id);
    return set(d, back, &d->births.returning);
}

static struct error *end_creation(struct drive *d)
{
    struct births *b = &d->births;
    lift(d, &b->returning);
    if (!b->made)
        add(b, NULL);
    b->creator = BIRTH_UNKNOWN;
    if (b->waiting_count == 0)
        return NULL;
    BASE_FREE char *id = b->waiting[0];
    memmove(b->waiting, b->waiting + 1, --b->waiting_count * sizeof *b->waiting);
    TRY(drive_hold(d, "release", id));
    return begin_creation(d, id);
}

static struct error *wait_turn(struct drive *d, const char *id)
{
    struct births *b = &d->births;
    if (b->waiting_count == BIRTHS_WAITING_MOST) {
        b->exact = false;
        return NULL;
    }
    b->waiting[b->waiting_count++] = xstrdup(id);
    return drive_hold(d, "hold", id);
}

static bool is_hit(int breakpoint, const cJSON *stop)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(stop, "breakpoint");
    return breakpoint && cJSON_IsNumber(id) && id->valueint == breakpoint;
}

struct error *births_at_stop(struct drive *d, const cJSON *stop, bool *handled)
{
    struct births *b = &d->births;
    const char *id = json_text(stop, "thread");
    *handled = false;
    if (!b->on)
        return NULL;
    TRY(look(d));
    if (is_hit(b->returning, stop)) {
        *handled = true;
        return end_creation(d);
    }
    if (!is_hit(b->creating, stop))
        return NULL;
    *handled = true;
    if (b->creator == births_number(b, id)) /* it jumped out of the one before */
        TRY(end_creation(d));
    return b->creator == BIRTH_UNKNOWN ? begin_creation(d, id) : wait_turn(d, id);
}

/* -- beginning and end ------------------------------------------------------------------------------ */

struct error *births_begin(struct drive *d)
{
    d->births = (struct births){.on = true, .exact = true, .creator = BIRTH_UNKNOWN};
    cJSON *args = drive_args("at", "pthread_create");
    cJSON_AddTrueToObject(args, "pending");
    struct error *e = set(d, args, &d->births.creating);
    if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED))
        return e;
    error_free(e);
    TRY(look(d));
    d->births.exact = d->births.count <= 1; /* others may have been before those that are there */
    return NULL;
}

void births_end(struct drive *d)
{
    struct births *b = &d->births;
    if (!b->on)
        return;
    b->on = false;
    lift(d, &b->creating);
    lift(d, &b->returning);
    for (size_t i = 0; i < b->waiting_count; i++) {
        error_free(drive_hold(d, "release", b->waiting[i]));
        free(b->waiting[i]);
    }
    b->waiting_count = 0;
}

void births_free(struct births *b)
{
    for (size_t i = 0; i < b->count; i++)
        free(b->list[i].id);
    free(b->list);
    *b = (struct births){0};
}

char *births_parent(const struct births *b, unsigned number)
{
    unsigned parent = number < b->count ? b->list[number].parent : BIRTH_UNKNOWN;
    if (parent >= number)
        return NULL;
    if (parent == 0)
        return xstrdup("main");
    BASE_FREE char *outer = births_parent(b, parent);
    return outer ? xasprintf("%s.%u", outer, b->list[parent].nth) : NULL;
}
