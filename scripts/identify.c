/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/identify.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "scripts/drive.h"
#include "scripts/waiting.h"
#include "scripts/who.h"

/* Until the first stop names of libraries may have to be indexed, once. */
#define FIRST_STOP_S 20

/* Who came to one place, by their numbers. */
struct visitors {
    const char *at;
    struct inserted inserted;
    unsigned *numbers;
    size_t count, capacity;
};

struct identifying {
    struct drive d;
    struct visitors places[RACE_THREADS_MAX];
    size_t place_count;
    bool begun;     /* there was a stop */
    bool holds;     /* who arrives */
    unsigned stale; /* stops in a row with nobody new */
};

static struct error *insert(struct identifying *s)
{
    const struct race *race = s->d.race;
    for (size_t i = 0; i < race->thread_count; i++) {
        bool known = !race_thread_by_turn(&race->threads[i]);
        for (size_t k = 0; k < s->place_count; k++)
            known |= strcmp(s->places[k].at, race->threads[i].at ? race->threads[i].at : "") == 0;
        if (known)
            continue;
        struct visitors *v = &s->places[s->place_count++];
        *v = (struct visitors){.at = race->threads[i].at};
        TRY(drive_site(&s->d, v->at, &v->inserted));
    }
    return NULL;
}

static struct error *note(struct identifying *s, struct visitors *v, const char *id)
{
    unsigned number = births_number(&s->d.births, id);
    for (size_t i = 0; i < v->count; i++)
        if (v->numbers[i] == number)
            return NULL;
    if (number == BIRTH_UNKNOWN || v->count == GATHERED_MOST)
        return NULL;
    ARRAY_RESERVE(v->numbers, v->count, v->capacity);
    v->numbers[v->count++] = number;
    s->stale = 0;
    return s->holds ? drive_hold(&s->d, "hold", id) : NULL;
}

/* One stop; *over when nobody will come any more. */
static struct error *take_stop(struct identifying *s, cJSON **stop, bool *over)
{
    bool handled;
    if (drive_is_reason(*stop, "thread-exited"))
        return NULL;
    *over = drive_ends(&s->d, stop);
    if (*over)
        return NULL;
    TRY(births_at_stop(&s->d, *stop, &handled));
    s->stale = handled ? 0 : s->stale + 1;
    for (size_t i = 0; !handled && i < s->place_count; i++)
        if (drive_is_at(&s->places[i].inserted, *stop))
            TRY(note(s, &s->places[i], json_text(*stop, "thread")));
    *over = s->stale > IDENTIFY_STOPS_MOST;
    return NULL;
}

/* Nobody came for a while: *quiet when nobody has moved either, or it has been long enough. */
static struct error *end_window(struct identifying *s, cJSON **before, int *left, bool *quiet)
{
    cJSON *now = NULL;
    TRY(run_command(s->d.r, "threads", NULL, &now));
    *quiet = --*left == 0 || (*before && waiting_is_still(*before, now));
    cJSON_Delete(*before);
    *before = now;
    return NULL;
}

/* Lets all run until nobody new comes, or the program ends (*over). */
static struct error *watch(struct identifying *s, bool *over)
{
    cJSON *before = NULL;
    struct error *e = NULL;
    bool quiet = false;
    for (int left = RACE_WINDOWS_MOST; !e && !quiet && !*over;) {
        cJSON *stop;
        double seconds = s->begun ? s->d.race->patience_s * 0.3 : FIRST_STOP_S;
        int64_t until = clock_now_ns() + (int64_t)(seconds * 1e9);
        e = drive_run(&s->d, "all", NULL, until, &stop);
        if (error_is(e, ERR_TIMEOUT) && session_state(s->d.r->session) == TARGET_STOPPED) {
            error_free(e);
            s->begun = true;
            drive_clean_up(&s->d);
            e = end_window(s, &before, &left, &quiet);
            continue;
        }
        s->begun = true;
        if (!e)
            e = take_stop(s, &stop, over);
        cJSON_Delete(stop);
    }
    cJSON_Delete(before);
    return e;
}

/* First each stays where it arrives, lest one of them ends the program before others come; then they go on,
 * as others may wait for them. */
static struct error *watch_all(struct identifying *s)
{
    bool over = false;
    s->holds = true;
    struct error *e = watch(s, &over);
    s->holds = false;
    if (session_state(s->d.r->session) == TARGET_STOPPED) {
        cJSON *all = cJSON_CreateObject();
        cJSON_AddTrueToObject(all, "all");
        struct error *second =
            over || e ? (cJSON_Delete(all), NULL) : run_command(s->d.r, "release", all, NULL);
        e = e ? (error_free(second), e) : second;
    }
    return e || over ? e : watch(s, &over);
}

static int by_number(const void *a, const void *b)
{
    const unsigned *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Whether all threads that were made are one thread's. */
static bool one_parent(const struct births *b)
{
    for (size_t i = 1; i < b->count; i++)
        if (b->list[i].parent != b->list[1].parent)
            return false;
    return true;
}

static void name_thread(struct identifying *s, struct race_thread *t, cJSON *object, unsigned number)
{
    const struct births *b = &s->d.births;
    BASE_FREE char *parent = one_parent(b) ? NULL : births_parent(b, number);
    t->created = parent ? b->list[number].nth : number;
    t->nth = 1;
    cJSON_DeleteItemFromObjectCaseSensitive(object, "nth");
    cJSON_AddNumberToObject(object, "created", t->created);
    if (parent)
        t->parent = cJSON_GetStringValue(cJSON_AddStringToObject(object, "parent", parent));
    if (!b->exact || (!parent && !one_parent(b)))
        who_add_warning(
            s->d.result,
            xasprintf(
                "%s is known by the order in which threads came to be, and that may be another one in the "
                "next run",
                t->name));
}

/* What was found becomes names. */
static void name_threads(struct identifying *s, struct race *race, cJSON *threads)
{
    for (size_t i = 0; i < race->thread_count; i++) {
        struct race_thread *t = &race->threads[i];
        for (size_t k = 0; race_thread_by_turn(t) && k < s->place_count; k++) {
            struct visitors *v = &s->places[k];
            if (strcmp(v->at, t->at) != 0 || v->count < 2 || t->nth > v->count)
                continue;
            qsort(v->numbers, v->count, sizeof *v->numbers, by_number);
            if (v->numbers[t->nth - 1] == 0) /* the first thread: nobody made it */
                break;
            name_thread(s, t, cJSON_GetObjectItemCaseSensitive(threads, t->name), v->numbers[t->nth - 1]);
            break;
        }
    }
}

struct error *race_identify(struct run *r, struct race *race, cJSON *threads, int64_t deadline_ns,
                            struct race_result *ret)
{
    struct identifying *s = xcalloc(1, sizeof *s);
    *ret = (struct race_result){.files = cJSON_CreateObject()};
    s->d = (struct drive){.r = r, .race = race, .result = ret, .deadline_ns = deadline_ns};
    struct error *e = insert(s);
    if (!e && s->place_count)
        e = births_begin(&s->d);
    if (!e && s->place_count)
        e = watch_all(s);
    if (!e)
        name_threads(s, race, threads);
    births_end(&s->d);
    births_free(&s->d.births);
    for (size_t i = 0; i < s->place_count; i++) {
        drive_lift(&s->d, &s->places[i].inserted);
        free(s->places[i].numbers);
    }
    free(s);
    return e;
}
